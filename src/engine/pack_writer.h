// Appends blobs to pack files: callers fill segments, one thread writes them, flush makes them durable.
#pragma once

#include <atomic>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/file.h"
#include "format/pack.h"

namespace cairn::engine {

inline constexpr std::uint64_t kPackBytesMax = 1ull << 30;

struct PackLocation {
  std::uint64_t pack = 0;
  std::uint64_t offset = 0;  ///< of the record header
  std::uint64_t number = 0;  ///< one more than that of the record before it in its pack, unless another pack was begun
};

/// The one writer of a store's packs. Thread-safe.
///
/// What was appended becomes durable with flush(). After a write or sync that failed, all that was appended since
/// the last flush is lost: the generation grows, and what was appended in an older one must not be referred to.
/// Unless it was for want of space, the pack is left at its last durable end and the next one begins.
class PackWriter {
 public:
  struct Position {
    std::uint64_t pack = 0;  ///< 0: no pack yet
    std::uint64_t end = 0;   ///< durable bytes of it, a multiple of the block size

    friend auto operator<=>(const Position&, const Position&) = default;
  };

  /// Continues after `last`; the file of `last` has been cut to its end. `next_pack` has never been used.
  /// New packs get `mode`. When one has `pack_bytes_max` or more, the next one begins.
  PackWriter(std::filesystem::path directory, mode_t mode, std::uint64_t store_id, Position last,
             std::uint64_t next_pack, std::uint64_t pack_bytes_max = kPackBytesMax);
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  std::uint64_t generation() const;
  /// Whatever is appended from now on lies at or behind this place, also after writes that fail. It never goes back.
  Position durable() const;
  /// Throws what ended `generation`, no_space or io, if it is over.
  void require(std::uint64_t generation) const;

  /// Copies one record into the open segment; waits while too much is unwritten. Throws no_space or io when a write
  /// of this generation failed, or `generation` is over.
  PackLocation append(std::uint64_t generation, const format::RecordHeader& header,
                      std::span<const std::byte> stored);

  /// Makes all that was appended durable: write, fdatasync, and fsync of the directory for a new pack.
  /// Returns the packs that grew with their durable ends. Throws no_space or io; the generation is then over.
  std::vector<Position> flush();

  /// Reads stored bytes that may not be on disk yet.
  void read(const PackLocation& location, std::span<std::byte> stored) const;

 private:
  struct Segment;
  struct Free {
    void operator()(std::byte* memory) const;
  };
  using Memory = std::unique_ptr<std::byte[], Free>;
  using SegmentPtr = std::shared_ptr<Segment>;

  // A pack with bytes that are not known to be durable.
  struct Dirty {
    std::shared_ptr<base::File> file;
    std::uint64_t end = 0;
    bool is_new = false;  // its name is not durable either
  };

  void run();
  void write_segment(const Segment& segment);
  void close_segment();
  SegmentPtr new_segment(std::size_t record_size);
  void open_pack(std::uint64_t pack, std::uint64_t end);
  void fail(std::exception_ptr error, bool abandon_pack);
  void cut_back(std::uint64_t pack, const Dirty& dirty) const;
  [[noreturn]] void rethrow_failure() const;

  const std::filesystem::path directory_;
  const mode_t mode_;
  const std::uint64_t store_id_, pack_bytes_max_;

  mutable std::mutex mutex_;
  std::mutex flush_mutex_;  // one flush at a time
  std::condition_variable work_, done_;
  SegmentPtr open_;                   // being filled
  std::deque<SegmentPtr> unwritten_;  // closed, in order
  std::vector<Memory> spare_;         // of written segments
  std::uint64_t closed_ = 0, written_ = 0;  // segments ever
  bool stop_ = false;
  std::uint64_t generation_ = 1;
  std::exception_ptr failure_;  // what ended the generation before

  std::shared_ptr<base::File> file_;  // of the current pack
  std::uint64_t pack_ = 0, next_pack_;
  std::uint64_t appended_ = 0;        // records ever
  std::uint64_t append_end_ = 0;      // where the next segment goes
  std::map<std::uint64_t, Dirty> dirty_;
  std::map<std::uint64_t, std::uint64_t> durable_;  // ends by pack, of packs that were ever appended to here
  std::atomic<bool> direct_ = true;
  std::thread thread_;
};

}  // namespace cairn::engine
