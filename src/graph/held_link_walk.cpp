#include "graph/held_link_walk.h"

namespace cairn::graph {

bool HeldLinkWalk::move_to_page(NodeId first) {
  const std::string key = format::index::link_page(first);
  return pages_.move_to(key) && pages_.key() == key;
}

std::optional<std::string_view> HeldLinkWalk::find(NodeId node) {
  if (const auto own = records_.find(node)) return own;
  return move_to_page(format::link_page_of(node)) ? format::find_in_page(pages_.value(), node) : std::nullopt;
}

bool HeldLinkWalk::read_page(NodeId first, std::size_t bytes_max, LinkPage& page) {
  std::size_t bytes = 0;
  if (move_to_page(first)) {
    page.take(first, pages_.value());
    bytes = pages_.value().size();
  }
  records_.visit(first, first + LinkPage::kNodes, [&](NodeId node, std::string_view packed) {
    bytes += packed.size();
    if (bytes <= bytes_max) page.replace(node, packed);
    return bytes <= bytes_max;
  });
  return bytes <= bytes_max;
}

}  // namespace cairn::graph
