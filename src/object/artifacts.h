// Files and file trees as artifacts: into a store, back to a directory, and looked at without restoring.
#pragma once

#include <cairn/artifact.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
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
  std::uint64_t unread_count = 0; ///< files that `memory` knew
  std::uint64_t unread_bytes = 0;
  std::vector<std::string> skipped;  ///< special files, below the root
};

class FileMemory;

/// Stages the file or tree at `path`. Kept are names as bytes, permission bits, modification times, symbolic links as
/// links, hard links, holes of files and empty directories, and what the options ask for. Only `path` itself may be a link
/// that is followed; its own name is kept. Equal trees give equal ids. `memory` may be null.
/// Throws unstorable, naming it, at a socket, pipe or device, unless they are to be skipped; conflict at a file that changes
/// while it is read; limit beyond kTreeDepthMost or kTreeEntriesMost; invalid_argument for a bad pattern; io when the system
/// refuses. Memory: 16 MiB, one directory's names a level, and what the staging takes. Waits until the last change of each
/// file is 20 ms old.
AddedArtifact add_path(engine::Staging& staging, const std::filesystem::path& path, const AddOptions& options = {},
                       FileMemory* memory = nullptr);

/// Stages one file with the bytes of `source`, or the tree or file at its path, called AddOptions::name.
AddedArtifact add_source(engine::Staging& staging, const ArtifactSource& source, const AddOptions& options,
                         FileMemory* memory = nullptr);

/// Stages a directory called AddOptions::name of all `sources`. Throws as add_path, and invalid_argument for a name that is
/// bad, or there already.
AddedArtifact add_sources(engine::Staging& staging, std::span<const NamedSource> sources, const AddOptions& options,
                          FileMemory* memory = nullptr);

/// Recreates an artifact, or an entry of it, under its own name in `directory`, an existing directory. Where nothing is in
/// the way it is complete, or not there at all: it is built under a hidden name and renamed. Set-user-id, set-group-id and
/// sticky bits of files are dropped unless they are asked for. Nothing is written outside `directory`, whatever the manifest
/// says and whoever else writes there.
/// Throws exists if the name is taken and may not be, damaged or not_found when a blob is, io and no_space from the system.
/// Not synced to disk unless that is asked for.
RestoreReceipt restore_artifact(const engine::View& view, const ArtifactId& id, const std::filesystem::path& directory,
                                const RestoreOptions& options = {});

/// As restore_artifact, under the last part of `path` as its name, in the directory before it, and by this thread alone.
void restore_as(const engine::BlobSource& blobs, const format::Artifact& artifact, const std::filesystem::path& path);

/// Every entry that is wanted, a directory before what is in it, in order of names; the root first, by its
/// name. Throws as reading does, and limit if the paths add up to more than 1 GiB.
std::vector<ArtifactEntry> list_entries(const engine::View& view, const ArtifactId& id, const ListOptions& options = {});

/// What is stored of the file at `path` below the root, or of the root. Throws type_mismatch if it is a directory or a link.
format::ContentRef find_file(const engine::BlobSource& blobs, const ArtifactId& id, std::string_view path);

/// Calls `write` with all bytes of the content in `range`, in order.
void copy_content(const engine::BlobSource& blobs, const format::ContentRef& content, std::uint64_t begin, std::uint64_t end,
                  const std::function<void(std::span<const std::byte>)>& write);

/// The bytes of the file at `path`. Throws as find_file, and limit if it has more than `bytes_most`.
std::string read_single_file(const engine::View& view, const ArtifactId& id, std::string_view path = {},
                             std::uint64_t bytes_most = 1u << 30);

/// How `after` differs from `before`, in order of paths. Cost: of what is equal in both, nothing is read.
std::vector<ArtifactChange> compare_artifacts(const engine::View& view, const ArtifactId& before, const ArtifactId& after);
/// As the other, without having all changes in memory.
void compare_artifacts(const engine::View& view, const ArtifactId& before, const ArtifactId& after,
                       const std::function<void(ArtifactChange&&)>& visit);

/// An entry of an artifact as users see it.
ArtifactEntry public_entry(const format::Entry& entry, std::string path);

}  // namespace cairn::object
