// CollectionNotes: what the stagings of a store on disk tell a collection that is under way, and ask of it.
#pragma once

#include <exception>
#include <filesystem>
#include <vector>

#include "engine/blob_marks.h"
#include "engine/digest_log.h"
#include "engine/pack_writer.h"
#include "format/pack.h"

namespace cairn::engine {

/// Guarded by PendingBlobs::mutex, but for the marks.
struct CollectionNotes {
  explicit CollectionNotes(const std::filesystem::path& store) : marks(store), touched(store) {}

  BlobMarks marks;
  DigestLog touched;
  std::exception_ptr failure;  // why some of `touched` may be missing from its file

  bool is_condemned = false;           // what is not marked, if it was there by then:
  PackWriter::Position packed_before;  // in a pack, before this place;
  std::uint64_t numbered_before = 0;   // beside the records, with a smaller number
  std::vector<Digest> restored;        // condemned, and stored anew since

  /// Whoever asks has other things to do than to fail for the sake of a collection.
  void touch(const Digest& digest) noexcept {
    try {
      touched.add(digest);
    } catch (...) {
      failure = std::current_exception();
    }
  }
  bool was_there(const format::BlobLocation& location) const {
    return location.packed ? PackWriter::Position{location.pack, location.offset} < packed_before
                           : location.blob_id < numbered_before;
  }
  /// Whether the blob, which the records have there, is to stagings as if it were not. Throws io.
  bool has_condemned(const Digest& digest, const format::BlobLocation& location) const {
    if (!is_condemned || !was_there(location)) return false;
    const auto found = marks.find(digest);
    return found && !marks.is_marked(found->number);
  }
};

}  // namespace cairn::engine
