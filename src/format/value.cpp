// Value, Map and Object: plain data of any stored object, and their total order.
#include <cairn/error.h>
#include <cairn/value.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "base/bytes.h"

namespace cairn {

// ---- Map ----

Map::Map() = default;
Map::Map(std::initializer_list<MapEntry> entries) {
  for (const MapEntry& entry : entries) put(entry.key, entry.value);
}
Map::Map(const Map&) = default;
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map&) = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

void Map::put(Value key, Value value) {
  if (entries_.empty() || entries_.back().key < key) {
    entries_.push_back({std::move(key), std::move(value)});
    return;
  }
  const auto before = [](const MapEntry& entry, const Value& wanted) { return entry.key < wanted; };
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), key, before);  // not the end: see above
  if (at->key == key)
    at->value = std::move(value);
  else
    entries_.insert(at, {std::move(key), std::move(value)});
}

const Value* Map::find(const Value& key) const {
  const auto before = [](const MapEntry& entry, const Value& wanted) { return entry.key < wanted; };
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), key, before);
  return at != entries_.end() && at->key == key ? &at->value : nullptr;
}

const Value* Map::find(std::string_view text_key) const { return find(Value(text_key)); }

std::size_t Map::size() const { return entries_.size(); }
const MapEntry* Map::begin() const { return entries_.data(); }
const MapEntry* Map::end() const { return entries_.data() + entries_.size(); }

// ---- Set ----

bool Set::insert(Value element) {
  if (elements_.empty() || elements_.back() < element) {
    elements_.push_back(std::move(element));
    return true;
  }
  const auto at = std::lower_bound(elements_.begin(), elements_.end(), element);  // not the end: see above
  if (*at == element) return false;
  elements_.insert(at, std::move(element));
  return true;
}

bool Set::contains(const Value& element) const { return std::binary_search(elements_.begin(), elements_.end(), element); }

// ---- Values with parts ----

bool operator==(const Tuple& a, const Tuple& b) { return a.elements == b.elements; }

Enumerator::Enumerator(std::string type, std::string name, Value value)
    : type_(std::move(type)), name_and_value_{Value(std::move(name)), std::move(value)} {
  if (!name_and_value_[0].is<std::string>())
    throw Error(ErrorCode::invalid_argument, "an enumerator of " + type_ + " whose name is not UTF-8");
}
const std::string& Enumerator::name() const { return *name_and_value_[0].get_if<std::string>(); }
const Value& Enumerator::value() const { return name_and_value_[1]; }

Quantity::Quantity(Value magnitude, std::string unit) : magnitude_{std::move(magnitude)}, unit_(std::move(unit)) {}

Lossy::Lossy(std::string type, Value rest) : type_(std::move(type)), rest_{std::move(rest)} {}

Graph::Graph(List shared, Value root) : shared_(std::move(shared)), root_{std::move(root)} {}

// ---- Object ----

Object::Object() = default;
Object::Object(std::string name, std::uint32_t version, std::vector<Field> members)
    : class_name(std::move(name)), class_version(version), fields(std::move(members)) {}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view field_name) const {
  for (const Field& field : fields)
    if (field.name == field_name) return &field.value;
  return nullptr;
}

// ---- Value ----

static_assert(sizeof(Value) <= 72, "lists of a million values are common");

namespace {

Value::Storage unsigned_storage(std::uint64_t integer) {
  if (integer <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return static_cast<std::int64_t>(integer);
  return integer;
}

Value::Storage text_storage(std::string text) {
  if (base::is_utf8(text)) return text;
  const auto bytes = base::as_bytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

namespace {

// The first form that holds it.
Value::Storage integer_storage(BigInteger integer) {
  if (integer >= BigInteger(std::numeric_limits<std::int64_t>::min()) &&
      integer <= BigInteger(std::numeric_limits<std::uint64_t>::max())) {
    std::uint64_t bits = integer.is_negative() ? ~std::uint64_t{0} : 0;
    for (const std::byte byte : integer.bytes()) bits = bits << 8 | std::to_integer<std::uint64_t>(byte);
    return integer.is_negative() ? Value::Storage(static_cast<std::int64_t>(bits)) : unsigned_storage(bits);
  }
  return integer;
}

}  // namespace

Value::Value(BigInteger integer) : storage_(integer_storage(std::move(integer))) {}
Value::Value(std::uint64_t integer) : storage_(unsigned_storage(integer)) {}
Value::Value(std::string text) : storage_(text_storage(std::move(text))) {}

std::string_view Value::kind_name() const {
  static constexpr std::string_view kNames[] = {
      "null",     "boolean",          "integer",            "integer",        "real",       "text",
      "bytes",    "list",             "map",                "object",         "array",      "stored array",
      "object reference", "artifact reference", "node reference", "integer",  "tuple",      "set",
      "decimal",  "complex number",   "date",               "time",           "date and time", "duration",
      "UUID",     "path",             "enumerator",         "quantity",       "reference by name", "lossy value",
      "graph",    "shared value", "message"};
  static_assert(std::size(kNames) == std::variant_size_v<Storage>);
  return kNames[storage_.index()];
}

// ---- Order ----

namespace {

template <class T>
std::strong_ordering order(const T& a, const T& b) {
  return a <=> b;
}

// By bits, so that NaNs and both zeros are in the order and equal only to themselves.
std::strong_ordering order(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) <=> std::bit_cast<std::uint64_t>(b);
}

std::strong_ordering order(const Map& a, const Map& b) {
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

std::strong_ordering order(const Object& a, const Object& b) {
  if (const auto by_name = a.class_name <=> b.class_name; by_name != 0) return by_name;
  if (const auto by_version = a.class_version <=> b.class_version; by_version != 0) return by_version;
  return a.fields <=> b.fields;
}

std::strong_ordering order(const Array& a, const Array& b) {
  if (const auto by_type = a.dtype <=> b.dtype; by_type != 0) return by_type;
  if (const auto by_shape = a.shape <=> b.shape; by_shape != 0) return by_shape;
  return a.data <=> b.data;
}

std::strong_ordering order(const Tuple& a, const Tuple& b) { return a.elements <=> b.elements; }

std::strong_ordering order(const Set& a, const Set& b) { return a.elements() <=> b.elements(); }

std::strong_ordering order(const std::complex<double>& a, const std::complex<double>& b) {
  const auto by_real = order(a.real(), b.real());
  return by_real != 0 ? by_real : order(a.imag(), b.imag());
}

std::strong_ordering order(const Enumerator& a, const Enumerator& b) {
  if (const auto by_type = a.type() <=> b.type(); by_type != 0) return by_type;
  if (const auto by_name = a.name() <=> b.name(); by_name != 0) return by_name;
  return a.value() <=> b.value();
}

std::strong_ordering order(const Quantity& a, const Quantity& b) {
  const auto by_magnitude = a.magnitude() <=> b.magnitude();
  return by_magnitude != 0 ? by_magnitude : a.unit() <=> b.unit();
}

std::strong_ordering order(const Lossy& a, const Lossy& b) {
  const auto by_type = a.type() <=> b.type();
  return by_type != 0 ? by_type : a.rest() <=> b.rest();
}

std::strong_ordering order(const Graph& a, const Graph& b) {
  const auto by_shared = a.shared() <=> b.shared();
  return by_shared != 0 ? by_shared : a.root() <=> b.root();
}

std::strong_ordering order(const StoredArray& a, const StoredArray& b) {
  if (const auto by_type = a.dtype <=> b.dtype; by_type != 0) return by_type;
  if (const auto by_shape = a.shape <=> b.shape; by_shape != 0) return by_shape;
  return a.size_bytes <=> b.size_bytes;
}

}  // namespace

std::strong_ordering operator<=>(const Value& a, const Value& b) {
  if (const auto by_kind = a.storage_.index() <=> b.storage_.index(); by_kind != 0) return by_kind;
  return std::visit(
      [&b](const auto& left) { return order(left, *b.get_if<std::remove_cvref_t<decltype(left)>>()); }, a.storage_);
}

bool operator==(const Value& a, const Value& b) { return (a <=> b) == 0; }

}  // namespace cairn
