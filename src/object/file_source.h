// One regular file into a store, as it was at one moment.
#pragma once

#include <cstddef>
#include <vector>

#include "base/file.h"
#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// Stages the bytes of `file`, read from its begin through `buffer`. A file that is one hole is not read.
/// Throws conflict if its size or time of modification is not that of `before` when all was read.
format::ContentRef stage_file(engine::Staging& staging, const base::File& file, const struct stat& before,
                              std::span<std::byte> buffer);

}  // namespace cairn::object
