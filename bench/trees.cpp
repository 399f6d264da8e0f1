#include "trees.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "plain_files.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 1u << 20;
constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kFilesInDirectory = 100;

std::vector<std::string> make_words() {
  Random random(1);
  std::vector<std::string> words(2000);
  for (std::string& word : words)
    for (std::size_t length = 3 + below(random, 10); length > 0; --length)
      word.push_back(static_cast<char>('a' + below(random, 26)));
  return words;
}

// The 1.3 brings the mean from 11 KiB, that of an even spread, to 9.
std::size_t small_size(Random& random) {
  constexpr double kLeast = 200, kMost = 65536;
  const double share = std::pow(static_cast<double>(below(random, 1u << 20)) / (1u << 20), 1.3);
  return static_cast<std::size_t>(kLeast * std::pow(kMost / kLeast, share));
}

fs::path small_path(const fs::path& directory, std::uint64_t number) {
  return directory / fmt::format("{:03}", number / kFilesInDirectory) / fmt::format("{:02}.txt", number % kFilesInDirectory);
}

void for_each_path(const fs::path& path, const std::function<void(const fs::path&)>& visit) {
  visit(path);
  if (!fs::is_directory(path)) return;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) visit(entry.path());
}

void for_each_file(const fs::path& path, const std::function<void(const fs::path&)>& visit) {
  for_each_path(path, [&](const fs::path& found) {
    if (fs::symlink_status(found).type() == fs::file_type::regular) visit(found);
  });
}

std::ifstream open_to_read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("open " + path.string());
  return in;
}

// What the next block of the file holds; empty at its end.
std::string_view next_block(std::ifstream& in, std::vector<char>& block) {
  block.resize(kBlock);
  in.read(block.data(), static_cast<std::streamsize>(block.size()));
  return {block.data(), static_cast<std::size_t>(in.gcount())};
}

bool same_bytes(const fs::path& left, const fs::path& right) {
  std::ifstream in_left = open_to_read(left), in_right = open_to_read(right);
  std::vector<char> block_left, block_right;
  for (;;) {
    const std::string_view bytes = next_block(in_left, block_left);
    if (bytes != next_block(in_right, block_right)) return false;
    if (bytes.empty()) return true;
  }
}

void call_on(const fs::path& path, int (*call)(int), const char* name) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool done = descriptor >= 0 && call(descriptor) == 0;
  const int problem = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) throw std::system_error(problem, std::generic_category(), fmt::format("{} {}", name, path.string()));
}

}  // namespace

std::size_t below(Random& random, std::size_t limit) { return static_cast<std::size_t>(random() % limit); }

std::string random_text(Random& random, std::size_t size) {
  static const std::vector<std::string> words = make_words();
  std::string text;
  while (text.size() < size) {
    for (int i = 0; i < 8; ++i) text.append(words[below(random, words.size())]).push_back(' ');
    text += fmt::format("{:012x}\n", random() >> 16);
  }
  text.resize(size);
  return text;
}

std::size_t random_line(Random& random, std::string_view text) {
  const std::size_t end = text.rfind('\n', below(random, text.size() + 1));
  return end == std::string_view::npos ? 0 : end + 1;
}

void write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  if (!out) throw std::runtime_error("write " + path.string());
}

std::string read_whole(const fs::path& path) {
  std::ifstream in = open_to_read(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void make_large_file(const fs::path& path, std::uint64_t bytes, std::uint64_t seed) {
  std::ofstream out(path, std::ios::binary);
  std::vector<char> block(kBlock);
  for (std::uint64_t at = 0; at < bytes && out; at += kBlock) {
    fill_random(std::as_writable_bytes(std::span(block)), (seed << 32) + at / kBlock);
    out.write(block.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(kBlock, bytes - at)));
  }
  if (!out.flush()) throw std::runtime_error("write " + path.string());
}

void edit_large_file(const fs::path& path, double part, std::uint64_t seed) {
  const std::size_t page_count = fs::file_size(path) / kPage;
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  Random random(seed);
  std::vector<char> page(kPage);
  for (auto left = static_cast<std::size_t>(part * static_cast<double>(page_count)); left > 0; --left) {
    fill_random(std::as_writable_bytes(std::span(page)), random());
    file.seekp(static_cast<std::streamoff>(below(random, page_count) * kPage));
    file.write(page.data(), static_cast<std::streamsize>(page.size()));
  }
  if (!file.flush()) throw std::runtime_error("edit " + path.string());
}

void make_small_files(const fs::path& directory, std::uint64_t count, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < count; ++i) {
    const fs::path path = small_path(directory, i);
    if (i % kFilesInDirectory == 0) fs::create_directories(path.parent_path());
    write_file(path, random_text(random, small_size(random)));
  }
}

void edit_small_files(const fs::path& directory, std::uint64_t count, double part, std::uint64_t seed) {
  Random random(seed);
  for (auto left = static_cast<std::uint64_t>(part * static_cast<double>(count)); left > 0; --left) {
    const fs::path path = small_path(directory, below(random, count));
    std::string text = read_whole(path);
    text.insert(random_line(random, text), random_text(random, 80));
    write_file(path, text);
  }
}

std::uint64_t apparent_bytes(const fs::path& path) {
  std::uint64_t bytes = 0;
  for_each_file(path, [&](const fs::path& file) { bytes += fs::file_size(file); });
  return bytes;
}

void warm(const fs::path& path) {
  std::vector<char> block;
  for_each_file(path, [&](const fs::path& file) {
    std::ifstream in = open_to_read(file);
    while (!next_block(in, block).empty()) {
    }
  });
}

void forget(const fs::path& path) {
  sync_file_system(path);
  for_each_file(path, [](const fs::path& file) {
    call_on(file, [](int descriptor) { return ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED); }, "posix_fadvise");
  });
}

void sync_path(const fs::path& path) { call_on(path, ::fsync, "fsync"); }

void sync_file_system(const fs::path& path) { call_on(path, ::syncfs, "syncfs"); }

void expect_same(const fs::path& made, const fs::path& restored) {
  std::uint64_t made_count = 0, restored_count = 0;
  for_each_path(made, [&](const fs::path& path) {
    ++made_count;
    const fs::path other = path == made ? restored : restored / path.lexically_relative(made);
    if (fs::is_directory(path) ? !fs::is_directory(other) : !same_bytes(path, other))
      throw std::runtime_error(fmt::format("{} differs from {}", other.string(), path.string()));
  });
  for_each_path(restored, [&](const fs::path&) { ++restored_count; });
  if (made_count != restored_count)
    throw std::runtime_error(fmt::format("{}: {} entries instead of {}", restored.string(), restored_count, made_count));
}

}  // namespace bench
