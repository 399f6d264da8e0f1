// Questions about many nodes: which of them pass a filter, in some order, page by page, counted or summed up.
#pragma once

#include <cairn/filter.h>
#include <cairn/node.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

struct NodeQuery {
  Filter filter = {};
  /// What nodes are listed by, such as "created", "label" or "attributes.energy"; those that are equal in it, by age. Else by
  /// age: as they were stored. Null comes before false and true, then numbers by value with NaN as the last, texts by bytes,
  /// times; nodes without a value there, or with one that filters do not compare, come last, by age, descending or not. In
  /// attributes and extras, numbers that agree in 40 digits and texts that agree in 128 bytes are equal. Tags, groups and unique
  /// ids are no order.
  std::optional<FilterPath> order_by = {};
  bool descending = false;
  std::string after = {};         ///< NodePage::next of the page before, or in the order of age the UUID of a node; else the first page
  std::size_t limit = SIZE_MAX;   ///< nodes in the page
  std::optional<Timestamp> now = {};  ///< what the filter calls now; else the clock's
  /// Only nodes from which no link of these types leads up, or none leads down: roots and leaves of all that the store holds. Cost:
  /// the links of each node that passes are read.
  LinkTypes none_up = {}, none_down = {};
};

/// Pages of one query have each node once that is there all the while and does not change, whatever is committed meanwhile.
struct NodePage {
  std::vector<Node> nodes;
  std::string next;  ///< goes on behind them; empty if there are no more
};

/// The nodes of one type in one state.
struct NodeTotal {
  NodeKind kind = NodeKind::data;
  std::string type;
  NodeState state = NodeState::finished;
  std::uint64_t count = 0;
  std::uint64_t size_bytes = 0;          ///< of their contents, as if nothing were shared
  std::chrono::nanoseconds duration{0};  ///< from creation to the last change, of processes that have ended
};

/// How nodes that pass a filter are found, and what that read.
struct QueryPlan {
  std::string source;              ///< the index that was used, such as "type" or "attributes.energy"; else "every node"
  std::uint64_t entries_read = 0;  ///< of that index
  std::uint64_t nodes_read = 0;    ///< to ask the filter about them
  std::uint64_t nodes_found = 0;   ///< that pass
};

}  // namespace cairn
