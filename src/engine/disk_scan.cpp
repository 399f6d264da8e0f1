#include "engine/disk_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iterator>
#include <map>
#include <new>
#include <system_error>
#include <thread>
#include <tuple>

#include "base/bytes.h"
#include "engine/compression.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

constexpr unsigned kPackShift = 24;             // in so many bytes of a pack there are at most 300,000 records
constexpr unsigned kRowsShift = 18;
constexpr std::uint64_t kReadBytes = 4u << 20;  // read at once
constexpr std::size_t kRowsMax = 256;           // of blobs beside the records
constexpr std::uint64_t kSparse = 8;            // bytes to read for a byte that is wanted, from which each is read alone

struct Place {
  Digest digest;
  format::BlobLocation location;
};
static_assert(kScanPartMax * sizeof(Place) <= 64u << 20);

// What is in packs comes first: it does not name what lies beside the records.
auto order_of(const Place& place) {
  const format::BlobLocation& at = place.location;
  return at.packed ? std::tuple(0, at.pack, at.offset) : std::tuple(1, at.blob_id, std::uint64_t{0});
}

// A stretch of a pack, or of blobs beside the records.
struct Stretch {
  bool is_rows = false;
  std::uint64_t number = 0, part = 0;

  static Stretch of(const format::BlobLocation& at) {
    return at.packed ? Stretch{false, at.pack, at.offset >> kPackShift} : Stretch{true, at.blob_id >> kRowsShift, 0};
  }
  friend auto operator<=>(const Stretch&, const Stretch&) = default;
};

// Some that are read together.
using Task = std::span<const Place>;

// The tasks of places that are in order.
std::vector<Task> cut(std::span<const Place> places) {
  std::vector<Task> tasks;
  while (!places.empty()) {
    const format::BlobLocation& first = places.front().location;
    std::size_t count = 1;
    const auto goes_on = [&](const format::BlobLocation& next) {
      if (!first.packed) return count < kRowsMax;
      return next.packed && next.pack == first.pack && format::record_end(next) - first.offset <= kReadBytes;
    };
    while (count < places.size() && goes_on(places[count].location)) ++count;
    tasks.push_back(places.first(count));
    places = places.subspan(count);
  }
  return tasks;
}

struct Freed {
  void operator()(std::byte* memory) const { std::free(memory); }
};

// What one thread reads with.
class ScanReader {
 public:
  ScanReader(const Records& records, const rocksdb::ReadOptions& options, const PackReader& packs, const BlobScan& scan,
             const std::function<Bytes(BlobKind, const Digest&)>& get)
      : records_(records), options_(options), packs_(packs), scan_(scan), get_(get) {}

  void read(Task task) { task.front().location.packed ? read_packed(task) : read_rows(task); }

 private:
  void read_packed(Task task) {
    const std::uint64_t begin = task.front().location.offset / format::kPackBlock * format::kPackBlock;
    const std::span<const std::byte> window = is_sparse(task) ? std::span<const std::byte>() : read_window(task, begin);
    for (const Place& place : task)
      if (!take(place, begin, window)) read_alone(place);
  }

  static bool is_sparse(Task task) {
    std::uint64_t wanted = 0;
    for (const Place& place : task) wanted += format::kRecordHeaderSize + place.location.stored_size;
    return task.size() == 1 || (format::record_end(task.back().location) - task.front().location.offset) / kSparse > wanted;
  }

  // From the disk, whatever the page cache says; empty if it does not give them back.
  std::span<const std::byte> read_window(Task task, std::uint64_t begin) {
    const format::BlobLocation& last = task.back().location;
    if (file_ == nullptr || pack_ != last.pack) file_ = packs_.direct_file(pack_ = last.pack);
    if (file_ == nullptr) return {};
    if (memory_ == nullptr) memory_.reset(static_cast<std::byte*>(std::aligned_alloc(format::kPackBlock, kWindowBytes)));
    if (memory_ == nullptr) throw std::bad_alloc();
    const std::uint64_t end = (format::record_end(last) + format::kPackBlock - 1) / format::kPackBlock * format::kPackBlock;
    try {
      return {memory_.get(), file_->read_at(begin, {memory_.get(), std::min(end - begin, kWindowBytes)})};
    } catch (const Error&) {
      return {};
    }
  }

  // False if it is not in the window as it should be.
  bool take(const Place& place, std::uint64_t begin, std::span<const std::byte> window) {
    const format::BlobLocation& at = place.location;
    const std::uint64_t from = at.offset - begin;
    if (from > window.size() || window.size() - from < format::kRecordHeaderSize) return false;
    const auto header = format::decode_record_header(window.subspan(from, format::kRecordHeaderSize));
    const auto stored = window.subspan(from + format::kRecordHeaderSize);
    if (!header || !is_record_of(*header, at, place.digest) || at.stored_size > stored.size()) return false;
    const auto bytes = decompress(at.codec, stored.first(at.stored_size), at.size, scratch_);
    return bytes && give(place, *bytes);
  }

  bool give(const Place& place, std::span<const std::byte> bytes) {
    const format::BlobLocation& at = place.location;
    if (bytes.size() != at.size || format::blob_digest(at.kind, at.probe, bytes) != place.digest) return false;
    scan_.visit(place.digest, blob_info(at), bytes);
    return true;
  }

  void read_alone(const Place& place) {
    const BlobInfo info = blob_info(place.location);
    Bytes bytes;
    try {
      bytes = get_(info.kind, place.digest);
    } catch (const Error& error) {
      scan_.failed(place.digest, &info, error);
      return;
    }
    scan_.visit(place.digest, info, bytes);
  }

  void read_rows(Task task) {
    std::vector<std::string> keys(task.size());
    std::vector<rocksdb::Slice> slices(task.size());
    std::vector<rocksdb::PinnableSlice> values(task.size());
    std::vector<rocksdb::Status> statuses(task.size());
    for (std::size_t i = 0; i < task.size(); ++i) slices[i] = keys[i] = format::be64_text(task[i].location.blob_id);
    records_.db().MultiGet(options_, records_.family(Family::blob), task.size(), slices.data(), values.data(), statuses.data(), true);
    for (std::size_t i = 0; i < task.size(); ++i) {
      const auto bytes = base::as_bytes(values[i].ToStringView());
      scratch_.assign(bytes.begin(), bytes.end());  // so that they begin at a multiple of 8
      if (!statuses[i].ok() || !give(task[i], scratch_)) read_alone(task[i]);
    }
  }

  static constexpr std::uint64_t kWindowBytes = kReadBytes + 2 * format::kPackBlock;

  const Records& records_;
  const rocksdb::ReadOptions& options_;
  const PackReader& packs_;
  const BlobScan& scan_;
  const std::function<Bytes(BlobKind, const Digest&)>& get_;
  std::uint64_t pack_ = 0;
  std::shared_ptr<const base::File> file_;  // of that pack, for direct reads
  std::unique_ptr<std::byte, Freed> memory_;
  Bytes scratch_;
};

// Calls `work` in so many threads, this one among them, and passes on what the first of them threw. Fewer will do.
void in_threads(unsigned count, const std::function<void()>& work) {
  std::mutex mutex;
  std::exception_ptr thrown;
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      while (others.size() + 1 < count) others.emplace_back(guarded);
    } catch (const std::system_error&) {
      // No more are to be had.
    }
    guarded();
  }
  if (thrown) std::rethrow_exception(thrown);
}

class DiskScan {
 public:
  DiskScan(const Records& records, const rocksdb::ReadOptions& options, const PackReader& packs, const BlobScan& scan,
           const std::function<Bytes(BlobKind, const Digest&)>& get, std::size_t part_max,
           const std::function<bool(const format::BlobLocation&)>& is_there)
      : records_(records), options_(options), packs_(packs), scan_(scan), get_(get), part_max_(part_max), is_there_(is_there) {
    options_.fill_cache = false;
  }

  void run() {
    plan();
    if (count_ <= part_max_) return read();
    for (auto at = stretches_.begin(); at != stretches_.end();) {
      const Stretch first = at->first;
      std::uint64_t count = 0;
      do count += at->second;
      while (++at != stretches_.end() && count + at->second <= part_max_);
      collect(first, std::prev(at)->first);
      read();
    }
  }

 private:
  // How many there are and where; all of them, if they are few.
  void plan() {
    walk([&](const Digest& digest, const Error& error) { scan_.failed(digest, nullptr, error); },
         [&](const Place& place) {
           ++stretches_[Stretch::of(place.location)];
           if (++count_ <= part_max_) places_.push_back(place);
         });
    if (count_ > part_max_) places_.clear();
    if (scan_.planned) scan_.planned(count_);
  }

  void collect(const Stretch& first, const Stretch& last) {
    places_.clear();
    walk([](const Digest&, const Error&) {},
         [&](const Place& place) {
           const Stretch stretch = Stretch::of(place.location);
           if (first <= stretch && stretch <= last) places_.push_back(place);
         });
  }

  // Calls `visit` for each blob that is wanted, and `damaged` for each of which it cannot be said where it is.
  template <class Damaged, class Visit>
  void walk(Damaged&& damaged, Visit&& visit) const {
    const std::unique_ptr<rocksdb::Iterator> rows(records_.db().NewIterator(options_, records_.family(Family::digest)));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      Place place;
      const std::string_view key = rows->key().ToStringView();
      std::memcpy(place.digest.bytes.data(), key.data(), std::min(key.size(), place.digest.bytes.size()));
      try {
        place.digest = parse_digest_key(key);
        place.location = format::decode_location(rows->value().ToStringView());
      } catch (const Error& error) {
        damaged(place.digest, error);
        continue;
      }
      if (is_there_ && !is_there_(place.location)) continue;
      if (scan_.is_wanted(place.digest, blob_info(place.location))) visit(place);
    }
    check(rows->status(), "walk the digests");
  }

  void read() {
    std::ranges::sort(places_, {}, order_of);
    const std::vector<Task> tasks = cut(places_);
    std::atomic<std::size_t> next = 0;
    in_threads(static_cast<unsigned>(std::min<std::size_t>(scan_.threads, tasks.size())), [&] {
      ScanReader reader(records_, options_, packs_, scan_, get_);
      try {
        for (std::size_t i = next++; i < tasks.size(); i = next++) reader.read(tasks[i]);
      } catch (...) {
        next = tasks.size();  // the others stop, too
        throw;
      }
    });
  }

  const Records& records_;
  rocksdb::ReadOptions options_;
  const PackReader& packs_;
  const BlobScan& scan_;
  const std::function<Bytes(BlobKind, const Digest&)>& get_;
  const std::size_t part_max_;
  const std::function<bool(const format::BlobLocation&)>& is_there_;
  std::map<Stretch, std::uint64_t> stretches_;  // how many are wanted of each
  std::uint64_t count_ = 0;
  std::vector<Place> places_;
};

}  // namespace

void scan_disk(const Records& records, const rocksdb::ReadOptions& options, const PackReader& packs, const BlobScan& scan,
               const std::function<Bytes(BlobKind, const Digest&)>& get, std::size_t part_max,
               const std::function<bool(const format::BlobLocation&)>& is_there) {
  DiskScan(records, options, packs, scan, get, part_max, is_there).run();
}

}  // namespace cairn::engine
