#include "engine/store_directory.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

#include "base/file.h"

namespace cairn::engine {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kSuperblockMax = 65536;

}  // namespace

fs::path superblock_path(const fs::path& store) { return store / "cairn"; }
fs::path unfinished_path(const fs::path& store) { return store / "cairn.tmp"; }

Found find_store(const fs::path& path) {
  std::error_code error;
  if (fs::exists(superblock_path(path), error)) return Found::store;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return Found::nothing;
  if (status.type() != fs::file_type::directory) return Found::other;
  if (fs::exists(unfinished_path(path), error)) return Found::unfinished;
  const auto entries = fs::directory_iterator(path, error);
  if (error) base::throw_errno(error.value(), fmt::format("open {}", path.string()));
  return entries == fs::directory_iterator() ? Found::nothing : Found::other;
}

void remove_store_parts(const fs::path& path) {
  std::error_code error;
  // Creating it may have failed after the last rename. The superblock must not outlive the parts it promises.
  fs::rename(superblock_path(path), unfinished_path(path), error);
  if (error && error != std::errc::no_such_file_or_directory) return;  // then the store is a whole one
  for (const char* part : {"db", "packs", "ballast", "lock"}) {
    fs::remove_all(path / part, error);
    if (error) return;
  }
  fs::remove(unfinished_path(path), error);  // last: it says that the rest may be removed
}

void make_directory(const fs::path& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    base::throw_errno(errno, fmt::format("create {}", path.string()));
}

mode_t file_mode(const fs::path& store) {
  struct stat status {};
  if (::stat(store.c_str(), &status) != 0) base::throw_errno(errno, fmt::format("stat {}", store.string()));
  return (status.st_mode & 0666) | 0600;
}

format::Superblock read_superblock(const fs::path& store) {
  const fs::path path = superblock_path(store);
  return format::decode_superblock(base::read_file(path, kSuperblockMax), path.string());
}

fs::path whole_path(const fs::path& given, const char* doing) {
  if (given.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected a path, got an empty one", doing));
  const fs::path whole = fs::absolute(given).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

}  // namespace cairn::engine
