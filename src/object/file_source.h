// One regular file, as it was at one moment.
#pragma once

#include <cstdint>
#include <vector>

#include <cairn/artifact.h>

#include "base/file.h"
#include "format/artifact.h"

namespace cairn::object {

/// The status of `file` once its last change is so old that a later one gets another time, and shows. Waits
/// up to 20 ms for that, again if it changes meanwhile, and throws conflict after a second or so.
struct stat status_at_rest(const base::File& file);

/// Throws conflict unless `file` has the size and times of `before`, from status_at_rest. To be asked when all was read.
void require_unchanged(const base::File& file, const struct stat& before);

/// Makes sure that a later change of `file` gives it another time, even one through memory that it is mapped
/// to: false if it was changed less than two seconds ago, or on file systems of which that is not known.
/// Writes dirty pages of the file, so that the kernel takes note when they are written to again; cheap if
/// there are none.
bool watch_changes(const base::File& file);

/// Where a file has data.
struct DataRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// The first bytes from `at` on that are no hole of 32 KiB or more; begins and ends at `size` if there are none. A file
/// that has no data at all is a hole whatever its size. On file systems that tell nothing of holes all is data.
DataRange next_data(const base::File& file, std::uint64_t at, std::uint64_t size);

/// The extended attributes of an open file or directory, sorted by name. Throws io, and unstorable naming one
/// that is too large.
std::vector<format::Attribute> read_attributes(const base::File& file, KeptAttributes kept);

}  // namespace cairn::object
