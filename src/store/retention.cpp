#include "store/retention.h"

#include <cairn/error.h>
#include <cairn/node.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "graph/number_order.h"
#include "store/embedded.h"
#include "store/forks.h"
#include "store/history.h"

namespace cairn::store {
namespace {

Map metadata_of(const StoreState& store, const engine::View& view, const CheckpointId& id) {
  try {
    if (is_purged(view, id.digest)) return {};
    const format::CheckpointRecord record = store.checkpoint_record(view, id);
    if (record.metadata.empty()) return {};
    const Value metadata = read_embedded(view, record.metadata);
    if (const Map* map = metadata.get_if<Map>()) return *map;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
  }
  return {};
}

// The verdicts, and what the rules look at.
class Judge {
 public:
  Judge(const StoreState& store, const engine::View& view, CellId cell)
      : store_(store), view_(view), cell_(cell) {
    walk_history(view, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
      verdicts_.push_back({sequence, row, {}});
      return true;
    });
  }

  void apply(const RetentionPolicy& policy);
  std::vector<Verdict> take() { return std::move(verdicts_); }

 private:
  // The first rule that keeps a checkpoint is the one that is named.
  static void keep(Verdict& verdict, std::string_view rule) {
    if (verdict.rule.empty()) verdict.rule = rule;
  }
  void keep_if(std::string_view rule, const auto& test) {
    for (Verdict& verdict : verdicts_)
      if (test(verdict)) keep(verdict, rule);
  }
  void keep_last(std::size_t count);
  void keep_best(const RetentionPolicy::Best& best);
  void keep_without(const Map& entries);
  void keep_tagged();
  void keep_forked();
  void keep_others();

  const StoreState& store_;
  const engine::View& view_;
  const CellId cell_;
  std::vector<Verdict> verdicts_;
};

void Judge::apply(const RetentionPolicy& policy) {
  if (policy.last) keep_last(*policy.last);
  if (policy.every)
    keep_if(fmt::format("every {}", *policy.every), [&](const Verdict& verdict) {
      const auto step = verdict.row.step;
      const std::uint64_t distance = step < 0 ? -static_cast<std::uint64_t>(step) : static_cast<std::uint64_t>(step);
      return distance % *policy.every == 0;
    });
  if (policy.newer_than)
    keep_if(fmt::format("newer than {}", format_time(*policy.newer_than)), [&](const Verdict& verdict) {
      return Timestamp(std::chrono::nanoseconds(verdict.row.time)) > *policy.newer_than;
    });
  if (policy.best) keep_best(*policy.best);
  if (policy.without) keep_without(*policy.without);
  if (policy.tagged) keep_tagged();
  keep_forked();
  keep_others();
}

void Judge::keep_last(std::size_t count) {
  const std::string rule = fmt::format("last {}", count);
  for (std::size_t i = 0; i < std::min(count, verdicts_.size()); ++i) keep(verdicts_[i], rule);
}

// Of equal ones the newer is the better.
void Judge::keep_best(const RetentionPolicy::Best& best) {
  std::vector<std::pair<Value, std::size_t>> candidates;
  for (std::size_t i = 0; i < verdicts_.size(); ++i) {
    const Map metadata = metadata_of(store_, view_, verdicts_[i].row.id);
    const Value* number = metadata.find(std::string_view(best.key));
    if (number != nullptr && std::is_eq(graph::filter::number_order(*number, *number))) candidates.emplace_back(*number, i);
  }
  std::ranges::stable_sort(candidates, [&](const auto& a, const auto& b) {
    const auto order = graph::filter::number_order(a.first, b.first);
    return best.smallest ? std::is_lt(order) : std::is_gt(order);
  });
  const std::string rule = fmt::format("best {} by {}", best.count, best.key);
  for (std::size_t i = 0; i < std::min(best.count, candidates.size()); ++i) keep(verdicts_[candidates[i].second], rule);
}

void Judge::keep_without(const Map& entries) {
  keep_if("without " + to_text(Value(entries), {.form = TextForm::line, .bytes_max = 100}),
          [&](const Verdict& verdict) { return !has_entries(metadata_of(store_, view_, verdict.row.id), entries); });
}

void Judge::keep_tagged() {
  const TagIndex tags = tags_by_sequence(view_, cell_);
  for (Verdict& verdict : verdicts_)
    if (const auto found = tags.find(verdict.sequence); found != tags.end()) keep(verdict, "tag " + found->second.front());
}

// A fork has all that the run had up to its fork point.
void Judge::keep_forked() {
  std::vector<Fork> forks = forks_of(view_, cell_);
  std::ranges::sort(forks, std::greater(), &Fork::last);
  std::size_t count = 0;  // of those that have the checkpoint: the first so many
  std::string first;      // of their names
  for (Verdict& verdict : verdicts_) {
    for (; count < forks.size() && forks[count].last >= verdict.sequence; ++count)
      if (count == 0 || forks[count].name < first) first = forks[count].name;
    if (count == 1) keep(verdict, "fork " + first);
    if (count > 1) keep(verdict, fmt::format("fork {} and {} more", first, count - 1));
  }
}

// What another run made is that run's to remove.
void Judge::keep_others() {
  auto verdict = verdicts_.begin();
  for (HistoryParts part(view_, cell_); !part.is_over(); part.next()) {
    const std::string rule = part->cell == cell_ ? std::string() : "of run " + run_record(view_, part->cell).name;
    for (; verdict != verdicts_.end() && verdict->sequence > part->after; ++verdict) keep(*verdict, rule);
  }
}

}  // namespace

void check_policy(const RetentionPolicy& policy) {
  if (policy.every && *policy.every == 0)
    throw Error(ErrorCode::invalid_argument, "retention policy: every 0th checkpoint, expected 1 or more");
  if (policy.best && policy.best->key.empty())
    throw Error(ErrorCode::invalid_argument, "retention policy: the best by a number whose name is empty");
}

std::vector<Verdict> judge(const StoreState& store, const engine::View& view, CellId cell, const RetentionPolicy& policy) {
  Judge of_history(store, view, cell);
  of_history.apply(policy);
  return of_history.take();
}

}  // namespace cairn::store
