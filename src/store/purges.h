// What was purged: objects, artifacts and checkpoints whose bytes were removed on purpose.
//
// Each has a claim by its digest. That can be made and given up in the commit of any cell, so that storing the same content again
// ends it in the very commit that stores it. A purge is made alone in the commit gate, and every commit that brings blobs looks for
// purges in a view it takes inside of the gate: none that was staged before passes one unseen.
#pragma once

#include <cairn/purge.h>

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/purge_record.h"

namespace cairn::store {

class StoreState;

/// Of which kinds of blobs there may be purges.
inline bool is_purgeable(engine::BlobKind kind) {
  return kind == engine::BlobKind::object || kind == engine::BlobKind::artifact || kind == engine::BlobKind::checkpoint;
}

/// Whether it was, and has not been stored again since. Then its bytes are nothing's root, and what is missing of it or below it is
/// no damage. Cost: a look-up.
bool is_purged(const engine::View& view, const Digest& digest);
std::optional<format::PurgeRecord> find_purge(const engine::View& view, const Digest& digest);
/// Throws purged if it was, saying when and why.
void require_unpurged(const engine::View& view, engine::BlobKind kind, const Digest& digest);

/// Whether there is any. Cost: a seek.
bool has_purges(const engine::View& view);
/// In the order given. Cost: a look-up for each.
std::vector<Digest> purged_among(const engine::View& view, std::span<const Digest> digests);

/// Remembers, for the process that writes, that nothing is purged: then commits need not look. Thread-safe.
class PurgeMemory {
 public:
  /// As has_purges(), of what is committed when it is called. Cost: a seek once.
  bool has_any(const engine::View& view);
  /// By who is alone in the gate, before a purge is committed.
  void forget() { has_none_ = false; }

 private:
  std::atomic<bool> has_none_ = false;
};

/// True if publishing the staging would store something, a blob that is new or whose stored copy is damaged, or end a purge.
bool must_publish(StoreState& store, const engine::Staging& staging);
/// Gives up the claims of what the staging, which may be null, stores again. For commits, inside of the gate.
void end_purges(StoreState& store, const engine::View& view, const engine::Staging* staging, engine::Edit& edit);

/// As Store::purge, for an id of that kind.
PurgeReport purge(StoreState& store, engine::BlobKind kind, const Digest& digest, const PurgeOptions& options);
/// As Store::purges.
std::vector<Purged> list_purges(const engine::View& view);

}  // namespace cairn::store
