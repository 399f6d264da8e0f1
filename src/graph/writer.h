// GraphWriter: the new nodes, changed nodes and new links of one commit, checked against the rules.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"
#include "graph/attribute_index.h"
#include "graph/labels.h"
#include "graph/node_check.h"
#include "graph/rules.h"

namespace cairn::graph {

using format::CellId;
using format::NodeId;

/// Collects what one commit of one cell changes in the graph. Not thread-safe. A call that throws changes
/// nothing.
///
/// The rules are checked against `view`. Nodes of the cell itself cannot change before the commit, or its
/// guard fails. Two rules look at nodes of other cells: whether the source of a link is sealed, and which
/// labels a calculation has created under. Whoever creates data in another cell than its calculation's must
/// keep commits of that cell out from taking the view until the publish.
class GraphWriter {
 public:
  /// `view` and `labels` must outlive the writer; `cell` is the one that the commit changes; `attributes` are the entries of
  /// the indexes that the view has.
  GraphWriter(const engine::View& view, const Labels& labels, CellId cell, AttributeEntries attributes = {});

  /// A new node; `id` is a leased one. Add nodes oldest first: a link from birth comes from an older node.
  /// Throws invalid_argument for a record of another cell, a text it cannot have, and a data node that is not
  /// finished; exists if the writer has the id or UUID already. That the
  /// UUID and the unique ids are new to the store is the publish's claim.
  void add_node(NodeId id, format::NodeRecord record);

  /// Replaces the record of a node of this cell. Throws not_found; invalid_argument for a node of another
  /// cell; rule_violation if something changes that may not: UUID, kind, type, cell and time of creation
  /// never do, and only label, description, extras, tags, unique ids and time of modification do in a data node
  /// or a sealed process.
  void update_node(NodeId id, format::NodeRecord record);

  /// A link between nodes that were added or are in the view. `label` must be interned. Throws rule_violation
  /// naming both nodes, the type, the label and the rule; not_found for an unknown node; invalid_argument if
  /// the node that would hold the link is in another cell, or the label has no number.
  void add_link(NodeId source, NodeId target, LinkType type, std::string_view label);

  /// Reads nodes that will be linked or updated, all at once: a third of the cost of reading each when it is needed. Throws not_found.
  void read_nodes(std::vector<NodeId> ids);

  /// The node as it will be after the commit. Throws not_found. Lives until the next call.
  const format::NodeRecord& node(NodeId id);

  bool empty() const;

  /// What the commit must change. The writer is spent.
  engine::Edit finish();

 private:
  struct Entry {
    NodeId id = 0;
    bool is_new = false;
    bool links_loaded = false;
    format::NodeRecord record;                   // as the commit will have it
    std::unique_ptr<format::NodeRecord> before;  // as the view has it, if that differs
    std::vector<format::PackedLink> links;       // that it holds; those of the view first
    std::size_t links_stored = 0;

    const format::NodeRecord& stored() const { return before ? *before : record; }
  };
  struct Attempt {  // the link that is being added, for messages
    const Entry& source;
    const Entry& target;
    const LinkRule& rule;
    std::string_view label;
  };
  // A place where a label may occur once. `other` is 0 unless the scope is a pair.
  struct Place {
    NodeId at;
    NodeId other;
    LabelId label;
    LinkType type;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const noexcept;
  };

  [[noreturn]] static void refuse(const Attempt& attempt, std::string_view rule);
  static Place place_of(const LinkRule& rule, NodeId source, NodeId target, LabelId label);
  static Place place_of(NodeId holder, const format::PackedLink& link);
  static bool is_sealed(const Entry& entry);

  std::size_t position(NodeId id);
  std::size_t add_stored(NodeId id, std::optional<std::string_view> bytes);
  void load_links(Entry& holder);
  void check_ends(const Attempt& attempt, std::size_t source, std::size_t target) const;
  void check_birth(const Attempt& attempt, std::size_t holder, std::size_t other) const;
  void check_unique(const Attempt& attempt, const Entry& holder, LabelId label);
  bool is_taken_in_view(const Place& place);

  void write_node(const Entry& entry, engine::Edit& edit) const;
  std::vector<std::string> index_keys(NodeId id, const format::NodeRecord& record, bool with_attributes) const;
  void write_unique_ids(const Entry& entry, engine::Edit& edit) const;
  using EntryIterator = std::deque<Entry>::const_iterator;
  EntryIterator write_links(EntryIterator next, engine::Edit& edit) const;

  const engine::View& view_;
  const Labels& labels_;
  CellId cell_;
  AttributeEntries attributes_;
  std::deque<Entry> entries_;  // new nodes in order of birth, others as they were needed
  boost::unordered_flat_map<NodeId, std::size_t> positions_;
  boost::unordered_flat_set<Uuid, std::hash<Uuid>> uuids_;  // of the new nodes
  boost::unordered_flat_set<Place, PlaceHash> taken_;
  std::unique_ptr<engine::Cursor> indexes_;
};

}  // namespace cairn::graph
