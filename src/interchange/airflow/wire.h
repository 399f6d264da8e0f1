// Documents of Airflow's serialization as they are read: JSON whose objects are Objects of no class name, so that their members
// keep their order (see PlainJsonOptions::keep_order).
#pragma once

#include <cairn/value.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::interchange::airflow {

inline constexpr const char* kClassName = "__classname__";
inline constexpr const char* kVersion = "__version__";
inline constexpr const char* kData = "__data__";
inline constexpr const char* kOldType = "__type";
inline constexpr const char* kOldData = "__var";
inline constexpr const char* kOldDict = "dict";

/// What an object of a document is.
enum class Shape : std::uint8_t {
  dict,
  object,     ///< __classname__, __version__ and __data__
  old_dict,   ///< __type "dict" and __var
  old_object  ///< __type and __var
};

/// By its members, as Airflow tells them apart.
Shape shape_of(const Object& members);

/// An object of a document.
Value dict_wire(std::vector<Field> members);
/// {"__classname__": class_name, "__version__": version, "__data__": data}
Value object_wire(std::string_view class_name, std::uint32_t version, Value data);

/// The members of an object of a document; null for all else.
const Object* members_of(const Value& wire);

/// Text that has half of a surrogate pair (see PlainJsonOptions::allow_half_pairs).
inline constexpr const char* kTextClass = "builtins.str";
/// Its bytes; null for all else.
const Bytes* half_pairs_of(const Value& value);
/// Text from bytes that it may have.
Value text_of(std::string name);
/// The bytes of a text, or of one that has half of a surrogate pair; empty for all else.
std::optional<std::string> name_of(const Value& text);

/// The document with maps for its objects, and sets in one order: equal for documents that Airflow reads as equal.
Value unordered(const Value& wire);
/// The way back, in the order of keys.
Value ordered(const Value& unordered);
/// Of unordered(): of what class's elements it does not matter in which order they stand.
bool is_set(const Value& unordered);

}  // namespace cairn::interchange::airflow
