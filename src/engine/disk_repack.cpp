#include "engine/disk_repack.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <rocksdb/snapshot.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "engine/blob_runs.h"
#include "engine/compression.h"
#include "engine/disk_staging.h"
#include "engine/pack_use.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kRecordsAtOnce = 256u << 10;   // of packs that are looked at together: 24 MiB
constexpr std::uint64_t kBytesInBatch = 64u << 20;     // after which the room they came from can be given back
constexpr std::size_t kRecordsInBatch = 8192;
constexpr std::uint64_t kWorthMoving = 64u << 10;      // bytes that a pack would give back
constexpr std::uint64_t kWaitingMost = 192u << 20;     // bytes that readers of older states hold back
constexpr std::size_t kSampled = 64;                   // blobs of a pack that are compressed to see what that saves
constexpr std::size_t kCompressedLeast = 4096;         // bytes of a blob

struct PackedBlob {
  Digest digest;
  format::BlobLocation location;
};

class Repack {
 public:
  Repack(DiskCore& core, DiskCommitter& committer, const RepackOptions& options)
      : core_(core), committer_(committer), options_(options), snapshot_(&core.records->db()), runs_(*core.records, {}),
        compressor_(Compression::zstd, options.zstd_level.value_or(3)) {
    reading_.snapshot = snapshot_.snapshot();
    reading_.fill_cache = false;
  }

  RepackReport run();

 private:
  using PackedBlobs = std::map<std::uint64_t, std::vector<PackedBlob>>;

  struct Moved {
    Digest digest;
    format::BlobLocation from, to;
  };

  PackWriter::Position floor() const;
  template <class Visit>
  void walk(const Visit& visit) const;
  bool is_sparse(std::uint64_t pack, const PackUse& use) const;
  bool shrinks(const std::vector<PackedBlob>& blobs);
  void move_packs(PackedBlobs& packs);
  void move_pack(std::uint64_t pack, std::vector<PackedBlob>& blobs);
  std::optional<Bytes> read(const PackedBlob& blob) const;
  bool move_blob(const PackedBlob& blob, std::vector<Moved>& moved);
  void commit(std::uint64_t pack, const std::vector<Moved>& moved, bool is_last, std::span<const PackedBlob> left);
  void add_rows(rocksdb::WriteBatch& batch, std::uint64_t pack, const std::vector<Moved>& moved, bool is_last, std::uint64_t epoch) const;
  bool goes_on();

  DiskCore& core_;
  DiskCommitter& committer_;
  const RepackOptions& options_;
  rocksdb::ManagedSnapshot snapshot_;
  rocksdb::ReadOptions reading_;
  BlobRuns runs_;
  Compressor compressor_;
  PackUses uses_;
  std::map<std::uint64_t, std::uint64_t> ends_;
  std::uint64_t generation_ = 0;
  std::uint64_t done_ = 0, total_ = 0;  // bytes of the packs that are looked at
  RepackReport report_;
};

// Before it lies nothing that is not committed and may be.
PackWriter::Position Repack::floor() const {
  PackWriter::Position floor;
  {
    const std::lock_guard lock(core_.pending.mutex);
    floor = core_.writer->durable();
  }
  const std::lock_guard lock(core_.stagings.mutex);
  for (DiskStaging* staging : core_.stagings.all) floor = std::min(floor, staging->oldest());
  return floor;
}

template <class Visit>
void Repack::walk(const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> rows(core_.records->db().NewIterator(reading_, core_.records->family(Family::digest)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const format::BlobLocation location = format::decode_location(rows->value().ToStringView());
    if (!location.packed) continue;
    PackedBlob blob{{}, location};
    std::copy_n(rows->key().data(), blob.digest.bytes.size(), reinterpret_cast<char*>(blob.digest.bytes.data()));
    visit(blob);
  }
  check(rows->status(), "list the blobs");
}

RepackReport Repack::run() {
  const PackWriter::Position before = floor();
  ends_ = pack_ends(*core_.records, reading_);
  walk([&](const PackedBlob& blob) { uses_[blob.location.pack].add(blob.location); });
  std::vector<std::uint64_t> packs;
  for (const auto& [pack, end] : ends_) {
    if (pack >= before.pack || pack == ends_.rbegin()->first || !uses_.contains(pack)) continue;
    if (!options_.zstd_level && !is_sparse(pack, uses_[pack])) continue;
    packs.push_back(pack);
    total_ += uses_[pack].live_bytes;
  }
  for (auto next = packs.begin(); next != packs.end() && goes_on();) {
    PackedBlobs together;
    for (std::uint64_t count = 0; next != packs.end() && (count == 0 || count + uses_[*next].live_count <= kRecordsAtOnce); ++next) {
      together[*next];
      count += uses_[*next].live_count;
    }
    walk([&](const PackedBlob& blob) {
      if (const auto found = together.find(blob.location.pack); found != together.end()) found->second.push_back(blob);
    });
    move_packs(together);
  }
  report_.waiting_bytes = core_.freed->waiting_bytes();
  return report_;
}

bool Repack::goes_on() {
  if (!report_.complete) return false;
  report_.complete = (!options_.go_on || options_.go_on(done_, total_)) && core_.freed->waiting_bytes() <= kWaitingMost;
  return report_.complete;
}

// To write what is left costs no more than it gives back.
bool Repack::is_sparse(std::uint64_t pack, const PackUse& use) const {
  const auto file = base::File::open_if_exists(core_.packs_path() / format::pack_file_name(pack), O_RDONLY);
  if (!file) return false;
  const std::uint64_t allocated = allocated_bytes(*file);
  return allocated >= 2 * use.live_bytes && allocated - use.live_bytes >= kWorthMoving;
}

void Repack::move_packs(PackedBlobs& packs) {
  for (auto& [pack, blobs] : packs) {
    if (!goes_on()) return;
    std::ranges::sort(blobs, {}, [](const PackedBlob& blob) { return blob.location.offset; });
    if (is_sparse(pack, uses_[pack]) || (options_.zstd_level && shrinks(blobs))) move_pack(pack, blobs);
    done_ += uses_[pack].live_bytes;
    blobs = {};
  }
}

bool Repack::shrinks(const std::vector<PackedBlob>& blobs) {
  std::uint64_t before = 0, after = 0;
  const std::size_t each = std::max<std::size_t>(blobs.size() / kSampled, 1);
  for (std::size_t i = 0; i < blobs.size(); i += each) {
    const auto bytes = read(blobs[i]);
    if (!bytes) continue;
    const auto compressed = bytes->size() < kCompressedLeast ? std::nullopt : compressor_.compress(*bytes);
    const std::uint64_t stored = blobs[i].location.stored_size;
    before += stored;
    after += compressed ? std::min<std::uint64_t>(stored, compressed->bytes.size()) : stored;
  }
  return after < before - before / 8;
}

// Empty if it is damaged: it stays where it is.
std::optional<Bytes> Repack::read(const PackedBlob& blob) const {
  try {
    return read_blob(core_, *core_.records, {}, blob.location, blob.digest);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    return std::nullopt;
  }
}

void Repack::move_pack(std::uint64_t pack, std::vector<PackedBlob>& blobs) {
  for (const PackedBlob& blob : blobs) runs_.leave(blob.location);
  std::vector<PackedBlob> stays;  // damaged ones
  std::vector<Moved> moved;
  std::uint64_t bytes = 0;
  generation_ = core_.writer->generation();
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (!move_blob(blobs[i], moved)) stays.push_back(blobs[i]);
    else bytes += moved.back().to.stored_size;
    const bool is_last = i + 1 == blobs.size();
    if (!is_last && bytes < kBytesInBatch && moved.size() < kRecordsInBatch) continue;
    std::vector<PackedBlob> left = stays;
    left.insert(left.end(), blobs.begin() + static_cast<std::ptrdiff_t>(i) + 1, blobs.end());
    commit(pack, moved, is_last && stays.empty(), left);
    moved.clear();
    bytes = 0;
    if (!goes_on()) return;
  }
}

bool Repack::move_blob(const PackedBlob& blob, std::vector<Moved>& moved) {
  const auto bytes = read(blob);
  if (!bytes) return false;
  Moved one{blob.digest, blob.location, blob.location};
  const auto compressed = options_.zstd_level && bytes->size() >= kCompressedLeast ? compressor_.compress(*bytes) : std::nullopt;
  Bytes kept;
  std::span<const std::byte> stored;
  if (compressed && compressed->bytes.size() < one.from.stored_size) {
    stored = compressed->bytes;
    one.to.codec = compressed->codec;
    one.to.stored_size = stored.size();
  } else {
    kept = core_.packs->read(blob.location, blob.digest);
    stored = kept;
  }
  core_.require_space(stored.size(), "compact");
  const PackLocation at = core_.writer->append(
      generation_, {one.to.kind, one.to.probe, one.to.codec, blob.digest, one.to.size, one.to.stored_size}, stored);
  one.to.pack = at.pack;
  one.to.offset = at.offset;
  moved.push_back(one);
  report_.moved_bytes += format::kRecordHeaderSize + stored.size();
  return true;
}

void Repack::commit(std::uint64_t pack, const std::vector<Moved>& moved, bool is_last, std::span<const PackedBlob> left) {
  if (moved.empty() && !is_last) return;
  const std::uint64_t epoch = core_.epochs.current() + 1;
  committer_.rewrite([&](rocksdb::WriteBatch& batch) { add_rows(batch, pack, moved, is_last, epoch); }, {}, generation_);
  core_.epochs.set_current(epoch);
  FreedPacks freed;
  freed.epoch = epoch;
  if (is_last) {
    freed.packs.push_back(pack);
  } else if (const auto file = base::File::open_if_exists(core_.packs_path() / format::pack_file_name(pack), O_RDONLY)) {
    std::vector<Extent> live;
    for (const PackedBlob& blob : left) live.push_back({blob.location.offset, format::record_end(blob.location)});
    freed.holes[pack] = find_holes(*file, pack, core_.store_id(), live, ends_.at(pack));
  }
  core_.freed->add(std::move(freed));
  report_.returned_bytes += core_.freed->release();
}

void Repack::add_rows(rocksdb::WriteBatch& batch, std::uint64_t pack, const std::vector<Moved>& moved, bool is_last,
                      std::uint64_t epoch) const {
  rocksdb::ColumnFamilyHandle* const engine = core_.records->family(Family::engine);
  runs_.remove_left(*core_.records, batch);
  for (const Moved& one : moved) {
    if (find_location(*core_.records, {}, one.digest) != one.from) continue;  // a repair has come before
    check(batch.Put(core_.records->family(Family::digest), digest_key(one.digest), format::encode_location(one.to)), "build a commit");
  }
  if (is_last) check(batch.Delete(engine, engine_key::pack(pack)), "build a commit");
  const auto now = static_cast<std::uint64_t>(base::now_nanoseconds());
  check(batch.Put(engine, engine_key::epoch(epoch), format::be64_text(now)), "build a commit");
}

}  // namespace

RepackReport repack(DiskCore& core, DiskCommitter& committer, const RepackOptions& options) {
  return Repack(core, committer, options).run();
}

}  // namespace cairn::engine
