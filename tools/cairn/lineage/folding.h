// Large fans of a picture folded into one unit each, so that a step with a thousand inputs can be looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lineage/picture.h"

namespace cairn::cli {

/// Siblings beyond this number are folded.
inline constexpr std::size_t kSiblingsMax = 20;

struct Folding {
  /// A node, or several of one kind, type and state that are drawn as one.
  struct Unit {
    std::vector<const Node*> nodes;
    bool start = false;
  };
  /// Links of one type between two units.
  struct Edge {
    std::size_t source = 0, target = 0;  ///< indexes of units
    LinkType type = LinkType::input;
    std::string label;        ///< of them all; "part*" for part0, part1 and so on; "3 labels" for others
    std::uint64_t count = 1;  ///< of links
  };
  std::vector<Unit> units;
  std::vector<Edge> edges;
};

/// From the starts on, more than `siblings_max` neighbours of a unit become one if they have their kind, type, state and type
/// of link in common and labels that differ in numbers or in a namespace only; failing that, whatever the labels. So what
/// lies behind a folded fan, such as the steps that made a thousand inputs, is folded with it. A start is never folded.
/// The page does the same; see page/folding.js.
Folding folded(const Picture& picture, std::size_t siblings_max);

/// The label with its numbers, and what follows a namespace, as "*".
std::string label_pattern(const std::string& label);

}  // namespace cairn::cli
