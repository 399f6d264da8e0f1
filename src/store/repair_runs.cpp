#include "store/repair_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/bytes.h"
#include "format/keys.h"
#include "format/records.h"
#include "format/step_attempts.h"
#include "store/history.h"
#include "store/new_node.h"
#include "store/repair_checkpoints.h"
#include "store/repair_nodes.h"
#include "store/run_rescue.h"
#include "store/step_verification.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::CellId;

std::string hex_of(std::string_view bytes) { return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}); }

// One run: its rows first, then what its record says of them.
class RunRepair {
 public:
  RunRepair(RepairPass& pass, CellId cell, const CheckpointSet& checkpoints)
      : pass_(pass), cell_(cell), checkpoints_(checkpoints), view_(pass.view()), edits_(pass, cell, "repair a run") {}

  void run() {
    const auto stored = view_->find_row(cell_, row::run());
    record_ = stored ? unless_damaged([&] { return format::decode_run(*stored); }) : std::nullopt;
    if (!record_ && !rescue(stored)) return;
    const format::RunRecord before = *record_;
    mend_rows();
    mend_fork();
    mend_counts();
    if (is_rescued_ || !(*record_ == before)) edits_.row(row::run(), format::encode_run(*record_));
    edits_.flush();
  }

 private:
  std::string title() const { return fmt::format("run {}", record_->name); }
  void give_up(std::string_view kind, std::string id, std::string_view problem) {
    pass_.log.add("given up", kind, std::move(id), fmt::format("{}: {}", title(), problem));
  }

  // A cell without a record may be one that was never used.
  bool rescue(const std::optional<std::string>& stored) {
    if (!stored && checkpoints_.empty() && !has_name()) return false;
    record_ = rescue_run(*view_, cell_, checkpoints_);
    if (stored) pass_.keep_aside(fmt::format("run-{}", cell_), *stored);
    if (!record_) {
      pass_.log.add("given up", "run", fmt::format("cell {}", cell_), "its record is lost, and nothing tells what it was");
      if (stored) edits_.row(row::run(), std::nullopt);
      edits_.flush();
      return false;
    }
    pass_.log.add("rebuilt", "run", record_->name, stored ? "its record cannot be read" : "its record is missing");
    is_rescued_ = true;
    if (record_->workflow != 0 && !view_->find_record(engine::Record::node, record_->workflow)) {
      edits_.record(engine::Record::node, record_->workflow, format::encode_node(node_of_run(*record_, cell_)));
      if (!view_->find_claim(format::claim::node(record_->uuid)))
        edits_.claim(format::claim::node(record_->uuid), format::be64_text(record_->workflow));
    }
    return true;
  }

  bool has_name() const {
    bool found = false;
    visit_claims(*view_, format::claim::kRunName, [&](std::string_view, std::string_view owner) {
      found = found || (owner.size() == 8 && format::parse_be64(owner) == cell_);
    });
    return found;
  }

  // ---- Rows ----

  void mend_rows() {
    const auto rows = view_->rows(cell_);
    for (bool more = rows->seek(""); more; more = rows->next()) {
      const std::string key(rows->key()), value(rows->value());
      const std::string problem = key.empty() ? "it has no key" : problem_of(key, value);
      if (problem.empty()) continue;
      pass_.keep_aside(fmt::format("row-{}-{}", cell_, hex_of(key.substr(0, 60))), value);
      give_up(kind_of(key), key.empty() ? "" : name_of(key), problem);
      edits_.row(key, std::nullopt);
    }
  }

  static std::string_view kind_of(std::string_view key) {
    switch (key.empty() ? '\0' : key[0]) {
      case row::kTag: return "tag";
      case row::kWrite: return "pending write";
      case row::kStep: return "step";
      case row::kAttempt: return "attempts of a step";
      case row::kPosition: return "position of a step";
      case row::kPin: return "pin of a fork";
      default: return "row";
    }
  }
  static std::string name_of(std::string_view key) { return key[0] == row::kTag ? std::string(key.substr(1)) : hex_of(key.substr(1)); }

  // Why the row says nothing any more; empty if it does.
  std::string problem_of(std::string_view key, std::string_view value) {
    try {
      switch (key[0]) {
        case row::kTag: return problem_of_tag(value);
        case row::kWrite: return problem_of_write(key, value);
        case row::kStep: return problem_of_step(key, value);
        case row::kAttempt:
        case row::kPosition: return joined(missing_for_step_row(*view_, cell_, key, value));
        case row::kPin: row::parse_pin(key), format::parse_be64(value); return "";
        default: return "";
      }
    } catch (const Error& error) {
      if (!is_damage(error)) throw;
      return error.what();
    }
  }

  static std::string joined(const std::vector<std::string>& missing) { return missing.empty() ? "" : missing.front() + ", which is missing"; }

  bool has(std::uint64_t sequence) const {
    return checkpoints_.contains(sequence) || unless_damaged([&] { return find_checkpoint_row(*view_, cell_, sequence).has_value(); }).value_or(false);
  }
  std::string problem_of_tag(std::string_view value) const {
    const std::uint64_t sequence = format::parse_be64(value);
    return sequence == 0 || has(sequence) ? "" : fmt::format("it leads to checkpoint number {}, which is missing", sequence);
  }
  std::string problem_of_write(std::string_view key, std::string_view value) {
    const row::Write write = row::parse_write(key);
    writes_ = std::max(writes_, format::decode_pending_write(value).number + 1);
    return has(write.checkpoint) ? "" : fmt::format("it is for checkpoint number {}, which is missing", write.checkpoint);
  }
  std::string problem_of_step(std::string_view key, std::string_view value) const {
    row::parse_step(key);
    return joined(missing_for_step_row(*view_, cell_, key, value));
  }

  // ---- The record ----

  // The fork goes on from the newest checkpoint that there still is, up to where it was made.
  void mend_fork() {
    if (record_->forked_from == 0) return;
    const CellId parent = record_->forked_from;
    const auto of = parent < cell_ ? unless_damaged([&] { return find_run_record(*view_, parent); }).value_or(std::nullopt) : std::nullopt;
    if (!of) {
      give_up("fork", record_->name, "the run that it was forked from is lost");
      record_->forked_from = record_->forked_count = record_->forked_writes = 0;
      return;
    }
    if (record_->deleted) return;
    move_fork(parent);
    const auto pin = view_->find_row(parent, row::pin(cell_));
    if (pin && pin->size() == 8 && format::parse_be64(*pin) == record_->forked_at) return;
    pass_.log.add("rebuilt", "pin of a fork", record_->name, fmt::format("run {} does not say that it was forked", of->name));
    RepairEdits edits(pass_, parent, "repair a pin");
    edits.row(row::pin(cell_), format::be64_text(record_->forked_at));
    edits.flush();
  }

  void move_fork(CellId parent) {
    const auto found = unless_damaged([&] { return newest_up_to(parent, record_->forked_at); }).value_or(0);
    if (found != record_->forked_at) {
      give_up("fork", record_->name, fmt::format("it went on from checkpoint number {}, which is missing; it goes on from {} now",
                                                 record_->forked_at, found));
      record_->removed += record_->forked_at - found;  // none of its own has those numbers
      record_->forked_at = found;
      if (found == 0) record_->forked_from = record_->forked_writes = 0;
    }
    record_->forked_count =
        found == 0 ? 0 : unless_damaged([&] { return checkpoint_count_up_to(*view_, parent, found); }).value_or(record_->forked_count);
  }

  // Of a history, deleted or not.
  std::uint64_t newest_up_to(CellId cell, std::uint64_t last) const {
    while (cell != 0) {
      const format::RunRecord run = run_record(*view_, cell);
      std::uint64_t newest = 0;
      walk_own(*view_, cell, last == UINT64_MAX ? last : last + 1, [&](std::uint64_t sequence, const format::CheckpointRow&) {
        newest = sequence;
        return false;
      });
      if (newest != 0) return newest;
      last = std::min(last, run.forked_at);
      cell = run.forked_from < cell ? run.forked_from : 0;
    }
    return 0;
  }

  // Those that are not there any more were removed, as far as the record tells.
  void mend_counts() {
    if (!checkpoints_.empty()) record_->head = std::max(record_->head, *checkpoints_.rbegin());
    if (record_->writes < writes_) {
      pass_.log.add("rebuilt", "count of pending writes", record_->name, fmt::format("{}, expected at least {}", record_->writes, writes_));
      record_->writes = writes_;
    }
    const std::uint64_t count = checkpoints_.size(), room = record_->head - std::min(record_->head, record_->forked_at);
    const std::uint64_t removed = room - std::min(room, count);
    if (record_->removed == removed && room >= count) return;
    if (!is_rescued_ && record_->removed < removed && record_->removed == 0)
      for (std::uint64_t sequence = record_->forked_at + 1, told = 0; sequence <= record_->head && told < kToldMost; ++sequence)
        if (!checkpoints_.contains(sequence)) ++told, give_up("checkpoint", std::to_string(sequence), "its row is lost");
    pass_.log.add(is_rescued_ || record_->removed == 0 ? "rebuilt" : "given up", "count of checkpoints", record_->name,
                  fmt::format("{} of {} were removed, says its record; {} are there", record_->removed, room, count));
    record_->removed = removed;
  }

  static constexpr std::uint64_t kToldMost = 1000;  // checkpoints, by number

  RepairPass& pass_;
  const CellId cell_;
  const CheckpointSet& checkpoints_;
  const std::unique_ptr<engine::View> view_;
  RepairEdits edits_;
  std::optional<format::RunRecord> record_;
  bool is_rescued_ = false;
  std::uint64_t writes_ = 0;  // what its record must say at least
};

// Names lead to the runs that have them, and not to deleted ones.
void repair_names(RepairPass& pass) {
  const auto view = pass.view();
  const auto record_of = [&](CellId cell) { return unless_damaged([&] { return find_run_record(*view, cell); }).value_or(std::nullopt); };
  RepairEdits edits(pass, format::kRootCell, "repair names of runs");
  std::set<std::string, std::less<>> taken;
  visit_claims(*view, format::claim::kRunName, [&](std::string_view key, std::string_view owner) {
    const auto run = owner.size() == 8 ? record_of(format::parse_be64(owner)) : std::nullopt;
    if (run && !run->deleted && run->name == key.substr(1)) {
      taken.emplace(key.substr(1));
      return;
    }
    pass.log.add(run ? "rebuilt" : "given up", "name of a run", std::string(key.substr(1)), "it leads to another run, or to none");
    edits.claim(std::string(key), std::nullopt);
  });
  edits.flush();
  for (CellId cell = format::kFirstRunCell, end = end_of_cells(*view); cell < end; ++cell) {
    auto run = record_of(cell);
    if (!run || run->deleted || run->name.empty()) continue;
    const auto owner = view->find_claim(format::claim::run_name(run->name));
    if (owner && owner->size() == 8 && format::parse_be64(*owner) == cell) continue;
    if (taken.contains(run->name)) continue;  // which of the two is meant nobody knows
    taken.insert(run->name);
    pass.log.add("rebuilt", "name of a run", run->name, "it leads to nothing");
    edits.claim(format::claim::run_name(run->name), format::be64_text(cell));
  }
  edits.flush();
}

// A step cannot be taken over by others if the row that says so is lost; one that cannot be read says nothing.
void repair_invalidations(RepairPass& pass) {
  const auto view = pass.view();
  RepairEdits edits(pass, format::kReuseCell, "repair invalidations of steps");
  visit_rows(*view, format::kReuseCell, row::kInvalidation, [&](std::string_view key, std::string_view value) {
    if (unless_damaged([&] { return format::decode_step_invalidation(value); })) return;
    pass.log.add("given up", "invalidation of steps", hex_of(key.substr(1)), "it cannot be read");
    edits.row(std::string(key), std::nullopt);
  });
  edits.flush();
}

}  // namespace

void repair_runs(RepairPass& pass) {
  const std::map<CellId, CheckpointSet> checkpoints = repair_checkpoints(pass);
  static const CheckpointSet kNone;
  for (CellId cell = format::kFirstRunCell, end = end_of_cells(*pass.view()); cell < end; ++cell) {
    const auto found = checkpoints.find(cell);
    RunRepair(pass, cell, found == checkpoints.end() ? kNone : found->second).run();
  }
  repair_names(pass);
  repair_invalidations(pass);
}

}  // namespace cairn::store
