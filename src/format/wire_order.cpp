#include "format/wire_order.h"

#include <algorithm>
#include <bit>

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
    const auto by_name = left.fields[i].name <=> right.fields[i].name;
    return by_name != 0 ? by_name : wire_order(left_fields[i], right_fields[i], context);
  });
}

std::strong_ordering order_arrays(wire::Array::Reader a, wire::Array::Reader b) {
  if (const auto by_type = a.getDtype() <=> b.getDtype(); by_type != 0) return by_type;
  const auto left = a.getShape(), right = b.getShape();
  const auto by_shape = order_lists(left, right, [&](unsigned i) { return left[i] <=> right[i]; });
  if (by_shape != 0) return by_shape;
  return order_bytes(data_view(a.getInline()), data_view(b.getInline()));
}

std::strong_ordering order_digests(wire::Digest::Reader a, wire::Digest::Reader b) {
  return get_digest(a) <=> get_digest(b);
}

}  // namespace

std::strong_ordering wire_order(wire::Value::Reader a, wire::Value::Reader b, const EncodeContext& context) {
  if (const auto by_kind = a.which() <=> b.which(); by_kind != 0) return by_kind;
  switch (a.which()) {
    case wire::Value::NULL_: return std::strong_ordering::equal;
    case wire::Value::BOOLEAN: return a.getBoolean() <=> b.getBoolean();
    case wire::Value::INTEGER: return a.getInteger() <=> b.getInteger();
    case wire::Value::NATURAL: return a.getNatural() <=> b.getNatural();
    case wire::Value::REAL:
      return std::bit_cast<std::uint64_t>(a.getReal()) <=> std::bit_cast<std::uint64_t>(b.getReal());
    case wire::Value::TEXT: return order_bytes(text_view(a.getText()), text_view(b.getText()));
    case wire::Value::BYTES: return order_bytes(data_view(a.getBytes()), data_view(b.getBytes()));
    case wire::Value::LIST: {
      const auto left = a.getList(), right = b.getList();
      return order_lists(left, right, [&](unsigned i) { return wire_order(left[i], right[i], context); });
    }
    case wire::Value::MAP: return order_maps(a.getMap(), b.getMap(), context);
    case wire::Value::OBJECT: return order_objects(a.getObject(), b.getObject(), context);
    case wire::Value::ARRAY: return order_arrays(a.getArray(), b.getArray());
    case wire::Value::OBJECT_REF: return order_digests(a.getObjectRef(), b.getObjectRef());
    case wire::Value::ARTIFACT_REF: return order_digests(a.getArtifactRef(), b.getArtifactRef());
    case wire::Value::NODE_REF: return get_uuid(a.getNodeRef()) <=> get_uuid(b.getNodeRef());
  }
  return std::strong_ordering::equal;
}

}  // namespace cairn::format
