// A superblock that is damaged or missing, made again from what is left of it and what the packs know.
#pragma once

#include <filesystem>
#include <string>

#include "format/superblock.h"

namespace cairn::engine {

struct RescuedSuperblock {
  format::Superblock superblock;
  std::string problem;  ///< what is wrong with the file; empty if nothing is, and then all else is as it says
};

/// Throws no_store if there are no records beside it either, newer_format for a store that a later format wrote.
RescuedSuperblock rescue_superblock(const std::filesystem::path& store);

}  // namespace cairn::engine
