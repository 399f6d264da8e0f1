// BulkIndexes: the claims and index entries of many new nodes, noted as these come, and written in order of key.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/attribute_index.h"
#include "graph/bulk_graph.h"
#include "store/embedded.h"
#include "store/store_state.h"

namespace cairn::store {

/// The blobs that are stored at the moment.
class EngineBlobs final : public engine::BlobSource {
 public:
  explicit EngineBlobs(const engine::Engine& engine) : engine_(engine) {}
  engine::Bytes get_blob(engine::BlobKind kind, const Digest& digest) const override {
    return engine_.view()->get_blob(kind, digest);
  }

 private:
  const engine::Engine& engine_;
};

/// Memory: 52 bytes for a node, and what stands in bulk_load.h of indexes of attributes.
class BulkIndexes {
 public:
  /// Both must outlive it. What attributes need is read from the staging, too.
  BulkIndexes(StoreState& store, engine::Staging& staging);

  /// Ids ascend. Throws exists for a unique id that was noted before.
  void note(NodeId id, const format::NodeRecord& record);
  std::size_t node_count() const { return uuids_.size(); }

  /// Throws exists for a UUID that was noted twice. After it they are in the order of their UUIDs.
  void stage_claims(engine::RowStaging& rows);
  /// With those of the links. By letter: B, b, c, g, l, s, t; v follows with stage_attributes().
  void stage_indexes(engine::RowStaging& rows, const graph::BulkGraph& graph);
  /// What stands in attribute_indexes.h of loads. While no other commit of nodes is made; `view` is of what is committed. Calling it
  /// again changes nothing.
  void stage_attributes(engine::RowStaging& rows, const engine::View& view);
  /// After the commit, or its failure: indexes that were made meanwhile come to these nodes again. If that fails they are not ready.
  void build_newer_indexes() noexcept;
  /// After stage_claims().
  bool has(const Uuid& uuid) const;

 private:
  StoreState& store_;
  const EngineBlobs stored_;
  const StagedBlobs blobs_;
  std::vector<std::pair<Uuid, NodeId>> uuids_;
  std::vector<std::pair<Digest, NodeId>> contents_;
  std::map<std::string, std::vector<NodeId>> types_, tags_;
  std::map<NodeState, std::vector<NodeId>> states_;
  std::map<std::string, NodeId> unique_ids_;  // by claim
  const graph::AttributeEntries attributes_;   // of the indexes that were there when it began
  std::vector<std::string> attribute_keys_;    // of its nodes
  std::vector<std::uint32_t> newer_indexes_;   // which were made since, and have to look at its nodes again
  NodeId first_id_ = 0;
  bool are_attributes_staged_ = false;
};

}  // namespace cairn::store
