// The RocksDB database of a store: its column families, how they are tuned, and opening them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <rocksdb/db.h>
#include <rocksdb/env.h>

namespace cairn::engine {

/// Column families. What each holds: schema/FORMAT.md, "Families".
enum class Family : std::uint8_t { engine, cell, node, links, index, claim, digest, blob };
inline constexpr std::size_t kFamilyCount = 8;

struct RecordsOptions {
  std::filesystem::path directory;   ///< of the database
  bool create = false;
  bool secondary = false;            ///< read beside a writer
  std::uint64_t memory_bytes = 64u << 20;
  int background_threads = 2;
  rocksdb::Env* env = nullptr;       ///< nullptr: the default; must outlive the database
};

/// Hears of errors after which RocksDB takes no more writes.
class RecordsFailure;

/// An open database. Closes when destroyed; no snapshot or iterator may be left then.
class Records {
 public:
  /// Throws io, damaged, no_space.
  explicit Records(const RecordsOptions& options);
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  rocksdb::DB& db() const { return *db_; }
  /// Why nothing can be written any more, until the database is opened again; empty while all is well.
  std::optional<std::string> failure() const;
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[static_cast<std::size_t>(family)]; }

 private:
  std::shared_ptr<RecordsFailure> failure_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> handles_{};
};

std::string_view family_name(Family family);

}  // namespace cairn::engine
