// Store::back_up: it is the engine that knows which bytes are new.
#include "engine/backup.h"

#include <cairn/store.h>

#include "store/store_state.h"

namespace cairn {

BackupReport Store::back_up(const std::filesystem::path& directory, const BackupOptions& options) const {
  return engine::back_up(state_->engine(), directory, options);
}

}  // namespace cairn
