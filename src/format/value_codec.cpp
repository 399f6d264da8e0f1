// Value to and from its stored form.
#include <cairn/codec.h>

#include <fmt/format.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "format/encode_context.h"

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
  void operator()(const Graph& value) const;
  void operator()(const SharedRef& value) const;
  void operator()(const Message& value) const { out.message(value); }
};

void ValueWriter::operator()(const Graph& value) const {
  const detail::EncodeScope& scope = format::EncoderAccess::scope(out);
  const Graph*& graph = scope.context->shared_values().graph;
  if (scope.depth != 0 || graph != nullptr)
    throw Error(ErrorCode::unstorable, "a graph inside a value, expected it outermost");
  graph = &value;
  encode_value(out, value.root());
}

void ValueWriter::operator()(const SharedRef& value) const {
  const Graph* graph = format::EncoderAccess::scope(out).context->shared_values().graph;
  if (graph == nullptr) throw Error(ErrorCode::unstorable, "a reference to a shared value outside a graph");
  if (value.number >= graph->shared().size())
    throw Error(ErrorCode::unstorable, fmt::format("shared value number {} of {}", value.number, graph->shared().size()));
  const Value& shared = graph->shared()[value.number];
  const std::shared_ptr<const void> not_owned(std::shared_ptr<const void>(), &shared);
  out.shared(not_owned, typeid(Value), [&](const Encoder& place) { encode_value(place, shared); });
}

/// Reads values of one object.
class ValueReader {
 public:
  explicit ValueReader(bool load_arrays) : load_arrays_(load_arrays) {}

  /// With the values that it shares, whose numbers become those that saving would give them.
  Value read_whole(const Decoder& in) {
    Value root = read(in);
    if (shared_.empty()) return root;
    return Graph(std::move(shared_), std::move(root));
  }

 private:
  Value read(const Decoder& in);
  List read_elements(const ListDecoder& list);
  Set read_set(const ListDecoder& list);
  Map read_map(const MapDecoder& entries);
  Object read_object(const ObjectDecoder& stored);
  Value read_array(const ArrayDecoder& array) const;
  Value read_quantity(const QuantityDecoder& in) { return Quantity(read(in.magnitude), std::string(in.unit)); }
  Value read_lossy(const LossyDecoder& in) { return Lossy(std::string(in.type), read(in.rest)); }
  Value read_enumerator(const EnumeratorDecoder& in) {
    return Enumerator(std::string(in.type), std::string(in.name), read(in.value));
  }
  Value read_shared(const Decoder& in);
  Value read_key(const Decoder& in);

  const bool load_arrays_;
  unsigned keys_ = 0;  // that are being read, one in the other
  List shared_;
  std::vector<bool> open_;                                    // which of them are being read
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;  // by those they are stored with
};

List ValueReader::read_elements(const ListDecoder& list) {
  List elements;
  elements.reserve(list.size());  // list() has checked the claim
  for (std::size_t i = 0; i < list.size(); ++i) elements.push_back(read(list[i]));
  return elements;
}

// Also for the elements of a set, which are inside it, arrays too.
Value ValueReader::read_key(const Decoder& in) {
  ++keys_;
  Value key = read(in);
  --keys_;
  return key;
}

Set ValueReader::read_set(const ListDecoder& list) {
  Set set;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Value element = read_key(list[i]);
    if (i != 0 && set.elements().back() >= element)
      throw Error(ErrorCode::damaged, "object: a set whose elements do not ascend");
    set.insert(std::move(element));
  }
  return set;
}

Map ValueReader::read_map(const MapDecoder& entries) {
  Map map;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    Value key = read_key(entries.key(i));
    if (i != 0 && map.end()[-1].key >= key)
      throw Error(ErrorCode::damaged, "object: a map whose keys do not ascend");
    map.put(std::move(key), read(entries.value(i)));
  }
  return map;
}

Object ValueReader::read_object(const ObjectDecoder& stored) {
  Object object(stored.class_name(), stored.class_version(), {});
  object.fields.reserve(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const Schema::Field& field = stored.schema().fields[i];
    object.fields.push_back({field.name, read(stored.field(i)), field.type, field.codec});
  }
  return object;
}

Value ValueReader::read_array(const ArrayDecoder& array) const {
  if (array.is_chunked() && !load_arrays_ && keys_ == 0)
    return StoredArray{array.dtype(), array.shape(), array.size_bytes()};
  detail::expect_stored(array);
  Array numbers{array.dtype(), array.shape(), Bytes(static_cast<std::size_t>(array.size_bytes()))};
  array.read(numbers.data);
  return numbers;
}

Value ValueReader::read_shared(const Decoder& in) {
  if (keys_ != 0) throw Error(ErrorCode::damaged, "object: a shared value in a key of a map or an element of a set");
  const auto [known, is_new] =
      numbers_.try_emplace(in.shared_number(), static_cast<std::uint32_t>(shared_.size()));
  const std::uint32_t number = known->second;
  if (is_new) {
    shared_.emplace_back();
    open_.push_back(true);
    Value value = read(in.shared());
    shared_[number] = std::move(value);
    open_[number] = false;
  } else if (open_[number]) {
    throw Error(ErrorCode::damaged, "object: a shared value that contains itself");
  }
  return SharedRef{number};
}

Value ValueReader::read(const Decoder& in) {
  switch (in.kind()) {
    case ValueKind::null: return Value();
    case ValueKind::boolean: return in.boolean();
    case ValueKind::integer: return in.integer<std::int64_t>();
    case ValueKind::natural: return in.integer<std::uint64_t>();
    case ValueKind::real: return in.real();
    case ValueKind::text: return in.text();
    case ValueKind::bytes: return cairn::decode<Bytes>(in);
    case ValueKind::list: return read_elements(in.list());
    case ValueKind::map: return read_map(in.map());
    case ValueKind::object: return read_object(in.object());
    case ValueKind::array: return read_array(in.array());
    case ValueKind::object_ref: return in.object_ref();
    case ValueKind::artifact_ref: return in.artifact_ref();
    case ValueKind::node_ref: return NodeRef{in.node_ref()};
    case ValueKind::big_integer: return in.big_integer();
    case ValueKind::tuple: return Tuple{read_elements(in.tuple())};
    case ValueKind::set: return read_set(in.set());
    case ValueKind::decimal: return in.decimal();
    case ValueKind::complex: return in.complex();
    case ValueKind::date: return in.date();
    case ValueKind::time_of_day: return in.time_of_day();
    case ValueKind::date_time: return in.date_time();
    case ValueKind::duration: return in.duration();
    case ValueKind::uuid: return in.uuid();
    case ValueKind::path: return Path{std::string(in.path())};
    case ValueKind::enumerator: return read_enumerator(in.enumerator());
    case ValueKind::quantity: return read_quantity(in.quantity());
    case ValueKind::identity: return in.identity();
    case ValueKind::lossy: return read_lossy(in.lossy());
    case ValueKind::graph: break;
    case ValueKind::shared: return read_shared(in);
    case ValueKind::message: return in.message().read();
  }
  return Value();
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
  for (const Field& field : value.fields) schema.fields.push_back({field.name, field.type, field.codec});
  const ObjectEncoder fields = out.object(schema);
  std::size_t index = 0;
  try {
    for (; index < value.fields.size(); ++index) encode_value(fields[index], value.fields[index].value);
  } catch (const Error&) {
    detail::rethrow_at_field(value.fields[index].name);
  }
}

void encode_array(const Encoder& out, const Array& value) { out.array(value.dtype, value.shape, value.data); }

Value decode_value(const Decoder& in, bool load_arrays) { return ValueReader(load_arrays).read_whole(in); }

}  // namespace cairn
