// The links that a document of Weave asks for, and what the rules of the graph make of them.
//
//   an object, row or value mentions something   reference from it
//   a table has a row                            reference "row"
//   the op of a call, and what its inputs name   input
//   what the output of a call names              create; of a call that called others: return
//   a call and its parent                        call, from a workflow: a call with children is one
//   what is described now and was only named     mutual "same" to the node that stood for it
//
// What the rules do not allow becomes a reference from the call: a second creator, what is older than the call, what is in the
// store already, cycles.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "interchange/weave/items.h"

namespace cairn::interchange::weave {

struct Edge {
  std::size_t source = 0, target = 0;
  LinkType type = LinkType::reference;
  std::string label;
  std::string place;
  bool is_left_out = false;
};

class Edges {
 public:
  Edges(Items& items, ImportReport& report) : items_(items), report_(report) {}

  /// Finds all of them. Calls with children become workflows.
  void connect();
  const std::vector<Edge>& all() const { return edges_; }

 private:
  void find_parents();
  void connect_mentions(std::size_t number);
  void connect_mention(std::size_t number, Role role, const Mention& mention);
  void connect_table(std::size_t number);
  void connect_parent(std::size_t number);
  void connect_known_child(std::size_t number);
  void add(std::size_t subject, std::size_t object, Role role, const std::string& label, const std::string& place);
  bool is_older(std::size_t data, std::size_t call) const;
  void demote(Edge& edge, std::string_view why);
  void settle_creators();
  void break_cycles(LinkType type);
  void settle_labels();

  Items& items_;
  ImportReport& report_;
  std::vector<Edge> edges_;
  std::set<std::pair<std::size_t, std::size_t>> inputs_, outputs_;  // of a call and data, that values say
  std::unordered_map<std::size_t, std::size_t> parents_;            // of calls
};

}  // namespace cairn::interchange::weave
