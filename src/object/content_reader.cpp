#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "object/content.h"

namespace cairn::object {

namespace {

using Form = format::ContentRef::Form;
using Entry = format::ChunkList::Entry;

constexpr std::array<std::byte, std::size_t{64} << 10> kZeros{};
constexpr std::size_t kChunksTogether = 8192;  // asked for at once, so that little is read ahead in vain

[[noreturn]] void throw_size(engine::BlobKind kind, const Digest& digest, std::uint64_t found, std::uint64_t expected) {
  throw Error(ErrorCode::damaged, fmt::format("read {} {}: it stands for {} bytes, expected {}",
                                              format::blob_kind_name(kind), digest.hex(), found, expected));
}

void require_size(const Extent& extent, std::span<const std::byte> bytes) {
  if (bytes.size() != extent.entry.size)
    throw_size(engine::BlobKind::chunk, extent.entry.digest, bytes.size(), extent.entry.size);
}

}  // namespace

class ContentReader::Impl {
 public:
  Impl(const engine::BlobSource& blobs, const format::ContentRef& content) : blobs_(blobs), content_(content) {}

  Extent extent_at(std::uint64_t offset) {
    if (offset >= content_.size)
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("read content at {}: it has {} bytes", offset, content_.size));
    switch (content_.form) {
      case Form::hole: return {0, Entry::hole(content_.size)};
      case Form::chunk: return {0, {content_.digest, content_.size}};
      case Form::list: return listed_at(offset);
      case Form::empty: break;
    }
    throw Error(ErrorCode::damaged, fmt::format("read content: {} bytes without a chunk", content_.size));
  }

  std::span<const std::byte> piece_at(std::uint64_t offset) {
    if (offset < extent_.begin || offset >= extent_.end()) load(extent_at(offset));
    const std::uint64_t passed = offset - extent_.begin;
    if (extent_.entry.is_hole())
      return std::span(kZeros).first(std::min<std::uint64_t>(kZeros.size(), extent_.entry.size - passed));
    return std::span<const std::byte>(chunk_).subspan(passed);
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
    std::vector<Entry> entries;
    std::vector<std::uint64_t> entry_ends;
  };

  Extent listed_at(std::uint64_t offset) {
    if (path_.empty()) open_list(0, {content_.digest, content_.size}, std::nullopt);
    while (path_.size() > 1 && (offset < path_.back().begin || offset >= path_.back().end)) path_.pop_back();
    for (;;) {
      const OpenList& list = path_.back();
      const auto found = std::upper_bound(list.entry_ends.begin(), list.entry_ends.end(), offset);
      const Entry entry = list.entries[static_cast<std::size_t>(found - list.entry_ends.begin())];
      const std::uint64_t begin = *found - entry.size;
      if (list.level == 0) return {begin, entry};
      open_list(begin, entry, static_cast<std::uint8_t>(list.level - 1));
    }
  }

  void load(const Extent& extent) {
    extent_ = {};  // so that a failure leaves no chunk for another offset
    if (!extent.entry.is_hole()) {
      engine::Bytes chunk = blobs_.get_blob(engine::BlobKind::chunk, extent.entry.digest);
      require_size(extent, chunk);
      chunk_ = std::move(chunk);
    }
    extent_ = extent;
  }

  // Levels fall by one with each step down, so the path is never longer than kChunkListLevelMost + 1.
  void open_list(std::uint64_t begin, const Entry& entry, std::optional<std::uint8_t> level) {
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
  Extent extent_;        // the last one read
  engine::Bytes chunk_;  // its bytes, unless it is a hole
};

ContentReader::ContentReader(const engine::BlobSource& blobs, const format::ContentRef& content)
    : impl_(std::make_unique<Impl>(blobs, content)) {}
ContentReader::~ContentReader() = default;
void ContentReader::read(std::uint64_t offset, std::span<std::byte> out) { impl_->read(offset, out); }
std::span<const std::byte> ContentReader::piece_at(std::uint64_t offset) { return impl_->piece_at(offset); }
Extent ContentReader::extent_at(std::uint64_t offset) { return impl_->extent_at(offset); }

void for_each_extent(const engine::BlobSource& blobs, const format::ContentRef& content,
                     const std::function<void(const Extent&, std::span<const std::byte>)>& visit) {
  ContentReader reader(blobs, content);
  std::vector<Extent> extents;
  std::vector<Digest> digests;
  for (std::uint64_t at = 0; at < content.size;) {
    extents.clear();
    digests.clear();
    while (at < content.size && extents.size() < kChunksTogether) {
      const Extent extent = reader.extent_at(at);
      at = extent.end();
      if (extent.entry.is_hole()) {
        visit(extent, {});
        continue;
      }
      extents.push_back(extent);
      digests.push_back(extent.entry.digest);
    }
    blobs.get_many(engine::BlobKind::chunk, digests, [&](std::size_t index, std::span<const std::byte> bytes) {
      require_size(extents[index], bytes);
      visit(extents[index], bytes);
    });
  }
}

}  // namespace cairn::object
