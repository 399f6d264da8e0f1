// JsonTape: what a plain JSON document says, as one flat list of items.
#pragma once

#include <cairn/plain_json.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::format {

enum class JsonKind : std::uint8_t {
  null,
  boolean,
  integer,        ///< that an int64 holds
  large_integer,  ///< as its digits
  real,
  text,
  half_pairs,  ///< text with halves of surrogate pairs, in the UTF-8 that encodes them as if they were characters
  list,
  object,
};

/// A value or a key. Of a list or an object, behind it come the items of its elements, or of its members: each a key and a
/// value.
class JsonItem {
 public:
  static JsonItem of(JsonKind kind, std::uint64_t where, std::uint64_t rest) {
    JsonItem item;
    item.word_ = std::uint64_t{static_cast<std::uint8_t>(kind)} << 56 | where;
    item.rest_ = rest;
    return item;
  }

  JsonKind kind() const { return static_cast<JsonKind>(word_ >> 56); }
  bool boolean() const { return rest_ != 0; }
  std::int64_t integer() const { return static_cast<std::int64_t>(rest_); }
  double real() const { return std::bit_cast<double>(rest_); }
  /// Elements of a list, members of an object.
  std::size_t count() const { return where(); }
  /// Items that a list or an object takes, itself among them; 1 for all else.
  std::size_t size() const { return kind() >= JsonKind::list ? rest_ : 1; }

 private:
  friend class JsonTape;
  std::uint64_t where() const { return word_ & 0x00ff'ffff'ffff'ffff; }

  std::uint64_t word_ = 0;  // kind, and: where its text is, or how many elements it has
  std::uint64_t rest_ = 0;  // the number, how long the text is, or how many items there are
};

/// Keys of an object ascend, unless the order of the document is kept. Memory: 16 bytes an item, and the text that had escapes.
class JsonTape {
 public:
  /// Reads the document, which has to stay where it is. Throws as from_plain_json.
  JsonTape(std::string_view document, const PlainJsonOptions& options);

  const std::vector<JsonItem>& items() const { return items_; }
  /// Of text and large integers.
  std::string_view text(const JsonItem& item) const;
  /// The JSON pointer to a value, by its place in items(). Cost: a walk over what stands before it.
  std::string pointer(std::size_t item) const;

 private:
  friend class JsonScanner;

  std::string_view document_;
  std::vector<JsonItem> items_;
  std::string unescaped_;  // texts that are not in the document as they are meant
};

}  // namespace cairn::format
