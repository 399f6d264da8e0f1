// Plain JSON, as programs write it that know nothing of '$' forms (value_json.h): no key of it means anything special.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/value.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

namespace format {
class JsonTape;
}  // namespace format

/// Lists and objects in one another. Values nest at most twice as deep (kDepthMax), so what is read can be stored.
inline constexpr unsigned kPlainJsonDepthMax = 100;

/// More than this is refused whatever is asked for: values that nest are destroyed, compared and walked by recursion.
inline constexpr unsigned kPlainJsonDepthLimit = 10'000;

struct PlainJsonOptions {
  bool allow_nonfinite = false;  ///< also NaN, Infinity and -Infinity, as Python writes them
  unsigned depth_max = kPlainJsonDepthMax;  ///< at most kPlainJsonDepthLimit; beyond kPlainJsonDepthMax not all can be stored
  /// Text may have half of a surrogate pair, as Python writes it. As a value or as a key of a map it becomes an Object of class
  /// builtins.str, whose one field, surrogatepass, is the text in UTF-8 in which surrogates stand as if they were characters.
  bool allow_half_pairs = false;
  /// Objects become Objects of no class name, whose fields are in the order of the document. Such cannot be stored. Names of
  /// fields with half of a surrogate pair are what surrogatepass is above.
  bool keep_order = false;
};

/// The one value of a document: objects as maps, integers of any size, reals as the nearest double. Throws bad_document with line,
/// column (in bytes, from 1) and JSON pointer for what is no JSON, for text that is not UTF-8 or has half of a surrogate pair,
/// for a key that is there twice, and for a real that no double holds; limit for one that nests too deep.
Value from_plain_json(std::string_view json, const PlainJsonOptions& options = {});

/// A document that was read, and can be stored as the value that from_plain_json() gives, without that value's memory: 16 bytes for
/// each value and key beside its text. Storing it gives the same id as storing the value. Move-only.
class PlainJson {
 public:
  /// Takes the text over. Throws as from_plain_json; options that change what objects become are not looked at.
  explicit PlainJson(std::string text, const PlainJsonOptions& options = {});
  PlainJson(PlainJson&&) noexcept;
  PlainJson& operator=(PlainJson&&) noexcept;
  ~PlainJson();

  Value value() const;

 private:
  friend struct Codec<PlainJson>;

  std::unique_ptr<const std::string> text_;  // the tape refers to it
  std::unique_ptr<const format::JsonTape> tape_;
};

template <>
struct Codec<PlainJson> {
  static void encode(const Encoder& out, const PlainJson& json);
};

/// The JSON pointer (RFC 6901) to a member or an element of what `outer` points to.
std::string pointer_to(std::string_view outer, std::string_view key);
std::string pointer_to(std::string_view outer, std::size_t index);

}  // namespace cairn
