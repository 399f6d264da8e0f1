// BlobMarks: the blobs of a store, numbered in the order of their digests, with a mark for each that is needed.
#pragma once

#include <cairn/digest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"

namespace cairn::engine {

/// Filled by one thread; after finish(), thread-safe. Memory: a bit and an eighth of a byte for each blob; the digests are in a
/// scratch file if there are many.
class BlobMarks {
 public:
  /// With an empty directory all stays in memory.
  explicit BlobMarks(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// Digests ascend. Throws no_space, io.
  void add(const Digest& digest, std::uint64_t stored_bytes);
  void finish();

  std::uint64_t size() const { return size_; }
  /// Throws io, as find().
  Digest digest(std::uint64_t number) const;
  /// What the blob takes in the store, rounded up to 8 bytes, at most 32 GiB.
  std::uint64_t stored_bytes(std::uint64_t number) const;
  struct Found {
    std::uint64_t number = 0;
    std::uint64_t stored_bytes = 0;
  };
  std::optional<Found> find(const Digest& digest) const;

  bool is_marked(std::uint64_t number) const { return (word(number).load(std::memory_order_relaxed) & bit(number)) != 0; }
  /// True if it was not marked yet.
  bool mark(std::uint64_t number) { return (word(number).fetch_or(bit(number), std::memory_order_relaxed) & bit(number)) == 0; }

 private:
  struct Entry {
    Digest digest;
    std::uint32_t units = 0;  // of 8 stored bytes
  };
  static constexpr std::size_t kPerPage = 204;
  using Page = std::array<Entry, kPerPage>;
  static_assert(sizeof(Page) <= 4096);

  static std::uint64_t bit(std::uint64_t number) { return std::uint64_t{1} << (number % 64); }
  std::atomic<std::uint64_t>& word(std::uint64_t number) const { return words_[number / 64]; }
  void end_page();
  void write_pages();
  const Page& page(std::uint64_t number, Page& room) const;
  Entry entry(std::uint64_t number) const;

  const std::filesystem::path directory_;
  std::optional<base::File> file_;
  std::vector<Page> pages_;    // all, or while it is being filled those that are not in the file
  std::vector<Digest> first_;  // of each page
  Page open_{};
  std::uint64_t size_ = 0, written_ = 0;  // entries, pages in the file
  std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};

}  // namespace cairn::engine
