// What the parts of a merge share: the store, what is known of it, the blobs that came, and the report.
#pragma once

#include <cairn/bundle.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/blob_verification.h"
#include "store/bundle_parts.h"

namespace cairn::store {

class MergeContext {
 public:
  MergeContext(StoreState& store, const MergeOptions& options);

  StoreState& store() const { return store_; }
  const engine::View& view() const { return *view_; }  ///< as it was when the merge began
  const MergeOptions& options() const { return options_; }
  /// Null in a dry run.
  engine::Staging* staging() const { return staging_.get(); }
  MergeReport& report() { return report_; }
  void add_conflict(std::string_view kind, std::string_view name, std::string problem);
  /// Whether it still may come to anything, so that numbers are to be leased and rows to be written.
  bool is_open() const { return !options_.dry_run && report_.conflict_count == 0; }

  // ---- Blobs ----
  /// Whether it is not in the store with all it needs; if it is, it stays.
  bool wants(const object::BlobReference& blob);
  void add_blob(const BundleBlob& blob);
  void add_purge(const Digest& digest, const format::PurgeRecord& purge);
  /// Notes that something that comes needs the blob.
  void need(const object::BlobReference& blob);
  /// Throws damaged if something that is needed neither came nor is in the store nor was purged.
  void require_needed() const;
  /// Empty if it was purged, or did not come and is not in the store.
  std::optional<format::CheckpointRecord> find_checkpoint_record(const CheckpointId& id) const;
  /// Of things that are named, purged, and not in the store.
  const std::map<Digest, format::PurgeRecord>& purges() const { return purges_; }

 private:
  bool has(const object::BlobReference& blob);
  void stage(const BundleBlob& blob);

  StoreState& store_;
  const MergeOptions& options_;
  const std::unique_ptr<engine::View> view_;
  const bool has_purges_;
  std::unique_ptr<engine::Staging> staging_;
  MergeReport report_;
  DigestSet told_;
  std::map<Digest, engine::BlobKind> missing_;
  std::map<Digest, format::PurgeRecord> purges_;
  DigestSet purged_;  // there, too
  std::map<Digest, format::CheckpointRecord> checkpoints_;  // that came, without what they hold
};

}  // namespace cairn::store
