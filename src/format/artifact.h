// Manifests of artifacts: a root entry, and directories of entries below it.
#pragma once

#include <cairn/digest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "format/content.h"

namespace cairn::format {

inline constexpr std::size_t kNameBytesMost = 255;         // NAME_MAX
inline constexpr std::size_t kLinkTargetBytesMost = 4095;  // PATH_MAX without its NUL
inline constexpr std::size_t kAttributeBytesMost = 65536;  // XATTR_SIZE_MAX, of one value

/// A blob of kind directory.
struct DirectoryRef {
  Digest digest;

  friend bool operator==(const DirectoryRef&, const DirectoryRef&) = default;
};

struct SymlinkTarget {
  std::string target;  ///< any bytes but NUL, not empty; never followed

  friend bool operator==(const SymlinkTarget&, const SymlinkTarget&) = default;
};

/// Numbers that the system of the writer gave to an owner.
struct Owner {
  std::uint32_t user = 0;
  std::uint32_t group = 0;

  friend bool operator==(const Owner&, const Owner&) = default;
};

/// An extended attribute.
struct Attribute {
  std::string name;  ///< 1 to 255 bytes but NUL
  std::string value;

  friend bool operator==(const Attribute&, const Attribute&) = default;
};

/// A file, directory or symbolic link and what is kept of it.
struct Entry {
  std::string name;  ///< see is_entry_name
  std::uint32_t mode = 0;  ///< permission bits, at most 07777
  std::int64_t mtime_seconds = 0;
  std::uint32_t mtime_nanoseconds = 0;
  std::variant<ContentRef, DirectoryRef, SymlinkTarget> what;
  std::optional<Owner> owner = {};
  std::vector<Attribute> attributes = {};  ///< sorted by the bytes of their names, which are distinct

  friend bool operator==(const Entry&, const Entry&) = default;
};

/// A blob of kind directory.
struct Directory {
  std::vector<Entry> entries;  ///< sorted by the bytes of their names, which are distinct

  friend bool operator==(const Directory&, const Directory&) = default;
};

/// A blob of kind artifact.
struct Artifact {
  Entry root;
  std::uint64_t size = 0;   ///< bytes of all its files
  std::uint64_t count = 0;  ///< entries of every kind, the root included
  /// Each the paths of one file, two or more, relative to the root; paths and groups are sorted, no path is there twice.
  std::vector<std::vector<std::string>> hard_links = {};

  friend bool operator==(const Artifact&, const Artifact&) = default;
};

/// True for one path component that names something new below a directory: 1 to 255 bytes, neither "." nor "..",
/// without '/' and NUL. Any other bytes are allowed, as in Linux.
bool is_entry_name(std::string_view name);
/// True for one or more entry names with '/' between them.
bool is_entry_path(std::string_view path);

/// The canonical bytes. They do not check what decode checks.
std::vector<std::byte> encode_directory(const Directory& directory);
std::vector<std::byte> encode_artifact(const Artifact& artifact);

/// Throw damaged unless the bytes are a manifest, names are entry names (sorted and distinct in a directory), modes
/// and times in range, link targets 1 to 4095 bytes, attributes and hard links in order and within their limits, and
/// sizes less than 2^63. Digests are not followed, and hard links may name what is not there.
Directory decode_directory(std::span<const std::byte> bytes);
Artifact decode_artifact(std::span<const std::byte> bytes);

}  // namespace cairn::format
