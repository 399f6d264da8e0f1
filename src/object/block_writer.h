// Chunks into a file in large writes, by a thread of their own where there is much to write.
//
// A write of 1 MiB costs half of what its chunks of 16 KiB do, and two threads that write to one file wait for each other
// in the kernel: one reads and checks, the other writes.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "object/restored_file.h"

namespace cairn::object {

/// For one thread. Memory: one block of 1 MiB; six with a thread.
class BlockWriter {
 public:
  /// `size` bytes or so are to be written.
  BlockWriter(const RestoredFile& file, std::uint64_t size);
  /// What has not been written by then is dropped.
  ~BlockWriter();
  BlockWriter(const BlockWriter&) = delete;
  BlockWriter& operator=(const BlockWriter&) = delete;

  /// Copies the bytes. Throws what an earlier write threw.
  void add(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Writes what is left. Throws what a write threw.
  void finish();

 private:
  struct Block {
    std::uint64_t offset = 0;
    std::vector<std::byte> bytes;
  };

  void hand_on();
  void run();

  const RestoredFile& file_;
  Block block_;  // being filled
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_;
  std::vector<std::vector<std::byte>> spare_;
  std::exception_ptr error_;
  bool writing_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace cairn::object
