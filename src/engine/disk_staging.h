// Blobs on their way into a store on disk: small ones wait for the commit's batch, large ones go to a pack at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine/compression.h"
#include "engine/disk_core.h"
#include "engine/pack_stream.h"

namespace cairn::engine {

class DiskCommitter;

class DiskStaging : public Staging {
  static constexpr PackWriter::Position kNothingPacked{UINT64_MAX, 0};

 public:
  /// `committer` must outlive it.
  DiskStaging(std::shared_ptr<DiskCore> core, DiskCommitter& committer);
  ~DiskStaging() override;

  StageResult stage(BlobKind kind, std::uint8_t probe, const Digest& digest,
                    std::span<const std::byte> bytes) override;
  void stage_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<StageResult> results) override;
  std::optional<BlobInfo> hold(BlobKind kind, const Digest& digest) override;
  std::vector<std::pair<BlobKind, Digest>> held() const override { return named_; }
  void spill() override;
  /// For a collection that begins, by its thread: notes all that is staged or held here, waiting for the call that is under way.
  /// Returns a place before which nothing lies in the packs that is not committed and may be.
  PackWriter::Position note(CollectionNotes& notes);
  /// The same place, as of now.
  PackWriter::Position oldest() const;
  bool goes_to_pack() const override { return generation_ != 0; }
  Bytes read(BlobKind kind, const Digest& digest) override;
  std::uint64_t bytes_added() const override { return added_; }
  std::uint64_t bytes_existed() const override { return existed_; }

  /// If anything here goes to a pack, all of it does: then the pack alone holds what the commit needs, and a lost
  /// record database can be rebuilt up to it. Call once before publishing.
  void settle();

  /// The new blobs; their members are guarded by PendingBlobs::mutex.
  const std::vector<std::shared_ptr<PendingBlob>>& added() const { return blobs_; }
  /// Published: nothing here is pending any more.
  void clear();

 private:
  void spill_now();
  void spill_when_full();
  void forget_blobs();
  bool hold_again(const Digest& digest);
  struct Held {
    std::shared_ptr<PendingBlob> pending;  // empty: it is committed, at `stored`
    format::BlobLocation stored;
  };

  bool stays_beside(const Held& held) const;

  // One of those given to stage_many. With neither, it is staged as a single blob is.
  struct Candidate {
    std::shared_ptr<PendingBlob> mine;            // new
    std::optional<format::BlobLocation> stored;   // committed
  };

  std::optional<format::BlobLocation> find_stored(const Digest& digest);
  std::optional<format::BlobLocation> unless_condemned(const Digest& digest, const std::optional<format::BlobLocation>& stored);
  std::shared_ptr<PendingBlob> claim(const Digest& digest, bool replace, Held& held);
  std::vector<Candidate> claim_many(std::span<const NewBlob> blobs);
  StageResult stage_one(BlobKind kind, std::uint8_t probe, const Digest& digest, std::span<const std::byte> bytes,
                        std::optional<Held> known);
  void place(const std::shared_ptr<PendingBlob>& blob, std::span<const std::byte> bytes);
  void place_many(BlobKind kind, std::span<const NewBlob> blobs, std::span<const Candidate> candidates);
  void put(PendingBlob& blob, std::span<const std::byte> bytes);
  void keep_new(const std::shared_ptr<PendingBlob>& blob, std::uint64_t size);
  bool fit_beside(std::span<const NewBlob> blobs, std::span<const Candidate> candidates) const;
  void begin_pack();
  void append(PendingBlob& blob, std::span<const std::byte> bytes);
  void move_to_pack(const Digest& digest, Held& held);
  format::BlobLocation location(const Held& held) const;
  Bytes read_committed(const Digest& digest, Held& held);
  bool equal(const Held& held, BlobKind kind, std::uint8_t probe, const Digest& digest,
             std::span<const std::byte> bytes);
  bool equal_pending(const PendingBlob& blob, const format::BlobLocation& location,
                     std::span<const std::byte> bytes);
  void require_kept(const PendingBlob& blob) const;
  void finish(std::span<const std::shared_ptr<PendingBlob>> blobs, PendingBlob::State state);

  std::shared_ptr<DiskCore> core_;
  DiskCommitter& committer_;
  std::recursive_mutex busy_;  // during each call
  PackWriter::Position oldest_ = kNothingPacked;  // guarded by PendingBlobs::mutex: nothing pending here lies before it
  Compressor compressor_;
  Bytes room_;         // for decompressing
  PackStream stream_;  // of stored blobs that new bytes are compared with
  DigestMap<Held> held_;
  std::vector<std::pair<BlobKind, Digest>> named_;  // given to hold()
  std::vector<std::shared_ptr<PendingBlob>> blobs_;
  std::uint64_t added_ = 0, existed_ = 0;
  std::uint64_t beside_bytes_ = 0;    // new bytes that wait for the commit's batch
  std::uint64_t unchecked_bytes_ = 0; // appended since free space was last looked at
  std::uint64_t generation_ = 0;      // of the pack writer; 0 until something was appended
  bool is_spilling_ = false;
  std::unique_ptr<DigestLog> spilled_;  // what was spilled since it was published: kept alive, and not in `held_`
};

}  // namespace cairn::engine
