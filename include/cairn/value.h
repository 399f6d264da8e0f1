// Value: any stored object as plain data, without the C++ type that wrote it.
#pragma once

#include <cairn/digest.h>
#include <cairn/message.h>
#include <cairn/number.h>
#include <cairn/time.h>
#include <cairn/uuid.h>

#include <bit>
#include <compare>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

class Value;
struct MapEntry;
struct Field;

using Bytes = std::vector<std::byte>;
using List = std::vector<Value>;

/// Element type of a numeric array. Numbers are stored; codes are added, never renumbered.
enum class DType : std::uint8_t {
  boolean = 1,
  int8 = 2,
  int16 = 3,
  int32 = 4,
  int64 = 5,
  uint8 = 6,
  uint16 = 7,
  uint32 = 8,
  uint64 = 9,
  float16 = 10,
  float32 = 11,
  float64 = 12,
  complex64 = 13,
  complex128 = 14,
};

/// Bytes of one element. Throws invalid_argument for a number that is no DType.
std::size_t dtype_size(DType dtype);
/// "float64" and the like. Throws invalid_argument for a number that is no DType.
std::string_view dtype_name(DType dtype);
std::optional<DType> parse_dtype(std::string_view name);

/// A numeric array in C order, little-endian.
struct Array {
  DType dtype = DType::float64;
  std::vector<std::uint64_t> shape;
  Bytes data;  ///< dtype_size * product(shape) bytes

  friend bool operator==(const Array&, const Array&) = default;

  /// From elements in C order with the given order of bytes, of both parts of complex numbers each. Throws
  /// invalid_argument unless there are dtype_size * product(shape) bytes, or if a boolean is neither 0 nor 1.
  static Array from_bytes(DType dtype, std::vector<std::uint64_t> shape, std::span<const std::byte> bytes,
                          std::endian order = std::endian::little);
};

/// A numeric array that was left in the store when its object was read (see ReadOptions::load_arrays).
struct StoredArray {
  DType dtype = DType::float64;
  std::vector<std::uint64_t> shape;
  std::uint64_t size_bytes = 0;

  friend bool operator==(const StoredArray&, const StoredArray&) = default;
};

/// A list of a fixed length whose places have meanings of their own.
struct Tuple {
  List elements;

  friend bool operator==(const Tuple& a, const Tuple& b);
};

/// Distinct elements, kept sorted (Value's total order). Build it with insert().
class Set {
 public:
  /// False if an equal element is there already. Appending in order is O(1).
  bool insert(Value element);
  bool contains(const Value& element) const;
  const List& elements() const { return elements_; }

 private:
  List elements_;
};

/// Entries with distinct keys, kept sorted by key (Value's total order). Build it with put().
class Map {
 public:
  Map();
  Map(std::initializer_list<MapEntry> entries);
  Map(const Map&);
  Map(Map&&) noexcept;
  Map& operator=(const Map&);
  Map& operator=(Map&&) noexcept;
  ~Map();

  /// Adds the entry, or replaces the value of an equal key. Appending in key order is O(1).
  void put(Value key, Value value);
  const Value* find(const Value& key) const;
  const Value* find(std::string_view text_key) const;
  const Value* find(const char* text_key) const { return find(std::string_view(text_key)); }
  std::size_t size() const;
  const MapEntry* begin() const;
  const MapEntry* end() const;

 private:
  std::vector<MapEntry> entries_;
};

/// A value of a described class: its name, its version, its fields in the order of the class.
struct Object {
  std::string class_name;
  std::uint32_t class_version = 1;
  std::vector<Field> fields;

  Object();
  Object(std::string name, std::uint32_t version, std::vector<Field> members);
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();
  const Value* find(std::string_view field_name) const;
  /// Changes the field, or adds it at the end.
  void set(std::string_view field_name, Value value);
  /// False if there is no such field.
  bool erase(std::string_view field_name);
  /// Gives it another name, in place of a field that has that. False if there is no such field.
  bool rename(std::string_view from, std::string_view to);
};

/// The name of a file or directory: any bytes, as POSIX has them.
struct Path {
  std::string name;

  friend auto operator<=>(const Path&, const Path&) = default;
};

/// A value of an enumeration, so that it can be told from its name as well as from its number.
class Enumerator {
 public:
  /// Throws invalid_argument if the name is not UTF-8.
  Enumerator(std::string type, std::string name, Value value);
  const std::string& type() const { return type_; }
  const std::string& name() const;
  const Value& value() const;

 private:
  std::string type_;
  List name_and_value_;  // in one: what is seldom met must not make every Value larger
};

/// A number, or an array of them, with its unit.
class Quantity {
 public:
  Quantity(Value magnitude, std::string unit);
  const Value& magnitude() const { return magnitude_.front(); }
  const std::string& unit() const { return unit_; }

 private:
  List magnitude_;
  std::string unit_;
};

/// A reference by a name that is unique within its scope, whether or not anything has that name yet.
struct Identity {
  std::string scope;
  std::string id;

  friend auto operator<=>(const Identity&, const Identity&) = default;
};

/// A reference to a node of the graph.
struct NodeRef {
  Uuid node;

  friend auto operator<=>(const NodeRef&, const NodeRef&) = default;
};

/// What is left of a value that had no lossless form, because its owner asked for a fallback.
class Lossy {
 public:
  /// `type` is that of the value which was lost.
  Lossy(std::string type, Value rest);
  const std::string& type() const { return type_; }
  const Value& rest() const { return rest_.front(); }

 private:
  std::string type_;
  List rest_;
};

/// Values that are referred to more than once, and the root that shares them. Only the outermost value may be one: saving
/// throws unstorable for another. References are numbers of elements of shared(); no value may contain itself. Saving
/// numbers them anew, in the order in which a walk from the root, depth first, meets them, without those it does not
/// meet. Loaded graphs are numbered so; others that are stored alike need not be equal.
class Graph {
 public:
  Graph(List shared, Value root);
  const List& shared() const { return shared_; }
  const Value& root() const { return root_.front(); }

 private:
  List shared_;
  List root_;
};

/// A reference to a value that its Graph shares.
struct SharedRef {
  std::uint32_t number = 0;

  friend auto operator<=>(const SharedRef&, const SharedRef&) = default;
};

/// One value of the store's model. Integers are std::int64_t, std::uint64_t only above 2^63-1, and BigInteger only where
/// neither holds them, so that equal numbers have one form. Text is UTF-8; what is not UTF-8 is bytes. 1 and 1.0 differ,
/// so do 0.0 and -0.0; NaN payloads are kept. Equality and order are those of the stored form: floats compare by their
/// bits.
class Value {
 public:
  using Storage = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, List,
                               Map, Object, Array, StoredArray, ObjectId, ArtifactId, NodeRef, BigInteger, Tuple,
                               Set, Decimal, std::complex<double>, Date, TimeOfDay, DateTime, Duration, Uuid, Path,
                               Enumerator, Quantity, Identity, Lossy, Graph, SharedRef, Message>;

  Value() = default;
  Value(std::nullptr_t) {}
  template <std::same_as<bool> Boolean>  // no conversions: a pointer is not true
  Value(Boolean boolean) : storage_(boolean) {}
  Value(std::int64_t integer) : storage_(integer) {}
  Value(int integer) : storage_(std::int64_t{integer}) {}
  Value(unsigned integer) : storage_(std::int64_t{integer}) {}
  Value(std::uint64_t integer);
  Value(long long integer) : storage_(std::int64_t{integer}) {}
  Value(double real) : storage_(real) {}
  Value(std::string text);  ///< becomes bytes if it is not UTF-8
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(Bytes bytes) : storage_(std::move(bytes)) {}
  Value(List list) : storage_(std::move(list)) {}
  Value(Map map) : storage_(std::move(map)) {}
  Value(Object object) : storage_(std::move(object)) {}
  Value(Array array) : storage_(std::move(array)) {}
  Value(StoredArray array) : storage_(std::move(array)) {}
  Value(ObjectId reference) : storage_(reference) {}
  Value(ArtifactId reference) : storage_(reference) {}
  Value(NodeRef reference) : storage_(reference) {}
  Value(BigInteger integer);
  Value(Tuple tuple) : storage_(std::move(tuple)) {}
  Value(Set set) : storage_(std::move(set)) {}
  Value(Decimal decimal) : storage_(std::move(decimal)) {}
  Value(std::complex<double> number) : storage_(number) {}
  Value(Date date) : storage_(date) {}
  Value(TimeOfDay time) : storage_(std::move(time)) {}
  Value(DateTime time) : storage_(std::move(time)) {}
  Value(Duration duration) : storage_(duration) {}
  Value(Uuid uuid) : storage_(uuid) {}
  Value(Path path) : storage_(std::move(path)) {}
  Value(Enumerator enumerator) : storage_(std::move(enumerator)) {}
  Value(Quantity quantity) : storage_(std::move(quantity)) {}
  Value(Identity reference) : storage_(std::move(reference)) {}
  Value(Lossy lossy) : storage_(std::move(lossy)) {}
  Value(Graph graph) : storage_(std::move(graph)) {}
  Value(SharedRef reference) : storage_(reference) {}
  Value(Message message) : storage_(std::move(message)) {}

  template <class T>
  bool is() const {
    return std::holds_alternative<T>(storage_);
  }
  /// The value as a T, or nullptr if it is something else. Lives as long as this Value.
  template <class T>
  const T* get_if() const {
    return std::get_if<T>(&storage_);
  }
  const Storage& storage() const { return storage_; }
  /// "text", "list" and the like, for messages.
  std::string_view kind_name() const;

  friend bool operator==(const Value& a, const Value& b);
  friend std::strong_ordering operator<=>(const Value& a, const Value& b);

 private:
  Storage storage_;
};

struct MapEntry {
  Value key;
  Value value;

  friend bool operator==(const MapEntry&, const MapEntry&) = default;
  friend std::strong_ordering operator<=>(const MapEntry&, const MapEntry&) = default;
};

struct Field {
  std::string name;
  Value value;
  std::string type = "value";  ///< as in Schema, so that a value read and stored again has equal bytes
  std::string codec = {};

  friend bool operator==(const Field&, const Field&) = default;
  friend std::strong_ordering operator<=>(const Field&, const Field&) = default;
};

}  // namespace cairn
