// A lineage as text.
#include <fmt/format.h>

#include "lineage/formats.h"
#include "lineage/tree.h"
#include "text.h"

namespace cairn::cli {

void print_text(const Picture& picture, const PictureOptions& options, Output& out) {
  TreeOptions how;
  if (options.all) how.siblings_max = SIZE_MAX - 1;
  LineageTree tree(picture, how);
  tree.print(out);
  const std::string unprinted = tree.unprinted() == 0 ? "" : fmt::format(", {} not shown", tree.unprinted());
  const char* arrows = picture.direction == Direction::both ? "; <- came from, -> led to" : "";
  out.line(fmt::format("{}, {}{}{}", count_of(picture.graph.nodes.size(), "node"), count_of(picture.graph.links.size(), "link"),
                       unprinted, arrows));
}

}  // namespace cairn::cli
