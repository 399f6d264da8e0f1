#include "store/bundle_plan.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_set>

#include "format/keys.h"
#include "format/packed_links.h"
#include "graph/held_links.h"
#include "graph/leases.h"
#include "graph/reader.h"
#include "store/history.h"
#include "store/staged_runs.h"

namespace cairn::store {
namespace {

// All runs that are there, and what is left of others.
template <class Visit>
void for_each_run(const engine::View& view, const Visit& visit) {
  const std::set<CellId> staged = staged_runs(view);
  const auto next = view.find_row(format::kRootCell, format::row::next_cell());
  const CellId behind = next ? format::parse_be64(*next) : format::kFirstRunCell;
  for (CellId cell = format::kFirstRunCell; cell < behind; ++cell)
    if (const auto record = find_run_record(view, cell); record && !staged.contains(cell)) visit(cell, *record);
}

}  // namespace

BundlePlan::BundlePlan(const StoreState& store, const engine::View& view, const BundleSelection& selection)
    : store_(store), view_(view), everything_(selection.everything) {
  if (!everything_ && selection.runs.empty() && selection.checkpoints.empty() && selection.nodes.empty())
    throw Error(ErrorCode::invalid_argument, "bundle: nothing is chosen");
  choose_runs(selection);
  choose_checkpoints(selection);
  add_parents();
  order_runs();
  choose_nodes(selection);
}

std::uint64_t BundlePlan::run_number(CellId cell) const {
  const auto found = std::ranges::find(runs_, cell, &PlannedRun::cell);
  return found == runs_.end() ? 0 : static_cast<std::uint64_t>(found - runs_.begin()) + 1;
}

std::uint64_t BundlePlan::node_number(NodeId id) const {
  const auto found = std::ranges::lower_bound(numbers_, id, {}, &std::pair<NodeId, std::uint64_t>::first);
  return found == numbers_.end() || found->first != id ? 0 : found->second;
}

void BundlePlan::choose_run(CellId cell, const format::RunRecord& record) {
  if (std::ranges::find(runs_, cell, &PlannedRun::cell) != runs_.end()) return;
  runs_.push_back({.cell = cell, .record = record, .is_whole = true, .is_there = !record.deleted});
}

void BundlePlan::choose_runs(const BundleSelection& selection) {
  if (everything_)
    return for_each_run(view_, [&](CellId cell, const format::RunRecord& record) {
      runs_.push_back({.cell = cell, .record = record, .is_whole = true, .is_there = !record.deleted});
    });
  for (const std::string& name : selection.runs) {
    const auto owner = view_.find_claim(format::claim::run_name(name));
    if (!owner) throw Error(ErrorCode::not_found, fmt::format("bundle: there is no run {}", name));
    const CellId cell = format::parse_be64(*owner);
    choose_run(cell, store_.run_record(view_, cell));
  }
}

void BundlePlan::choose_checkpoints(const BundleSelection& selection) {
  for (const CheckpointId& id : selection.checkpoints) {
    const auto place = find_checkpoint(view_, id);
    if (!place) throw Error(ErrorCode::not_found, fmt::format("bundle: there is no checkpoint {}", id.hex()));
    auto run = std::ranges::find(runs_, place->cell, &PlannedRun::cell);
    if (run == runs_.end()) {
      runs_.push_back({.cell = place->cell, .record = store_.run_record(view_, place->cell), .is_there = true});
      run = runs_.end() - 1;
      if (run->record.deleted)
        throw Error(ErrorCode::invalid_argument, fmt::format("bundle: checkpoint {} is of run {}, which was deleted; choose a fork that has it",
                                                             id.hex(), run->record.name));
    }
    run->chosen.insert(place->sequence);
  }
}

// Forks are younger than what they were forked from: seen from the youngest on, each run is complete when it is come to.
void BundlePlan::add_parents() {
  std::map<CellId, PlannedRun> by_cell;
  for (PlannedRun& run : runs_) by_cell.emplace(run.cell, std::move(run));
  for (auto at = by_cell.end(); at != by_cell.begin();) {
    const PlannedRun& fork = (--at)->second;
    if (!fork.keeps_parent()) continue;
    const CellId parent = fork.record.forked_from;
    if (parent >= fork.cell)
      throw Error(ErrorCode::damaged, fmt::format("bundle: run {} is said to be forked from a younger one", fork.record.name));
    PlannedRun& of = by_cell.try_emplace(parent, PlannedRun{.cell = parent, .record = store_.run_record(view_, parent)}).first->second;
    of.needed = std::max(of.needed, fork.is_whole ? fork.record.forked_at : std::min(fork.needed, fork.record.forked_at));
    of.writes_end = std::max(of.writes_end, fork.record.forked_writes);
  }
  runs_.clear();
  for (auto& [cell, run] : by_cell) runs_.push_back(std::move(run));
}

void BundlePlan::order_runs() {
  std::map<CellId, int> depths;  // runs_ are by cell: those before a fork are known
  for (const PlannedRun& run : runs_) depths[run.cell] = run.keeps_parent() ? depths[run.record.forked_from] + 1 : 0;
  std::ranges::sort(runs_, {}, [&](const PlannedRun& run) { return std::tuple(depths.at(run.cell), run.record.name, run.record.uuid); });
}

void BundlePlan::choose_nodes(const BundleSelection& selection) {
  std::vector<NodeId> ids = nodes_of_runs();
  const graph::GraphReader reader(view_, store_.labels());
  for (const Uuid& uuid : selection.nodes) {
    const NodeId id = reader.get_id(uuid);
    const format::NodeRecord record = reader.get_record(id);
    const auto run = record.cell == format::kLooseCell ? std::nullopt : find_run_record(view_, record.cell);
    if (run && run->workflow == id && std::ranges::find(ids, id) == ids.end())
      throw Error(ErrorCode::invalid_argument, fmt::format("bundle: node {} stands for run {}; choose that", uuid.text(), run->name));
    ids.push_back(id);
  }
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  order_nodes(selection.ancestors && !everything_ ? with_ancestors(std::move(ids)) : std::move(ids));
}

std::vector<NodeId> BundlePlan::nodes_of_runs() const {
  std::vector<NodeId> ids;
  const auto nodes = view_.records(engine::Record::node);
  if (everything_) {
    for (bool more = nodes->seek(""); more; more = nodes->next()) ids.push_back(format::parse_be64(nodes->key()));
    return ids;
  }
  for (const PlannedRun& run : runs_) {
    if (!run.is_whole) {
      if (run.is_there && run.record.workflow != 0) ids.push_back(run.record.workflow);
      continue;
    }
    for (const graph::NodeBlock& block : graph::blocks_of(view_, run.cell)) {
      const std::string end = format::be64_text(block.first + block.count);
      for (bool more = nodes->seek(format::be64_text(block.first)); more && nodes->key() < end; more = nodes->next())
        if (format::decode_node(nodes->value()).cell == run.cell) ids.push_back(format::parse_be64(nodes->key()));
    }
  }
  return ids;
}

std::vector<NodeId> BundlePlan::with_ancestors(std::vector<NodeId> ids) const {
  std::unordered_set<NodeId> known(ids.begin(), ids.end());
  for (std::size_t i = 0; i < ids.size(); ++i) {  // it grows
    const auto packed = graph::find_held_links(view_, ids[i]);
    if (!packed) continue;
    format::visit_links(*packed, [&](const format::PackedLink& link) {
      if ((link.type == LinkType::input || link.type == LinkType::create) && known.insert(link.other).second) ids.push_back(link.other);
    });
  }
  return ids;
}

// A node whose run is not there, or is not its whole, comes as one of no run.
void BundlePlan::order_nodes(std::vector<NodeId> ids) {
  std::map<CellId, std::uint64_t> places;
  for (const PlannedRun& run : runs_) places[run.cell] = run_number(run.cell);
  const graph::GraphReader reader(view_, store_.labels());
  std::ranges::sort(ids);
  std::vector<std::pair<std::uint64_t, NodeId>> order;  // loose ones last
  order.reserve(ids.size());
  constexpr std::size_t kAtOnce = 4096;
  for (std::size_t begin = 0; begin < ids.size(); begin += kAtOnce) {
    const auto some = std::span(ids).subspan(begin, std::min(kAtOnce, ids.size() - begin));
    const std::vector<format::NodeRecord> records = reader.get_records(some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto place = places.find(records[i].cell);
      const bool belongs = place != places.end() && (runs_[place->second - 1].is_whole || runs_[place->second - 1].record.workflow == some[i]);
      order.emplace_back(belongs ? place->second : UINT64_MAX, some[i]);
    }
  }
  std::ranges::sort(order);
  for (const auto& [place, id] : order) {
    numbers_.emplace_back(id, nodes_.size() + 1);
    nodes_.push_back(id);
  }
  std::ranges::sort(numbers_);
}

}  // namespace cairn::store
