// A lineage as a tree that a person can read in 80 columns.
#pragma once

#include <cairn/lineage.h>

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "output.h"

namespace cairn::cli {

struct TreeOptions {
  Direction direction = Direction::up;
  std::size_t siblings_max = 8;  ///< more are counted, not shown
  std::size_t columns = 80;      ///< 60 at least
};

/// Prints each node of a lineage once, below the node it was reached from. A node that is met again is referred to;
/// what lies deeper than the page is wide continues in a tree of its own, so the cost is one line a link at most.
class LineageTree {
 public:
  LineageTree(const Lineage& lineage, const TreeOptions& options);
  void print(Output& out);

 private:
  struct Branch {
    const Link* link;  ///< by which it was reached
    const Node* node;
  };

  void print_below(const Node& node, const std::string& indent, std::size_t level, Output& out);
  void print_branch(const Branch& branch, const std::string& indent, bool last, std::size_t level, Output& out);
  void print_folded(const std::vector<Branch>& branches, const std::string& indent, Output& out) const;
  std::string id(const Node& node) const;

  TreeOptions options_;
  std::unordered_map<Uuid, std::vector<Branch>> branches_;
  std::unordered_set<Uuid> printed_;
  std::vector<const Node*> roots_;  ///< the start, then the nodes whose trees continue further down
  std::size_t id_digits_ = 0;
};

}  // namespace cairn::cli
