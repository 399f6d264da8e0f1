// One file that is restored: made anew, gone on with, or put in the place of another.
#pragma once

#include <cairn/artifact.h>

#include <array>

#include "base/file.h"
#include "engine/engine.h"
#include "format/artifact.h"
#include "object/content.h"

namespace cairn::object {

/// What is at the place of a file before.
enum class Place : std::uint8_t {
  empty,     ///< nothing; whatever is put there meanwhile is not touched
  begun,     ///< perhaps what an earlier restore of the same file has left, in a directory of ours
  occupied,  ///< perhaps anything: see RestoreOptions::existing
};

/// Owner, attributes, mode and time of modification, as far as they are wanted; `mode_mask` has the bits that are given.
void set_attributes(const base::File& file, const format::Entry& entry, const RestoreOptions& options, mode_t mode_mask);
/// For futimens(2) and utimensat(2): the time of access stays.
std::array<timespec, 2> times_of(const format::Entry& entry);
/// The mask for files.
mode_t file_mode_mask(const RestoreOptions& options);

/// Writes one file in `directory`, which takes its name when it is finished, if not before.
class RestoredFile {
 public:
  RestoredFile(const base::File& directory, const format::Entry& entry, Place place);
  /// What was not finished and has no name yet is removed.
  ~RestoredFile();
  RestoredFile(const RestoredFile&) = delete;
  RestoredFile& operator=(const RestoredFile&) = delete;

  void write(std::uint64_t offset, std::span<const std::byte> bytes) const;
  /// For a hole: what an earlier restore may have left there becomes zeros.
  void clear(std::uint64_t begin, std::uint64_t end) const;
  /// Gives it its attributes and its name. Throws exists if that is a directory's.
  void finish(const RestoreOptions& options);

 private:
  const base::File& directory_;
  const format::Entry entry_;
  const Place place_;
  std::string name_;  // until it is finished
  base::File file_;
  bool finished_ = false;
};

/// True if `entry`'s name stands for a file with the same bytes; then it has got its attributes.
bool keep_if_equal(const engine::BlobSource& blobs, const base::File& directory, const format::Entry& entry,
                   const RestoreOptions& options);

}  // namespace cairn::object
