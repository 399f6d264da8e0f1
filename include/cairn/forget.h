// Forgetting: nodes removed from the graph, with what makes no sense without them.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// Which links lead on from a node that is forgotten to others that are, too. Source: AiiDA's rules for deletion, with its defaults.
/// Whatever is chosen: what a process made or called goes with what used it, since no process may lack an input or its caller.
struct ForgetOptions {
  bool create_forward = true;      ///< a calculation takes the data that it made with it
  bool call_calc_forward = true;   ///< a workflow takes the calculations that it called with it
  bool call_work_forward = true;   ///< and the workflows
  bool dry_run = false;
  std::uint64_t nodes_max = 10'000'000;  ///< throws limit beyond
};

struct ForgottenNode {
  Uuid uuid;
  NodeKind kind = NodeKind::data;
  std::string type;
  std::string label;
  /// Why: "named"; or "has as input", "created by", "creator of", "returned", "called by" or "caller of", and the UUID of the node
  /// that it follows.
  std::string rule;
};

/// What was forgotten, or in a dry run would be.
struct ForgetReport {
  std::vector<ForgottenNode> nodes;  ///< in the order in which the rules led to them
  std::uint64_t link_count = 0;      ///< that went with them
  std::vector<std::string> runs;     ///< whose own node, and with it the run, went
  std::vector<CheckpointId> checkpoints;  ///< that were removed, since they hold the value
};

}  // namespace cairn
