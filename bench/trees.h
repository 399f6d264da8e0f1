// Files and trees to add: made from seeds, edited, and compared with what was restored. Little of them is ever in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>

namespace bench {

using Random = std::mt19937_64;

/// A number below `limit`, which is not 0.
std::size_t below(Random& random, std::size_t limit);

/// Lines of words and numbers, of which zstd takes off a half and LZ4 a quarter.
std::string random_text(Random& random, std::size_t size);

/// Where a line of `text` begins.
std::size_t random_line(Random& random, std::string_view text);

void write_file(const std::filesystem::path& path, std::string_view bytes);
std::string read_whole(const std::filesystem::path& path);

/// One file of bytes that neither compress nor repeat.
void make_large_file(const std::filesystem::path& path, std::uint64_t bytes, std::uint64_t seed);

/// Rewrites `part` of the file, in pages of 4 KiB at random places.
void edit_large_file(const std::filesystem::path& path, double part, std::uint64_t seed);

/// `count` files of text, 100 to a directory, of 200 bytes to 64 KiB: sizes spread over the logarithm, 9 KiB on average.
void make_small_files(const std::filesystem::path& directory, std::uint64_t count, std::uint64_t seed);

/// Inserts a line in `part` of the files that make_small_files made.
void edit_small_files(const std::filesystem::path& directory, std::uint64_t count, double part, std::uint64_t seed);

/// Bytes in the regular files at or below `path`, as their lengths say.
std::uint64_t apparent_bytes(const std::filesystem::path& path);

/// Reads every file at or below `path`, so that the page cache has it.
void warm(const std::filesystem::path& path);
/// Lets the page cache forget the file, or all files below, once they are on disk: a cache that fills memory slows whoever
/// writes next.
void forget(const std::filesystem::path& path);

/// fsync(2) of the file or directory itself.
void sync_path(const std::filesystem::path& path);

/// Waits until the file system of `path` has written everything: what one program left is not to slow down the next.
void sync_file_system(const std::filesystem::path& path);

/// Throws runtime_error unless both are the same file, or trees of the same files.
void expect_same(const std::filesystem::path& made, const std::filesystem::path& restored);

}  // namespace bench
