// What the parts of the disk engine share: the open files of one store, and blobs that are not committed yet.
#pragma once

#include <cairn/compression.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <variant>
#include <vector>

#include <rocksdb/env.h>

#include "engine/collection_notes.h"
#include "engine/engine.h"
#include "engine/freed_space.h"
#include "engine/lock_file.h"
#include "engine/pack_reader.h"
#include "engine/pack_writer.h"
#include "engine/records.h"
#include "engine/space_guard.h"
#include "engine/view_epochs.h"
#include "format/pack.h"
#include "format/superblock.h"

namespace cairn::engine {

template <class T>
using DigestMap = boost::unordered_flat_map<Digest, T, std::hash<Digest>>;

/// Keys of the engine's own family.
namespace engine_key {
inline constexpr std::string_view kState = "state";  // be64 commits, be64 next blob id
std::string header(CellId cell);                     // -> version, epoch, last commit
std::string pack(std::uint64_t pack);                // -> be64 durable end
inline constexpr std::string_view kRun = "runs";
std::string run(std::uint64_t pack, std::uint64_t begin);  // -> be64 end

/// Records that one commit wrote one behind the other.
struct Run {
  std::uint64_t pack = 0, begin = 0, end = 0;
};
inline constexpr std::string_view kEpoch = "epoch";
std::string epoch(std::uint64_t epoch);  // -> be64 time of the sweep that began it
/// Empty if the row is none of a run.
std::optional<Run> parse_run(std::string_view key, std::string_view value);
}  // namespace engine_key

std::string encode_cell_header(const CellHeader& header);
CellHeader decode_cell_header(std::string_view bytes);
inline std::string_view digest_key(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}
/// Throws damaged.
Digest parse_digest_key(std::string_view key);

/// A new blob on its way in; shared by every staging that was given its bytes.
struct PendingBlob {
  enum class State : std::uint8_t { placing, ready, published, failed };

  Digest digest;
  State state = State::placing;
  format::BlobLocation location;
  Bytes bytes;                             // not packed: the blob itself
  std::uint64_t generation = 0;            // packed: of the pack writer
  std::uint64_t number = 0;                // packed: PackLocation::number
  std::optional<std::uint64_t> replaces;   // blob id of the copy beside the records that this one takes the place of
  std::shared_ptr<PendingBlob> copied_from;  // packed: the one beside the records of another staging that this is a copy of
  bool is_in_pack = false;                 // not packed: a commit has put a copy into a pack, where the index is to lead
};

/// The new blobs of all stagings, so that two that are given the same bytes store them once. `mutex` guards every
/// PendingBlob as well.
struct PendingBlobs {
  std::mutex mutex;
  std::condition_variable changed;
  DigestMap<std::weak_ptr<PendingBlob>> blobs;
  CollectionNotes* collection = nullptr;  // while one is under way
};

class DiskStaging;

/// All stagings of a store. `mutex` is taken before those of stagings, and those before that of PendingBlobs.
struct OpenStagings {
  std::mutex mutex;
  std::set<DiskStaging*> all;
};

/// Parts in the order in which they must be opened; destroyed in reverse.
struct DiskCore {
  std::filesystem::path path;
  bool read_only = false;
  Compression compression = Compression::lz4;
  mode_t file_mode = 0600;  // of new files: whoever may look into the directory may read them
  format::Superblock superblock;
  std::optional<LockFile> lock;
  std::optional<SpaceGuard> space;
  std::atomic<bool> records_failed{false};
  std::unique_ptr<rocksdb::Env> env;
  std::shared_ptr<Records> records;  // a reader replaces it when it catches up; see DiskEngine::refresh
  std::unique_ptr<PackReader> packs;
  std::unique_ptr<PackWriter> writer;
  PendingBlobs pending;
  OpenStagings stagings;
  mutable ViewEpochs epochs;  // a reader's views all are of the state that it has locked
  std::atomic<std::uint64_t> freed_epoch{0};  // for writers: views of epochs before this one may have lost bytes
  std::optional<FreedSpace> freed;
  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> next_blob{1};
  std::atomic<std::uint64_t> collisions{0};

  /// Throws no_space unless `bytes` more fit on the disk, beside what RocksDB may write meanwhile.
  void require_space(std::uint64_t bytes, std::string_view doing) { space->require(bytes, records->unwritten_bytes(), doing); }
  std::filesystem::path packs_path() const { return path / "packs"; }
  std::filesystem::path records_path() const { return path / "db"; }
  /// What the headers of segments have of the store.
  std::uint64_t store_id() const;
};

/// The epoch of a state of the records, 0 if nothing was ever collected.
std::uint64_t epoch_of(const Records& records, const rocksdb::ReadOptions& options);

/// The recorded end of each pack.
std::map<std::uint64_t, std::uint64_t> pack_ends(const Records& records, const rocksdb::ReadOptions& options = {});

/// The indices of `digests` in their order.
std::vector<std::uint32_t> order_of(std::span<const Digest> digests);

/// Where the blob is, as committed; empty if it is not.
std::optional<format::BlobLocation> find_location(const Records& records, const rocksdb::ReadOptions& options,
                                                  const Digest& digest);

/// As find_location for each of `digests`.
std::vector<std::optional<format::BlobLocation>> find_locations(const Records& records,
                                                                const rocksdb::ReadOptions& options,
                                                                std::span<const Digest> digests);

/// Throws not_found if there is no blob, damaged if it is of another kind.
void require_blob(const std::optional<format::BlobLocation>& location, BlobKind kind, const Digest& digest);

/// The bytes of a committed blob, decompressed and checked against `digest`. Throws damaged.
Bytes read_blob(const PackReader& packs, const Records& records, const rocksdb::ReadOptions& options,
                const format::BlobLocation& location, const Digest& digest);
inline Bytes read_blob(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options,
                       const format::BlobLocation& location, const Digest& digest) {
  return read_blob(*core.packs, records, options, location, digest);
}

BlobInfo blob_info(const format::BlobLocation& location);

}  // namespace cairn::engine
