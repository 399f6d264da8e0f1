// Merge: a sink that takes a bundle into a store, all of it or nothing.
#pragma once

#include "store/merge_context.h"
#include "store/merge_graph.h"
#include "store/merge_runs.h"

namespace cairn::store {

class Merge final : public BundleSink {
 public:
  /// Both must outlive it.
  Merge(StoreState& store, const MergeOptions& options);

  bool wants_blob(const object::BlobReference& blob) override { return context_.wants(blob); }
  void add_blob(const BundleBlob& blob) override { context_.add_blob(blob); }
  void add_purge(const Digest& digest, const format::PurgeRecord& purge) override { context_.add_purge(digest, purge); }
  void add_label(std::string_view text) override { graph_.add_label(text); }
  void add_run(const BundleRun& run) override { runs_.add(run); }
  void add_node(const format::NodeRecord& node) override { graph_.add_node(node); }
  void add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links) override { graph_.add_links(holder, links); }
  void add_row(const BundleRow& row) override;
  void add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) override;
  void add_invalidation(const format::StepInvalidationRecord& invalidation) override { invalidations_.push_back(invalidation); }
  /// Makes it visible, unless there are conflicts.
  void finish() override;

  MergeReport take_report() { return std::move(context_.report()); }

 private:
  void publish();
  void write_staged(const std::vector<engine::RowEdit>& loose_marks);
  void write_invalidations();
  void commit();
  engine::Edit edit_of(const engine::View& view) const;

  MergeContext context_;
  MergedRuns runs_;
  MergedGraph graph_;
  engine::Edit groups_;
  std::vector<format::StepInvalidationRecord> invalidations_;
  bool has_loose_marks_ = false;
};

}  // namespace cairn::store
