// Backups of a store on disk.
#pragma once

#include <cairn/backup.h>

#include <filesystem>

#include "engine/disk_state.h"

namespace cairn::engine {

/// As Store::back_up, of that state.
BackupReport back_up_disk(const DiskState& state, const std::filesystem::path& directory, const BackupOptions& options);

}  // namespace cairn::engine
