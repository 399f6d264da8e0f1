#include "engine/disk_staging.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "engine/compression.h"
#include "engine/disk_committer.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

// Below this, one synced batch is cheaper than a second sync for the pack (measured: 64 KiB in all cost 0.26 ms
// beside the records, 0.33 ms in a pack).
constexpr std::size_t kBesideBlobMax = 4096;
constexpr std::uint64_t kBesideCommitMax = 1u << 20;
constexpr std::uint64_t kSpaceCheckEvery = 4u << 20;
constexpr std::size_t kHeldMost = 65536;  // blobs: 25 MiB

}  // namespace

DiskStaging::DiskStaging(std::shared_ptr<DiskCore> core, DiskCommitter& committer)
    : core_(std::move(core)), committer_(committer), compressor_(core_->compression), stream_(*core_->packs) {
  const std::lock_guard lock(core_->stagings.mutex);
  core_->stagings.all.insert(this);
}

PackWriter::Position DiskStaging::note(CollectionNotes& notes) {
  const std::lock_guard busy(busy_);
  const auto touch_all = [&](std::span<const Digest> digests) {
    const std::lock_guard lock(core_->pending.mutex);
    for (const Digest& digest : digests) notes.touch(digest);
  };
  if (spilled_ != nullptr) spilled_->visit(touch_all);
  std::vector<Digest> held;
  held.reserve(held_.size());
  for (const auto& entry : held_) held.push_back(entry.first);
  touch_all(held);
  return oldest();
}

PackWriter::Position DiskStaging::oldest() const {
  const std::lock_guard lock(core_->pending.mutex);
  return oldest_;
}

// Where it is committed; empty if it is not, or is about to be removed. Called with the mutex of PendingBlobs: what is published
// leaves them only after the records have it, and a collection hears of what is found here before it condemns anything.
std::optional<format::BlobLocation> DiskStaging::find_stored(const Digest& digest) {
  return unless_condemned(digest, find_location(*core_->records, {}, digest));
}

std::optional<format::BlobLocation> DiskStaging::unless_condemned(const Digest& digest,
                                                                  const std::optional<format::BlobLocation>& stored) {
  CollectionNotes* const collection = core_->pending.collection;
  if (collection == nullptr) return stored;
  if (stored && collection->has_condemned(digest, *stored)) {
    collection->restored.push_back(digest);
    return std::nullopt;
  }
  collection->touch(digest);
  return stored;
}

// Finds out who has the digest: committed (`held.stored`), pending (`held.pending`), or nobody, in which case a new
// PendingBlob is entered for the caller to place. `replace`: the committed copy is damaged and does not count.
std::shared_ptr<PendingBlob> DiskStaging::claim(const Digest& digest, bool replace, Held& held) {
  PendingBlobs& pending = core_->pending;
  std::unique_lock lock(pending.mutex);
  for (;;) {
    const auto entry = pending.blobs.find(digest);
    std::shared_ptr<PendingBlob> other = entry == pending.blobs.end() ? nullptr : entry->second.lock();
    if (other != nullptr && other->state == PendingBlob::State::placing) {
      pending.changed.wait(lock, [&] { return other->state != PendingBlob::State::placing; });
      continue;
    }
    const bool lost = other != nullptr && other->location.packed && other->generation != core_->writer->generation();
    if (other != nullptr && other->state == PendingBlob::State::ready && !lost) {
      held.pending = other;
      if (other->location.packed) oldest_ = std::min(oldest_, {other->location.pack, other->location.offset});
      if (pending.collection != nullptr) pending.collection->touch(digest);
      return nullptr;
    }
    const auto stored = find_stored(digest);
    if (stored && !replace) {
      held.stored = *stored;
      return nullptr;
    }
    auto blob = std::make_shared<PendingBlob>();
    blob->digest = digest;
    pending.blobs[digest] = blob;
    return blob;
  }
}

format::BlobLocation DiskStaging::location(const Held& held) const {
  if (held.pending == nullptr) return held.stored;
  std::lock_guard lock(core_->pending.mutex);
  return held.pending->location;
}

bool DiskStaging::equal(const Held& held, BlobKind kind, std::uint8_t probe, const Digest& digest,
                        std::span<const std::byte> bytes) {
  format::BlobLocation location = held.stored;
  if (held.pending != nullptr) {
    std::lock_guard lock(core_->pending.mutex);
    location = held.pending->location;
    if (!location.packed) return location.kind == kind && stands_for(format::BlobCodec::raw, held.pending->bytes, bytes, room_);
  }
  if (location.kind != kind || location.size != bytes.size()) return false;
  if (held.pending != nullptr) return equal_pending(*held.pending, location, bytes);
  // Bytes equal to those that the digest was computed from match it. Only unequal ones are hashed, which tells
  // damage from a collision.
  if (location.packed && location.probe == probe &&
      stands_for(location.codec, stream_.read(location, digest), bytes, room_))
    return true;
  return stands_for(format::BlobCodec::raw, read_blob(*core_, *core_->records, {}, location, digest), bytes, room_);
}

bool DiskStaging::equal_pending(const PendingBlob& blob, const format::BlobLocation& location,
                                std::span<const std::byte> bytes) {
  try {
    Bytes stored(location.stored_size);
    core_->writer->read({location.pack, location.offset}, stored);
    const bool same = stands_for(location.codec, stored, bytes, room_);
    require_kept(blob);  // asked last: after a failed write, others may have appended where it was
    return same;
  } catch (const Error&) {
    require_kept(blob);
    throw;
  }
}

// Throws no_space or io if the blob was cut off with a failed write: that is no damage, and no collision.
void DiskStaging::require_kept(const PendingBlob& blob) const {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(core_->pending.mutex);
    if (blob.state == PendingBlob::State::published) return;
    generation = blob.generation;
  }
  core_->writer->require(generation);
}

StageResult DiskStaging::stage(BlobKind kind, std::uint8_t probe, const Digest& digest,
                               std::span<const std::byte> bytes) {
  const std::lock_guard busy(busy_);
  const auto known = held_.find(digest);
  const StageResult result =
      stage_one(kind, probe, digest, bytes, known == held_.end() ? std::nullopt : std::optional(known->second));
  spill_when_full();
  return result;
}

// `known`: who has the digest, as far as it has been found out.
StageResult DiskStaging::stage_one(BlobKind kind, std::uint8_t probe, const Digest& digest,
                                   std::span<const std::byte> bytes, std::optional<Held> known) {
  bool replace = false;
  for (;;) {
    Held held;
    std::shared_ptr<PendingBlob> mine;
    if (known) {
      held = *std::exchange(known, std::nullopt);
    } else {
      mine = claim(digest, replace, held);
    }
    if (mine != nullptr) {
      mine->location.kind = kind;
      mine->location.probe = probe;
      mine->location.size = bytes.size();
      place(mine, bytes);
      keep_new(mine, bytes.size());
      return replace ? StageResult::repaired : StageResult::added;
    }
    try {
      if (!equal(held, kind, probe, digest, bytes)) {
        ++core_->collisions;
        return StageResult::clash;
      }
    } catch (const Error& error) {
      // The stored copy is damaged and the right bytes are at hand. (Or it moved while we looked: look again.)
      if (error.code() != ErrorCode::damaged || replace || held.pending != nullptr) throw;
      replace = find_location(*core_->records, {}, digest) == held.stored;
      if (replace && held.stored.packed) begin_pack();  // what is in packs may need it there
      held_.erase(digest);
      continue;
    }
    if (held_.try_emplace(digest, held).second && held.pending != nullptr) blobs_.push_back(held.pending);
    existed_ += bytes.size();
    return StageResult::existed;
  }
}

void DiskStaging::keep_new(const std::shared_ptr<PendingBlob>& blob, std::uint64_t size) {
  held_[blob->digest] = {blob, {}};
  blobs_.push_back(blob);
  added_ += size;
}

// In one go: finding out who has the digests, and telling the others what became of those that are new.
void DiskStaging::stage_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<StageResult> results) {
  const std::lock_guard busy(busy_);
  const std::vector<Candidate> candidates = claim_many(blobs);
  place_many(kind, blobs, candidates);
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    const auto& [digest, bytes] = blobs[i];
    if (candidates[i].mine != nullptr) results[i] = StageResult::added;
    else if (candidates[i].stored) results[i] = stage_one(kind, 0, digest, bytes, Held{nullptr, *candidates[i].stored});
    else results[i] = stage(kind, 0, digest, bytes);
  }
  spill_when_full();
}

// Enters a new PendingBlob for each digest that nobody has. Others may be waiting for those, so this waits for nobody.
std::vector<DiskStaging::Candidate> DiskStaging::claim_many(std::span<const NewBlob> blobs) {
  std::vector<Candidate> candidates(blobs.size());
  std::vector<Digest> unknown;
  std::vector<std::uint32_t> unknown_at;
  const std::lock_guard lock(core_->pending.mutex);
  for (std::uint32_t i = 0; i < blobs.size(); ++i) {
    const Digest& digest = blobs[i].digest;
    if (core_->pending.blobs.contains(digest)) continue;
    unknown.push_back(digest);
    unknown_at.push_back(i);
  }
  const auto locations = find_locations(*core_->records, {}, unknown);
  for (std::size_t k = 0; k < unknown.size(); ++k) {
    Candidate& candidate = candidates[unknown_at[k]];
    candidate.stored = unless_condemned(unknown[k], locations[k]);
    if (candidate.stored) continue;
    auto& entry = core_->pending.blobs[unknown[k]];
    if (!entry.expired()) continue;  // given twice
    candidate.mine = std::make_shared<PendingBlob>();
    candidate.mine->digest = unknown[k];
    entry = candidate.mine;
  }
  return candidates;
}

void DiskStaging::place_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<const Candidate> candidates) {
  std::vector<std::shared_ptr<PendingBlob>> ours;
  for (const Candidate& candidate : candidates)
    if (candidate.mine != nullptr) ours.push_back(candidate.mine);
  try {
    if (!fit_beside(blobs, candidates)) begin_pack();
    for (std::size_t i = 0; i < blobs.size(); ++i) {
      if (candidates[i].mine == nullptr) continue;
      PendingBlob& blob = *candidates[i].mine;
      blob.location.kind = kind;
      blob.location.size = blobs[i].bytes.size();
      put(blob, blobs[i].bytes);
    }
  } catch (...) {
    finish(ours, PendingBlob::State::failed);
    throw;
  }
  finish(ours, PendingBlob::State::ready);
  for (const auto& blob : ours) keep_new(blob, blob->location.size);
}

std::optional<BlobInfo> DiskStaging::hold(BlobKind kind, const Digest& digest) {
  const std::lock_guard busy(busy_);
  Held held;
  if (const auto known = held_.find(digest); known != held_.end()) {
    held = known->second;
  } else {
    const std::lock_guard lock(core_->pending.mutex);
    const auto stored = find_stored(digest);
    if (!stored) return std::nullopt;
    held.stored = *stored;
  }
  const format::BlobLocation at = location(held);
  if (at.kind != kind) return std::nullopt;
  if (held_.try_emplace(digest, held).second) {
    existed_ += at.size;
    // What is packed was packed with all that it needs.
    if (!at.packed) named_.emplace_back(kind, digest);
  }
  spill_when_full();
  return blob_info(at);
}

Bytes DiskStaging::read(BlobKind kind, const Digest& digest) {
  const std::lock_guard busy(busy_);
  auto known = held_.find(digest);
  if (known == held_.end() && hold_again(digest)) known = held_.find(digest);
  if (known == held_.end() || location(known->second).kind != kind)
    throw Error(ErrorCode::not_found, fmt::format("read {} {}: it is not held", format::blob_kind_name(kind), digest.hex()));
  Held& held = known->second;
  if (held.pending == nullptr) return read_committed(digest, held);
  const format::BlobLocation at = location(held);
  if (!at.packed) return held.pending->bytes;  // not changed any more once it is ready
  Bytes stored(at.stored_size);
  core_->writer->read({at.pack, at.offset}, stored);
  return decompress(at.codec, std::move(stored), at.size);
}

void DiskStaging::place(const std::shared_ptr<PendingBlob>& blob, std::span<const std::byte> bytes) {
  try {
    put(*blob, bytes);
  } catch (...) {
    finish(std::span(&blob, 1), PendingBlob::State::failed);
    throw;
  }
  finish(std::span(&blob, 1), PendingBlob::State::ready);
}

// Whether all that are new can wait for the commit's batch.
bool DiskStaging::fit_beside(std::span<const NewBlob> blobs, std::span<const Candidate> candidates) const {
  std::uint64_t bytes = beside_bytes_;
  for (std::size_t i = 0; i < blobs.size(); ++i) {
    if (candidates[i].mine == nullptr) continue;
    if (blobs[i].bytes.size() >= kBesideBlobMax) return false;
    bytes += blobs[i].bytes.size();
  }
  return bytes <= kBesideCommitMax;
}

// From now on all goes to a pack. What waits for the batch goes first, so that all lie in the order in which they came.
void DiskStaging::begin_pack() {
  if (generation_ != 0) return;
  generation_ = core_->writer->generation();
  {
    const std::lock_guard lock(core_->pending.mutex);
    oldest_ = std::min(oldest_, core_->writer->durable());
  }
  for (std::shared_ptr<PendingBlob>& blob : blobs_) {
    Held& held = held_.at(blob->digest);
    move_to_pack(blob->digest, held);
    blob = held.pending;
  }
}

// Until `blob` is finished nobody else looks at where it is.
void DiskStaging::put(PendingBlob& blob, std::span<const std::byte> bytes) {
  const bool beside = generation_ == 0 && bytes.size() < kBesideBlobMax &&
                      beside_bytes_ + bytes.size() <= kBesideCommitMax;
  if (!beside) return append(blob, bytes);
  beside_bytes_ += bytes.size();
  blob.bytes.assign(bytes.begin(), bytes.end());
  blob.location.stored_size = bytes.size();
  blob.location.blob_id = core_->next_blob++;
}

void DiskStaging::finish(std::span<const std::shared_ptr<PendingBlob>> blobs, PendingBlob::State state) {
  PendingBlobs& pending = core_->pending;
  std::lock_guard lock(pending.mutex);
  for (const std::shared_ptr<PendingBlob>& blob : blobs) {
    blob->state = state;
    if (state == PendingBlob::State::failed) pending.blobs.erase(blob->digest);
  }
  pending.changed.notify_all();
}

void DiskStaging::append(PendingBlob& blob, std::span<const std::byte> bytes) {
  begin_pack();
  unchecked_bytes_ += bytes.size();
  if (unchecked_bytes_ >= kSpaceCheckEvery) {
    core_->require_space(2 * kSpaceCheckEvery, "store new data");
    unchecked_bytes_ = 0;
  }
  const auto compressed = compressor_.compress(bytes);
  const std::span<const std::byte> stored = compressed ? compressed->bytes : bytes;
  format::BlobLocation& location = blob.location;
  location.codec = compressed ? compressed->codec : format::BlobCodec::raw;
  location.stored_size = stored.size();
  const PackLocation at = core_->writer->append(
      generation_, {location.kind, location.probe, location.codec, blob.digest, location.size, location.stored_size},
      stored);
  location.packed = true;
  location.blob_id = 0;
  location.pack = at.pack;
  location.offset = at.offset;
  blob.generation = generation_;
  blob.number = at.number;
}

void DiskStaging::settle() {
  const std::lock_guard busy(busy_);
  if (generation_ == 0) return;
  std::vector<Digest> beside;
  {
    const std::lock_guard lock(core_->pending.mutex);
    for (const auto& [digest, held] : held_)
      if (!(held.pending != nullptr ? held.pending->location : held.stored).packed && !stays_beside(held)) beside.push_back(digest);
  }
  if (beside.empty()) return;
  for (const Digest& digest : beside) move_to_pack(digest, held_.at(digest));
  blobs_.clear();
  for (const auto& [digest, held] : held_)
    if (held.pending != nullptr) blobs_.push_back(held.pending);
}

// Another commit may have moved the blob to a pack since it was found.
Bytes DiskStaging::read_committed(const Digest& digest, Held& held) {
  for (;;) {
    try {
      return read_blob(*core_, *core_->records, {}, held.stored, digest);
    } catch (const Error& error) {
      const auto now = find_location(*core_->records, {}, digest);
      if (error.code() != ErrorCode::damaged || !now || *now == held.stored) throw;
      held.stored = *now;
    }
  }
}

// The copy in the pack is ours alone: another staging that holds the blob may be publishing it beside the records at
// this moment, and must not come to name pack bytes that its commit has not made durable. Once ours is committed the index
// leads to the pack, also if the other one commits later: what else is in packs may need it there.
void DiskStaging::move_to_pack(const Digest& digest, Held& held) {
  auto moved = std::make_shared<PendingBlob>();
  if (held.pending != nullptr) {
    std::lock_guard lock(core_->pending.mutex);
    moved->location = held.pending->location;
    moved->bytes = held.pending->bytes;
    moved->copied_from = held.pending;
  } else {
    if (!held.stored.packed) moved->bytes = read_committed(digest, held);
    moved->location = held.stored;
  }
  if (moved->location.packed) return;
  moved->digest = digest;
  moved->state = PendingBlob::State::ready;
  moved->replaces = moved->location.blob_id;
  append(*moved, moved->bytes);
  held.pending = std::move(moved);
}

DiskStaging::~DiskStaging() {
  clear();
  const std::lock_guard lock(core_->stagings.mutex);
  core_->stagings.all.erase(this);
}

void DiskStaging::spill_when_full() {
  if (held_.size() >= kHeldMost) spill_now();
}

void DiskStaging::spill() {
  const std::lock_guard busy(busy_);
  spill_now();
}

// Always to a pack: what is staged later may need what is spilled now, and then a pack alone holds all of it. What is committed
// beside the records goes there with the publish, which brings along what that needs: if it never comes, nobody does.
void DiskStaging::spill_now() {
  const auto beside = std::ranges::count_if(held_, [](const auto& entry) {
    return entry.second.pending == nullptr && !entry.second.stored.packed;
  });
  is_spilling_ = static_cast<std::size_t>(beside) < kHeldMost / 2;  // more of them are not kept in memory
  if (!blobs_.empty() || (!is_spilling_ && beside != 0)) {
    begin_pack();
    try {
      committer_.spill(*this);
    } catch (...) {
      is_spilling_ = false;
      throw;
    }
    generation_ = core_->writer->generation();
  }
  if (spilled_ == nullptr) spilled_ = std::make_unique<DigestLog>(core_->path);
  DigestMap<Held> kept;
  for (const auto& entry : held_) stays_beside(entry.second) ? void(kept.insert(entry)) : spilled_->add(entry.first);
  is_spilling_ = false;
  forget_blobs();
  held_ = std::move(kept);
}

bool DiskStaging::stays_beside(const Held& held) const { return is_spilling_ && held.pending == nullptr && !held.stored.packed; }

// What was spilled is not held any more, but committed.
bool DiskStaging::hold_again(const Digest& digest) {
  if (spilled_ == nullptr) return false;
  const std::lock_guard lock(core_->pending.mutex);
  const auto stored = find_stored(digest);
  return stored && held_.try_emplace(digest, Held{nullptr, *stored}).second;
}

void DiskStaging::clear() {
  const std::lock_guard busy(busy_);
  named_.clear();
  forget_blobs();
  beside_bytes_ = 0;
  generation_ = 0;
  spilled_.reset();
  const std::lock_guard lock(core_->pending.mutex);
  oldest_ = kNothingPacked;
}

void DiskStaging::forget_blobs() {
  held_.clear();
  std::lock_guard lock(core_->pending.mutex);
  for (std::shared_ptr<PendingBlob>& blob : blobs_) {
    if (blob->state == PendingBlob::State::published) continue;  // not pending any more
    const Digest digest = blob->digest;
    blob.reset();
    const auto entry = core_->pending.blobs.find(digest);
    if (entry != core_->pending.blobs.end() && entry->second.expired()) core_->pending.blobs.erase(entry);
  }
  blobs_.clear();
}

}  // namespace cairn::engine
