// Files read and cut into chunks, in pieces of memory that are handed on: the part of adding that stores nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "engine/engine.h"
#include "format/content.h"
#include "object/chunker.h"
#include "object/file_source.h"
#include "object/tree_files.h"

namespace cairn::object {

/// Chunks of one file or several, in order, with their bytes.
struct CutBatch {
  struct Piece {
    std::size_t begin = 0;  ///< in memory
    std::uint64_t size = 0;
    Digest digest;         ///< of a chunk, with probe 0
    bool is_hole = false;  ///< then nothing of it is in memory
  };
  /// Behind the last piece of a file.
  struct FileEnd {
    std::size_t pieces = 0;  ///< of this batch that come before it
    struct stat status {};
    std::vector<format::Attribute> attributes;
    bool is_watched = false;  ///< see watch_changes
  };

  std::vector<std::byte> memory;
  std::vector<Piece> pieces;
  std::vector<FileEnd> ends;
  bool is_last = false;      ///< of its job
  std::exception_ptr error;  ///< what stopped the reading behind all that is here; only in a last one

  std::span<const std::byte> bytes(const Piece& piece) const { return std::span(memory).subspan(piece.begin, piece.size); }
};

/// Room for a batch: large enough that a system call costs nothing beside cutting, small enough for the second-level cache.
inline constexpr std::size_t kBatchBytes = std::size_t{1} << 20;

/// Files to be read one behind the other.
struct ReadJob {
  struct Item {
    std::shared_ptr<const base::File> opened;  ///< if empty, `name` in the directory is opened
    std::string name;
    FileIdentity identity;  ///< what it was when the directory was listed
    std::optional<format::ContentRef> earlier = {};  ///< what it may still have, in part or in whole
  };

  std::shared_ptr<const base::File> directory;
  std::vector<Item> files;
  KeptAttributes attributes = KeptAttributes::none;
  bool keep_holes = true;  ///< else they are read as zeros
  bool watch = false;      ///< call watch_changes
  const engine::BlobSource* blobs = nullptr;  ///< where the chunk lists of Item::earlier are; may be null
};

/// Takes a batch and gives an empty one with memory for the next; given an empty one, does no more than that.
using HandOn = std::function<CutBatch(CutBatch batch)>;

/// Reads all files of the job. The last batch has the end of the last file, or an error: conflict if a file changed or was
/// replaced while it was read, io. Throws only what `hand_on` throws. Memory: one batch.
void cut_files(const ReadJob& job, const HandOn& hand_on);

}  // namespace cairn::object
