#include "store/forks.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "format/keys.h"
#include "store/history.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr const char* kNestedLabel = "nested";

void require_new(const StoreState& store, std::string_view name, std::string_view doing) {
  if (store.engine().view()->find_claim(format::claim::run_name(name)))
    throw Error(ErrorCode::exists, fmt::format("{}: there is a run of that name", doing));
}

std::uint64_t fork_point(const engine::View& view, CellId cell, const ForkOptions& options, std::string_view doing) {
  if (options.at) {
    if (const auto sequence = find_in_history(view, cell, *options.at)) return *sequence;
    throw Error(ErrorCode::not_found, fmt::format("{}: checkpoint {} is not one of it", doing, options.at->hex()));
  }
  if (const auto newest = newest_checkpoint(view, cell)) return newest->sequence;
  throw Error(ErrorCode::not_found, fmt::format("{}: it has no checkpoint", doing));
}

void require_writable(const StoreState& store, std::string_view doing) {
  if (store.engine().read_only())
    throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", doing));
}

}  // namespace

std::vector<Fork> forks_of(const engine::View& view, CellId cell) {
  struct Open {
    CellId cell;
    std::uint64_t last;
  };
  std::vector<Fork> forks;
  std::vector<Open> open{{cell, UINT64_MAX}};
  while (!open.empty()) {
    const Open of = open.back();
    open.pop_back();
    const auto rows = view.rows(of.cell);
    for (bool more = rows->seek(format::row::pin(0)); more && rows->key()[0] == format::row::kPin; more = rows->next()) {
      const CellId fork = format::row::parse_pin(rows->key());
      const auto record = find_run_record(view, fork);
      if (!record || record->forked_from != of.cell || fork <= of.cell) continue;
      const std::uint64_t last = std::min(of.last, format::parse_be64(rows->value()));
      if (!record->deleted) forks.push_back({record->name, fork, last});
      open.push_back({fork, last});
    }
  }
  return forks;
}

std::uint64_t needed_by(std::span<const Fork> forks) {
  std::uint64_t needed = 0;
  for (const Fork& fork : forks) needed = std::max(needed, fork.last);
  return needed;
}

std::vector<std::string> names_that_need(std::span<const Fork> forks, std::uint64_t sequence) {
  std::vector<std::string> names;
  for (const Fork& fork : forks)
    if (fork.last >= sequence) names.push_back(fork.name);
  std::ranges::sort(names);
  return names;
}

std::vector<CellId> cells_with_history(const engine::View& view) {
  std::set<CellId> cells;
  const auto claims = view.claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    CellId cell = format::parse_be64(claims->value());
    while (cell != 0 && cells.insert(cell).second) {
      const auto record = find_run_record(view, cell);
      cell = record && record->forked_from < cell ? record->forked_from : 0;
    }
  }
  return {cells.begin(), cells.end()};
}

// The pin comes first. If the fork's own commit does not follow, it leads to a cell that never comes to be, and holds nothing.
std::shared_ptr<RunState> fork_run(RunState& run, std::string_view name, const ForkOptions& options) {
  StoreState& store = run.store();
  check_run_name(name);
  const std::string doing = fmt::format("fork {} as {}", run.title(), name);
  require_writable(store, doing);
  run.require_there(doing);
  const std::lock_guard lock(store.removal_mutex());
  require_new(store, name, doing);
  const CellId cell = store.root().lease_cell();
  RunOrigin origin;
  run.commit(nullptr, 0, {}, doing, [&](Draft& draft) {
    origin.forked_from = run.cell();
    origin.forked_at = fork_point(draft.view, run.cell(), options, doing);
    origin.forked_count = checkpoint_count_up_to(draft.view, run.cell(), origin.forked_at);
    origin.forked_writes = draft.run.writes;
    draft.edit.rows.push_back({format::row::pin(cell), format::be64_text(origin.forked_at)});
  });
  if (!store.create_run(cell, name, origin)) throw Error(ErrorCode::exists, fmt::format("{}: there is a run of that name", doing));
  return store.find_run(name);
}

// The link that calls the new run is written with its node, which is in another cell than the caller's: nobody may finish
// that meanwhile.
std::shared_ptr<RunState> nested_run(RunState& run, std::string_view name) {
  StoreState& store = run.store();
  const std::string full_name = fmt::format("{}/{}", run.name(), name);
  if (name.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("open a run nested in {}: its name is empty", run.title()));
  check_run_name(full_name);
  const std::string doing = fmt::format("open run {}", full_name);
  run.require_there(doing);
  if (auto found = store.find_run(full_name)) return found;
  require_writable(store, doing);
  const std::string label = kNestedLabel;
  store.root().intern(std::span(&label, 1));
  const CellId cell = store.root().lease_cell();
  {
    const auto pass = store.gate().enter_alone();
    const format::RunRecord caller = run_record(*store.engine().view(), run.cell());
    store.create_run(cell, full_name, {.caller = caller.workflow, .call_label = label});
  }
  return store.find_run(full_name);
}

}  // namespace cairn::store

namespace cairn {

Run Run::fork(std::string_view name, const ForkOptions& options) { return Run(store::fork_run(*state_, name, options)); }

std::optional<std::pair<std::string, CheckpointId>> Run::forked_from() const {
  const auto view = state_->store().engine().view();
  const format::RunRecord run = store::run_record(*view, state_->cell());
  if (run.forked_from == 0) return std::nullopt;
  return std::pair(store::run_record(*view, run.forked_from).name, store::checkpoint_row(*view, run.forked_from, run.forked_at).id);
}

Run Run::nested(std::string_view name) { return Run(store::nested_run(*state_, name)); }

}  // namespace cairn
