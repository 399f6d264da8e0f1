#include "engine/disk_view.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "base/bytes.h"
#include "engine/compression.h"
#include "engine/disk_many.h"
#include "engine/disk_scan.h"
#include "engine/disk_state.h"
#include "engine/pack_stream.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

class DiskCursor : public Cursor {
 public:
  DiskCursor(std::unique_ptr<rocksdb::Iterator> iterator, std::string prefix)
      : iterator_(std::move(iterator)), prefix_(std::move(prefix)) {}

  bool seek(std::string_view key) override {
    if (prefix_.empty()) {
      iterator_->Seek(rocksdb::Slice(key));
    } else {
      iterator_->Seek(prefix_ + std::string(key));
    }
    return arrived();
  }
  bool seek_back(std::string_view key) override {
    iterator_->SeekForPrev(prefix_ + std::string(key));
    return arrived();
  }
  bool next() override {
    iterator_->Next();
    return arrived();
  }
  bool previous() override {
    iterator_->Prev();
    return arrived();
  }
  std::string_view key() const override { return iterator_->key().ToStringView().substr(prefix_.size()); }
  std::string_view value() const override { return iterator_->value().ToStringView(); }

 private:
  bool arrived() {
    if (iterator_->Valid()) return prefix_.empty() || iterator_->key().starts_with(prefix_);
    check(iterator_->status(), "walk the records");
    return false;
  }

  std::unique_ptr<rocksdb::Iterator> iterator_;
  std::string prefix_;
};

class DiskView : public View, public BlobScanner {
  // What is missing in a state that is too old was there, and is no damage.
  template <class Read>
  auto unless_expired(const Read& read) const {
    try {
      return read();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged || !state_.is_expired()) throw;
      throw Error(ErrorCode::expired, fmt::format("{}; this state of the store is too old, and some of it was collected: expected "
                                                  "the store to be looked at anew", error.what()));
    }
  }

 public:
  DiskView(std::shared_ptr<const DiskCore> core, std::shared_ptr<const Records> records)
      : state_(std::move(core), std::move(records)), stream_(*state_.core().packs) {}

  std::optional<BlobInfo> find_blob(const Digest& digest) const override {
    const auto location = find_location(state_.records(), state_.reading(), digest);
    return location ? std::optional(blob_info(*location)) : std::nullopt;
  }

  Bytes get_blob(BlobKind kind, const Digest& digest) const override {
    const auto location = find_location(state_.records(), state_.reading(), digest);
    require_blob(location, kind, digest);
    return unless_expired([&] {
      if (auto bytes = location->packed ? read_streamed(*location, digest) : std::nullopt) return std::move(*bytes);
      return read_blob(state_.core(), state_.records(), state_.reading(), *location, digest);
    });
  }

  void get_many(BlobKind kind, std::span<const Digest> blobs, const VisitBlob& visit) const override {
    const BorrowedStream stream(*this);
    unless_expired([&] { read_many(state_.core(), state_.records(), state_.reading(), kind, blobs, visit, *stream); });
  }

  void list_blobs(const std::function<bool(const Digest&, const BlobInfo&)>& visit) const override {
    const auto cursor = walk(Family::digest, "");
    for (bool more = cursor->seek(""); more; more = cursor->next())
      if (!visit(parse_digest_key(cursor->key()), blob_info(format::decode_location(cursor->value())))) return;
  }

  void scan_blobs(const BlobScan& scan) const override {
    scan_disk(state_.records(), state_.reading(), *state_.core().packs, scan,
              [this](BlobKind kind, const Digest& digest) { return get_blob(kind, digest); });
  }

  std::vector<Digest> blobs_with_prefix(std::string_view prefix, std::size_t most) const override {
    const auto cursor = walk(Family::digest, std::string(prefix));
    std::vector<Digest> found;
    for (bool more = cursor->seek(""); more && found.size() < most; more = cursor->next())
      found.push_back(parse_digest_key(std::string(prefix).append(cursor->key())));
    return found;
  }

  std::uint64_t commits() const override {
    const auto bytes = find(Family::engine, engine_key::kState);
    return bytes ? base::load_big_endian<std::uint64_t>(bytes->data()) : 0;
  }
  CellHeader cell(CellId id) const override {
    const auto bytes = find(Family::engine, engine_key::header(id));
    return bytes ? decode_cell_header(*bytes) : CellHeader{};
  }
  std::optional<std::string> find_row(CellId id, std::string_view key) const override {
    return find(Family::cell, format::be64_text(id).append(key));
  }
  std::unique_ptr<Cursor> rows(CellId id) const override { return walk(Family::cell, format::be64_text(id)); }
  std::optional<std::string> find_record(Record record, NodeId id) const override {
    return find(record_family(record), format::be64_text(id));
  }
  void find_records(Record record, std::span<const NodeId> ids, const VisitValue& visit) const override {
    std::vector<std::string> keys;
    keys.reserve(ids.size());
    for (const NodeId id : ids) keys.push_back(format::be64_text(id));
    find_together(record_family(record), keys, visit);
  }
  std::unique_ptr<Cursor> records(Record record) const override { return walk(record_family(record), ""); }
  std::optional<std::string> find_claim(std::string_view key) const override { return find(Family::claim, key); }
  void find_claims(std::span<const std::string> keys, const VisitValue& visit) const override {
    find_together(Family::claim, keys, visit);
  }
  std::unique_ptr<Cursor> claims() const override { return walk(Family::claim, ""); }
  std::optional<std::string> find_index(std::string_view key) const override { return find(Family::index, key); }
  std::unique_ptr<Cursor> indexes() const override { return walk(Family::index, ""); }

 private:
  // A stream for one reader at a time. The next one may go on where it was left; its memory, in any case, is not made anew.
  class BorrowedStream {
   public:
    explicit BorrowedStream(const DiskView& view) : view_(view) {
      const std::lock_guard lock(view_.idle_mutex_);
      if (view_.idle_streams_.empty()) {
        stream_ = std::make_unique<PackStream>(*view_.state_.core().packs);
      } else {
        stream_ = std::move(view_.idle_streams_.back());
        view_.idle_streams_.pop_back();
      }
    }
    ~BorrowedStream() {
      const std::lock_guard lock(view_.idle_mutex_);
      view_.idle_streams_.push_back(std::move(stream_));
    }
    PackStream& operator*() const { return *stream_; }

   private:
    const DiskView& view_;
    std::unique_ptr<PackStream> stream_;
  };

  // Empty if another thread is using the stream, or what it read ahead does not match: then the file itself tells.
  std::optional<Bytes> read_streamed(const format::BlobLocation& location, const Digest& digest) const {
    const std::unique_lock lock(stream_mutex_, std::try_to_lock);
    if (!lock) return std::nullopt;
    const auto stored = stream_.read(location, digest);
    const bool raw = location.codec == format::BlobCodec::raw;
    if (raw && stored.size() != location.size) return std::nullopt;
    try {
      Bytes bytes(stored.begin(), stored.end());
      if (!raw) bytes = decompress(location.codec, std::move(bytes), location.size);
      if (format::blob_digest(location.kind, location.probe, bytes) == digest) return bytes;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;
    }
    return std::nullopt;
  }

  static constexpr std::size_t kLookUpMax = 64;

  static Family record_family(Record record) { return record == Record::node ? Family::node : Family::links; }

  std::optional<std::string> find(Family family, std::string_view key) const {
    rocksdb::PinnableSlice value;
    const auto status = state_.records().db().Get(state_.reading(), state_.records().family(family), key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) check(status, fmt::format("read a record of family {}", family_name(family)));
    return value.ToString();
  }

  void find_together(Family family, std::span<const std::string> keys, const VisitValue& visit) const {
    std::array<rocksdb::Slice, kLookUpMax> slices;
    std::array<rocksdb::PinnableSlice, kLookUpMax> values;
    std::array<rocksdb::Status, kLookUpMax> statuses;
    for (std::size_t begin = 0; begin < keys.size(); begin += kLookUpMax) {
      const std::size_t count = std::min(kLookUpMax, keys.size() - begin);
      std::ranges::copy(keys.subspan(begin, count), slices.begin());
      state_.records().db().MultiGet(state_.reading(), state_.records().family(family), count, slices.data(), values.data(),
                                     statuses.data());
      for (std::size_t i = 0; i < count; ++i) {
        if (!statuses[i].ok() && !statuses[i].IsNotFound())
          check(statuses[i], fmt::format("read a record of family {}", family_name(family)));
        visit(begin + i, statuses[i].ok() ? std::optional(values[i].ToStringView()) : std::nullopt);
        values[i].Reset();
      }
    }
  }

  std::unique_ptr<Cursor> walk(Family family, std::string prefix) const {
    std::unique_ptr<rocksdb::Iterator> iterator(
        state_.records().db().NewIterator(state_.reading(), state_.records().family(family)));
    return std::make_unique<DiskCursor>(std::move(iterator), std::move(prefix));
  }

  const DiskState state_;
  mutable std::mutex idle_mutex_;
  mutable std::vector<std::unique_ptr<PackStream>> idle_streams_;
  mutable std::mutex stream_mutex_;
  mutable PackStream stream_;
};

}  // namespace

std::unique_ptr<View> make_disk_view(std::shared_ptr<const DiskCore> core, std::shared_ptr<const Records> records) {
  return std::make_unique<DiskView>(std::move(core), std::move(records));
}

}  // namespace cairn::engine
