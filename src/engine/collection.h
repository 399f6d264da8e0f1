// Collection: finding out which blobs nothing refers to, and removing them while others store and read.
//
// What is needed is found in three steps. The collection begins: from now on the engine notes each blob that a staging is given
// or holds, and those that stagings hold already. Who collects marks what is needed in a view that was taken after that, then
// what was touched meanwhile, with all that it refers to, until there is no more. Then, in one moment, what is not marked is
// condemned: to stagings it is as if it were not there, so that the same bytes are stored anew. Then it is removed, all at once.
// So there is no moment at which a blob can come to be needed and be removed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/blob_marks.h"
#include "engine/engine.h"

namespace cairn::engine {

/// Bytes are stored bytes, with the headers in packs.
struct SweepReport {
  std::uint64_t kept_count = 0, kept_bytes = 0;
  std::uint64_t freed_count = 0, freed_bytes = 0;
  std::uint64_t returned_bytes = 0;  ///< given back to the file system
  std::uint64_t waiting_bytes = 0;   ///< to be given back when nobody reads an older state any more
};

using MarkMore = std::function<void(std::span<const Digest>)>;

/// One at a time for each engine. For one thread. When it ends, what was condemned and not removed is there again.
class Collection {
 public:
  virtual ~Collection() = default;

  /// All blobs that were committed when it began, and may be removed if they are not marked.
  virtual BlobMarks& marks() = 0;
  /// Takes some of the blobs that stagings were given or hold since it began, and that are not marked; with what they refer to
  /// they are needed. Empty if there are none. A blob that is not in marks() is never among them: who stored it held what it
  /// refers to. Throws io, no_space.
  virtual std::vector<Digest> take_touched() = 0;
  /// Condemns what is not marked. Of blobs that were touched meanwhile and are not marked, calls `mark` with some at a time, to be
  /// marked with what they refer to; stagings may have to wait for that. If `mark` is empty and there are some, returns false, and
  /// they are to be taken again. Throws as take_touched, and what `mark` throws.
  virtual bool condemn(const MarkMore& mark) = 0;
  /// Removes what is condemned: all or nothing, on disk when it returns; and gives back the room, as far as nobody reads an older
  /// state. Throws as Engine::publish. Memory: 8 bytes for each blob beside the records that is removed, and 64 MiB.
  virtual SweepReport sweep() = 0;
  /// What sweep() would remove and keep by now.
  virtual SweepReport count() const = 0;
};

}  // namespace cairn::engine
