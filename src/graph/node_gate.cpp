#include "graph/node_gate.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "graph/filter_tree.h"

namespace cairn::graph {

Passage NodeGate::judge(NodeId id) {
  if (std::ranges::find(let_through_, id) != let_through_.end()) return Passage::goes_on;
  const std::optional<std::string_view> bytes = records_.find(id);
  if (!bytes) throw Error(ErrorCode::not_found, fmt::format("read node {}: no such node", id));
  const format::NodeRecord record = format::decode_node(*bytes);
  subject_.look_at(id, record);
  const auto passes = [&](const Filter& filter) { return filter::passes(filter::root_of(filter), subject_, now_); };
  if (asks_within_ && !passes(within_)) return Passage::refused;
  return asks_stop_ && passes(stop_at_) ? Passage::stops : Passage::goes_on;
}

}  // namespace cairn::graph
