// Repair of a store that nobody has open.
#pragma once

#include <cairn/repair.h>

namespace cairn::store {

/// As Store::repair. Each part is in a file repair_*.h or in engine/disk_repair.h, and sees what those before it have mended: numbers that
/// are given out, nodes, runs, groups, links, blobs, indexes.
RepairReport repair(const std::filesystem::path& path, const RepairOptions& options);

}  // namespace cairn::store
