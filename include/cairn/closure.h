// Closure: all that it takes to make some nodes again.
#pragma once

#include <cairn/digest.h>
#include <cairn/node.h>

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// The code that calculations and workflows ran with.
struct CodeUse {
  std::string type;          ///< of the nodes
  std::string code_version;  ///< empty if none was recorded
  std::uint64_t node_count = 0;
};

/// What some nodes came from, over input and create links, up to data that nothing in the store made; and the workflows that
/// called any of it, over call links. Inputs that such a workflow alone had are not among it: no calculation used them.
struct Closure {
  std::vector<Node> nodes;      ///< by age: the given ones, and the data and calculations that they came from
  std::vector<Node> inputs;     ///< by age: of these, the data without a creator, which has to be brought along
  std::vector<Node> workflows;  ///< by age: callers, if they are not among the nodes
  std::vector<ObjectId> objects;      ///< that the nodes hold, each once, in order
  std::vector<ArtifactId> artifacts;  ///< as objects
  std::uint64_t size_bytes = 0;       ///< of these objects and artifacts
  std::uint64_t input_bytes = 0;      ///< of those among them that the inputs hold
  std::vector<CodeUse> code;          ///< by type, then version
};

}  // namespace cairn
