// GraphReader: nodes and links of one view.
#pragma once

#include <cairn/node.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/labels.h"

namespace cairn::graph {

using format::CellId;
using format::NodeId;

/// A node as it is stored. `record.attributes` are still encoded.
struct StoredNode {
  NodeId id = 0;
  format::NodeRecord record;
};

/// A link by the ids of its ends, whichever of them holds it.
struct StoredLink {
  NodeId source = 0;
  NodeId target = 0;
  LinkType type = LinkType::input;
  LabelId label = 0;

  friend auto operator<=>(const StoredLink&, const StoredLink&) = default;
};

/// Reads what `view` shows. Const calls are safe from several threads.
class GraphReader {
 public:
  /// `view` and `labels` must outlive the reader.
  GraphReader(const engine::View& view, const Labels& labels) : view_(view), labels_(labels) {}

  std::optional<NodeId> find_id(const Uuid& uuid) const;
  /// Throws not_found.
  NodeId get_id(const Uuid& uuid) const;
  /// As get_id for each, in the same order, at half the cost.
  std::vector<NodeId> get_ids(std::span<const Uuid> uuids) const;
  std::optional<StoredNode> find_node(const Uuid& uuid) const;
  /// Throws not_found: ids come out of the store, so a missing record is a missing node.
  format::NodeRecord get_record(NodeId id) const;
  /// The records of `ids`, in the same order. Ascending ids are read with one cursor. Throws not_found.
  std::vector<format::NodeRecord> get_records(std::span<const NodeId> ids) const;

  /// Links that begin or end at the node, sorted. Throws not_found.
  std::vector<StoredLink> links_of(NodeId id) const;

  /// The processes of the cell that have not ended, by state and in order of id. Cost: a seek for each state and
  /// block of ids, and a read for each process.
  std::vector<StoredNode> unfinished(CellId cell) const;

  /// As users see it, but without run name, attributes and extras: those belong to the layer that knows runs
  /// and objects.
  static Node public_node(const format::NodeRecord& record);
  /// As users see them, in the same order. Throws not_found if an end has no record.
  std::vector<Link> public_links(std::span<const StoredLink> links) const;

 private:
  void append_backlinks(NodeId far, std::vector<StoredLink>& links) const;

  const engine::View& view_;
  const Labels& labels_;
};

/// The link between its ends, as told by the node that holds it.
inline StoredLink stored_link(NodeId holder, const format::PackedLink& link) {
  return link.outgoing ? StoredLink{holder, link.other, link.type, link.label}
                       : StoredLink{link.other, holder, link.type, link.label};
}

}  // namespace cairn::graph
