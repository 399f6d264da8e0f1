// A lineage as a tree that a person can read in 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lineage/picture.h"

namespace cairn::cli {

struct TreeOptions {
  std::size_t siblings_max = 8;  ///< more are counted, not shown
  std::size_t columns = 80;      ///< 60 at least
};

/// Prints each node of a picture once, below the node it was reached from, beginning with the starts; where links are walked both
/// ways, with an arrow: "<-" to what the line above came from, "->" to what came of it. A node that is met again is referred to; what lies deeper than the page is wide continues in a tree of its own, so the cost is one line a
/// link at most.
class LineageTree {
 public:
  LineageTree(const Picture& picture, const TreeOptions& options);
  void print(Output& out);
  /// How many nodes were left out, being in lists that were too long or behind them.
  std::size_t unprinted() const { return picture_.graph.nodes.size() - printed_.size(); }

 private:
  struct Branch {
    const Link* link;  ///< by which it was reached
    const Node* node;
  };
  using Branches = std::vector<Branch>;

  void add_branch(const Link& link, const Reached& from, const Reached& to);
  std::string relation(const Branch& branch) const;
  void print_root(const Node& node, std::string_view note, Output& out);
  void print_below(const Node& node, const Link* via, const std::string& indent, std::size_t level, Output& out);
  void print_branch(const Branch& branch, const std::string& indent, bool last, std::size_t level, Output& out);
  void print_folded(const Branches& branches, const std::string& indent, Output& out) const;
  Branches below(const Node& node, const Link* via) const;
  bool is_leaf(const Node& node, const Link* via) const;
  std::string id(const Node& node) const;

  const Picture& picture_;
  TreeOptions options_;
  std::unordered_map<Uuid, const Reached*> nodes_;
  std::unordered_map<Uuid, Branches> branches_;
  std::unordered_set<Uuid> printed_;
  std::vector<Branch> continued_;  ///< those whose trees are still to be printed
  std::size_t id_digits_;
  std::size_t levels_max_;
};

}  // namespace cairn::cli
