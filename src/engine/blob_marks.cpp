#include "engine/blob_marks.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/scratch_file.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kPagesInMemory = 2048;  // 8 MiB, some 400,000 blobs

}  // namespace

void BlobMarks::add(const Digest& digest, std::uint64_t stored_bytes) {
  if (size_ != 0 && digest <= (size_ % kPerPage != 0 ? open_[size_ % kPerPage - 1] : pages_.back().back()).digest)
    throw Error(ErrorCode::internal, fmt::format("number the blobs: {} is out of order", digest.hex()));
  if (size_ % kPerPage == 0) first_.push_back(digest);
  open_[size_ % kPerPage] = {digest, static_cast<std::uint32_t>(std::min<std::uint64_t>((stored_bytes + 7) / 8, UINT32_MAX))};
  if (++size_ % kPerPage == 0) end_page();
}

// The last page stays in memory until the next one is there: add() looks at it.
void BlobMarks::end_page() {
  if (pages_.size() >= kPagesInMemory && !directory_.empty()) write_pages();
  pages_.push_back(open_);
}

void BlobMarks::write_pages() {
  if (!file_) file_ = base::make_scratch_file(directory_);
  file_->write_at(written_ * sizeof(Page), std::as_bytes(std::span(pages_)));
  written_ += pages_.size();
  pages_.clear();
}

void BlobMarks::finish() {
  if (size_ % kPerPage != 0) pages_.push_back(open_);
  if (file_) write_pages();
  const std::uint64_t words = size_ / 64 + 1;
  words_ = std::make_unique<std::atomic<std::uint64_t>[]>(words);
}

const BlobMarks::Page& BlobMarks::page(std::uint64_t number, Page& room) const {
  if (!file_) return pages_[number];
  const auto bytes = std::as_writable_bytes(std::span(&room, 1));
  if (file_->read_at(number * sizeof(Page), bytes) != bytes.size())
    throw Error(ErrorCode::io, fmt::format("read {}: it ends early", file_->name()));
  return room;
}

BlobMarks::Entry BlobMarks::entry(std::uint64_t number) const {
  Page room;
  return page(number / kPerPage, room)[number % kPerPage];
}

Digest BlobMarks::digest(std::uint64_t number) const { return entry(number).digest; }
std::uint64_t BlobMarks::stored_bytes(std::uint64_t number) const { return std::uint64_t{entry(number).units} * 8; }

std::optional<BlobMarks::Found> BlobMarks::find(const Digest& digest) const {
  const auto behind = std::ranges::upper_bound(first_, digest);
  if (behind == first_.begin()) return std::nullopt;
  const auto number = static_cast<std::uint64_t>(behind - first_.begin() - 1);
  Page room;
  const Page& there = page(number, room);
  const auto entries = std::span(there).first(std::min<std::uint64_t>(kPerPage, size_ - number * kPerPage));
  const auto found = std::ranges::lower_bound(entries, digest, {}, &Entry::digest);
  if (found == entries.end() || found->digest != digest) return std::nullopt;
  return Found{number * kPerPage + static_cast<std::uint64_t>(found - entries.begin()), std::uint64_t{found->units} * 8};
}

}  // namespace cairn::engine
