// An engine that keeps everything in memory: for tests, trials, and as the weakest engine the contract allows.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/engine.h"

namespace cairn::engine {

/// How weak the engine plays, so that tests find what leans on more than the contract.
struct MemoryEngineOptions {
  /// Every n-th publish answers `unknown` although it happened (odd ones) or did not (even ones); 0: never.
  std::uint64_t unknown_every = 0;
  /// Every n-th publish answers `conflict` once without a reason; 0: never.
  std::uint64_t conflict_every = 0;
};

std::unique_ptr<Engine> make_memory_engine(const MemoryEngineOptions& options = {});

}  // namespace cairn::engine
