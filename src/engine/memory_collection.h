// Collection in the memory engine.
#pragma once

#include <memory>
#include <mutex>

#include "engine/collection.h"
#include "engine/memory_core.h"

namespace cairn::engine {

/// `turn` is held as long as it lives.
std::unique_ptr<Collection> begin_memory_collection(std::shared_ptr<Memory> memory, std::unique_lock<std::mutex> turn);

}  // namespace cairn::engine
