// RestartState: what a RestartPoint holds.
#pragma once

#include <cairn/restart.h>

#include <memory>
#include <vector>

#include "engine/engine.h"
#include "store/run_state.h"

namespace cairn::store {

struct RestartState {
  std::shared_ptr<RunState> run;
  std::unique_ptr<engine::View> view;
  Checkpoint checkpoint = {};
  std::vector<SkippedCheckpoint> skipped = {};
  std::vector<PendingWrite> pending_writes = {};
};

}  // namespace cairn::store
