// Encoder: where a value is written. A codec writes exactly one value into each Encoder it is given.
//
// Encoders are handles, valid until the encoding call they were handed out in returns. Copying one is cheap and both
// copies mean the same place, which is why their writing members are const. A place that nothing is written to holds
// null. Every write throws limit when values nest deeper, or are larger, than Limits allows.
#pragma once

#include <cairn/digest.h>
#include <cairn/fallback.h>
#include <cairn/limits.h>
#include <cairn/schema.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <typeinfo>

namespace [[gnu::visibility("default")]] cairn {

/// Arrays of so many bytes or more are kept outside their object, cut into chunks that equal arrays share.
inline constexpr std::size_t kArrayInlineMax = 16 * 1024;
/// Lists of so many elements or more are kept outside their object, in segments that equal parts of lists share.
inline constexpr std::size_t kListInlineMax = 1024;

class FileWriter;
class ListEncoder;
class MapEncoder;
class ObjectEncoder;
class Registry;

namespace format {
class EncodeContext;
struct EncoderAccess;
}  // namespace format

namespace detail {

// Room for a builder of the serialization library, whose headers stay out of the public ones.
template <std::size_t Size>
struct Handle {
  alignas(void*) std::byte bytes[Size];
};

// What every encoder carries beside its place.
struct EncodeScope {
  format::EncodeContext* context;
  std::uint16_t depth;
  bool in_key;  // arrays and lists stay inside a key, so that keys can be compared
};

}  // namespace detail

/// The place of one value.
class Encoder {
 public:
  void null() const;
  void boolean(bool value) const;
  template <std::integral Integer>
  void integer(Integer value) const {
    if constexpr (std::signed_integral<Integer>)
      put_signed(value);
    else
      put_unsigned(value);
  }
  /// Kept bit for bit.
  void real(double value) const;
  /// Stored as bytes if it is not UTF-8.
  void text(std::string_view value) const;
  void bytes(std::span<const std::byte> value) const;
  /// `data` is little-endian in C order. Throws invalid_argument unless it has dtype_size * product(shape)
  /// bytes, each of them 0 or 1 if they are booleans.
  void array(DType dtype, std::span<const std::uint64_t> shape, std::span<const std::byte> data) const;
  void object_ref(const ObjectId& id) const;
  void artifact_ref(const ArtifactId& id) const;
  void node_ref(const Uuid& node) const;
  /// Stored as an integer of 64 bits where that holds it.
  void big_integer(const BigInteger& value) const;
  void decimal(const Decimal& value) const;
  /// Both parts are kept bit for bit.
  void complex(const std::complex<double>& value) const;
  /// These throw invalid_argument unless value.is_valid().
  void date(const Date& value) const;
  void time_of_day(const TimeOfDay& value) const;
  void date_time(const DateTime& value) const;
  void duration(const Duration& value) const;
  void uuid(const Uuid& value) const;
  void path(std::string_view name) const;
  void identity(const Identity& value) const;
  /// Throws invalid_argument if its data are not canonical, or its schema is none or does not have its type.
  void message(const Message& value) const;
  /// Keeps the files that `write` adds as one artifact, and writes a reference to it. Throws unstorable without a store.
  void files(const std::function<void(FileWriter&)>& write) const;
  /// Of kListInlineMax elements or more, it is written in order: asking for a place ends the one before.
  ListEncoder list(std::size_t size) const;
  ListEncoder tuple(std::size_t size) const;
  /// Calls `write` with the place of each element in turn. They come in the order of Value, as keys of a map do; throws
  /// invalid_argument for one that is not greater than the one before.
  void set(std::size_t size, const std::function<void(std::size_t index, const Encoder& element)>& write) const;
  MapEncoder map(std::size_t size) const;
  /// These return the place of the value within. Throw invalid_argument for names that are not UTF-8.
  Encoder enumerator(std::string_view type, std::string_view name) const;
  Encoder quantity(std::string_view unit) const;
  Encoder lossy(std::string_view type) const;
  /// Writes a reference to an object that others may refer to as well: the same address as the same type is the same
  /// object. Where it is first met, calls `write` with a place for it, and gives it the next number: equal objects have
  /// equal bytes if their places are written in order. Keeps `object` until the encoding ends. Throws unstorable in a key
  /// of a map or an element of a set, and if `object` is being written, so that it contains itself.
  void shared(std::shared_ptr<const void> object, const std::type_info& type,
              const std::function<void(const Encoder&)>& write) const;
  ObjectEncoder object(const Schema& schema) const;
  /// As object(), for a schema with static storage duration: it is known again by its address.
  ObjectEncoder static_object(const Schema& schema) const;

  /// What the program has registered; empty if it has nothing.
  const Registry& registry() const;
  /// What its caller asked for, for values that have no way back.
  Fallback fallback() const;

 private:
  friend struct format::EncoderAccess;
  Encoder() = default;
  void put_signed(std::int64_t value) const;
  void put_unsigned(std::uint64_t value) const;
  ObjectEncoder object_of(const Schema& schema, std::uint32_t index) const;

  detail::Handle<40> place_;
  detail::EncodeScope scope_;
};

/// The places of a list's elements.
class ListEncoder {
 public:
  /// `index` is less than the size given to list(). Throws invalid_argument for a place of a long list that was passed.
  Encoder operator[](std::size_t index) const;

 private:
  friend struct format::EncoderAccess;
  ListEncoder() = default;

  detail::Handle<40> elements_;
  detail::EncodeScope scope_;
  std::uint64_t segmented_ = 0;  // number of the long list that is written, 0 for a short one
};

/// The places of a map's entries, written one after the other: key, value, key, value. Keys come in the order of
/// Value, which for text and integers is the natural one; others are sorted first (see canonical_order in codec.h).
/// Objects are refused with invalid_argument if a map has fewer entries in the end than map() was told.
class MapEncoder {
 public:
  /// The key of the next entry.
  Encoder key();
  /// The value of the entry whose key was written last. Throws invalid_argument if that key is not greater than the
  /// one before: it is there twice, or out of order.
  Encoder value();

 private:
  friend struct format::EncoderAccess;
  MapEncoder() = default;

  detail::Handle<40> entries_;
  detail::EncodeScope scope_;
  std::uint32_t next_;
};

/// The places of an object's fields, in the order of its schema.
class ObjectEncoder {
 public:
  Encoder operator[](std::size_t index) const { return fields_[index]; }

 private:
  friend class Encoder;
  explicit ObjectEncoder(const ListEncoder& fields) : fields_(fields) {}

  ListEncoder fields_;
};

}  // namespace cairn
