// Restart: the newest checkpoint that is whole, and why newer ones were passed over.
#pragma once

#include <cairn/checkpoint.h>

#include <functional>
#include <optional>
#include <vector>

#include "format/checkpoint.h"
#include "store/run_state.h"

namespace cairn::store {

/// How much of a checkpoint is read before it is trusted.
enum class Depth : std::uint8_t {
  state,  ///< every byte of the state; of the artifacts that nothing is missing
  all,    ///< every byte
};

/// Throws damaged, naming the first blob that is missing or does not match its digest.
void check_checkpoint(const engine::View& view, const format::CheckpointRecord& record, Depth depth);

/// The newest checkpoint of the run for which `use` succeeds; empty if the run has none. Where the checkpoint is
/// damaged, or `use` throws damaged, it is passed over and listed in `skipped`. Throws damaged if all are.
std::optional<Checkpoint> newest_usable(const RunState& run, const engine::View& view, Depth depth,
                                        std::vector<SkippedCheckpoint>& skipped,
                                        const std::function<void(const Checkpoint&)>& use);

}  // namespace cairn::store
