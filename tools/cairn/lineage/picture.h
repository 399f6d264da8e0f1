// A lineage, of one start or of several, as the formats of `cairn lineage` take it.
#pragma once

#include <cairn/store.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "output.h"

namespace cairn::cli {

struct Picture {
  std::vector<Uuid> starts;
  Direction direction = Direction::up;
  Lineage graph;  ///< each node once, at its least depth from any start; each link once
  std::vector<Link> origins = {};  ///< those of the links that add_origins() added, in order
};

struct PictureOptions {
  bool all = false;  ///< long lists in full
};

/// The lineages of the starts as one graph.
Picture merged_picture(std::vector<Uuid> starts, Direction direction, std::vector<Lineage> lineages);

/// Adds, a link away from each step whose result was taken over from another run, the process that made the result. Steps that
/// many links away from the start are passed over. Cost: the links of each step.
void add_origins(const Store& store, std::uint64_t depth_max, Picture& picture);

/// "up", "down", or "both" for links that are walked both ways.
std::string_view direction_name(Direction direction);

/// How much of a UUID tells the nodes apart, cut between its groups: 13, 18, 23 or 36.
std::size_t distinguishing_digits(const std::vector<Reached>& nodes);

}  // namespace cairn::cli
