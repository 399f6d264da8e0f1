#include "store/impact.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "graph/traversal.h"
#include "store/question.h"

namespace cairn::store {
namespace {

using engine::NodeId;
using format::NodeRecord;

std::vector<ImpactTotal> total(const StoreState& state, const Question& question, std::span<const NodeId> ids) {
  std::map<std::tuple<engine::CellId, NodeKind, std::string>, ImpactTotal> totals;
  question.visit_records(ids, [&](std::size_t, const NodeRecord& record) {
    ImpactTotal& total = totals[{record.cell, record.kind, record.type}];
    ++total.count;
    total.size_bytes += record.size;
  });
  std::vector<ImpactTotal> list;
  for (auto& [key, total] : totals) {
    const auto& [cell, kind, type] = key;
    total.run = state.run_name(question.view(), cell);
    total.kind = kind;
    total.type = type;
    list.push_back(std::move(total));
  }
  std::ranges::sort(list, {}, [](const ImpactTotal& total) { return std::tie(total.run, total.kind, total.type); });
  return list;
}

}  // namespace

Impact find_impact(const StoreState& state, std::span<const Uuid> nodes, const ImpactOptions& options) {
  const Question question(state);
  const std::vector<NodeId> given = question.ids(nodes);
  const auto reached =
      graph::traverse(question.links(), given, Direction::down, {.links = options.links, .nodes_max = options.nodes_max}).nodes;
  std::vector<NodeId> callers = graph::callers_of(question.links(), ids_of(reached), options.nodes_max);
  const auto affected = std::span(reached).subspan(static_cast<std::size_t>(
      std::ranges::upper_bound(reached, std::uint64_t{0}, {}, &graph::ReachedId::depth) - reached.begin()));
  Impact impact;
  impact.affected_totals = total(state, question, ids_of(affected));
  impact.caller_totals = total(state, question, callers);
  if (!options.list) return impact;
  impact.affected = question.reached(affected);
  impact.callers = question.nodes(callers);
  return impact;
}

}  // namespace cairn::store
