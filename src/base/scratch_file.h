// A file without a name, for what does not fit into memory; it is gone when it is closed, also after a crash.
#pragma once

#include <filesystem>

#include "base/file.h"

namespace cairn::base {

/// Opened for reading and writing, in the file system of `directory`. Throws no_space, io. Where the system has no files without
/// names, a crash at the moment when it is made leaves an empty one called `scratch-` and a number.
File make_scratch_file(const std::filesystem::path& directory);

}  // namespace cairn::base
