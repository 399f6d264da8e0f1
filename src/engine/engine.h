// The storage seam: immutable blobs, cells that change atomically, claims, derived indexes.
//
// All that an engine must do stands here, and all that the layers above may lean on. It offers no more than the
// weakest good engine can do: one commit changes one cell; blobs are durable before or with the commit that names
// them; a commit's outcome may be unknown. tests/engine_contract.cpp runs over every engine.
#pragma once

#include <cairn/digest.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/keys.h"
#include "format/superblock.h"

namespace cairn::engine {

class Collection;

using format::BlobKind;
using format::CellId;
using format::NodeId;
using Bytes = std::vector<std::byte>;

/// What is known of a stored blob without reading it.
struct BlobInfo {
  BlobKind kind;
  std::uint8_t probe;         ///< how many seeds collided before this one; almost always 0
  std::uint64_t size;         ///< bytes of the blob
  std::uint64_t stored_size;  ///< bytes it takes in the store, compressed, without its header
  bool packed;                ///< in a pack file, not beside the records
};

/// Ordered walk over keys of one family. Not thread-safe. Keys and values live until the next move.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// Moves to the first key at or after `key`; false if there is none.
  virtual bool seek(std::string_view key) = 0;
  /// Moves to the last key at or before `key`; false if there is none.
  virtual bool seek_back(std::string_view key) = 0;
  virtual bool next() = 0;
  virtual bool previous() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

/// What a cell's guard is compared with.
struct CellHeader {
  std::uint64_t version = 0;  ///< 0: the cell does not exist; grows by one with each commit
  std::uint64_t epoch = 0;    ///< of its owner
  Uuid last_commit{};         ///< id of the commit that made this version
};

/// Records that are named by a node id, which is unique over all cells.
enum class Record : std::uint8_t { node = 1, links = 2 };

/// `value` is empty if there is none, and lives until the call returns.
using VisitValue = std::function<void(std::size_t index, std::optional<std::string_view> value)>;
using VisitBlob = std::function<void(std::size_t index, std::span<const std::byte> bytes)>;

/// Where blobs are read from.
class BlobSource {
 public:
  virtual ~BlobSource() = default;
  /// The blob's bytes. Throws not_found, and damaged also if it is of another kind.
  virtual Bytes get_blob(BlobKind kind, const Digest& digest) const = 0;
  /// Calls `visit` with the index and the bytes of each of `blobs`, as get_blob gives them, in any order. The bytes begin
  /// at a multiple of 8 and live until `visit` returns. Throws as get_blob, naming the index, and what `visit` throws.
  /// Much cheaper than get_blob for each, above all for blobs that were staged one after the other. Memory: bounded.
  virtual void get_many(BlobKind kind, std::span<const Digest> blobs, const VisitBlob& visit) const;
};

/// One consistent state of the store. Reads are safe from several threads. Every read compares bytes with their digest and
/// throws Error(damaged) when they do not match, and Error(io) when the system refuses.
class View : public BlobSource {
 public:
  virtual std::optional<BlobInfo> find_blob(const Digest& digest) const = 0;
  /// Calls `visit` for each blob, in no order; stops when it returns false. For collection and verification.
  virtual void list_blobs(const std::function<bool(const Digest&, const BlobInfo&)>& visit) const = 0;
  /// Digests of stored blobs that begin with `prefix` (whole bytes), at most `most`.
  virtual std::vector<Digest> blobs_with_prefix(std::string_view prefix, std::size_t most) const = 0;

  /// How many commits the store had: views of one engine with equal numbers see the same, and later ones have larger numbers.
  virtual std::uint64_t commits() const = 0;
  virtual CellHeader cell(CellId cell) const = 0;
  virtual std::optional<std::string> find_row(CellId cell, std::string_view key) const = 0;
  virtual std::unique_ptr<Cursor> rows(CellId cell) const = 0;

  virtual std::optional<std::string> find_record(Record record, NodeId id) const = 0;
  /// Calls `visit` for each of `ids` in turn. Much cheaper than find_record for each, above all in order of id.
  virtual void find_records(Record record, std::span<const NodeId> ids, const VisitValue& visit) const;
  /// Keys are be64 node ids.
  virtual std::unique_ptr<Cursor> records(Record record) const = 0;

  virtual std::optional<std::string> find_claim(std::string_view key) const = 0;
  /// As find_records.
  virtual void find_claims(std::span<const std::string> keys, const VisitValue& visit) const;
  virtual std::unique_ptr<Cursor> claims() const = 0;
  virtual std::optional<std::string> find_index(std::string_view key) const = 0;
  virtual std::unique_ptr<Cursor> indexes() const = 0;
};

enum class StageResult : std::uint8_t {
  added,    ///< new; becomes durable with the publish of this staging
  existed,  ///< equal bytes are stored or staged already; kept alive by this staging, if stored with all that they refer to
  repaired, ///< the stored copy was damaged; these bytes will replace it
  clash,    ///< other bytes have this digest: hash again with the next probe
};

/// A blob as it is given to a staging.
struct NewBlob {
  Digest digest;
  std::span<const std::byte> bytes;
};

/// Blobs on their way into the store. Bounded memory: large ones go to disk as they come. Not thread-safe, but
/// several may be in use at once. What was staged and not published is dropped with the object, or when it is collected.
class Staging {
 public:
  virtual ~Staging() = default;
  /// Stores `bytes` under `digest` unless equal bytes are there; on a hit the bytes are compared. `probe` is the
  /// number of seeds tried before. Throws no_space, io, or what spill() throws; the staging can then not be published.
  virtual StageResult stage(BlobKind kind, std::uint8_t probe, const Digest& digest,
                            std::span<const std::byte> bytes) = 0;
  /// As stage() with probe 0 for each of `blobs`, in order; what each came to is in `results`, of the same length.
  virtual void stage_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<StageResult> results);
  /// Keeps a committed blob, and all that it refers to, alive as stage() of its bytes would; empty if there is none of that kind.
  virtual std::optional<BlobInfo> hold(BlobKind kind, const Digest& digest) = 0;
  /// What hold() was called for.
  virtual std::vector<std::pair<BlobKind, Digest>> held() const = 0;
  /// Makes what was staged durable without naming it, and forgets it, so that any number of blobs can be staged in bounded
  /// memory; stage() does so from time to time. What is then never published stays until it is collected. Throws as
  /// Engine::publish; the staging can then not be published.
  virtual void spill() {}
  /// True if something staged here goes to a pack, where a commit must bring along all that it needs.
  virtual bool goes_to_pack() const = 0;
  /// The bytes of a blob that was staged or is held here. Throws not_found if it is neither, and as View::get_blob.
  virtual Bytes read(BlobKind kind, const Digest& digest) = 0;
  /// Bytes staged that were new; staged or held that were there already.
  virtual std::uint64_t bytes_added() const = 0;
  virtual std::uint64_t bytes_existed() const = 0;

  /// Tells of an object or artifact whose bytes were given to this staging, whether or not they were there: for who must know
  /// whether something was stored again, which held() and spill() do not tell.
  void note_stored(const Digest& digest) { stored_.push_back(digest); }
  std::span<const Digest> stored() const { return stored_; }

 private:
  std::vector<Digest> stored_;
};

struct RowEdit {
  std::string key;
  std::optional<std::string> value;  ///< empty: erase
};

struct RecordEdit {
  Record record;
  NodeId id;
  std::optional<std::string> value;
};

struct ClaimEdit {
  std::string key;
  std::optional<std::string> owner;  ///< empty: give it up
};

struct IndexEdit {
  std::string key;
  std::optional<std::string> value;
};

/// New rows of one commit, too many to hold in memory. The keys of each family ascend from call to call. Records of nodes, those
/// of links, claims and indexes may come from a thread each. What was staged and not published is dropped with the object.
class RowStaging {
 public:
  virtual ~RowStaging() = default;
  /// All throw no_space and io; the staging can then not be published.
  virtual void add_record(Record record, NodeId id, std::string_view value) = 0;
  virtual void add_claim(std::string_view key, std::string_view owner) = 0;
  virtual void add_index(std::string_view key, std::string_view value) = 0;
};

/// What one commit changes.
struct Edit {
  std::vector<RowEdit> rows;
  std::vector<RecordEdit> records;
  std::vector<ClaimEdit> claims;
  std::vector<IndexEdit> indexes;
};

/// The commit happens only if the cell is at `version` (0: absent) and no newer epoch has written to it.
struct Guard {
  std::uint64_t version = 0;
  std::uint64_t epoch = 0;
};

struct Commit {
  CellId cell = 0;
  Guard guard;
  Edit edit;
  Uuid id{};  ///< kept in the cell, so that an unknown outcome can be settled
  RowStaging* rows = nullptr;  ///< what it changes beside `edit`; spent when the outcome is ok
};

enum class Outcome : std::uint8_t {
  ok,
  conflict,  ///< the cell is at another version
  fenced,    ///< a newer epoch has written
  claimed,   ///< a claim is owned already; see PublishResult::claim
  unknown,   ///< may or may not have happened: read the cell's last_commit
};

struct PublishResult {
  Outcome outcome = Outcome::ok;
  std::string claim = {};  ///< the one that was owned
};

struct EngineStats {
  std::uint32_t format = format::kFormatVersion;  ///< of the store
  std::uint64_t record_bytes = 0;    ///< on disk for records and indexes, log included
  std::uint64_t pack_bytes = 0;      ///< in pack files
  std::uint64_t reserve_bytes = 0;   ///< kept back for a full disk
  std::uint64_t collisions = 0;      ///< digests that other bytes had, since opening
};

/// What Engine::repack is to do.
struct RepackOptions {
  std::optional<int> zstd_level = {};  ///< 1 to 19: blobs are compressed anew, and kept so where that makes them smaller
  /// Asked now and then; once it says no, the work ends soon. Bytes of the packs that are looked at. May be empty.
  std::function<bool(std::uint64_t done, std::uint64_t total)> go_on = {};
};

/// What it did.
struct RepackReport {
  std::uint64_t moved_bytes = 0;     ///< written anew
  std::uint64_t returned_bytes = 0;  ///< given back to the file system
  std::uint64_t waiting_bytes = 0;   ///< to be given back when nobody reads an older state any more
  bool complete = true;              ///< false if go_on() ended it, or if too much is waiting
};

/// One problem found by Engine::verify.
struct Finding {
  std::string where;    ///< file and offset, or family and key
  std::string problem;
  std::optional<Digest> blob;
};

/// A store of blobs, cells, claims and indexes. Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;

  /// Identity of the store, given when it was created.
  virtual Uuid uuid() const = 0;
  virtual bool read_only() const = 0;
  virtual std::unique_ptr<View> view() const = 0;
  virtual std::unique_ptr<Staging> stage() = 0;
  virtual std::unique_ptr<RowStaging> stage_rows() = 0;
  /// Makes what `staging` holds durable, then changes the cell: all or nothing, on disk when it returns.
  /// `staging` may be null, may be published again after a conflict, and is spent when the outcome is ok.
  /// Throws no_space, io or read_only when nothing was changed, unknown_outcome when only opening the store
  /// again tells. After that, and after other failed writes that leave in doubt what is on disk, each publish
  /// throws io until the store is opened again.
  virtual PublishResult publish(Staging* staging, const Commit& commit) = 0;
  /// Readers only: moves new views to what the writer has committed by now.
  virtual void refresh() = 0;
  /// Where files that are gone after use may be made, beside the store; empty: nowhere, and all is in memory.
  virtual std::filesystem::path scratch_directory() const { return {}; }
  virtual EngineStats stats() const = 0;
  /// Begins to collect blobs; waits for another collection to end. `Collection` is in collection.h. Throws read_only, no_space, io.
  virtual std::unique_ptr<Collection> begin_collection() = 0;
  /// Moves blobs together where little is left between holes, if that writes no more than it gives back, and those that are to be
  /// compressed anew. In the order in which they were stored. Others may read and commit meanwhile; waits for a collection to end.
  /// What was done stays done, whatever ends it. Throws no_space, io, read_only. On disk: at most 256 MiB more, meanwhile.
  virtual RepackReport repack(const RepackOptions&) { return {}; }
  /// Rewrites what the engine keeps beside blobs, so that it takes less room and is read faster. Others may read and commit
  /// meanwhile. Cost: reads and writes all records. Throws no_space, io, read_only; nothing is lost then.
  virtual void compact() {}
  /// Reads what the engine itself keeps (files, checksums), apart from the blobs' bytes.
  virtual std::vector<Finding> verify() const = 0;
};

}  // namespace cairn::engine
