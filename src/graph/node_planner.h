// NodePlanner: by which indexes the nodes that pass a filter are found.
#pragma once

#include <cairn/filter.h>

#include <optional>
#include <string_view>
#include <vector>

#include "graph/attribute_index.h"
#include "graph/filter_tree.h"
#include "graph/id_source.h"
#include "graph/node_scan.h"
#include "graph/value_key.h"

namespace cairn::graph {

/// Looks at tests that every node must pass, and at alternatives if each of them has an index. What it finds holds every node
/// that passes, and others: the filter has to be asked about each.
class NodePlanner {
 public:
  /// All must outlive the planner.
  NodePlanner(const engine::View& view, const NodeLookups& lookups, Timestamp now);

  /// The source with the fewest entries, as far as counting to a thousand tells; of several that have more, the one that
  /// usually leads to the fewest nodes. Empty if all nodes have to be read.
  std::optional<IdSource> source(const filter::Term& root) const;

  /// The blocks of ids in which nodes that pass can be: a run has nodes only in those it leased.
  struct IdRange {
    NodeId first = 0;
    NodeId last = UINT64_MAX;
  };
  std::vector<IdRange> ranges(const filter::Term& root) const;

  /// Where the keys are of values at `path` that pass, if the filter asks for a value there.
  std::optional<filter::KeyRange> values(const filter::Term& root, const FilterPath& path) const;

  /// The index of that path, if it is ready.
  const AttributeIndex* find_index(const FilterPath& path) const;

 private:
  using Tests = std::vector<const filter::Term*>;

  std::optional<IdSource> of_conjuncts(const Tests& tests, const std::vector<filter::TermPtr>& others) const;
  std::optional<IdSource> of_any(const std::vector<filter::TermPtr>& terms) const;
  void add_attributes(const Tests& tests, std::vector<IdSource>& found) const;
  std::optional<IdSource> of_test(const filter::Term& test, bool processes_only) const;
  bool add_equal(const FilterPath& path, const filter::Operand& operand, bool processes_only, IdSource& source) const;
  void add_owner(const std::string& claim, IdSource& source) const;
  IdSource smallest(std::vector<IdSource> found) const;

  const engine::View& view_;
  const NodeLookups& lookups_;
  const Timestamp now_;
  std::vector<AttributeIndex> indexes_;  // that are ready
};

}  // namespace cairn::graph
