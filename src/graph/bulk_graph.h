// BulkGraph: the nodes and links of a large load, held in little memory, checked as a whole, and written in order of key.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/engine.h"
#include "format/packed_links.h"
#include "graph/labels.h"
#include "graph/rules.h"

namespace cairn::graph {

using format::NodeId;

/// A node of the load, by its number in it.
using BulkNumber = std::uint32_t;

struct BulkNode {
  NodeId id = 0;
  Uuid uuid;
  NodeKind kind = NodeKind::data;
  bool is_new = true;      ///< else it is in the store, and only linked to
  bool is_sealed = false;  ///< in the store
};

struct BulkLink {
  BulkNumber source = 0;
  BulkNumber target = 0;
  LabelId label = 0;
  LinkType type = LinkType::input;
};

/// A link that breaks a rule.
struct BulkViolation {
  BulkLink link;
  std::string rule;
};

/// Memory: 32 bytes for a node and 16 for a link; 8 more for each once it is complete.
class BulkGraph {
 public:
  /// Ids of new nodes ascend.
  BulkNumber add(const BulkNode& node);
  /// Throws invalid_argument for numbers that add() did not return.
  void link(const BulkLink& link);

  const BulkNode& node(BulkNumber number) const { return nodes_[number]; }
  std::size_t node_count() const { return nodes_.size(); }
  std::size_t link_count() const { return links_.size(); }
  std::span<const BulkLink> links() const { return links_; }

  /// To be called when all nodes and links are there, before what follows. Const calls are safe from several threads.
  void complete();

  /// Every link that breaks a rule, at most `most`. Throws invalid_argument for a link that would be held by a node in the
  /// store: those are made by transactions.
  std::vector<BulkViolation> check(const engine::View& view, std::size_t most) const;

  /// The row that marks a link.
  std::string violation_key(const BulkLink& link) const;

  /// Stages the links: as records what does not go into pages. The others come among the indexes, in order of key.
  void write_link_records(engine::RowStaging& rows) const;
  void write_backlink_pages(engine::RowStaging& rows) const;
  void write_backlinks(engine::RowStaging& rows) const;
  void write_link_pages(engine::RowStaging& rows) const;

 private:
  // The links of each node, one range behind the other.
  struct Ranges {
    std::vector<std::uint32_t> ends;   // of node i - 1
    std::vector<std::uint32_t> order;  // numbers of links
    std::span<const std::uint32_t> of(BulkNumber number) const {
      return std::span(order).subspan(ends[number], ends[number + 1] - ends[number]);
    }
  };
  enum class End : std::uint8_t { holder, far };

  static BulkNumber holder(const BulkLink& link) { return link_rule(link.type).held_by_source ? link.source : link.target; }
  static BulkNumber far(const BulkLink& link) { return link_rule(link.type).held_by_source ? link.target : link.source; }
  Ranges range_by(End end) const;
  const Ranges& ranges(End end) const { return end == End::holder ? by_holder_ : by_far_; }
  std::vector<format::PackedLink> links_of(BulkNumber number, End end) const;
  // What a node has in a page, or else in a row of its own; empty if that is not where its links are.
  std::string paged_links(BulkNumber number, End end) const;
  std::string own_links(BulkNumber number, End end) const;
  // Where they are, as far as their count tells.
  enum class Place : std::uint8_t { page, row, depends_on_size };
  Place place_of(BulkNumber number, End end) const;
  void write_pages(engine::RowStaging& rows, End end) const;
  void check_ends(std::vector<BulkViolation>& found, std::size_t most) const;
  void check_labels(const engine::View& view, End end, std::vector<BulkViolation>& found, std::size_t most) const;
  void check_mutual(std::vector<BulkViolation>& found, std::size_t most) const;
  void check_cycle(std::vector<BulkViolation>& found) const;

  std::vector<BulkNode> nodes_;
  std::vector<BulkLink> links_;
  Ranges by_holder_, by_far_;
  std::unordered_set<NodeId> whole_pages_;  // of links: those of which all nodes are new here
};

}  // namespace cairn::graph
