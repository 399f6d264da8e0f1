// Checks the structure of a pack file: its segments follow each other up to its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/engine.h"

namespace cairn::engine {

/// Appends what is wrong with pack number `pack`, expected to have at least `end` bytes. Reads segment headers only;
/// the blobs in it are checked against their digests where they are read.
void check_pack(const std::filesystem::path& directory, std::uint64_t pack, std::uint64_t end, std::uint64_t store_id,
                std::vector<Finding>& findings);

}  // namespace cairn::engine
