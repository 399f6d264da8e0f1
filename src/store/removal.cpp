#include "store/removal.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "format/keys.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/retention.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

namespace row = format::row;

void erase_row(Draft& draft, std::string key) { draft.edit.rows.push_back({std::move(key), std::nullopt}); }

void erase_writes(Draft& draft, CellId cell, std::uint64_t sequence) {
  const std::string prefix = row::writes_of(sequence);
  const auto rows = draft.view.rows(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    erase_row(draft, std::string(rows->key()));
}

// One that the run made, with all that leads to it but tags.
void erase_checkpoint(Draft& draft, CellId cell, std::uint64_t sequence, const format::CheckpointRow& checkpoint) {
  erase_row(draft, row::checkpoint(sequence));
  erase_row(draft, row::by_step(checkpoint.step, sequence));
  draft.edit.claims.push_back({format::claim::checkpoint(checkpoint.id), std::nullopt});
  erase_writes(draft, cell, sequence);
  ++draft.run.removed;
}

// Tags that lead to what is gone. Where a run before has the tag as well, that shows again.
void erase_tags(Draft& draft, CellId cell, const std::function<bool(std::uint64_t)>& is_gone) {
  const auto rows = draft.view.rows(cell);
  for (bool more = rows->seek(row::tag("")); more && rows->key()[0] == row::kTag; more = rows->next())
    if (is_gone(format::parse_be64(rows->value()))) erase_row(draft, std::string(rows->key()));
}

// Removes from a deleted run what no fork needs. Returns how many checkpoints that were.
std::uint64_t erase_unneeded(Draft& draft, CellId cell, std::uint64_t needed) {
  std::uint64_t count = 0;
  walk_own(draft.view, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& checkpoint) {
    if (sequence <= needed) return false;
    erase_checkpoint(draft, cell, sequence, checkpoint);
    return ++count != 0;
  });
  // Pending writes of checkpoints that another run made, and tags, also those that only say that there is none.
  const auto rows = draft.view.rows(cell);
  for (bool more = rows->seek(row::writes_of(needed + 1)); more && rows->key()[0] == row::kWrite &&
                                                           row::parse_write(rows->key()).checkpoint <= draft.run.forked_at;
       more = rows->next())
    erase_row(draft, std::string(rows->key()));
  erase_tags(draft, cell, [&](std::uint64_t sequence) { return needed == 0 || sequence > needed; });
  return count;
}

bool has_unneeded(const engine::View& view, CellId cell, std::uint64_t needed) {
  const auto rows = view.rows(cell);
  const auto has_one_behind = [&](const std::string& key) { return rows->seek(key) && rows->key()[0] == key[0]; };
  return has_one_behind(row::checkpoint(needed + 1)) || has_one_behind(row::writes_of(needed + 1)) ||
         (needed == 0 && has_one_behind(row::tag("")));
}

// Has the parent of a deleted run let go of it, if no fork of it is left; and if the parent was deleted too, of what only the
// run needed. Returns how many checkpoints were removed.
std::uint64_t release_parent(StoreState& store, CellId cell, CellId parent, std::string_view doing) {
  std::uint64_t count = 0;
  store.share_run(parent)->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
    draft.even_if_deleted = true;
    if (forks_of(draft.view, cell).empty()) erase_row(draft, row::pin(cell));
    count = draft.run.deleted ? erase_unneeded(draft, parent, needed_by(forks_of(draft.view, parent))) : 0;
  });
  return count;
}

// Goes up from a deleted run through those that it was forked from, until one is not deleted. Where a crash ends that,
// finish_deletions() goes on.
std::uint64_t release_parents(StoreState& store, CellId cell, std::string_view doing) {
  std::uint64_t count = 0;
  for (bool is_deleted = true; is_deleted;) {
    const auto view = store.engine().view();
    const CellId parent = run_record(*view, cell).forked_from;
    if (parent == 0) break;
    is_deleted = run_record(*view, parent).deleted;
    if (is_deleted || forks_of(*view, cell).empty()) count += release_parent(store, cell, parent, doing);
    cell = parent;
  }
  return count;
}

// As far as a crash has left something to do.
void finish_deletion(StoreState& store, const engine::View& view, CellId cell, const format::RunRecord& record) {
  const std::string doing = fmt::format("delete run {}", record.name);
  const std::vector<Fork> forks = forks_of(view, cell);
  if (has_unneeded(view, cell, needed_by(forks)))
    store.share_run(cell)->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
      draft.even_if_deleted = true;
      erase_unneeded(draft, cell, needed_by(forks));
    });
  if (forks.empty() && record.forked_from != 0 && view.find_row(record.forked_from, row::pin(cell)))
    release_parent(store, cell, record.forked_from, doing);
}

}  // namespace

namespace {

void add_to(PruneReport& report, const Verdict& verdict) {
  if (verdict.rule.empty()) report.removed.push_back({verdict.row.id, verdict.row.step});
  else report.kept.push_back({verdict.row.id, verdict.row.step, verdict.rule});
}

PruneReport report_of(const std::vector<Verdict>& verdicts) {
  PruneReport report;
  for (const Verdict& verdict : verdicts) add_to(report, verdict);
  return report;
}

// Removes what no rule keeps, and says what that is.
PruneReport prune(const RunState& run, const RetentionPolicy& policy, Draft& draft) {
  const std::vector<Verdict> verdicts = judge(run.store(), draft.view, run.cell(), policy);
  std::set<std::uint64_t> gone;
  for (const Verdict& verdict : verdicts) {
    if (!verdict.rule.empty()) continue;
    erase_checkpoint(draft, run.cell(), verdict.sequence, verdict.row);
    gone.insert(verdict.sequence);
  }
  erase_tags(draft, run.cell(), [&](std::uint64_t sequence) { return gone.contains(sequence); });
  return report_of(verdicts);
}

// What the checkpoint was the first to store; 0 if its record cannot be read.
std::uint64_t bytes_of(const RunState& run, const engine::View& view, const CheckpointId& id) {
  try {
    return run.store().checkpoint_record(view, id).bytes_new;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    return 0;
  }
}

}  // namespace

PruneReport prune(RunState& run, const RetentionPolicy& policy, bool dry_run) {
  check_policy(policy);
  const std::string doing = fmt::format("prune {}", run.title());
  run.require_there(doing);
  const std::lock_guard lock(run.store().removal_mutex());
  PruneReport report = report_of(judge(run.store(), *run.store().engine().view(), run.cell(), policy));
  if (dry_run || report.removed.empty()) return report;
  run.commit(nullptr, 0, {}, doing, [&](Draft& draft) { report = prune(run, policy, draft); });
  return report;
}

std::uint64_t prune_beside_commits(RunState& run, const RetentionPolicy& policy) {
  const std::string doing = fmt::format("prune {}", run.title());
  run.require_there(doing);
  const std::lock_guard lock(run.store().removal_mutex());
  const auto view = run.store().engine().view();
  if (report_of(judge(run.store(), *view, run.cell(), policy)).removed.empty()) return 0;
  PruneReport report;
  run.publish(nullptr, 0, {}, doing, [&](Draft& draft) { report = prune(run, policy, draft); });
  std::uint64_t bytes = 0;
  for (const RemovedCheckpoint& removed : report.removed) bytes += bytes_of(run, *view, removed.id);
  return bytes;
}

DeletedRun delete_run(StoreState& store, std::string_view name) {
  const std::string doing = fmt::format("delete run {}", name);
  const std::lock_guard lock(store.removal_mutex());
  const std::shared_ptr<RunState> run = store.find_run(name);
  if (run == nullptr) throw Error(ErrorCode::not_found, fmt::format("{}: there is no such run", doing));
  DeletedRun report;
  run->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
    report = {};
    const std::vector<Fork> forks = forks_of(draft.view, run->cell());
    draft.run.deleted = true;
    draft.edit.claims.push_back({format::claim::run_name(name), std::nullopt});
    report.removed_count = erase_unneeded(draft, run->cell(), needed_by(forks));
    walk_own(draft.view, run->cell(), needed_by(forks) + 1, [&](std::uint64_t sequence, const format::CheckpointRow& checkpoint) {
      report.kept.emplace_back(checkpoint.id, names_that_need(forks, sequence));
      return true;
    });
  });
  report.removed_count += release_parents(store, run->cell(), doing);
  return report;
}

void delete_forgotten_run(StoreState& store, CellId cell) {
  const std::shared_ptr<RunState> run = store.share_run(cell);
  const std::string doing = fmt::format("forget {}", run->title());
  run->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
    draft.even_if_deleted = true;
    draft.run.deleted = true;
    draft.run.workflow = 0;
    const std::string name = format::claim::run_name(draft.run.name);
    const auto owner = draft.view.find_claim(name);
    if (owner && format::parse_be64(*owner) == cell) draft.edit.claims.push_back({name, std::nullopt});
    erase_unneeded(draft, cell, needed_by(forks_of(draft.view, cell)));
  });
  release_parents(store, cell, doing);
}

std::vector<CheckpointId> remove_checkpoints(RunState& run, const std::set<CheckpointId>& ids,
                                             const std::function<bool(const format::PendingWriteRecord&)>& is_unwanted, bool dry_run) {
  const CellId cell = run.cell();
  std::map<std::uint64_t, format::CheckpointRow> gone;
  std::vector<std::string> writes;
  const auto look = [&](const engine::View& view) {
    gone.clear();
    writes.clear();
    const std::uint64_t needed = needed_by(forks_of(view, cell));
    walk_own(view, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& checkpoint) {
      if (sequence > needed && ids.contains(checkpoint.id)) gone.emplace(sequence, checkpoint);
      return true;
    });
    const auto rows = view.rows(cell);
    const std::string prefix(1, row::kWrite);
    for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
      if (is_unwanted(format::decode_pending_write(rows->value()))) writes.emplace_back(rows->key());
  };
  look(*run.store().engine().view());
  if (!dry_run && (!gone.empty() || !writes.empty()))
    run.commit(nullptr, 0, {}, fmt::format("remove checkpoints of {}", run.title()), [&](Draft& draft) {
      look(draft.view);
      for (const auto& [sequence, checkpoint] : gone) erase_checkpoint(draft, cell, sequence, checkpoint);
      for (std::string& key : writes) erase_row(draft, std::move(key));
      erase_tags(draft, cell, [&](std::uint64_t sequence) { return gone.contains(sequence); });
    });
  std::vector<CheckpointId> removed;
  for (const auto& [sequence, checkpoint] : gone) removed.push_back(checkpoint.id);
  return removed;
}

// Forks are younger than what they were forked from, and so are seen to first.
void finish_deletions(StoreState& store) {
  const std::lock_guard lock(store.removal_mutex());
  const auto view = store.engine().view();
  const auto next_cell = view->find_row(format::kRootCell, row::next_cell());
  if (!next_cell) return;
  for (CellId cell = format::parse_be64(*next_cell); cell-- > format::kFirstRunCell;) {
    const auto record = find_run_record(*view, cell);
    if (record && record->deleted) finish_deletion(store, *view, cell, *record);
  }
}

}  // namespace cairn::store

namespace cairn {

PruneReport Run::prune(const RetentionPolicy& policy, bool dry_run) { return store::prune(*state_, policy, dry_run); }

DeletedRun Store::delete_run(std::string_view name) { return store::delete_run(*state_, name); }

}  // namespace cairn
