// Restart: the newest checkpoint that is whole, and why newer ones were passed over.
#pragma once

#include <cairn/checkpoint.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "format/checkpoint.h"
#include "store/run_state.h"

namespace cairn::store {

/// How much of a checkpoint is read before it is trusted.
enum class Depth : std::uint8_t {
  state,  ///< every byte of the state; of the artifacts that nothing is missing
  all,    ///< every byte
};

/// Which checkpoints of a run are looked at, and how closely.
struct RestartSearch {
  Depth depth = Depth::all;
  std::optional<std::uint64_t> newest = {};  ///< the sequence that is looked at first; empty: the newest of all
  bool fall_back = true;                     ///< look at those before it, too
  std::vector<std::string> parts = {};       ///< names of the states and artifacts that must be whole; empty: all
};

/// Throws damaged, naming the first blob that is missing or does not match its digest, or purged. Blobs in `seen` are passed over,
/// with all below them. Only `parts` are looked at, unless that is empty.
void check_checkpoint(const engine::View& view, const format::CheckpointRecord& record, Depth depth,
                      std::unordered_set<Digest> seen = {}, const std::vector<std::string>& parts = {});

/// Reads what it needs of a checkpoint through the view it is given.
using UseCheckpoint = std::function<void(const Checkpoint&, const engine::View&)>;

/// The newest checkpoint of the run for which `use` succeeds; empty if the run has none. Where the checkpoint is
/// damaged or purged, whether or not `use` came upon it, it is passed over and listed in `skipped`. Throws damaged or purged, as the
/// first of them is, if all are.
std::optional<Checkpoint> newest_usable(const RunState& run, const engine::View& view, const RestartSearch& search,
                                        std::vector<SkippedCheckpoint>& skipped, const UseCheckpoint& use);

/// A restart of this program went on from `checkpoint`: the run's next one names what it passed over, and steps are counted from
/// here.
void note_restart(RunState& run, const Checkpoint& checkpoint, const std::vector<SkippedCheckpoint>& skipped);

}  // namespace cairn::store
