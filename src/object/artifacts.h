// Files and file trees as artifacts: into a store, back to a directory, and looked at without restoring.
#pragma once

#include <cairn/artifact.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/artifact.h"

namespace cairn::object {

// Limits of one artifact, the same for adding and for reading. A path that can be passed to the system has 2047
// components at most, and those that people have made a few dozen.
inline constexpr std::uint64_t kTreeEntriesMost = 1u << 24;
inline constexpr std::size_t kTreeDepthMost = 1024;

struct AddedArtifact {
  ArtifactId id;
  std::uint64_t size_bytes = 0;   ///< of all its files
  std::uint64_t entry_count = 0;  ///< of every kind, the root included
};

/// Stages the file or tree at `path`. Kept are names as bytes, permission bits, modification times, symbolic links as
/// links and empty directories; hard links become separate files. Only `path` itself may be a link that is followed;
/// its own name is kept. Equal trees give equal ids.
/// Throws unstorable, naming it, at a socket, pipe or device; conflict at a file that changes while it is read; limit
/// beyond kTreeDepthMost or kTreeEntriesMost; io when the system refuses. Memory: one directory's names a level. Waits
/// until the last change of each file is 20 ms old.
AddedArtifact add_path(engine::Staging& staging, const std::filesystem::path& path);

/// Recreates an artifact under its own name in `directory`, an existing directory: complete, or not at all. It is
/// built under a hidden name and renamed; set-user-id, set-group-id and sticky bits of files are dropped. Nothing is
/// written outside `directory`, whatever the manifest says and whoever else writes there.
/// Throws exists if the name is taken, damaged or not_found when a blob is, io and no_space from the system.
/// Not synced to disk.
void restore_artifact(const engine::View& view, const ArtifactId& id, const std::filesystem::path& directory);

/// As restore_artifact, under the last part of `path` as its name, in the directory before it.
void restore_as(const engine::BlobSource& blobs, format::Artifact artifact, const std::filesystem::path& path);

/// Every entry, a directory before what is in it, in order of names; the root first. Throws as reading does, and limit
/// if the paths add up to more than 1 GiB.
std::vector<ArtifactEntry> list_entries(const engine::View& view, const ArtifactId& id);

/// The bytes of an artifact that is one file. Throws type_mismatch if it is a tree or a link, and limit if it has more
/// than `bytes_most`.
std::string read_single_file(const engine::View& view, const ArtifactId& id, std::uint64_t bytes_most = 1u << 30);

}  // namespace cairn::object
