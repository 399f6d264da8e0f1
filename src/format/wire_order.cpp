#include "format/wire_order.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace cairn::format {

namespace {

std::strong_ordering order_bytes(std::string_view a, std::string_view b) { return a <=> b; }  // as unsigned bytes

template <class List, class Order>
std::strong_ordering order_lists(const List& a, const List& b, Order&& order) {
  const unsigned common = std::min(a.size(), b.size());
  for (unsigned i = 0; i < common; ++i)
    if (const std::strong_ordering at = order(i); at != 0) return at;
  return a.size() <=> b.size();
}

std::strong_ordering order_values(capnp::List<wire::Value>::Reader a, capnp::List<wire::Value>::Reader b,
                                  const EncodeContext& context) {
  return order_lists(a, b, [&](unsigned i) { return wire_order(a[i], b[i], context); });
}

std::strong_ordering order_maps(capnp::List<wire::MapEntry>::Reader a, capnp::List<wire::MapEntry>::Reader b,
                                const EncodeContext& context) {
  return order_lists(a, b, [&](unsigned i) {
    const auto by_key = wire_order(a[i].getKey(), b[i].getKey(), context);
    return by_key != 0 ? by_key : wire_order(a[i].getValue(), b[i].getValue(), context);
  });
}

std::strong_ordering order_objects(wire::Object::Reader a, wire::Object::Reader b, const EncodeContext& context) {
  const Schema& left = context.schema(a.getSchema());
  const Schema& right = context.schema(b.getSchema());
  if (const auto by_name = left.class_name <=> right.class_name; by_name != 0) return by_name;
  if (const auto by_version = left.class_version <=> right.class_version; by_version != 0) return by_version;
  const auto left_fields = a.getFields(), right_fields = b.getFields();
  return order_lists(left_fields, right_fields, [&](unsigned i) {
    const Schema::Field &l = left.fields[i], &r = right.fields[i];
    if (const auto by_name = l.name <=> r.name; by_name != 0) return by_name;
    const auto by_value = wire_order(left_fields[i], right_fields[i], context);
    return by_value != 0 ? by_value : std::tie(l.type, l.codec) <=> std::tie(r.type, r.codec);
  });
}

std::strong_ordering order_arrays(wire::Array::Reader a, wire::Array::Reader b) {
  if (const auto by_type = a.getDtype() <=> b.getDtype(); by_type != 0) return by_type;
  const auto left = a.getShape(), right = b.getShape();
  const auto by_shape = order_lists(left, right, [&](unsigned i) { return left[i] <=> right[i]; });
  if (by_shape != 0) return by_shape;
  return order_bytes(data_view(a.getInline()), data_view(b.getInline()));
}

std::strong_ordering order_texts(capnp::Text::Reader a, capnp::Text::Reader b) {
  return order_bytes(text_view(a), text_view(b));
}

std::strong_ordering order_reals(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) <=> std::bit_cast<std::uint64_t>(b);
}

std::strong_ordering order_complex(wire::Complex::Reader a, wire::Complex::Reader b) {
  const auto by_real = order_reals(a.getReal(), b.getReal());
  return by_real != 0 ? by_real : order_reals(a.getImaginary(), b.getImaginary());
}

BigInteger get_big_integer(capnp::Data::Reader data) { return BigInteger::from_bytes(base::as_bytes(data_view(data))); }

// Naive before one with an offset, as an empty optional is before one with a value.
std::strong_ordering order_zones(wire::Zone::Reader a, wire::Zone::Reader b) {
  if (const auto by_kind = a.which() <=> b.which(); by_kind != 0) return by_kind;
  if (a.isOffset() && a.getOffset() != b.getOffset()) return a.getOffset() <=> b.getOffset();
  return order_texts(a.getName(), b.getName());
}

std::strong_ordering order_times(wire::TimeOfDay::Reader a, wire::TimeOfDay::Reader b) {
  const auto by_time = a.getNanoseconds() <=> b.getNanoseconds();
  return by_time != 0 ? by_time : order_zones(a.getZone(), b.getZone());
}

std::strong_ordering order_date_times(wire::DateTime::Reader a, wire::DateTime::Reader b) {
  if (const auto by_seconds = a.getSeconds() <=> b.getSeconds(); by_seconds != 0) return by_seconds;
  const auto by_subsecond = a.getNanoseconds() <=> b.getNanoseconds();
  return by_subsecond != 0 ? by_subsecond : order_zones(a.getZone(), b.getZone());
}

std::strong_ordering order_durations(wire::Duration::Reader a, wire::Duration::Reader b) {
  const auto by_seconds = a.getSeconds() <=> b.getSeconds();
  return by_seconds != 0 ? by_seconds : a.getNanoseconds() <=> b.getNanoseconds();
}

std::strong_ordering order_enumerators(wire::Enumerator::Reader a, wire::Enumerator::Reader b,
                                       const EncodeContext& context) {
  if (const auto by_type = order_texts(a.getType(), b.getType()); by_type != 0) return by_type;
  const auto by_name = order_texts(a.getName(), b.getName());
  return by_name != 0 ? by_name : wire_order(a.getValue(), b.getValue(), context);
}

std::strong_ordering order_quantities(wire::Quantity::Reader a, wire::Quantity::Reader b, const EncodeContext& context) {
  const auto by_magnitude = wire_order(a.getMagnitude(), b.getMagnitude(), context);
  return by_magnitude != 0 ? by_magnitude : order_texts(a.getUnit(), b.getUnit());
}

std::strong_ordering order_identities(wire::Identity::Reader a, wire::Identity::Reader b) {
  const auto by_scope = order_texts(a.getScope(), b.getScope());
  return by_scope != 0 ? by_scope : order_texts(a.getId(), b.getId());
}

std::strong_ordering order_lossy(wire::Lossy::Reader a, wire::Lossy::Reader b, const EncodeContext& context) {
  const auto by_type = order_texts(a.getType(), b.getType());
  return by_type != 0 ? by_type : wire_order(a.getRest(), b.getRest(), context);
}

std::strong_ordering order_digests(wire::Digest::Reader a, wire::Digest::Reader b) {
  return get_digest(a) <=> get_digest(b);
}

// The schema last: it hardly ever decides.
std::strong_ordering order_messages(wire::Message::Reader a, wire::Message::Reader b, const EncodeContext& context) {
  if (const auto by_type = a.getTypeId() <=> b.getTypeId(); by_type != 0) return by_type;
  if (const auto by_data = order_bytes(data_view(a.getInline()), data_view(b.getInline())); by_data != 0) return by_data;
  const Digest left = get_digest(a.getSchema()), right = get_digest(b.getSchema());
  return left == right ? std::strong_ordering::equal : context.message_schema(left) <=> context.message_schema(right);
}

}  // namespace

std::strong_ordering wire_order(wire::Value::Reader a, wire::Value::Reader b, const EncodeContext& context) {
  if (const auto by_kind = a.which() <=> b.which(); by_kind != 0) return by_kind;
  switch (a.which()) {
    case wire::Value::NULL_: return std::strong_ordering::equal;
    case wire::Value::BOOLEAN: return a.getBoolean() <=> b.getBoolean();
    case wire::Value::INTEGER: return a.getInteger() <=> b.getInteger();
    case wire::Value::NATURAL: return a.getNatural() <=> b.getNatural();
    case wire::Value::REAL: return order_reals(a.getReal(), b.getReal());
    case wire::Value::TEXT: return order_texts(a.getText(), b.getText());
    case wire::Value::BYTES: return order_bytes(data_view(a.getBytes()), data_view(b.getBytes()));
    case wire::Value::LIST: return order_values(a.getList(), b.getList(), context);
    case wire::Value::MAP: return order_maps(a.getMap(), b.getMap(), context);
    case wire::Value::OBJECT: return order_objects(a.getObject(), b.getObject(), context);
    case wire::Value::ARRAY: return order_arrays(a.getArray(), b.getArray());
    case wire::Value::OBJECT_REF: return order_digests(a.getObjectRef(), b.getObjectRef());
    case wire::Value::ARTIFACT_REF: return order_digests(a.getArtifactRef(), b.getArtifactRef());
    case wire::Value::NODE_REF: return get_uuid(a.getNodeRef()) <=> get_uuid(b.getNodeRef());
    case wire::Value::BIG_INTEGER: return get_big_integer(a.getBigInteger()) <=> get_big_integer(b.getBigInteger());
    case wire::Value::TUPLE: return order_values(a.getTuple(), b.getTuple(), context);
    case wire::Value::SET: return order_values(a.getSet(), b.getSet(), context);
    case wire::Value::DECIMAL: return order_texts(a.getDecimal(), b.getDecimal());
    case wire::Value::COMPLEX: return order_complex(a.getComplex(), b.getComplex());
    case wire::Value::DATE: return a.getDate() <=> b.getDate();
    case wire::Value::TIME: return order_times(a.getTime(), b.getTime());
    case wire::Value::DATE_TIME: return order_date_times(a.getDateTime(), b.getDateTime());
    case wire::Value::DURATION: return order_durations(a.getDuration(), b.getDuration());
    case wire::Value::UUID: return get_uuid(a.getUuid()) <=> get_uuid(b.getUuid());
    case wire::Value::PATH: return order_bytes(data_view(a.getPath()), data_view(b.getPath()));
    case wire::Value::ENUMERATOR: return order_enumerators(a.getEnumerator(), b.getEnumerator(), context);
    case wire::Value::QUANTITY: return order_quantities(a.getQuantity(), b.getQuantity(), context);
    case wire::Value::IDENTITY: return order_identities(a.getIdentity(), b.getIdentity());
    case wire::Value::LOSSY: return order_lossy(a.getLossy(), b.getLossy(), context);
    case wire::Value::SEGMENTED_LIST:  // these are never inside a key
    case wire::Value::GRAPH:
    case wire::Value::SHARED: break;
    case wire::Value::MESSAGE: return order_messages(a.getMessage(), b.getMessage(), context);
  }
  return std::strong_ordering::equal;
}

}  // namespace cairn::format
