// Elements of SCALE-MS that are chosen for a document of their own.
#pragma once

#include <cairn/store.h>

#include <deque>
#include <span>
#include <unordered_set>
#include <vector>

#include "interchange/scalems/document.h"

namespace cairn::interchange::scalems {

class Selection {
 public:
  /// Nodes of elements, types, results (which stand for their processes) and whole documents; with `ancestors` also the
  /// elements that these refer to, and their makers, all the way. Throws unstorable for another node; not_found. Cost: a read
  /// for each element, and for its links.
  Selection(const Store& store, std::span<const Uuid> nodes, bool ancestors);

  /// What is referred to comes first, else it is in the order in which it was found. Throws unstorable for two of one uid or
  /// type name, for elements that refer to each other, and for what no one form of document has all of.
  Value document() const;
  std::size_t count() const { return records_.size() + types_.size(); }

 private:
  void add(const Node& node, bool ancestors);
  void add_neighbours(const Node& node, bool ancestors);
  void add_type(const Node& node);
  Frame frame() const;

  const Store& store_;
  std::deque<Uuid> next_;
  std::unordered_set<Uuid> seen_;
  std::vector<Map> records_;
  Map types_;  // descriptions, by name
};

}  // namespace cairn::interchange::scalems
