// Which objects, artifacts and checkpoints were purged: their bytes were removed on purpose.
#pragma once

#include "engine/engine.h"

namespace cairn::store {

/// Whether it was, and has not been stored again since. Cost: a look-up.
bool is_purged(const engine::View& view, const Digest& digest);

}  // namespace cairn::store
