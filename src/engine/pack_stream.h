// Reads blobs that lie one after the other in a pack: in large direct reads, the next two under way meanwhile.
//
// A page cache that holds nothing yet costs 2 to 4 CPU seconds a GB to fill in a virtual machine, 64 KiB at a time;
// packs are written with O_DIRECT, so a restart finds it so. Blobs of one content lie in the order they are read in.
// What the cache does hold is taken from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/pack_reader.h"

namespace cairn::engine {

/// For one reader of many blobs, and as short-lived as he: what it read ahead may grow old. Not thread-safe.
/// Memory: three windows of 2 MiB, from the third blob in a row on.
class PackStream {
 public:
  explicit PackStream(const PackReader& packs) : packs_(packs) {}

  /// The stored bytes of the record at `location`, its header checked as by PackReader::read. They live until the next
  /// call. Throws damaged.
  std::span<const std::byte> read(const format::BlobLocation& location, const Digest& digest);
  /// Where the record behind the one read last is, if it has been read ahead and is of `digest`. Whether the store still has
  /// it is another question.
  std::optional<format::BlobLocation> next(const Digest& digest) const;

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  using Memory = std::unique_ptr<std::byte[], Free>;

  struct Window {
    Memory memory;
    std::uint64_t begin = 0, end = 0;  // in the pack; end is smaller where the file ends

    bool holds(std::uint64_t from, std::uint64_t to) const { return begin <= from && to <= end; }
    std::span<const std::byte> bytes(std::uint64_t from, std::uint64_t to) const {
      return {memory.get() + (from - begin), static_cast<std::size_t>(to - from)};
    }
  };

  // The end of the record that was read last in a row of them.
  struct Row {
    std::uint64_t pack = 0, end = 0;
    unsigned count = 0;

    bool goes_on_at(const format::BlobLocation& location) const;
    void add(const format::BlobLocation& location);
  };

  bool is_streamed(const format::BlobLocation& location);
  std::span<const std::byte> record_at(std::uint64_t from, std::uint64_t to);
  bool move_window(std::uint64_t to);
  bool take_cached_window();
  void read_ahead();
  Memory memory();
  void stop();

  const PackReader& packs_;
  Row streamed_, other_;
  std::shared_ptr<const base::File> file_;  // for direct reads; empty: not streaming
  Window window_;
  std::deque<std::future<Window>> ahead_;  // in order, without gaps
  std::uint64_t ahead_end_ = 0;            // where the next one begins
  bool is_cached_ = false;                 // the windows so far were in the page cache
  Memory spare_;
  std::vector<std::byte> record_;  // one that no window holds whole
};

}  // namespace cairn::engine
