#include "graph/link_follower.h"

#include "graph/rules.h"

namespace cairn::graph {

LinkFollower::LinkFollower(const LinkSource& source, Direction direction, LinkTypes types)
    : held_(source.view),
      backlinks_(source.view),
      read_held_([this](NodeId first, bool thoroughly, LinkPage& page) { return read_held(first, thoroughly, page); }),
      read_back_([this](NodeId first, bool thoroughly, LinkPage& page) { return read_back(first, thoroughly, page); }),
      links_(source) {
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

bool LinkFollower::read_held(NodeId first, bool thoroughly, LinkPage& page) {
  return (thoroughly || held_.has_page(first)) && held_.read_page(first, kPageBytesMax, page);
}

bool LinkFollower::read_back(NodeId first, bool thoroughly, LinkPage& page) {
  const auto stored = backlinks_.find_page(first);
  if (!stored && !thoroughly) return false;
  if (stored) page.take(first, *stored);
  return backlinks_.visit_packed(first, first + LinkPage::kNodes, kPageBytesMax,
                                 [&](NodeId id, std::string_view packed) { page.add(id, packed); });
}

bool leads_on(LinkFollower& links, NodeId id) {
  bool found = false;
  links.visit(id, [&](NodeId) { found = true; });
  return found;
}

}  // namespace cairn::graph
