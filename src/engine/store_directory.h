// The directory of a store: what is in it, before anything of it is opened.
#pragma once

#include <cstdint>
#include <filesystem>

#include <sys/stat.h>

#include "engine/space_guard.h"
#include "format/superblock.h"

namespace cairn::engine {

inline constexpr std::uint64_t kSmallestDisk = 8u << 20;   ///< below this RocksDB itself does not come up

std::filesystem::path superblock_path(const std::filesystem::path& store);
/// What stands there until the superblock does.
std::filesystem::path unfinished_path(const std::filesystem::path& store);

/// What of a store is at a path.
enum class Found : std::uint8_t {
  nothing,     ///< no directory, or an empty one
  unfinished,  ///< its creation was interrupted; nothing was ever committed to it
  store,
  other,       ///< a directory with other things in it, or no directory
};

/// Throws io.
Found find_store(const std::filesystem::path& path);

/// Removes what one that is unfinished consists of, as far as it can be removed.
void remove_store_parts(const std::filesystem::path& path);

/// It may be there already. Throws io, no_space.
void make_directory(const std::filesystem::path& path, mode_t mode);

/// Of the files in the store: whoever may look into the directory may read them.
mode_t file_mode(const std::filesystem::path& store);

/// Throws newer_format, damaged, io.
format::Superblock read_superblock(const std::filesystem::path& store);

/// Absolute, without a trailing slash: files are opened later, too, and the program may change its directory. Throws
/// invalid_argument if it is empty; `doing` is for the message.
std::filesystem::path whole_path(const std::filesystem::path& given, const char* doing);

}  // namespace cairn::engine
