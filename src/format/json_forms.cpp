#include "format/json_forms.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "format/array_size.h"
#include "format/base64.h"

namespace cairn::format {

namespace {

[[noreturn]] void refuse(std::string_view tag, std::string_view expected) {
  throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected {}", tag, expected));
}

template <class T>
const T& get(const Value& value, std::string_view tag, std::string_view expected) {
  const T* found = value.get_if<T>();
  if (found == nullptr) refuse(tag, expected);
  return *found;
}

/// The members of an object that has exactly these, in the order they are asked for.
std::vector<const Value*> members(const Value& value, std::string_view tag,
                                  std::initializer_list<std::string_view> names) {
  const std::string expected = fmt::format("an object with the members {}", fmt::join(names, ", "));
  const Map& map = get<Map>(value, tag, expected);
  std::vector<const Value*> found;
  for (const std::string_view name : names) {
    found.push_back(map.find(name));
    if (found.back() == nullptr) refuse(tag, expected);
  }
  if (map.size() != names.size()) refuse(tag, expected);
  return found;
}

Bytes read_bytes(const Value& content, std::string_view tag) {
  auto bytes = parse_base64(get<std::string>(content, tag, "base64"));
  if (!bytes) refuse(tag, "base64");
  return std::move(*bytes);
}

Value read_real(const Value& content, std::string_view tag) {
  constexpr std::string_view kExpected = "\"inf\", \"-inf\" or \"nan:\" and 16 hexadecimal digits of a NaN";
  const std::string& text = get<std::string>(content, tag, kExpected);
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  std::uint64_t bits = 0;
  const char* end = text.data() + text.size();
  if (text.size() != 20 || !text.starts_with("nan:") ||
      std::from_chars(text.data() + 4, end, bits, 16).ptr != end || !std::isnan(std::bit_cast<double>(bits)))
    refuse(tag, kExpected);
  return std::bit_cast<double>(bits);
}

Value read_map(const Value& content, std::string_view tag) {
  constexpr std::string_view kExpected = "a list of pairs [key, value]";
  Map map;
  for (const Value& pair : get<List>(content, tag, kExpected)) {
    const List& entry = get<List>(pair, tag, kExpected);
    if (entry.size() != 2) refuse(tag, kExpected);
    if (map.find(entry[0]) != nullptr) refuse(tag, "distinct keys");
    map.put(entry[0], entry[1]);
  }
  return map;
}

std::uint64_t read_natural(const Value& value, std::string_view tag, std::string_view expected) {
  if (const auto* natural = value.get_if<std::uint64_t>()) return *natural;
  const std::int64_t integer = get<std::int64_t>(value, tag, expected);
  if (integer < 0) refuse(tag, expected);
  return static_cast<std::uint64_t>(integer);
}

Value read_object(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"class", "version", "fields"});
  const std::uint64_t version = read_natural(*found[1], tag, "a version from 0 to 2^32-1");
  if (version > std::numeric_limits<std::uint32_t>::max()) refuse(tag, "a version from 0 to 2^32-1");
  Object object(get<std::string>(*found[0], tag, "the name of a class"), static_cast<std::uint32_t>(version), {});
  constexpr std::string_view kExpected = "fields as lists [name, value], [name, value, type] or [name, value, type, codec]";
  for (const Value& one : get<List>(*found[2], tag, kExpected)) {
    const List& parts = get<List>(one, tag, kExpected);
    if (parts.size() < 2 || parts.size() > 4) refuse(tag, kExpected);
    Field field{get<std::string>(parts[0], tag, kExpected), parts[1]};
    if (parts.size() > 2) field.type = get<std::string>(parts[2], tag, kExpected);
    if (parts.size() > 3) field.codec = get<std::string>(parts[3], tag, kExpected);
    object.fields.push_back(std::move(field));
  }
  return object;
}

DType read_dtype(const Value& value, std::string_view tag) {
  const auto dtype = parse_dtype(get<std::string>(value, tag, "the name of an element type"));
  if (!dtype) refuse(tag, "the name of an element type");
  return *dtype;
}

std::vector<std::uint64_t> read_shape(const Value& value, std::string_view tag) {
  std::vector<std::uint64_t> shape;
  for (const Value& extent : get<List>(value, tag, "a shape")) shape.push_back(read_natural(extent, tag, "a shape"));
  return shape;
}

void check_size(DType dtype, const std::vector<std::uint64_t>& shape, std::uint64_t size, std::string_view tag) {
  if (array_size(dtype, shape) != size) refuse(tag, "as many bytes as the shape needs");
}

Value read_array(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"dtype", "shape", "data"});
  Array array{read_dtype(*found[0], tag), read_shape(*found[1], tag), read_bytes(*found[2], tag)};
  check_size(array.dtype, array.shape, array.data.size(), tag);
  return array;
}

Value read_stored_array(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"dtype", "shape", "size"});
  StoredArray array{read_dtype(*found[0], tag), read_shape(*found[1], tag), read_natural(*found[2], tag, "a size")};
  check_size(array.dtype, array.shape, array.size_bytes, tag);
  return array;
}

template <class Id>
Value read_id(const Value& content, std::string_view tag) {
  const auto id = Id::parse(get<std::string>(content, tag, "an id"));
  if (!id) refuse(tag, "an id in hexadecimal digits");
  return *id;
}

// The value of a type that is written as one text.
template <class T>
Value read_parsed(const Value& content, std::string_view tag) {
  auto value = T::parse(get<std::string>(content, tag, "a text"));
  if (!value) refuse(tag, "a text of its form (see value_json.h)");
  return Value(std::move(*value));
}

Value read_node_ref(const Value& content, std::string_view tag) {
  const auto node = Uuid::parse(get<std::string>(content, tag, "a UUID"));
  if (!node) refuse(tag, "a UUID");
  return NodeRef{*node};
}

Value read_tuple(const Value& content, std::string_view tag) { return Tuple{get<List>(content, tag, "a list")}; }

Value read_set(const Value& content, std::string_view tag) {
  Set set;
  for (const Value& element : get<List>(content, tag, "a list"))
    if (!set.insert(element)) refuse(tag, "distinct elements");
  return set;
}

Value read_complex(const Value& content, std::string_view tag) {
  constexpr std::string_view kExpected = "a list of two reals";
  const List& parts = get<List>(content, tag, kExpected);
  if (parts.size() != 2) refuse(tag, kExpected);
  return std::complex<double>(get<double>(parts[0], tag, kExpected), get<double>(parts[1], tag, kExpected));
}

Value read_path(const Value& content, std::string_view tag) {
  const Bytes* bytes = content.get_if<Bytes>();
  if (bytes == nullptr) return Path{get<std::string>(content, tag, "a text or {\"$bytes\"}")};
  return Path{std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size())};
}

Value read_enumerator(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"type", "name", "value"});
  return Enumerator(get<std::string>(*found[0], tag, "the name of a type"),
                    get<std::string>(*found[1], tag, "the name of an enumerator"), *found[2]);
}

Value read_quantity(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"magnitude", "unit"});
  return Quantity(*found[0], get<std::string>(*found[1], tag, "the name of a unit"));
}

Value read_identity(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"scope", "id"});
  return Identity{get<std::string>(*found[0], tag, "a text"), get<std::string>(*found[1], tag, "a text")};
}

Value read_lossy(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"type", "rest"});
  return Lossy(get<std::string>(*found[0], tag, "the name of a type"), *found[1]);
}

Value read_graph(const Value& content, std::string_view tag) {
  const auto found = members(content, tag, {"shared", "root"});
  return Graph(get<List>(*found[0], tag, "a list of shared values"), *found[1]);
}

Value read_shared(const Value& content, std::string_view tag) {
  constexpr std::string_view kExpected = "a number from 0 to 2^32-1";
  const std::uint64_t number = read_natural(content, tag, kExpected);
  if (number > std::numeric_limits<std::uint32_t>::max()) refuse(tag, kExpected);
  return SharedRef{static_cast<std::uint32_t>(number)};
}

Value read_message(const Value& content, std::string_view tag) {
  constexpr std::string_view kType = "a type of 16 hexadecimal digits";
  const auto found = members(content, tag, {"type", "schema", "data"});
  const std::string& type = get<std::string>(*found[0], tag, kType);
  const char* end = type.data() + type.size();
  std::uint64_t id = 0;
  if (type.size() != 16 || std::from_chars(type.data(), end, id, 16).ptr != end) refuse(tag, kType);
  return Message(id, std::make_shared<const Bytes>(read_bytes(*found[1], tag)), read_bytes(*found[2], tag));
}

struct FormRow {
  std::string_view tag;
  Value (*read)(const Value& content, std::string_view tag);
};

constexpr FormRow kForms[] = {
    {"$bytes", [](const Value& content, std::string_view tag) { return Value(read_bytes(content, tag)); }},
    {"$real", read_real},
    {"$map", read_map},
    {"$object", read_object},
    {"$array", read_array},
    {"$storedArray", read_stored_array},
    {"$objectRef", read_id<ObjectId>},
    {"$artifactRef", read_id<ArtifactId>},
    {"$nodeRef", read_node_ref},
    {"$integer", read_parsed<BigInteger>},
    {"$decimal", read_parsed<Decimal>},
    {"$complex", read_complex},
    {"$tuple", read_tuple},
    {"$set", read_set},
    {"$date", read_parsed<Date>},
    {"$time", read_parsed<TimeOfDay>},
    {"$datetime", read_parsed<DateTime>},
    {"$duration", read_parsed<Duration>},
    {"$uuid", read_parsed<Uuid>},
    {"$path", read_path},
    {"$enum", read_enumerator},
    {"$quantity", read_quantity},
    {"$identity", read_identity},
    {"$lossy", read_lossy},
    {"$graph", read_graph},
    {"$shared", read_shared},
    {"$message", read_message},
};

}  // namespace

Value read_json_form(std::string_view tag, const Value& content) {
  for (const FormRow& row : kForms)
    if (row.tag == tag) return row.read(content, tag);
  throw Error(ErrorCode::invalid_argument, fmt::format("unknown form {}", tag));
}

}  // namespace cairn::format
