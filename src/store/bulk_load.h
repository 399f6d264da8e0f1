// BulkLoadState: what a load has been given, its rows, and its commit.
#pragma once

#include <cairn/bulk_load.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/bulk_graph.h"
#include "graph/leases.h"
#include "object/task_queue.h"
#include "store/bulk_indexes.h"
#include "store/file_memory.h"
#include "store/new_node.h"
#include "store/run_state.h"

namespace cairn::store {

class BulkLoadState {
 public:
  explicit BulkLoadState(std::shared_ptr<RunState> run);

  ObjectId put(const Encodable& value, const SaveOptions& options);
  ArtifactId add_path(const std::filesystem::path& path, const AddOptions& options);
  BulkLoad::Number add(const NewNode& node);
  BulkLoad::Number find(const Uuid& node);
  BulkLoad::Number label(std::string_view text);
  void link(BulkLoad::Number source, BulkLoad::Number target, LinkType type, BulkLoad::Number label);
  BulkReceipt commit(Violations violations);

 private:
  NodeId next_id();
  void write_nodes();
  std::string describe(const graph::BulkViolation& violation, const engine::View& view) const;
  std::vector<Violation> public_violations(const std::vector<graph::BulkViolation>& found, const engine::View& view) const;

  std::shared_ptr<RunState> run_;
  std::unique_ptr<engine::Staging> staging_;
  std::unique_ptr<engine::RowStaging> rows_;
  NewNodes new_nodes_;
  std::vector<std::pair<NodeId, format::NodeRecord>> unwritten_;  // those that were added last
  std::unique_ptr<StoredFileMemory> memory_;  // once a path is added
  graph::BulkGraph graph_;
  graph::NodeBlock block_;  // leased ids that are left
  std::unordered_map<std::string, graph::LabelId> labels_;
  boost::unordered_flat_map<graph::LabelId, std::string> label_texts_;  // looked at for each link
  BulkIndexes indexes_;
  object::TaskQueue::Group nodes_;
  object::TaskQueue writer_{1};  // last: what it does uses the rest
};

}  // namespace cairn::store
