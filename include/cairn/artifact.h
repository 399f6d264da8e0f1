// Artifacts: files and file trees as immutable, deduplicated values.
#pragma once

#include <cairn/digest.h>
#include <cairn/node.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

enum class EntryKind : std::uint8_t { file, directory, symlink };

/// One entry of an artifact. Names are bytes as the file system had them.
struct ArtifactEntry {
  std::string path;  ///< relative to the artifact's root; the root itself is its own name
  EntryKind kind = EntryKind::file;
  std::uint32_t mode = 0;  ///< permission bits
  Timestamp modified{};
  std::uint64_t size_bytes = 0;  ///< of a file
  std::string link_target;       ///< of a symlink
};

/// What adding an artifact came to.
struct ArtifactReceipt {
  ArtifactId id;
  Uuid node;                        ///< the data node that keeps it; nil when a checkpoint does
  std::uint64_t size_bytes = 0;     ///< of all its files
  std::uint64_t entry_count = 0;
  std::uint64_t bytes_new = 0;      ///< stored by this call
  std::uint64_t bytes_shared = 0;   ///< already there
};

}  // namespace cairn
