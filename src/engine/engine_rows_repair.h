// The rows that the engine itself keeps among the records, compared with what they follow from.
#pragma once

#include <cairn/repair.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/records.h"

namespace cairn::engine {

struct EngineRowsStore {
  std::filesystem::path packs;
  Uuid uuid;
  std::uint64_t witnessed = 0;  ///< commits that were acknowledged
};

/// What they should be.
struct EngineRows {
  std::vector<RepairItem> items;                 ///< what is wrong now
  std::uint64_t commits = 0, next_blob = 1;
  bool is_state_wrong = false;
  std::map<std::uint64_t, std::uint64_t> ends;   ///< of all packs
  std::vector<std::uint64_t> wrong_ends;         ///< packs whose row is missing or wrong
  std::vector<std::string> wrong_runs;           ///< keys of rows that lead out of their packs
};

/// Cost: a walk over the locations of all blobs, and the segments of packs whose row is missing.
EngineRows check_engine_rows(const Records& records, const EngineRowsStore& store);
/// Writes what is wrong anew, in one synced batch.
void write_engine_rows(const Records& records, const EngineRows& rows);

}  // namespace cairn::engine
