// Large batches of records, committed as tables.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include <rocksdb/write_batch.h>

#include "engine/records.h"

namespace cairn::engine {

/// So many rows or more cost less as tables: these are written and synced once, while rows of a log are written again as
/// tables later, and are sorted one by one in between (1.7 us a row against 0.3).
inline constexpr std::size_t kTableRowsLeast = 16'384;

/// A table that was written and synced beside those of the database.
struct StagedTable {
  Family family;
  std::string path;
};

/// Makes all rows of the batch visible and durable at once, as a synced write does. The rows are written to tables beside
/// those of the database, one for each family, and one edit of its manifest takes them in: before it none of them is there,
/// after it all are. No other write may run. Throws unknown_outcome if nobody knows whether it happened, anything else if it did
/// not.
/// The tables of `staged` come in with them, and those of the batch on top.
void commit_as_tables(const Records& records, const std::filesystem::path& directory, const rocksdb::WriteBatch& batch,
                      std::span<const StagedTable> staged = {});

/// Removes what a killed writer left of such tables, and of rows that it had staged.
void remove_unfinished_tables(const std::filesystem::path& directory);

}  // namespace cairn::engine
