// Backups of a store that lies in a directory.
#pragma once

#include <cairn/backup.h>

#include <filesystem>

#include "engine/engine.h"

namespace cairn::engine {

/// An engine whose store can be backed up.
class BackupSource {
 public:
  virtual ~BackupSource() = default;
  virtual BackupReport back_up(const std::filesystem::path& directory, const BackupOptions& options) const = 0;
};

/// As Store::back_up. Throws invalid_argument if the engine is no BackupSource.
BackupReport back_up(const Engine& engine, const std::filesystem::path& directory, const BackupOptions& options);

}  // namespace cairn::engine
