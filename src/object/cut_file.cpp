#include "object/cut_file.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/blob.h"
#include "object/expected_cuts.h"

namespace cairn::object {

namespace {

// O_NONBLOCK: should a pipe take the place of a file between looking and opening, opening it must not wait.
constexpr int kFileFlags = O_RDONLY | O_NONBLOCK;
constexpr std::size_t kReadLeast = 128u << 10;  // not less at once, unless the file ends
constexpr std::uint64_t kExpectedChunkMost = kBatchBytes - kReadLeast;  // they are looked at whole, in one batch

class FileCutter {
 public:
  FileCutter(const ReadJob& job, const HandOn& hand_on) : job_(job), hand_on_(hand_on), batch_(hand_on({})) {}

  void cut(const ReadJob::Item& item) {
    if (item.opened) return cut(*item.opened, item);
    cut(open_beneath(*job_.directory, item.name, kFileFlags), item);
  }

  CutBatch take() { return std::move(batch_); }

 private:
  void cut(const base::File& file, const ReadJob::Item& item) {
    const bool is_watched = job_.watch && watch_changes(file);
    const struct stat status = status_at_rest(file);
    if (FileIdentity(status) != item.identity || !S_ISREG(status.st_mode))
      throw Error(ErrorCode::conflict, fmt::format("add {}: it was replaced while it was read", file.name()));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    chunker_ = Chunker();
    offset_ = 0;
    expected_.reset();
    if (job_.blobs != nullptr && item.earlier) expected_.emplace(*job_.blobs, *item.earlier);
    // Up to the size it had: a file that grows faster than it is read would never end.
    for (std::uint64_t at = 0; at < size;) {
      DataRange data = next_data(file, at, size);
      if (!job_.keep_holes) data = {at, size};
      if (data.begin > at) add_hole(data.begin - at);
      read(file, data);
      at = data.end;
    }
    std::vector<format::Attribute> attributes = read_attributes(file, job_.attributes);
    require_unchanged(file, status);
    batch_.ends.push_back({batch_.pieces.size(), status, std::move(attributes), is_watched});
  }

  void read(const base::File& file, const DataRange& data) {
    for (std::uint64_t at = data.begin; at < data.end;) {
      const std::uint64_t left = data.end - at;
      if (batch_.memory.size() - filled_ < std::min<std::uint64_t>(left, kReadLeast)) next_batch();
      const auto room = std::span(batch_.memory).subspan(filled_);
      const std::size_t got = file.read_at(at, room.first(std::min<std::uint64_t>(room.size(), left)));
      if (got == 0) break;  // it has shrunk, and its times show that
      at += got;
      filled_ += got;
      cut(data.end);
    }
    if (filled_ != chunk_begin_) end_chunk(filled_, digest_of(filled_));
  }

  // Cuts what has been read, as far as it can be told. `end` is that of the data in the file.
  void cut(std::uint64_t end) {
    for (;;) {
      if (looked_until_ == chunk_begin_) {
        const Expected found = take_expected(end);
        if (found == Expected::taken) continue;
        if (found == Expected::not_read_yet) return;
      }
      const auto fresh = std::span(batch_.memory).subspan(looked_until_, filled_ - looked_until_);
      const auto cut = chunker_.next_cut(fresh);
      looked_until_ += cut.value_or(fresh.size());
      if (!cut) return;
      end_chunk(looked_until_, digest_of(looked_until_));
    }
  }

  enum class Expected : std::uint8_t { taken, not_read_yet, none };

  // Ends the chunk that begins here where it ended before, if it is the same.
  Expected take_expected(std::uint64_t end) {
    if (!expected_ || filled_ == chunk_begin_) return Expected::none;
    const auto chunk = expected_->at(offset_);
    if (!chunk || chunk->size > kExpectedChunkMost || chunk->size > end - offset_) return Expected::none;
    if (!chunk->was_cut && chunk->size != end - offset_) return Expected::none;
    if (chunk->size > filled_ - chunk_begin_) return Expected::not_read_yet;
    const std::size_t chunk_end = chunk_begin_ + chunk->size;
    if (digest_of(chunk_end) != chunk->digest) return Expected::none;
    chunker_.skip(chunk->size);
    looked_until_ = chunk_end;
    end_chunk(chunk_end, chunk->digest);
    return Expected::taken;
  }

  Digest digest_of(std::size_t end) const {
    return format::blob_digest(format::BlobKind::chunk, 0, batch_.bytes({chunk_begin_, end - chunk_begin_, {}, false}));
  }

  void end_chunk(std::size_t end, const Digest& digest) {
    batch_.pieces.push_back({chunk_begin_, end - chunk_begin_, digest, false});
    offset_ += end - chunk_begin_;
    chunk_begin_ = looked_until_ = end;
  }

  void add_hole(std::uint64_t size) {
    batch_.pieces.push_back({0, size, {}, true});
    chunker_.skip(size);
    offset_ += size;
  }

  // The chunk that has begun goes on at the front of the next one.
  void next_batch() {
    const std::span<const std::byte> begun = std::span(batch_.memory).subspan(chunk_begin_, filled_ - chunk_begin_);
    const std::vector<std::byte> kept(begun.begin(), begun.end());
    batch_ = hand_on_(std::move(batch_));
    std::copy(kept.begin(), kept.end(), batch_.memory.begin());
    looked_until_ -= chunk_begin_;
    filled_ = kept.size();
    chunk_begin_ = 0;
  }

  const ReadJob& job_;
  const HandOn& hand_on_;
  CutBatch batch_;
  Chunker chunker_;
  std::optional<ExpectedCuts> expected_;
  std::uint64_t offset_ = 0;       // of the chunk that has begun, in the file
  std::size_t chunk_begin_ = 0;    // in the batch's memory
  std::size_t looked_until_ = 0;   // of it, for a cut
  std::size_t filled_ = 0;         // of it
};

}  // namespace

void cut_files(const ReadJob& job, const HandOn& hand_on) {
  std::optional<FileCutter> cutter;
  std::exception_ptr error;
  try {
    cutter.emplace(job, hand_on);
    for (const ReadJob::Item& item : job.files) cutter->cut(item);
  } catch (...) {
    error = std::current_exception();
  }
  CutBatch last = cutter ? cutter->take() : CutBatch();
  last.error = error;
  last.is_last = true;
  hand_on(std::move(last));
}

}  // namespace cairn::object
