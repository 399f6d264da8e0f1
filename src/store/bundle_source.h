// BundleSource: tells the parts of a bundle out of a store.
#pragma once

#include <cairn/bundle.h>

#include <map>
#include <string>

#include "store/bundle_parts.h"
#include "store/bundle_plan.h"

namespace cairn::store {

using BundleProgress = std::function<void(const CareProgress&)>;

class BundleSource {
 public:
  /// All must outlive it.
  BundleSource(const StoreState& store, const engine::View& view, const BundlePlan& plan, BundleSink& sink, const BundleProgress& progress);

  /// Throws damaged if something that is needed is missing or damaged, and what the sink throws.
  void tell();

 private:
  using VisitRow = std::function<void(std::string_view key, std::string_view value)>;

  void tell_blobs();
  void tell_labels();
  void tell_runs();
  void tell_nodes();
  void tell_links();
  void tell_rows();
  void tell_groups();
  void tell_invalidations();

  void visit_rows(const PlannedRun& run, char letter, const VisitRow& visit) const;
  bool has_row(const PlannedRun& run, std::string_view key, std::string_view value) const;
  void tell_marks(std::uint64_t run, CellId cell);
  void tell_row(std::uint64_t run, std::string_view key, std::string_view value);
  format::RunRecord bundled(const PlannedRun& run) const;
  format::StepRecord bundled(format::StepRecord step) const;
  bool has_nodes(const format::StepRecord& step) const;
  std::vector<format::PackedLink> links_of(NodeId id) const;
  std::uint64_t label_number(std::uint32_t label) const;
  std::vector<std::uint64_t> members_of(std::string_view group) const;

  const StoreState& store_;
  const engine::View& view_;
  const BundlePlan& plan_;
  BundleSink& sink_;
  const BundleProgress& progress_;
  std::map<std::uint32_t, std::uint64_t> labels_;  // numbers by those of the store
};

}  // namespace cairn::store
