// Retention: what a policy keeps of a history, and why.
#pragma once

#include <cairn/retention.h>

#include <cstdint>
#include <vector>

#include "store/store_state.h"

namespace cairn::store {

/// A checkpoint and what becomes of it.
struct Verdict {
  std::uint64_t sequence = 0;
  format::CheckpointRow row;
  std::string rule;  ///< that keeps it; empty: none does
};

/// Throws invalid_argument for a policy that means nothing.
void check_policy(const RetentionPolicy& policy);

/// One for each checkpoint of the history, newest first. Cost: reads all their rows, and their records if the policy asks for
/// the best. One whose record is damaged is not among the best.
std::vector<Verdict> judge(const StoreState& store, const engine::View& view, CellId cell, const RetentionPolicy& policy);

}  // namespace cairn::store
