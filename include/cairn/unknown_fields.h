// UnknownFields: stored fields that the program's class does not have, so that saving it again does not lose them.
#pragma once

#include <cairn/value.h>

#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A described member of this type is no field itself: loading fills it with what the class does not know, in the order
/// stored, arrays included, and saving writes that behind the fields of the class. A class without such a member passes
/// unknown fields over.
struct UnknownFields {
  std::vector<Field> fields;

  friend bool operator==(const UnknownFields&, const UnknownFields&) = default;
};

}  // namespace cairn
