// Which nodes go with those that are forgotten. Source: AiiDA, common/links.py, GraphTraversalRules.DELETE.
#pragma once

#include <cairn/forget.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::graph {

using format::NodeId;

/// Why a node goes: what it is to another one that does.
enum class ForgetRule : std::uint8_t {
  named,        ///< nothing; somebody named it
  input,        ///< a process of which the other is an input
  created,      ///< data that the other created
  creator,      ///< the calculation that created the other
  returner,     ///< a workflow that returned the other
  called,       ///< a process that the other called
  caller,       ///< the workflow that called the other
};

/// In words, to be followed by the other node: "created by". Empty for `named`.
std::string_view rule_text(ForgetRule rule);

struct ForgottenId {
  NodeId id = 0;
  ForgetRule rule = ForgetRule::named;
  NodeId other = 0;  ///< the node it follows; 0: none
};

struct ForgetSet {
  std::vector<ForgottenId> nodes;  ///< level by level from those that were named, each in order of id
  std::uint64_t link_count = 0;    ///< with an end among them
};

/// Follows the rules from `starts`, each of which is in the view. References and mutual links lead to nothing. Throws limit beyond
/// ForgetOptions::nodes_max. Cost: the links of each node are read once, level by level in order of id. Memory: 24 bytes a node, and
/// the links of one page.
ForgetSet find_forgotten(const engine::View& view, std::span<const NodeId> starts, const ForgetOptions& options);

}  // namespace cairn::graph
