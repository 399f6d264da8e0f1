#include "store/compaction.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "format/keys.h"
#include "graph/backlink_folding.h"
#include "graph/held_links.h"
#include "store/collection.h"
#include "store/commit.h"
#include "store/forgetting.h"
#include "store/removal.h"
#include "store/step_index.h"

namespace cairn::store {
namespace {

constexpr int kLevelLeast = 1, kLevelMost = 19;  // of zstd
constexpr std::size_t kEditsInCommit = 100'000;  // some 20 MB, and so many rows become tables at once

// Steps that an older format recorded. Entries that are there already stay as they are.
void index_steps(StoreState& state, const engine::View& view, const format::RunRecord& record, CellId cell) {
  const std::shared_ptr<RunState> run = state.open_run(record.name);
  const std::string doing = fmt::format("index the steps of {}", run->title());
  std::vector<engine::IndexEdit> entries;
  const auto commit = [&](bool is_last) {
    run->commit(nullptr, 0, {}, doing, [&](Draft& draft) {
      draft.edit.indexes = entries;
      draft.run.steps_indexed = draft.run.steps_indexed || is_last;
      draft.run.step_keys_indexed = is_last;
    });
    entries.clear();
  };
  const auto rows = view.rows(cell);
  const std::string prefix(1, format::row::kStep);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    add_step_entries(format::decode_step(rows->value()), {cell, format::row::parse_step(rows->key())}, entries);
    if (entries.size() >= kEditsInCommit) commit(false);
  }
  commit(true);
}

void index_steps(StoreState& state) {
  const auto view = state.engine().view();
  const auto claims = view->claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    const CellId cell = format::parse_be64(claims->value());
    const format::RunRecord record = state.run_record(*view, cell);
    if (!record.steps_indexed || !record.step_keys_indexed) index_steps(state, *view, record, cell);
  }
}

// A link that is added meanwhile has a row of its own, which no edit here is about.
void fold_backlinks(StoreState& state) {
  for (std::optional<engine::NodeId> next = engine::NodeId{0}; next;) {
    const engine::NodeId first = *next;
    commit_cell(state.engine(), {format::kRootCell, 0, nullptr, "fold backlinks"}, [&](const engine::View& view) {
      engine::Edit edit;
      next = graph::fold_backlinks(view, first, kEditsInCommit, edit.indexes);
      return edit;
    });
  }
}

// A commit that adds links to a node would write its record while that goes into a page: so none is made meanwhile.
void fold_held_links(StoreState& state) {
  for (std::optional<engine::NodeId> next = engine::NodeId{0}; next;) {
    const engine::NodeId first = *next;
    const auto pass = state.gate().enter_alone();
    commit_cell(state.engine(), {format::kRootCell, 0, nullptr, "fold links"}, [&](const engine::View& view) {
      engine::Edit edit;
      next = graph::fold_held_links(view, first, kEditsInCommit, edit);
      return edit;
    });
  }
}

std::uint64_t disk_bytes(const StoreState& state) {
  const engine::EngineStats stats = state.engine().stats();
  return stats.record_bytes + stats.pack_bytes;
}

void check_options(const CompactOptions& options) {
  if (options.zstd_level && (*options.zstd_level < kLevelLeast || *options.zstd_level > kLevelMost))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("compact: zstd level {}, expected {} to {}", *options.zstd_level, kLevelLeast, kLevelMost));
}

// When the work is to end.
class Deadline {
  using Clock = std::chrono::steady_clock;

 public:
  explicit Deadline(const std::optional<std::chrono::nanoseconds>& time_max) {
    if (time_max) end_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(*time_max);
  }
  bool has_passed() const { return end_ && Clock::now() >= *end_; }

 private:
  std::optional<Clock::time_point> end_;
};

// False if the time was over, or readers of older states hold back too much, before all was done.
bool repack(StoreState& state, const Deadline& deadline, const CompactOptions& options, CollectReport& collected) {
  const auto go_on = [&](std::uint64_t done, std::uint64_t total) {
    if (options.progress) options.progress({"move", done, total});
    return !deadline.has_passed();
  };
  const engine::RepackReport report = state.engine().repack({options.zstd_level, go_on});
  collected.moved_bytes += report.moved_bytes;
  collected.returned_bytes += report.returned_bytes;
  collected.waiting_bytes = report.waiting_bytes;
  return report.complete;
}

// False if the time was over before all was done. Each part that was done stays so.
bool rewrite_records(StoreState& state, const Deadline& deadline, const CompactOptions& options) {
  const std::function<void()> parts[] = {[&] { fold_backlinks(state); }, [&] { fold_held_links(state); }, [&] { index_steps(state); },
                                         [&] { state.engine().compact(); }};
  std::uint64_t done = 0;
  for (const std::function<void()>& part : parts) {
    if (deadline.has_passed()) return false;
    if (options.progress) options.progress({"records", done++, std::size(parts)});
    part();
  }
  return true;
}

}  // namespace

CompactReport compact(StoreState& state, const CompactOptions& options) {
  const Deadline deadline(options.time_max);
  check_options(options);
  CompactReport report;
  report.disk_bytes_before = report.disk_bytes_after = disk_bytes(state);
  if (!options.dry_run) {
    finish_forgetting(state);
    finish_deletions(state);
  }
  report.collected = collect(state, {.dry_run = options.dry_run, .time_max = options.time_max, .progress = options.progress});
  report.complete = report.collected.complete;
  if (report.complete && !options.dry_run) {
    const bool is_repacked = repack(state, deadline, options, report.collected);
    report.complete = rewrite_records(state, deadline, options) && is_repacked;
  }
  // RocksDB's own work goes on in a dry run, too: what that gives back is none of ours.
  if (!options.dry_run) report.disk_bytes_after = disk_bytes(state);
  return report;
}

}  // namespace cairn::store

namespace cairn {

CompactReport Store::compact(const CompactOptions& options) { return store::compact(*state_, options); }

}  // namespace cairn
