// Forks: runs whose history goes on from a checkpoint of another run, and what they need of that one.
#pragma once

#include <cairn/run.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/run_state.h"

namespace cairn::store {

/// A run that is there and has checkpoints of another one.
struct Fork {
  std::string name;
  CellId cell = 0;
  std::uint64_t last = 0;  ///< sequence of the newest of them
};

/// The forks of a run, forks of forks among them, without those that were deleted. A pin whose fork never came to be counts for
/// nothing. Cost: a few reads for each.
std::vector<Fork> forks_of(const engine::View& view, CellId cell);

/// The sequence up to which the forks need what the run they are of has; 0 if there are none.
std::uint64_t needed_by(std::span<const Fork> forks);

/// The names of the forks that have the checkpoint with this sequence.
std::vector<std::string> names_that_need(std::span<const Fork> forks, std::uint64_t sequence);

/// Cells that may have checkpoints: those of the runs, and those of deleted ones that forks go on from. In order.
std::vector<CellId> cells_with_history(const engine::View& view);

/// Makes a fork called `name`. Throws as Run::fork.
std::shared_ptr<RunState> fork_run(RunState& run, std::string_view name, const ForkOptions& options);

/// The run called `<name of this one>/<name>`. Throws as Run::nested.
std::shared_ptr<RunState> nested_run(RunState& run, std::string_view name);

}  // namespace cairn::store
