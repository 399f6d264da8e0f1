#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "object/content.h"

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;

constexpr std::array<std::byte, std::size_t{64} << 10> kZeros{};

[[noreturn]] void throw_size(engine::BlobKind kind, const Digest& digest, std::uint64_t found, std::uint64_t expected) {
  throw Error(ErrorCode::damaged, fmt::format("read {} {}: it stands for {} bytes, expected {}",
                                              format::blob_kind_name(kind), digest.hex(), found, expected));
}

}  // namespace

class ContentReader::Impl {
 public:
  Impl(const engine::BlobSource& blobs, const format::ContentRef& content) : blobs_(blobs), content_(content) {}

  std::span<const std::byte> piece_at(std::uint64_t offset) {
    if (offset >= content_.size)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("read content at {}: it has {} bytes", offset, content_.size));
    if (content_.form == Form::hole)
      return std::span(kZeros).first(std::min<std::uint64_t>(kZeros.size(), content_.size - offset));
    if (offset < chunk_begin_ || offset - chunk_begin_ >= chunk_.size()) load_chunk(offset);
    return std::span<const std::byte>(chunk_).subspan(offset - chunk_begin_);
  }

  void read(std::uint64_t offset, std::span<std::byte> out) {
    if (offset > content_.size || out.size() > content_.size - offset)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("read content at {} for {} bytes: it has {}", offset, out.size(), content_.size));
    while (!out.empty()) {
      const std::span<const std::byte> piece = piece_at(offset);
      const std::size_t count = std::min(piece.size(), out.size());
      std::copy_n(piece.begin(), count, out.begin());
      offset += count;
      out = out.subspan(count);
    }
  }

 private:
  // One list on the path from the root to the current chunk.
  struct OpenList {
    std::uint64_t begin = 0;  // where its bytes begin in the content
    std::uint64_t end = 0;
    std::uint8_t level = 0;
    std::vector<format::ChunkList::Entry> entries;
    std::vector<std::uint64_t> entry_ends;
  };

  void load_chunk(std::uint64_t offset) {
    if (content_.form == Form::chunk) return load_chunk(0, {content_.digest, content_.size});
    if (content_.form != Form::list)
      throw Error(ErrorCode::damaged, fmt::format("read content: {} bytes without a chunk", content_.size));
    if (path_.empty()) open_list(0, {content_.digest, content_.size}, std::nullopt);
    while (path_.size() > 1 && (offset < path_.back().begin || offset >= path_.back().end)) path_.pop_back();
    for (;;) {
      const OpenList& list = path_.back();
      const auto found = std::upper_bound(list.entry_ends.begin(), list.entry_ends.end(), offset);
      const format::ChunkList::Entry entry = list.entries[static_cast<std::size_t>(found - list.entry_ends.begin())];
      const std::uint64_t begin = *found - entry.size;
      if (list.level == 0) return load_chunk(begin, entry);
      open_list(begin, entry, static_cast<std::uint8_t>(list.level - 1));
    }
  }

  void load_chunk(std::uint64_t begin, const format::ChunkList::Entry& entry) {
    chunk_.clear();  // so that a failure leaves no chunk for another offset
    engine::Bytes chunk = blobs_.get_blob(engine::BlobKind::chunk, entry.digest);
    if (chunk.size() != entry.size) throw_size(engine::BlobKind::chunk, entry.digest, chunk.size(), entry.size);
    chunk_ = std::move(chunk);
    chunk_begin_ = begin;
  }

  // Levels fall by one with each step down, so the path is never longer than kChunkListLevelMost + 1.
  void open_list(std::uint64_t begin, const format::ChunkList::Entry& entry, std::optional<std::uint8_t> level) {
    constexpr auto kKind = engine::BlobKind::chunk_list;
    format::ChunkList list = format::decode_chunk_list(blobs_.get_blob(kKind, entry.digest));
    if (level && list.level != *level)
      throw Error(ErrorCode::damaged, fmt::format("read chunk_list {}: it is of level {}, expected {}",
                                                  entry.digest.hex(), list.level, *level));
    OpenList open{begin, begin + entry.size, list.level, std::move(list.entries), {}};
    std::uint64_t end = begin;
    open.entry_ends.reserve(open.entries.size());
    for (const auto& below : open.entries) open.entry_ends.push_back(end += below.size);
    if (end != open.end) throw_size(kKind, entry.digest, end - begin, entry.size);
    path_.push_back(std::move(open));
  }

  const engine::BlobSource& blobs_;
  const format::ContentRef content_;
  std::vector<OpenList> path_;
  engine::Bytes chunk_;  // the last chunk read
  std::uint64_t chunk_begin_ = 0;
};

ContentReader::ContentReader(const engine::BlobSource& blobs, const format::ContentRef& content)
    : impl_(std::make_unique<Impl>(blobs, content)) {}
ContentReader::~ContentReader() = default;
void ContentReader::read(std::uint64_t offset, std::span<std::byte> out) { impl_->read(offset, out); }
std::span<const std::byte> ContentReader::piece_at(std::uint64_t offset) { return impl_->piece_at(offset); }

}  // namespace cairn::object
