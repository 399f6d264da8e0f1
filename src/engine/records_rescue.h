// Records of which blocks cannot be read: all that can be goes to a new database, which takes the place of the old one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/records.h"

namespace cairn::engine {

struct RescuedFamily {
  Family family;
  std::uint64_t row_count = 0;
  std::string problem;  ///< why some could not be read; empty if all could
};

/// For a store that nobody has open. The old database goes to the quarantine. On disk: the records once more. Throws io, no_space.
std::vector<RescuedFamily> rescue_records(const std::filesystem::path& store);

/// Ends what a rescue that was interrupted had begun.
void finish_exchange(const std::filesystem::path& store);

}  // namespace cairn::engine
