// One regular file into a store, as it was at one moment.
#pragma once

#include <cstddef>
#include <vector>

#include "base/file.h"
#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// The status of `file` once its last change is so old that a later one gets another time, and shows. Waits
/// up to 20 ms for that, again if it changes meanwhile, and throws conflict after a second or so.
struct stat status_at_rest(const base::File& file);

/// Stages the bytes of `file`, read from its begin through `buffer`. A file that is one hole is not read.
/// Throws conflict if its size or times are not those of `before`, from status_at_rest, when all was read.
format::ContentRef stage_file(engine::Staging& staging, const base::File& file, const struct stat& before,
                              std::span<std::byte> buffer);

}  // namespace cairn::object
