// What the beginning of an id may name.
#pragma once

#include <cairn/digest.h>
#include <cairn/uuid.h>

#include <string>

namespace [[gnu::visibility("default")]] cairn {

struct Named {
  std::string kind;  ///< "object", "artifact", "checkpoint", "node"
  Digest digest;     ///< for all but nodes
  Uuid node;         ///< for nodes
};

}  // namespace cairn
