// Random damage to the files of a store.
#pragma once

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace cairn::test {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;  // path in the store -> bytes

/// All files of a store but the ballast, which is never read.
inline Files read_files(const fs::path& store) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(store)) {
    const std::string name = fs::relative(entry.path(), store).string();
    if (!entry.is_regular_file() || name == "ballast") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[name] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

inline void write_files(const fs::path& store, const Files& files) {
  fs::remove_all(store);
  for (const char* directory : {"db", "packs"}) fs::create_directories(store / directory);
  for (const auto& [name, bytes] : files) std::ofstream(store / name, std::ios::binary) << bytes;
}

/// Damages one file, or two, of `files` in a way that changes something, and says how. `older` are those of the same store earlier.
class Damager {
 public:
  explicit Damager(std::uint64_t seed) : random_(seed) {}

  std::string damage(Files& files, const Files& older) {
    for (;;) {
      Files changed = files;
      const std::string what = try_damage(changed, older);
      if (what.empty() || changed == files) continue;
      files = std::move(changed);
      return what;
    }
  }

 private:
  static constexpr std::size_t kPage = 4096;

  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }

  const std::string& any_name(const Files& files) { return std::next(files.begin(), static_cast<std::ptrdiff_t>(below(files.size())))->first; }

  // Empty if there is nothing to be damaged in this way.
  std::string try_damage(Files& files, const Files& older) {
    const std::string name = any_name(files);
    std::string& bytes = files[name];
    switch (below(9)) {
      case 0:
      case 1: return flip(name, bytes);
      case 2: return zero(name, bytes);
      case 3: return cut(name, bytes);
      case 4: files.erase(name); return "delete " + name;
      case 5: return exchange(name, files);
      case 6: return replace(name, bytes, older);
      case 7: return exchange_pages(name, bytes);
      default: return scribble(name, bytes);
    }
  }

  std::string flip(const std::string& name, std::string& bytes) {
    if (bytes.empty()) return "";
    const std::size_t at = below(bytes.size());
    const auto bit = static_cast<unsigned>(below(8));
    bytes[at] = static_cast<char>(bytes[at] ^ (1u << bit));
    return fmt::format("flip bit {} of byte {} of {} in {}", bit, at, bytes.size(), name);
  }
  std::string zero(const std::string& name, std::string& bytes) {
    const std::size_t begin = below(bytes.size() / kPage + 1) * kPage, end = std::min(begin + kPage, bytes.size());
    if (begin >= end) return "";
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    return fmt::format("zero bytes {} to {} of {}", begin, end, name);
  }
  std::string cut(const std::string& name, std::string& bytes) {
    const std::size_t before = bytes.size();
    bytes.resize(below(before));
    return fmt::format("cut {} from {} to {} bytes", name, before, bytes.size());
  }
  std::string exchange(const std::string& name, Files& files) {
    const std::string other = any_name(files);
    std::swap(files[name], files[other]);
    return fmt::format("exchange {} and {}", name, other);
  }
  std::string replace(const std::string& name, std::string& bytes, const Files& older) {
    const auto found = older.find(name);
    if (found == older.end()) return "";
    bytes = found->second;
    return "an older copy of " + name;
  }
  std::string exchange_pages(const std::string& name, std::string& bytes) {
    if (bytes.size() < 2 * kPage) return "";
    const std::size_t one = below(bytes.size() / kPage) * kPage, other = below(bytes.size() / kPage) * kPage;
    for (std::size_t i = 0; i < kPage; ++i) std::swap(bytes[one + i], bytes[other + i]);
    return fmt::format("exchange the pages at {} and {} of {}", one, other, name);
  }
  std::string scribble(const std::string& name, std::string& bytes) {
    if (bytes.empty()) return "";
    const std::size_t at = below(bytes.size()), count = std::min(1 + below(100), bytes.size() - at);
    for (std::size_t i = 0; i < count; ++i) bytes[at + i] = static_cast<char>(random_());
    return fmt::format("random bytes {} to {} in {}", at, at + count, name);
  }

  std::mt19937_64 random_;
};

}  // namespace cairn::test
