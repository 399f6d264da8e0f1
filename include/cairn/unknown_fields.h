// UnknownFields: stored fields that the program's class does not have, so that saving it again does not lose them.
#pragma once

#include <cairn/value.h>

#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A stored field of a class that does not have it any more, or not yet.
struct UnknownField {
  std::string name;
  std::string type;   ///< as the schema calls it
  std::string codec;  ///< as in Schema::Field
  Value value;

  friend bool operator==(const UnknownField&, const UnknownField&) = default;
};

/// A described member of this type is no field itself: loading fills it with what the class does not know, in the order
/// stored, arrays included, and saving writes that behind the fields of the class. A class without such a member passes
/// unknown fields over.
struct UnknownFields {
  std::vector<UnknownField> fields;

  friend bool operator==(const UnknownFields&, const UnknownFields&) = default;
};

}  // namespace cairn
