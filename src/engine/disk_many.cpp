#include "engine/disk_many.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "engine/compression.h"
#include "engine/pack_stream.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kGroupMax = 32768;  // looked up together: 3 MiB of locations
constexpr std::size_t kGroupGrowth = 8;
constexpr std::size_t kRowsMax = 256;     // of blobs beside the records, read together
constexpr std::size_t kReadsAhead = 32;
constexpr std::uint64_t kAheadBytesMax = 256 * 1024;
constexpr std::uint64_t kSparse = 8;      // bytes to read for a byte that was asked for, from which it pays to ask for each

// The blobs of one group, as they were asked for if whoever asks goes through each pack from front to back: what was changed
// since lies in other packs than what is left of it. Else in the order in which they lie.
class GroupReader {
 public:
  GroupReader(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options, BlobKind kind,
              PackStream& stream, std::span<const Digest> blobs, std::size_t first_index)
      : core_(core), records_(records), options_(options), kind_(kind), stream_(stream), blobs_(blobs),
        first_index_(first_index), locations_(find_locations(records, options, blobs)) {}

  void read(const VisitBlob& visit) {
    std::vector<std::uint32_t> rows, packed;
    for (std::uint32_t i = 0; i < blobs_.size(); ++i) {
      naming(i, [&] { require_blob(locations_[i], kind_, blobs_[i]); });
      if (locations_[i]->packed) add_to_part(*locations_[i]);
      (locations_[i]->packed ? packed : rows).push_back(i);
    }
    std::ranges::sort(rows, {}, [&](std::uint32_t i) { return locations_[i]->blob_id; });
    read_rows(rows, visit);
    if (!std::ranges::all_of(parts_, &PackPart::ascending))
      std::ranges::sort(packed, {}, [&](std::uint32_t i) { return std::pair(locations_[i]->pack, locations_[i]->offset); });
    std::size_t begun = 0;
    for (std::size_t at = 0; at < packed.size(); ++at) {
      const std::uint32_t i = packed[at];
      for (; begun < packed.size() && begun < at + kReadsAhead; ++begun) begin_to_read(packed[begun]);
      std::span<const std::byte> bytes;
      naming(i, [&] { bytes = packed_bytes(*locations_[i], blobs_[i], part_of(locations_[i]->pack).is_sparse()); });
      visit(first_index_ + i, bytes);
    }
  }

 private:
  // Says in an error which blob it was.
  template <class Work>
  void naming(std::uint32_t i, Work&& work) const {
    try {
      work();
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("blob {} of those asked for: {}", first_index_ + i, error.what()));
    }
  }

  // What is asked for of one pack.
  struct PackPart {
    std::uint64_t pack = 0, begin = 0, end = 0, last = 0;
    std::uint64_t asked = 0;  // bytes
    bool ascending = true;

    // Where they lie close together, all of it is read in large reads.
    bool is_sparse() const { return (end - begin) / kSparse > asked; }
  };

  // One that lies alone and is small: a disk takes as long to find it as to read it, and can look for many at a time.
  void begin_to_read(std::uint32_t i) {
    const format::BlobLocation& location = *locations_[i];
    if (location.stored_size <= kAheadBytesMax && part_of(location.pack).is_sparse()) core_.packs->begin_to_read(location);
  }

  PackPart& part_of(std::uint64_t pack) {
    if (last_part_ < parts_.size() && parts_[last_part_].pack == pack) return parts_[last_part_];
    const auto found = std::ranges::lower_bound(parts_, pack, {}, &PackPart::pack);
    last_part_ = static_cast<std::size_t>(found - parts_.begin());
    return found != parts_.end() && found->pack == pack ? *found : *parts_.insert(found, PackPart{.pack = pack});
  }

  void add_to_part(const format::BlobLocation& location) {
    PackPart& part = part_of(location.pack);
    part.begin = part.asked == 0 ? location.offset : std::min(part.begin, location.offset);
    part.end = std::max(part.end, format::record_end(location));
    part.ascending = part.ascending && location.offset >= part.last;
    part.last = location.offset;
    part.asked += format::kRecordHeaderSize + location.stored_size;
  }

  std::span<const std::byte> packed_bytes(const format::BlobLocation& location, const Digest& digest, bool alone) {
    if (alone) record_ = core_.packs->read(location, digest);
    const std::span<const std::byte> stored = alone ? record_ : stream_.read(location, digest);
    if (const auto bytes = decompress(location.codec, stored, location.size, scratch_);
        bytes && format::blob_digest(location.kind, location.probe, *bytes) == digest)
      return *bytes;
    // What was read ahead does not match: the file itself tells.
    scratch_ = read_blob(core_, records_, options_, location, digest);
    return scratch_;
  }

  void read_rows(std::span<const std::uint32_t> rows, const VisitBlob& visit) {
    std::vector<std::string> keys(std::min(rows.size(), kRowsMax));
    std::vector<rocksdb::Slice> slices(keys.size());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    while (!rows.empty()) {
      const auto some = rows.first(std::min(rows.size(), kRowsMax));
      rows = rows.subspan(some.size());
      for (std::size_t k = 0; k < some.size(); ++k) {
        keys[k] = format::be64_text(locations_[some[k]]->blob_id);
        slices[k] = keys[k];
      }
      records_.db().MultiGet(options_, records_.family(Family::blob), some.size(), slices.data(), values.data(),
                             statuses.data(), true);
      for (std::size_t k = 0; k < some.size(); ++k) {
        naming(some[k], [&] { take_row(some[k], statuses[k], values[k]); });
        values[k].Reset();
        visit(first_index_ + some[k], scratch_);
      }
    }
  }

  void take_row(std::uint32_t i, const rocksdb::Status& status, const rocksdb::PinnableSlice& value) {
    const format::BlobLocation& location = *locations_[i];
    const auto bytes = base::as_bytes(value.ToStringView());
    scratch_.assign(bytes.begin(), bytes.end());
    const bool right = status.ok() && scratch_.size() == location.size &&
                       format::blob_digest(location.kind, location.probe, scratch_) == blobs_[i];
    if (!right) scratch_ = read_blob(core_, records_, options_, location, blobs_[i]);  // says what is wrong
  }

  const DiskCore& core_;
  const Records& records_;
  const rocksdb::ReadOptions& options_;
  const BlobKind kind_;
  PackStream& stream_;
  const std::span<const Digest> blobs_;
  const std::size_t first_index_;
  const std::vector<std::optional<format::BlobLocation>> locations_;
  std::vector<PackPart> parts_;  // by pack
  std::size_t last_part_ = 0;
  Bytes record_, scratch_;
};

/// Runs of blobs, asked for one position behind the other.
class Runs {
 public:
  Runs(const Records& records, const rocksdb::ReadOptions& options) : records_(records), options_(options) {}

  bool hold(const format::BlobLocation& location) {
    if (location.pack != run_.pack || location.offset < run_.begin || location.offset >= run_.end)
      run_ = find(location.pack, location.offset);
    return format::record_end(location) <= run_.end;
  }

 private:
  // The run that holds the offset; else an empty one there.
  engine_key::Run find(std::uint64_t pack, std::uint64_t offset) const {
    const std::unique_ptr<rocksdb::Iterator> rows(records_.db().NewIterator(options_, records_.family(Family::engine)));
    rows->SeekForPrev(engine_key::run(pack, offset));
    check(rows->status(), "look up a run of blobs");
    const auto run = rows->Valid() ? engine_key::parse_run(rows->key().ToStringView(), rows->value().ToStringView())
                                   : std::nullopt;
    return run && run->pack == pack && run->end > offset ? *run : engine_key::Run{pack, offset, offset};
  }

  const Records& records_;
  const rocksdb::ReadOptions& options_;
  engine_key::Run run_;
};

/// Blobs that were put one after the other are most often read so: each is then found behind the one before it, in a run,
/// which takes a third of what looking it up does.
class RunReader {
 public:
  RunReader(const Records& records, const rocksdb::ReadOptions& options, BlobKind kind, PackStream& stream)
      : runs_(records, options), kind_(kind), stream_(stream) {}

  /// Visits the first of `blobs` that follow what `stream` read last, and returns how many. Where one is not right, others
  /// say what is wrong with it.
  std::size_t read(std::span<const Digest> blobs, std::size_t first_index, const VisitBlob& visit) {
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      const auto location = stream_.next(blobs[i]);
      if (!location || location->kind != kind_ || !runs_.hold(*location)) return i;
      const auto bytes = read(*location, blobs[i]);
      if (!bytes) return i;
      visit(first_index + i, *bytes);
    }
    return blobs.size();
  }

 private:
  // Empty if it is damaged, or cannot be read: there may be another copy elsewhere.
  std::optional<std::span<const std::byte>> read(const format::BlobLocation& location, const Digest& digest) {
    try {
      const auto bytes = decompress(location.codec, stream_.read(location, digest), location.size, scratch_);
      if (bytes && format::blob_digest(location.kind, location.probe, *bytes) == digest) return bytes;
    } catch (const Error&) {
    }
    return std::nullopt;
  }

  Runs runs_;
  const BlobKind kind_;
  PackStream& stream_;
  Bytes scratch_;
};

}  // namespace

void read_many(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options, BlobKind kind,
               std::span<const Digest> blobs, const VisitBlob& visit, PackStream& stream) {
  RunReader runs(records, options, kind, stream);
  std::size_t group = 1;  // grows while nothing follows
  for (std::size_t begin = 0; begin < blobs.size();) {
    const auto some = blobs.subspan(begin, std::min(group, blobs.size() - begin));
    GroupReader(core, records, options, kind, stream, some, begin).read(visit);
    begin += some.size();
    const std::size_t followed = runs.read(blobs.subspan(begin), begin, visit);
    begin += followed;
    group = followed > 0 ? 1 : std::min(kGroupGrowth * group, kGroupMax);
  }
}

}  // namespace cairn::engine
