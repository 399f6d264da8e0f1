// The RocksDB database of a store: its column families, how they are tuned, and opening them.
#pragma once

#include <array>
#include <atomic>
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
  bool read_only = false;            ///< perhaps beside a writer
  /// Turn the logs of earlier writers into tables: the manifest tells when a table is missing, but not when a log is.
  bool flush_logs = false;
  bool tolerate_damage = false;      ///< open also if tables are missing or damaged: reading what they cover then fails
  std::uint64_t memory_bytes = 64u << 20;
  int background_threads = 2;
  rocksdb::Env* env = nullptr;       ///< nullptr: the default; must outlive the database
  std::atomic<bool>* failed = nullptr;  ///< set when failure() is, before RocksDB cleans up
};

/// Hears of errors after which RocksDB takes no more writes.
class RecordsFailure;

/// What the files of the database tell without opening it: it differs whenever they have, but commits within the same log, which
/// has zeros ahead of it.
std::string database_fingerprint(const std::filesystem::path& directory);

/// An open database. For reading it stays as it was when it was opened, whatever a writer does. Closes when destroyed;
/// no snapshot or iterator may be left then.
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
  /// Rewrites all tables as few large ones. Throws io.
  void compact();
  /// What RocksDB may write of its own accord: its memory as tables, and the next compaction. A guess that is rather too high.
  std::uint64_t unwritten_bytes() const;
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[static_cast<std::size_t>(family)]; }

 private:
  rocksdb::Status open(const RecordsOptions& options);
  rocksdb::Status open_beside_writer(const RecordsOptions& options);
  void close();

  std::shared_ptr<RecordsFailure> failure_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> handles_{};
};

std::string_view family_name(Family family);

}  // namespace cairn::engine
