// Value to and from its stored form.
#include <cairn/codec.h>

#include <fmt/format.h>

namespace cairn {

namespace {

/// Writes each kind of Value.
struct ValueWriter {
  const Encoder& out;

  void operator()(std::monostate) const { out.null(); }
  void operator()(bool value) const { out.boolean(value); }
  void operator()(std::int64_t value) const { out.integer(value); }
  void operator()(std::uint64_t value) const { out.integer(value); }
  void operator()(double value) const { out.real(value); }
  void operator()(const std::string& value) const { out.text(value); }
  void operator()(const Bytes& value) const { out.bytes(value); }
  void operator()(const List& value) const { detail::encode_list(out, value, value.size()); }
  void operator()(const Map& value) const { encode_map(out, value); }
  void operator()(const Object& value) const { encode_object(out, value); }
  void operator()(const Array& value) const { encode_array(out, value); }
  void operator()(const StoredArray&) const {
    throw Error(ErrorCode::unstorable, "an array that was left in the store: read it with load_arrays");
  }
  void operator()(const ObjectId& value) const { out.object_ref(value); }
  void operator()(const ArtifactId& value) const { out.artifact_ref(value); }
  void operator()(const NodeRef& value) const { out.node_ref(value.node); }
  void operator()(const BigInteger& value) const { out.big_integer(value); }
  void operator()(const Tuple& value) const {
    detail::encode_elements(out.tuple(value.elements.size()), value.elements);
  }
  void operator()(const Set& value) const {
    const List& elements = value.elements();
    out.set(elements.size(), [&](std::size_t i, const Encoder& place) { encode_value(place, elements[i]); });
  }
  void operator()(const Decimal& value) const { out.decimal(value); }
  void operator()(const std::complex<double>& value) const { out.complex(value); }
  void operator()(const Date& value) const { out.date(value); }
  void operator()(const TimeOfDay& value) const { out.time_of_day(value); }
  void operator()(const DateTime& value) const { out.date_time(value); }
  void operator()(const Duration& value) const { out.duration(value); }
  void operator()(const Uuid& value) const { out.uuid(value); }
  void operator()(const Path& value) const { out.path(value.name); }
  void operator()(const Enumerator& value) const {
    encode_value(out.enumerator(value.type(), value.name()), value.value());
  }
  void operator()(const Quantity& value) const { encode_value(out.quantity(value.unit()), value.magnitude()); }
  void operator()(const Identity& value) const { out.identity(value); }
  void operator()(const Lossy& value) const { encode_value(out.lossy(value.type()), value.rest()); }
  void operator()(const Message& value) const { out.message(value); }
};

List decode_elements(const ListDecoder& list, bool load_arrays) {
  List elements;
  elements.reserve(list.size());  // list() has checked the claim
  for (std::size_t i = 0; i < list.size(); ++i) elements.push_back(decode_value(list[i], load_arrays));
  return elements;
}

// The elements of a set are inside it, arrays too.
Set decode_set(const ListDecoder& list) {
  Set set;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Value element = decode_value(list[i]);
    if (i != 0 && set.elements().back() >= element)
      throw Error(ErrorCode::damaged, "object: a set whose elements do not ascend");
    set.insert(std::move(element));
  }
  return set;
}

Enumerator decode_enumerator(const EnumeratorDecoder& in) {
  return Enumerator(std::string(in.type), std::string(in.name), decode_value(in.value));
}

Map decode_entries(const Decoder& in, bool load_arrays) {
  const MapDecoder entries = in.map();
  Map map;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Value key = decode_value(entries.key(i));
    if (i != 0 && map.end()[-1].key >= key)
      throw Error(ErrorCode::damaged, "object: a map whose keys do not ascend");
    map.put(std::move(key), decode_value(entries.value(i), load_arrays));
  }
  return map;
}

Object decode_fields(const Decoder& in, bool load_arrays) {
  const ObjectDecoder stored = in.object();
  Object object(stored.class_name(), stored.class_version(), {});
  object.fields.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i)
    object.fields.push_back({stored.name(i), decode_value(stored.field(i), load_arrays)});
  return object;
}

Value decode_numbers(const Decoder& in, bool load_arrays) {
  const ArrayDecoder array = in.array();
  if (array.is_chunked() && !load_arrays) return StoredArray{array.dtype(), array.shape(), array.size_bytes()};
  detail::expect_stored(array);
  Array numbers{array.dtype(), array.shape(), Bytes(static_cast<std::size_t>(array.size_bytes()))};
  array.read(numbers.data);
  return numbers;
}

}  // namespace

void encode_value(const Encoder& out, const Value& value) { std::visit(ValueWriter{out}, value.storage()); }

void encode_map(const Encoder& out, const Map& value) {
  MapEncoder entries = out.map(value.size());
  std::size_t index = 0;
  try {
    for (const MapEntry& entry : value) {
      encode_value(entries.key(), entry.key);
      encode_value(entries.value(), entry.value);
      ++index;
    }
  } catch (const Error&) {
    if (const std::string* key = value.begin()[index].key.get_if<std::string>()) detail::rethrow_at_field(*key);
    detail::rethrow_at_index(index);
  }
}

void encode_object(const Encoder& out, const Object& value) {
  Schema schema{value.class_name, value.class_version, {}};
  schema.fields.reserve(value.fields.size());
  for (const Field& field : value.fields) schema.fields.push_back({field.name, cairn::type_name<Value>()});
  const ObjectEncoder fields = out.object(schema);
  std::size_t index = 0;
  try {
    for (; index < value.fields.size(); ++index) encode_value(fields[index], value.fields[index].value);
  } catch (const Error&) {
    detail::rethrow_at_field(value.fields[index].name);
  }
}

void encode_array(const Encoder& out, const Array& value) { out.array(value.dtype, value.shape, value.data); }

Value decode_value(const Decoder& in, bool load_arrays) {
  switch (in.kind()) {
    case ValueKind::null: return Value();
    case ValueKind::boolean: return in.boolean();
    case ValueKind::integer: return in.integer<std::int64_t>();
    case ValueKind::natural: return in.integer<std::uint64_t>();
    case ValueKind::real: return in.real();
    case ValueKind::text: return in.text();
    case ValueKind::bytes: return cairn::decode<Bytes>(in);
    case ValueKind::list: return decode_elements(in.list(), load_arrays);
    case ValueKind::map: return decode_entries(in, load_arrays);
    case ValueKind::object: return decode_fields(in, load_arrays);
    case ValueKind::array: return decode_numbers(in, load_arrays);
    case ValueKind::object_ref: return in.object_ref();
    case ValueKind::artifact_ref: return in.artifact_ref();
    case ValueKind::node_ref: return NodeRef{in.node_ref()};
    case ValueKind::big_integer: return in.big_integer();
    case ValueKind::tuple: return Tuple{decode_elements(in.tuple(), load_arrays)};
    case ValueKind::set: return decode_set(in.set());
    case ValueKind::decimal: return in.decimal();
    case ValueKind::complex: return in.complex();
    case ValueKind::date: return in.date();
    case ValueKind::time_of_day: return in.time_of_day();
    case ValueKind::date_time: return in.date_time();
    case ValueKind::duration: return in.duration();
    case ValueKind::uuid: return in.uuid();
    case ValueKind::path: return Path{std::string(in.path())};
    case ValueKind::enumerator: return decode_enumerator(in.enumerator());
    case ValueKind::quantity:
      return Quantity(decode_value(in.quantity().magnitude, load_arrays), std::string(in.quantity().unit));
    case ValueKind::identity: return in.identity();
    case ValueKind::lossy: return Lossy(std::string(in.lossy().type), decode_value(in.lossy().rest, load_arrays));
    case ValueKind::message: return in.message().read();
  }
  return Value();
}

}  // namespace cairn
