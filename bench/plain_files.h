// The peers: the same bytes moved with plain system calls, as well as a careful program would do it by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace bench {

/// Memory that direct I/O can use: it begins at a page. Its pages are there from the start.
class Buffer {
 public:
  explicit Buffer(std::size_t size);
  std::span<std::byte> bytes() const { return {memory_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte[], Free> memory_;
  std::size_t size_;
};

/// Fills `out` with bytes that neither compress nor repeat; another `seed`, other bytes.
void fill_random(std::span<std::byte> out, std::uint64_t seed);

/// A file that grows by small records, each durable when append returns: write(2), fdatasync(2).
class AppendFile {
 public:
  explicit AppendFile(const std::filesystem::path& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  void append(std::span<const std::byte> record) const;

 private:
  int descriptor_;
};

/// Creates or replaces the file: O_DIRECT, 4 MiB a write, one fdatasync at the end, fsync of the directory. `bytes` is
/// aligned memory of whole pages.
void write_direct(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// Reads the whole file into `out`, 1 MiB a read, through the page cache.
void read_plain(const std::filesystem::path& path, std::span<std::byte> out);

/// Drops the file's clean pages from the page cache.
void evict(const std::filesystem::path& path);

/// As evict, for all files below `directory`.
void evict_all(const std::filesystem::path& directory);

/// Blocks that the files below `directory` take, in bytes, as du(1) counts.
std::uint64_t disk_bytes(const std::filesystem::path& directory);

}  // namespace bench
