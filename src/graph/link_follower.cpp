#include "graph/link_follower.h"

#include "graph/rules.h"

namespace cairn::graph {

LinkFollower::LinkFollower(const engine::View& view, Direction direction, LinkTypes types)
    : links_(view, engine::Record::links),
      backlinks_(view),
      held_pages_([this](NodeId first, LinkPage& page) { return read_held(first, page); }),
      back_pages_([this](NodeId first, LinkPage& page) { return read_back(first, page); }) {
  for (const LinkRule& rule : link_rules()) {
    if (!types.has(rule.type)) continue;
    // Against the arrows a link leads from its target to its source: from the holder if that is the target.
    const bool from_holder = rule.held_by_source == (direction == Direction::down);
    const bool both_ways = rule.both_ways || direction == Direction::both;
    const std::uint8_t code = format::link_code(rule.type, rule.held_by_source);
    if (from_holder || both_ways) held_codes_.add(code);
    if (!from_holder || both_ways) back_codes_.add(code);
    any_both_ways_ = any_both_ways_ || both_ways;
  }
}

bool LinkFollower::read_held(NodeId first, LinkPage& page) {
  std::size_t bytes = 0;
  links_.visit(first, first + LinkPage::kNodes, [&](NodeId id, std::string_view packed) {
    bytes += packed.size();
    if (bytes <= kPageBytesMax) page.add(id, packed);
    return bytes <= kPageBytesMax;
  });
  return bytes <= kPageBytesMax;
}

bool LinkFollower::read_back(NodeId first, LinkPage& page) {
  return backlinks_.visit_packed(first, first + LinkPage::kNodes, kPageBytesMax,
                                 [&](NodeId id, std::string_view packed) { page.add(id, packed); });
}

bool leads_on(LinkFollower& links, NodeId id) {
  bool found = false;
  links.visit(id, [&](NodeId) { found = true; });
  return found;
}

}  // namespace cairn::graph
