// MergedGraph: the nodes and links of a merge. New ones are written as a load writes them; of those that are in the store it is looked
// whether they are equal.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "graph/bulk_graph.h"
#include "store/bulk_indexes.h"
#include "store/merge_context.h"
#include "store/merge_runs.h"

namespace cairn::store {

/// Memory: that of a BulkLoad.
class MergedGraph final : public MergedNumbers {
 public:
  MergedGraph(MergeContext& context, MergedRuns& runs);

  void add_label(std::string_view text);
  void add_node(const format::NodeRecord& node);
  void add_links(std::uint64_t holder, const std::vector<format::PackedLink>& links);
  /// The key is of a row 'v': that link breaks a rule, and may.
  void add_mark(std::uint64_t run, std::string_view key);
  /// When all is there: looks at the rules. Throws rule_violation for a link that breaks one and is not marked.
  void check();

  NodeId node(std::uint64_t number) const override { return at(number).id; }
  const Uuid& uuid(std::uint64_t number) const override { return at(number).uuid; }
  std::uint64_t node_count() const override { return graph_.node_count(); }
  std::uint64_t new_count() const { return new_count_; }
  /// After check(): whether a node with that UUID came or is in the store.
  bool has(const Uuid& uuid) const;

  // ---- What is to be committed ----
  /// Null if there are no new nodes.
  engine::RowStaging* rows() const { return rows_.get(); }
  /// Before the commit.
  void stage();
  /// The marks of links between nodes of no run, and those of runs, which are given to them.
  std::vector<engine::RowEdit> take_loose_marks();
  /// While no other commit of nodes is made, `view` being what is committed. Throws conflict if a node that new ones are linked to has
  /// gone.
  void stage_last(const engine::View& view);
  void build_newer_indexes() noexcept { indexes_->build_newer_indexes(); }

 private:
  const graph::BulkNode& at(std::uint64_t number) const;
  void add_new(const format::NodeRecord& told);
  void add_known(const format::NodeRecord& told, NodeId id, const format::NodeRecord& here);
  void add_known_links(std::uint64_t holder, const std::vector<format::PackedLink>& links);
  NodeId next_id(std::uint64_t run);
  void end_block();
  void require_distinct() const;
  graph::LabelId label(std::uint64_t number);
  void intern();
  std::string describe(const graph::BulkViolation& violation) const;

  MergeContext& context_;
  MergedRuns& runs_;
  std::unique_ptr<engine::RowStaging> rows_;
  std::unique_ptr<BulkIndexes> indexes_;
  graph::BulkGraph graph_;
  std::vector<std::string> labels_;
  std::vector<graph::LabelId> label_ids_;
  std::uint64_t block_run_ = 0;  // number; 0: none
  graph::NodeBlock block_;       // leased for it
  std::uint64_t block_size_ = 0;
  NodeId last_id_ = 0;
  std::uint64_t new_count_ = 0;
  // By source, target, type and label, as in BulkLink: the run whose row it is.
  std::map<std::tuple<graph::BulkNumber, graph::BulkNumber, LinkType, graph::LabelId>, std::uint64_t> marks_;
  std::vector<engine::RowEdit> loose_marks_;
};

}  // namespace cairn::store
