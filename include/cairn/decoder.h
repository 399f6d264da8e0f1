// Decoder: one stored value, seen without copying it.
//
// Decoders, and every view they return, are valid until the callback they were handed out in returns; elements of a list
// of kListInlineMax elements or more only as long as the ListDecoder they came from, and until it hands out another.
// Copying one is cheap. Asking for what a value is not throws type_mismatch, saying what was expected and what was found; bytes that
// make no sense throw damaged. Not for use by several threads at once.
#pragma once

#include <cairn/encoder.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace format {
class DecodeContext;
class SegmentedListReader;
struct DecoderAccess;
}  // namespace format

/// What a stored value is.
enum class ValueKind : std::uint8_t {
  null,
  boolean,
  integer,  ///< fits std::int64_t
  natural,  ///< an integer above 2^63-1
  real,
  text,
  bytes,
  list,
  map,
  object,
  array,
  object_ref,
  artifact_ref,
  node_ref,
  big_integer,
  tuple,
  set,
  decimal,
  complex,
  date,
  time_of_day,
  date_time,
  duration,
  uuid,
  path,
  enumerator,
  quantity,
  identity,
  lossy,
  graph = 30,  ///< never of a Decoder, which is given the root
  shared = 31,
  message = 32,
};

/// "text", "list" and the like, for messages.
std::string_view value_kind_name(ValueKind kind);

class FileReader;
class ListDecoder;
class MapDecoder;
class ObjectDecoder;
class ArrayDecoder;
class MessageDecoder;
class Registry;
struct EnumeratorDecoder;
struct QuantityDecoder;
struct LossyDecoder;

namespace detail {

struct DecodeScope {
  format::DecodeContext* context;
  std::uint16_t depth;
  bool type_hint;       // ReadOptions::type_hint
  bool checks_classes;  // the registry has an allow list
};

[[noreturn]] void throw_out_of_range(std::int64_t found, std::int64_t least, std::uint64_t most);
[[noreturn]] void throw_out_of_range(std::uint64_t found, std::int64_t least, std::uint64_t most);

}  // namespace detail

/// One stored value.
class Decoder {
 public:
  ValueKind kind() const;
  bool is_null() const { return kind() == ValueKind::null; }
  bool boolean() const;
  /// The integer, if an Integer can hold it; else throws type_mismatch.
  template <std::integral Integer = std::int64_t>
  Integer integer() const {
    constexpr auto kLeast = static_cast<std::int64_t>(std::numeric_limits<Integer>::min());
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
    if (kind() == ValueKind::natural) {
      const std::uint64_t value = natural();
      if (value > kMost) detail::throw_out_of_range(value, kLeast, kMost);
      return static_cast<Integer>(value);
    }
    const std::int64_t value = int64();
    if (value < kLeast || (value > 0 && static_cast<std::uint64_t>(value) > kMost))
      detail::throw_out_of_range(value, kLeast, kMost);
    return static_cast<Integer>(value);
  }
  double real() const;
  std::string_view text() const;
  std::span<const std::byte> bytes() const;
  ObjectId object_ref() const;
  ArtifactId artifact_ref() const;
  Uuid node_ref() const;
  /// Also one that 64 bits hold.
  BigInteger big_integer() const;
  Decimal decimal() const;
  std::complex<double> complex() const;
  Date date() const;
  TimeOfDay time_of_day() const;
  DateTime date_time() const;
  Duration duration() const;
  Uuid uuid() const;
  std::string_view path() const;
  Identity identity() const;
  EnumeratorDecoder enumerator() const;
  QuantityDecoder quantity() const;
  LossyDecoder lossy() const;
  /// The number of the shared value that is referred to, and the value. It may be met again: Codec<std::shared_ptr> makes
  /// one object of it.
  std::uint32_t shared_number() const;
  Decoder shared() const;
  /// This, or the value that it refers to. Throws damaged for a reference that leads nowhere.
  Decoder without_sharing() const;
  ListDecoder list() const;
  ListDecoder tuple() const;
  /// That its elements ascend is for the caller to check.
  ListDecoder set() const;
  MapDecoder map() const;
  ObjectDecoder object() const;
  ArrayDecoder array() const;
  MessageDecoder message() const;
  /// Of an artifact_ref: what Encoder::files kept, or any other artifact that is a directory. See files.h.
  std::unique_ptr<const FileReader> files() const;

  /// What the program has registered; empty if it has nothing.
  const Registry& registry() const;
  /// True if the type that is asked for stands in for one that the data has lost, see ReadOptions.
  bool type_hint() const { return scope_.type_hint; }
  /// True if only classes that the registry allows may be decoded.
  bool checks_classes() const { return scope_.checks_classes; }

  /// Throws type_mismatch: expected `expected`, found what this is.
  [[noreturn]] void mismatch(std::string_view expected) const;

 private:
  friend struct format::DecoderAccess;
  Decoder() = default;
  std::int64_t int64() const;
  std::uint64_t natural() const;

  detail::Handle<48> place_;
  detail::DecodeScope scope_;
};

struct EnumeratorDecoder {
  std::string_view type;
  std::string_view name;
  Decoder value;
};

struct QuantityDecoder {
  Decoder magnitude;
  std::string_view unit;
};

struct LossyDecoder {
  std::string_view type;
  Decoder rest;
};

class ListDecoder {
 public:
  std::size_t size() const { return size_; }
  /// Throws invalid_argument past the end.
  Decoder operator[](std::size_t index) const;

 private:
  friend struct format::DecoderAccess;
  ListDecoder() = default;

  detail::Handle<48> elements_;
  detail::DecodeScope scope_;
  std::size_t size_;
  std::shared_ptr<format::SegmentedListReader> segments_;  // of a long list; elements_ is of no use then
};

class MapDecoder {
 public:
  std::size_t size() const { return size_; }
  Decoder key(std::size_t index) const;
  Decoder value(std::size_t index) const;

 private:
  friend struct format::DecoderAccess;
  MapDecoder() = default;

  detail::Handle<48> entries_;
  detail::DecodeScope scope_;
  std::uint32_t size_;
};

class ObjectDecoder {
 public:
  const Schema& schema() const { return *schema_; }
  const std::string& class_name() const { return schema_->class_name; }
  std::uint32_t class_version() const { return schema_->class_version; }
  /// Number of fields.
  std::size_t size() const { return fields_.size(); }
  const std::string& name(std::size_t index) const { return schema_->fields[index].name; }
  Decoder field(std::size_t index) const { return fields_[index]; }
  std::optional<Decoder> find(std::string_view field_name) const;

 private:
  friend class Decoder;
  ObjectDecoder(const Schema& schema, const ListDecoder& fields) : schema_(&schema), fields_(fields) {}

  const Schema* schema_;
  ListDecoder fields_;
};

/// A numeric array; its bytes are read when asked for.
class ArrayDecoder {
 public:
  DType dtype() const { return dtype_; }
  const std::vector<std::uint64_t>& shape() const { return shape_; }
  std::uint64_t element_count() const { return size_bytes_ / dtype_size(dtype_); }
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// True if it is kept outside its object.
  bool is_chunked() const;
  /// Fills `out`, which has size_bytes() bytes, else throws invalid_argument. Throws damaged at a boolean
  /// that is neither 0 nor 1.
  void read(std::span<std::byte> out) const;
  /// Fills `out` with whole elements from number `first` on. Cost: only the chunks that hold them are read.
  void read(std::uint64_t first, std::span<std::byte> out) const;

 private:
  friend struct format::DecoderAccess;
  ArrayDecoder() = default;

  DType dtype_{};
  std::vector<std::uint64_t> shape_;
  std::uint64_t size_bytes_ = 0;
  detail::Handle<48> place_;
  detail::DecodeScope scope_;
};

/// A message of somebody's own Cap'n Proto schema; its schema and data are read when asked for.
class MessageDecoder {
 public:
  std::uint64_t type_id() const { return type_id_; }
  std::uint64_t size_bytes() const { return size_bytes_; }
  /// Throws damaged if the data are not canonical, or the schema is none or does not have the type; limit if the data are
  /// larger than an object may be or nest deeper.
  Message read() const;

 private:
  friend struct format::DecoderAccess;
  MessageDecoder() = default;

  std::uint64_t type_id_ = 0;
  std::uint64_t size_bytes_ = 0;
  detail::Handle<48> place_;
  detail::DecodeScope scope_;
};

}  // namespace cairn
