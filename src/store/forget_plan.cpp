#include "store/forget_plan.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "format/keys.h"
#include "format/step_attempts.h"
#include "graph/cursors.h"
#include "store/history.h"
#include "store/step_claim.h"

namespace cairn::store {
namespace {

// Fills in a plan from the nodes that the rules led to.
class Planner {
 public:
  Planner(const engine::View& view, graph::ForgetSet set) : view_(view), set_(std::move(set)) {}

  ForgetPlan run() {
    for (const graph::ForgottenId& node : set_.nodes) plan_.ids.push_back(node.id);
    std::ranges::sort(plan_.ids);
    plan_.report.link_count = set_.link_count;
    read_nodes();
    name_others();
    find_marked();
    for (const auto& [cell, is_run] : cells_) {
      plan_.cells.push_back(cell);
      if (is_run) plan_.runs.push_back(cell);
    }
    return std::move(plan_);
  }

 private:
  void read_nodes() {
    graph::RecordWalk records(view_, engine::Record::node);
    for (const graph::ForgottenId& node : set_.nodes) {
      const auto bytes = records.find(node.id);
      if (!bytes) throw Error(ErrorCode::damaged, fmt::format("forget: a link leads to node number {}, which is missing", node.id));
      format::NodeRecord record = format::decode_node(*bytes);
      add_cell(node.id, record);
      plan_.report.nodes.push_back({record.uuid, record.kind, std::move(record.type), std::move(record.label), {}});
    }
  }

  void add_cell(NodeId id, const format::NodeRecord& record) {
    bool& is_run = cells_[record.cell];
    if (record.cell == format::kLooseCell || record.kind != NodeKind::workflow) return;
    const auto run = find_run_record(view_, record.cell);
    if (!run || run->workflow != id) return;
    is_run = true;
    if (!run->deleted) plan_.report.runs.push_back(run->name);
  }

  // Where a node stands in the report, by its id.
  void name_others() {
    std::vector<std::uint32_t> by_id(set_.nodes.size());
    for (std::uint32_t i = 0; i < by_id.size(); ++i) by_id[i] = i;
    const auto id_of = [&](std::uint32_t at) { return set_.nodes[at].id; };
    std::ranges::sort(by_id, {}, id_of);
    for (std::size_t i = 0; i < set_.nodes.size(); ++i) {
      const graph::ForgottenId& node = set_.nodes[i];
      std::string& rule = plan_.report.nodes[i].rule;
      rule = node.other == 0 ? std::string("named")
                             : fmt::format("{} {}", graph::rule_text(node.rule),
                                           plan_.report.nodes[*std::ranges::lower_bound(by_id, node.other, {}, id_of)].uuid.text());
    }
  }

  bool is_planned(NodeId id) const { return std::ranges::binary_search(plan_.ids, id); }

  void find_marked() {
    find_marked(format::kLooseCell);
    const auto claims = view_.claims();
    const std::string prefix(1, format::claim::kRunName);
    for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next())
      find_marked(format::parse_be64(claims->value()));
  }

  void find_marked(CellId cell) {
    const std::string prefix(1, format::row::kViolation);
    const auto rows = view_.rows(cell);
    for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
      const format::row::Violation link = format::row::parse_violation(rows->key());
      if (!is_planned(link.holder) && !is_planned(link.other)) continue;
      plan_.marked.push_back(cell);
      return;
    }
  }

  const engine::View& view_;
  const graph::ForgetSet set_;
  std::map<CellId, bool> cells_;  // and whether the node of its run goes
  ForgetPlan plan_;
};

bool has_step_under_way(const StoreState& store, const engine::View& view, CellId cell) {
  const std::int64_t now = store.clock().now();
  const std::string prefix(1, format::row::kAttempt);
  const auto rows = view.rows(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    const format::StepAttemptRecord attempts = format::decode_step_attempts(rows->value());
    if (attempts.claim && may_end(*attempts.claim, now)) return true;
  }
  return false;
}

Uuid node_of_cell(const engine::View& view, const ForgetPlan& plan, CellId cell) {
  graph::RecordWalk records(view, engine::Record::node);
  for (const NodeId id : plan.ids)
    if (const auto bytes = records.find(id))
      if (const format::NodeRecord record = format::decode_node(*bytes); record.cell == cell) return record.uuid;
  return {};
}

}  // namespace

ForgetPlan plan_forgetting(const StoreState&, const engine::View& view, std::span<const NodeId> starts, const ForgetOptions& options) {
  return Planner(view, graph::find_forgotten(view, starts, options)).run();
}

void require_idle(StoreState& store, const engine::View& view, const ForgetPlan& plan) {
  for (const CellId cell : plan.cells) {
    if (cell == format::kLooseCell) continue;
    const bool is_open = store.is_in_use(cell);
    if (!is_open && !has_step_under_way(store, view, cell)) continue;
    throw Error(ErrorCode::rule_violation,
                fmt::format("forget node {}: it is of run {}, {}", node_of_cell(view, plan, cell).text(),
                            store.run_record(view, cell).name,
                            is_open ? "which this process has a handle of" : "in which a step is under way"));
  }
}

}  // namespace cairn::store
