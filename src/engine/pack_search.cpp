#include "engine/pack_search.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "base/file.h"
#include "engine/compression.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kWindowBytes = 4u << 20;
constexpr std::array<char, 4> kRecordMagic = {'C', 'R', 'N', 'B'};

std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

// The bytes of a file from front to back. What the medium does not give back is zeros.
class Window {
 public:
  explicit Window(const base::File& file) : file_(file), size_(file.size()) {}

  std::uint64_t size() const { return size_; }
  bool is_unreadable() const { return unreadable_; }
  /// They live until the next call. `count` bytes lie before the end of the file.
  std::span<const std::byte> bytes(std::uint64_t offset, std::uint64_t count) {
    if (offset < begin_ || offset + count > begin_ + bytes_.size()) move(offset, count);
    return std::span<const std::byte>(bytes_).subspan(offset - begin_, count);
  }
  /// What is there already from `offset` on, at least 8 bytes if the file has them.
  std::span<const std::byte> some(std::uint64_t offset) {
    bytes(offset, std::min<std::uint64_t>(format::kRecordAlignment, size_ - offset));
    return std::span<const std::byte>(bytes_).subspan(offset - begin_);
  }

 private:
  void move(std::uint64_t offset, std::uint64_t count) {
    const std::uint64_t front = offset / format::kPackBlock * format::kPackBlock;
    const std::uint64_t wanted = std::max(kWindowBytes, offset - front + count);
    bytes_.assign(std::min(wanted, size_ - front), std::byte{});
    begin_ = front;
    try {
      file_.read_at(front, bytes_);
    } catch (const base::MediumError&) {
      read_blocks();
    }
  }

  void read_blocks() {
    for (std::size_t at = 0; at < bytes_.size(); at += format::kPackBlock) {
      const auto block = std::span(bytes_).subspan(at, std::min(bytes_.size() - at, format::kPackBlock));
      try {
        file_.read_at(begin_ + at, block);
      } catch (const base::MediumError&) {
        std::ranges::fill(block, std::byte{});
        unreadable_ = true;
      }
    }
  }

  const base::File& file_;
  const std::uint64_t size_;
  std::uint64_t begin_ = 0;
  std::vector<std::byte> bytes_;
  bool unreadable_ = false;
};

class Search {
 public:
  Search(const base::File& file, std::uint64_t pack, std::uint64_t store_id, const VisitPackedBlob& visit, const IsWanted& is_wanted)
      : window_(file), pack_(pack), store_id_(store_id), visit_(visit), is_wanted_(is_wanted) {}

  PackSearch run() {
    report_.bytes = window_.size();
    for (std::uint64_t offset = 0; offset < window_.size();) {
      const auto header = segment_at(offset);
      if (header) report_.end = offset + header->length;
      const std::uint64_t behind = header ? offset + header->length : next_segment(offset + format::kPackBlock);
      const std::uint64_t broken = report_.broken_count, found = report_.blob_count;
      if (header) search(offset + format::kSegmentHeaderSize, offset + header->used);
      else search(offset, behind);
      // What a crash left behind the last segment is none.
      const bool had_something = report_.broken_count != broken || report_.blob_count != found;
      if (!header && (behind < window_.size() || had_something)) ++report_.lost_segments;
      offset = behind;
    }
    report_.is_unreadable = window_.is_unreadable();
    if (report_.is_unreadable) report_.end = window_.size() / format::kPackBlock * format::kPackBlock;
    return report_;
  }

 private:
  std::optional<format::SegmentHeader> segment_at(std::uint64_t offset) {
    if (window_.size() - offset < format::kSegmentHeaderSize) return std::nullopt;
    const auto header = format::decode_segment_header(window_.bytes(offset, format::kSegmentHeaderSize));
    const bool fits = header && header->pack == pack_ && header->offset == offset && header->store == store_id_ &&
                      header->length != 0 && header->length <= window_.size() - offset;
    return fits ? header : std::nullopt;
  }

  std::uint64_t next_segment(std::uint64_t offset) {
    while (offset < window_.size() && !segment_at(offset)) offset += format::kPackBlock;
    return std::min(offset, window_.size());
  }

  // The whole records that begin from `from` on and end before `to`.
  void search(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t at = next_magic(round_up(from, format::kRecordAlignment), to); at < to;) {
      const auto header = format::decode_record_header(window_.bytes(at, format::kRecordHeaderSize));
      const bool begins = header && header->stored_size <= to - at - format::kRecordHeaderSize;
      const bool is_passed_over = begins && is_wanted_ && !is_wanted_(header->digest);
      const bool is_whole = begins && !is_passed_over && take(*header, at);
      if (header && !is_whole && !is_passed_over) ++report_.broken_count;
      const std::uint64_t passed = is_whole || is_passed_over ? format::kRecordHeaderSize + header->stored_size : format::kRecordAlignment;
      at = next_magic(round_up(at + passed, format::kRecordAlignment), to);
    }
  }

  // The next place from `at` on where a record may begin; `to` or more if there is none.
  std::uint64_t next_magic(std::uint64_t at, std::uint64_t to) {
    while (at + format::kRecordHeaderSize <= to) {
      const auto some = window_.some(at);
      std::size_t i = 0;
      for (; i + format::kRecordAlignment <= some.size() && at + i + format::kRecordHeaderSize <= to; i += format::kRecordAlignment)
        if (std::memcmp(some.data() + i, kRecordMagic.data(), kRecordMagic.size()) == 0) return at + i;
      if (i == 0) return to;
      at += i;
    }
    return to;
  }

  bool take(const format::RecordHeader& header, std::uint64_t at) {
    const auto stored = window_.bytes(at + format::kRecordHeaderSize, header.stored_size);
    const auto bytes = decompress(header.codec, stored, header.size, room_);
    if (!bytes || format::blob_digest(header.kind, header.probe, *bytes) != header.digest) return false;
    const format::BlobLocation location{header.kind, header.probe, header.codec, true, header.size, header.stored_size, 0, pack_, at};
    ++report_.blob_count;
    report_.end = std::max(report_.end, round_up(format::record_end(location), format::kPackBlock));
    visit_(header.digest, location, *bytes);
    return true;
  }

  Window window_;
  const std::uint64_t pack_, store_id_;
  const VisitPackedBlob& visit_;
  const IsWanted& is_wanted_;
  std::vector<std::byte> room_;
  PackSearch report_;
};

}  // namespace

PackSearch search_pack(const std::filesystem::path& file, std::uint64_t pack, std::uint64_t store_id, const VisitPackedBlob& visit,
                       const IsWanted& is_wanted) {
  return Search(base::File::open(file, O_RDONLY), pack, store_id, visit, is_wanted).run();
}

}  // namespace cairn::engine
