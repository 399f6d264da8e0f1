#include "engine/backup.h"

#include <cairn/error.h>

namespace cairn::engine {

BackupReport back_up(const Engine& engine, const std::filesystem::path& directory, const BackupOptions& options) {
  const auto* source = dynamic_cast<const BackupSource*>(&engine);
  if (source == nullptr)
    throw Error(ErrorCode::invalid_argument, "back up: the store is in memory; expected one in a directory");
  return source->back_up(directory, options);
}

}  // namespace cairn::engine
