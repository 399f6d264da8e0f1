#include "store/forgetting.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "format/id_list.h"
#include "format/keys.h"
#include "graph/node_erasure.h"
#include "store/attribute_indexes.h"
#include "store/commit.h"
#include "store/forget_plan.h"
#include "store/forgotten_cells.h"
#include "store/history.h"
#include "store/removal.h"
#include "store/step_index.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using format::kGroupCell;

constexpr std::string_view kDoing = "forget nodes";
constexpr std::size_t kIdsInRow = 4096;      // removed by one commit: some 40,000 rows
constexpr std::size_t kRowsInCommit = 256;   // of ids that are written down

void commit(StoreState& store, const BuildEdit& build) { commit_cell(store.engine(), {kGroupCell, 0, nullptr, kDoing}, build); }

void erase_row(engine::Edit& edit, std::string key) { edit.rows.push_back({std::move(key), std::nullopt}); }
void erase_index(engine::Edit& edit, std::string key) { edit.indexes.push_back({std::move(key), std::nullopt}); }

// The groups of a node, and the entries of the recorded step that it is the process of, found by the step's name. Where somebody has
// given the node another label, they go when its cell is tidied up.
class EntriesOfNodes {
 public:
  EntriesOfNodes(const engine::View& view, engine::Edit& edit) : view_(view), edit_(edit), indexes_(view.indexes()) {}

  void erase(NodeId id, const format::NodeRecord& record) {
    const std::string groups = format::index::groups_of(id);
    for (bool more = indexes_->seek(groups); more && indexes_->key().starts_with(groups); more = indexes_->next()) {
      erase_row(edit_, row::member(indexes_->key().substr(groups.size()), id));
      erase_index(edit_, std::string(indexes_->key()));
    }
    if (record.kind != NodeKind::calculation || record.cell == format::kLooseCell) return;
    const auto place = view_.find_index(format::index::step(record.cell, record.label, id));
    if (!place) return;
    const StepPlace step = format::index::parse_step_place(*place);
    if (const auto recorded = find_step_record(view_, step)) erase_step_entries(*recorded, step, edit_.indexes);
  }

 private:
  const engine::View& view_;
  engine::Edit& edit_;
  std::unique_ptr<engine::Cursor> indexes_;
};

void erase_nodes(const engine::View& view, std::span<const NodeId> ids, engine::Edit& edit) {
  EntriesOfNodes entries(view, edit);
  graph::erase_nodes(view, ids, attribute_entries(view, view), edit,
                     [&](NodeId id, const format::NodeRecord& record) { entries.erase(id, record); });
}

// The names of the runs that go, and which cells are to be tidied up.
void note_cells(const engine::View& view, const ForgetPlan& plan, engine::Edit& edit) {
  for (const CellId cell : plan.runs) {
    const format::RunRecord run = run_record(view, cell);
    const std::string name = format::claim::run_name(run.name);
    const auto owner = view.find_claim(name);
    if (owner && format::parse_be64(*owner) == cell) edit.claims.push_back({name, std::nullopt});
  }
  for (const auto* cells : {&plan.runs, &plan.marked})
    for (const CellId cell : *cells) edit.rows.push_back({row::forgotten(cell), std::string()});
}

void forget_at_once(StoreState& store, const ForgetPlan& plan) {
  commit(store, [&](const engine::View& view) {
    engine::Edit edit;
    erase_nodes(view, plan.ids, edit);
    note_cells(view, plan, edit);
    return edit;
  });
}

void write_down(StoreState& store, const ForgetPlan& plan) {
  const std::size_t count = (plan.ids.size() + kIdsInRow - 1) / kIdsInRow;
  const auto add_row = [&](std::size_t i, engine::Edit& edit) {
    const auto ids = std::span(plan.ids).subspan(i * kIdsInRow);
    edit.rows.push_back({row::forget(i + 1), format::encode_ids(ids.first(std::min(ids.size(), kIdsInRow)))});
  };
  for (std::size_t begin = 0; begin < count; begin += kRowsInCommit)
    commit(store, [&](const engine::View&) {
      engine::Edit edit;
      for (std::size_t i = begin; i < std::min(count, begin + kRowsInCommit); ++i) add_row(i, edit);
      return edit;
    });
  commit(store, [&](const engine::View& view) {
    engine::Edit edit;
    edit.rows.push_back({row::forget(0), format::be64_text(count)});
    note_cells(view, plan, edit);
    return edit;
  });
}

std::vector<std::string> rows_with(const engine::View& view, char type, std::size_t most = SIZE_MAX) {
  std::vector<std::string> keys;
  const std::string prefix(1, type);
  const auto rows = view.rows(kGroupCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix) && keys.size() < most; more = rows->next())
    keys.emplace_back(rows->key());
  return keys;
}

// Of ids that were not all written down: nothing was removed.
void drop_written(StoreState& store) {
  commit(store, [&](const engine::View& view) {
    engine::Edit edit;
    for (std::string& key : rows_with(view, row::kForget)) erase_row(edit, std::move(key));
    return edit;
  });
}

// By who is alone in the gate. The commit that removes the last chunk says that there is nothing to do any more.
void remove_written(StoreState& store) {
  for (bool more = true; more;)
    commit(store, [&](const engine::View& view) {
      engine::Edit edit;
      const std::vector<std::string> keys = rows_with(view, row::kForget, 3);  // the count, and two chunks
      more = keys.size() == 3;
      if (keys.size() > 1) erase_nodes(view, format::decode_ids(view.find_row(kGroupCell, keys[1]).value()), edit);
      if (keys.size() > 1) erase_row(edit, keys[1]);
      if (!more && !keys.empty()) erase_row(edit, keys[0]);
      return edit;
    });
}

// By who holds the removal mutex.
void tidy_cells(StoreState& store) {
  for (const std::string& key : rows_with(*store.engine().view(), row::kForgotten)) {
    tidy_cell(store, row::parse_forgotten(key));
    commit(store, [&](const engine::View&) {
      engine::Edit edit;
      erase_row(edit, key);
      return edit;
    });
  }
}

// By who holds the removal mutex.
void finish(StoreState& store) {
  if (!rows_with(*store.engine().view(), row::kForget, 1).empty()) {
    const auto pass = store.gate().enter_alone();
    if (store.engine().view()->find_row(kGroupCell, row::forget(0))) remove_written(store);
    else drop_written(store);
  }
  tidy_cells(store);
}

std::vector<NodeId> nodes_there(const engine::View& view, std::vector<NodeId> ids) {
  std::erase_if(ids, [&](NodeId id) { return !view.find_record(engine::Record::node, id); });
  return ids;
}

}  // namespace

ForgetReport forget_nodes(StoreState& store, const FindStarts& find, const ForgetOptions& options) {
  if (options.dry_run) {
    const auto view = store.engine().view();
    return plan_forgetting(store, *view, find(*view), options).report;
  }
  if (store.engine().read_only()) throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", kDoing));
  const std::lock_guard lock(store.removal_mutex());
  finish(store);
  ForgetPlan plan;
  {
    const auto pass = store.gate().enter_alone();
    const auto view = store.engine().view();
    plan = plan_forgetting(store, *view, nodes_there(*view, find(*view)), options);
    require_idle(store, *view, plan);
    if (plan.ids.empty()) return std::move(plan.report);
    for (const CellId cell : plan.runs) store.drop(cell);
    if (plan.ids.size() <= kForgottenAtOnce) {
      forget_at_once(store, plan);
    } else {
      write_down(store, plan);
      remove_written(store);
    }
  }
  tidy_cells(store);
  return std::move(plan.report);
}

ForgetReport forget(StoreState& store, std::span<const Uuid> nodes, const ForgetOptions& options) {
  return forget_nodes(
      store, [&](const engine::View& view) { return graph::GraphReader(view, store.labels()).get_ids(nodes); }, options);
}

void finish_forgetting(StoreState& store) {
  const auto view = store.engine().view();
  if (rows_with(*view, row::kForget, 1).empty() && rows_with(*view, row::kForgotten, 1).empty()) return;
  const std::lock_guard lock(store.removal_mutex());
  finish(store);
}

}  // namespace cairn::store

namespace cairn {

ForgetReport Store::forget(std::span<const Uuid> nodes, const ForgetOptions& options) {
  return store::forget(*state_, nodes, options);
}
ForgetReport Store::forget_content(const ObjectId& id, const ForgetOptions& options) {
  return store::forget_content(*state_, engine::BlobKind::object, id.digest, options);
}
ForgetReport Store::forget_content(const ArtifactId& id, const ForgetOptions& options) {
  return store::forget_content(*state_, engine::BlobKind::artifact, id.digest, options);
}

}  // namespace cairn
