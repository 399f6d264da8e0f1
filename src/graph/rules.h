// The rules of the provenance graph, one row for each type of link. Source: AiiDA, common/links.py and
// orm/utils/links.py.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace cairn::graph {

/// A set of node kinds.
class NodeKinds {
 public:
  constexpr NodeKinds(std::initializer_list<NodeKind> kinds) {
    for (const NodeKind kind : kinds) bits_ |= bit(kind);
  }
  constexpr bool has(NodeKind kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr unsigned bit(NodeKind kind) { return 1u << static_cast<unsigned>(kind); }
  unsigned bits_ = 0;
};

/// Among which links a label occurs once.
enum class LabelScope : std::uint8_t {
  target,  ///< those of the type that end at the target
  source,  ///< those of the type that begin at the source
  pair,    ///< those of the type between the two nodes
};

/// What a link of one type must keep to.
struct LinkRule {
  LinkType type;
  NodeKinds sources;
  NodeKinds targets;
  /// The end the link is written with. Where it is the target, the link exists from the target's birth or
  /// never, and its source was born before: so input, create and call links form no cycles.
  bool held_by_source;
  bool both_ways;      ///< walked in both directions
  bool one_at_target;  ///< the target has at most one such link
  LabelScope label_scope;
  std::string_view kinds_text;  ///< for messages: what the kinds must be
  std::string_view label_text;  ///< for messages: what the label must be
};

/// Every rule, in order of type.
std::span<const LinkRule> link_rules();

/// The rule for a type. Throws invalid_argument for a number that is no type.
const LinkRule& link_rule(LinkType type);

}  // namespace cairn::graph
