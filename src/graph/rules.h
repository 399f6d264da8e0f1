// The rules of the provenance graph, one row for each type of link. Source: AiiDA, common/links.py and
// orm/utils/links.py.
#pragma once

#include <cairn/node.h>

#include <array>
#include <cstddef>
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

namespace detail {

inline constexpr NodeKinds kData = {NodeKind::data};
inline constexpr NodeKinds kCalculation = {NodeKind::calculation};
inline constexpr NodeKinds kWorkflow = {NodeKind::workflow};
inline constexpr NodeKinds kProcess = {NodeKind::calculation, NodeKind::workflow};
inline constexpr NodeKinds kAny = {NodeKind::data, NodeKind::calculation, NodeKind::workflow};

inline constexpr std::array<LinkRule, 6> kRules = {{
    {.type = LinkType::input,
     .sources = kData,
     .targets = kProcess,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::target,
     .kinds_text = "an input link goes from data to a calculation or workflow",
     .label_text = "labels of the inputs of one node differ"},
    {.type = LinkType::create,
     .sources = kCalculation,
     .targets = kData,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = true,
     .label_scope = LabelScope::source,
     .kinds_text = "a create link goes from a calculation to data",
     .label_text = "labels of what one calculation created differ"},
    {.type = LinkType::return_,
     .sources = kWorkflow,
     .targets = kData,
     .held_by_source = true,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::source,
     .kinds_text = "a return link goes from a workflow to data",
     .label_text = "labels of what one workflow returned differ"},
    {.type = LinkType::call,
     .sources = kWorkflow,
     .targets = kProcess,
     .held_by_source = false,
     .both_ways = false,
     .one_at_target = true,
     .label_scope = LabelScope::pair,
     .kinds_text = "a call link goes from a workflow to a calculation or workflow",
     .label_text = "the calls between two nodes have different labels"},
    {.type = LinkType::reference,
     .sources = kAny,
     .targets = kAny,
     .held_by_source = true,
     .both_ways = false,
     .one_at_target = false,
     .label_scope = LabelScope::pair,
     .kinds_text = "a reference link goes from any node to any other",
     .label_text = "the references between two nodes have different labels"},
    {.type = LinkType::mutual,
     .sources = kAny,
     .targets = kAny,
     .held_by_source = true,
     .both_ways = true,
     .one_at_target = false,
     .label_scope = LabelScope::pair,
     .kinds_text = "a mutual link connects any node with any other",
     .label_text = "the mutual links between two nodes have different labels"},
}};

[[noreturn]] void throw_no_type(LinkType type);

}  // namespace detail

/// Every rule, in order of type.
inline std::span<const LinkRule> link_rules() { return detail::kRules; }

/// The rule for a type. Throws invalid_argument for a number that is no type.
constexpr const LinkRule& link_rule(LinkType type) {
  const auto index = static_cast<std::size_t>(type) - 1;  // types are numbered from 1
  if (index >= detail::kRules.size()) detail::throw_no_type(type);
  return detail::kRules[index];
}

}  // namespace cairn::graph
