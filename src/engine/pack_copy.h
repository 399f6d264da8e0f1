// Copies bytes of a pack into another store's pack of the same number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include <sys/types.h>

#include "engine/pack_holes.h"

namespace cairn::engine {

/// How bytes came into a copy.
struct PackCopy {
  std::uint64_t reflinked_bytes = 0;  ///< both files share the blocks
  std::uint64_t copied_bytes = 0;     ///< without holes, which are holes in the copy, too
};

/// Makes the bytes `range` of the file `to`, which is made if it is missing, those of `from`; both ends are multiples of 4096. Where
/// the file system can, without copying them. The size of `to` tells how far it has come, so that it can be gone on with after a
/// crash. They are synced, the name of a new file is not. What `from` does not have, since it is damaged, stays out. `progress` is
/// told of bytes as they are done, and may be empty. Throws io, no_space. Memory: 4 MiB.
PackCopy copy_pack(const std::filesystem::path& from, const std::filesystem::path& to, const Extent& range, mode_t mode,
                   const std::function<void(std::uint64_t bytes)>& progress);

}  // namespace cairn::engine
