#include "object/cut_file.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "format/blob.h"

namespace cairn::object {

namespace {

// O_NONBLOCK: should a pipe take the place of a file between looking and opening, opening it must not wait.
constexpr int kFileFlags = O_RDONLY | O_NONBLOCK;
constexpr std::size_t kReadLeast = 128u << 10;  // not less at once, unless the file ends

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
      cut(got);
    }
    end_chunk(filled_);
  }

  // Cuts what was read last.
  void cut(std::size_t count) {
    std::span<const std::byte> fresh = std::span(batch_.memory).subspan(filled_, count);
    filled_ += count;
    while (const auto cut = chunker_.next_cut(fresh)) {
      fresh = fresh.subspan(*cut);
      end_chunk(filled_ - fresh.size());
    }
  }

  void end_chunk(std::size_t end) {
    if (end == chunk_begin_) return;
    CutBatch::Piece piece{chunk_begin_, end - chunk_begin_, {}, false};
    piece.digest = format::blob_digest(format::BlobKind::chunk, 0, batch_.bytes(piece));
    batch_.pieces.push_back(piece);
    chunk_begin_ = end;
  }

  void add_hole(std::uint64_t size) {
    batch_.pieces.push_back({0, size, {}, true});
    chunker_.skip(size);
  }

  // The chunk that has begun goes on at the front of the next one.
  void next_batch() {
    const std::span<const std::byte> begun = std::span(batch_.memory).subspan(chunk_begin_, filled_ - chunk_begin_);
    const std::vector<std::byte> kept(begun.begin(), begun.end());
    batch_ = hand_on_(std::move(batch_));
    std::copy(kept.begin(), kept.end(), batch_.memory.begin());
    filled_ = kept.size();
    chunk_begin_ = 0;
  }

  const ReadJob& job_;
  const HandOn& hand_on_;
  CutBatch batch_;
  Chunker chunker_;
  std::size_t chunk_begin_ = 0;  // in the batch's memory
  std::size_t filled_ = 0;       // of it
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
