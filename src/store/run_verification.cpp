#include "store/run_verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "format/step_attempts.h"
#include "store/checkpoint_verification.h"
#include "store/forks.h"
#include "store/history.h"
#include "store/step_verification.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::Record;

// One run, by the cell that has its rows.
class RunCheck {
 public:
  RunCheck(VerificationPass& pass, CellId cell, format::RunRecord run)
      : pass_(pass), view_(pass.view), cell_(cell), run_(std::move(run)) {}

  const format::RunRecord& run() const { return run_; }
  void add(std::string problem) { pass_.findings.add("run", run_.name, std::move(problem)); }

  void check() {
    check_fork();
    check_history();
    check_rows();
    if (run_.workflow != 0 && !view_.find_record(Record::node, run_.workflow))  // 0: it was forgotten, and forks need the run
      add(fmt::format("it leads to its node, number {}, which is missing", run_.workflow));
  }

 private:
  // The checkpoints that the run made. Where some were removed, only the count shows whether others are missing.
  void check_history() {
    std::uint64_t expected = run_.head, count = 0;
    const auto miss_down_to = [&](std::uint64_t found) {
      if (run_.removed != 0 || expected <= found) return;
      add(expected - found == 1 ? fmt::format("checkpoint number {} is missing", expected)
                                : fmt::format("checkpoints number {} to {} are missing", found + 1, expected));
    };
    walk_own(view_, cell_, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
      miss_down_to(sequence);
      expected = sequence - 1;
      ++count;
      pass_.findings.guarded("checkpoint", row.id.hex(), [&] { check_checkpoint(pass_, run_, cell_, sequence, row); });
      return true;
    });
    miss_down_to(run_.forked_at);
    if (run_.removed != 0 && count != own_checkpoint_count(run_))
      add(fmt::format("it has {} checkpoints of its own, and its record says {}", count, own_checkpoint_count(run_)));
  }

  // The run that it was forked from is there, and keeps what it needs.
  void check_fork() {
    if (run_.forked_from == 0) return;
    const auto parent = run_.forked_from < cell_ ? find_run_record(view_, run_.forked_from) : std::nullopt;
    if (!parent) return add(fmt::format("it was forked from cell {}, which is no older run", run_.forked_from));
    const std::uint64_t needed = run_.deleted ? std::min(run_.forked_at, needed_by(forks_of(view_, cell_))) : run_.forked_at;
    if (!find_checkpoint_row(view_, run_.forked_from, needed))
      add(fmt::format("it goes on from checkpoint number {} of run {}, which is missing", needed, parent->name));
    const auto pin = view_.find_row(run_.forked_from, format::row::pin(cell_));
    if (!pin || format::parse_be64(*pin) != run_.forked_at)
      add(fmt::format("run {}, from which it was forked, does not say so", parent->name));
  }

  // Rows that lead to checkpoints, nodes and values of the run.
  void check_rows() {
    const auto rows = view_.rows(cell_);
    for (bool more = rows->seek(""); more; more = rows->next())
      pass_.findings.guarded("run", run_.name, [&] { check_row(rows->key(), rows->value()); });
  }

  void check_row(std::string_view key, std::string_view value) {
    if (key.empty()) return add("a row has no key");
    const auto has = [&](std::uint64_t sequence) { return find_checkpoint_row(view_, cell_, sequence).has_value(); };
    if (key[0] == format::row::kTag && format::parse_be64(value) != 0 && !has(format::parse_be64(value)))
      lost(fmt::format("tag {} leads to checkpoint number {}", key.substr(1), format::parse_be64(value)));
    if (key[0] == format::row::kByStep && !has(format::row::parse_by_step(key).sequence))
      lost(fmt::format("a step leads to checkpoint number {}", format::row::parse_by_step(key).sequence));
    if (key[0] == format::row::kWrite) check_write(key, value);
    if (key[0] == format::row::kStep) check_step(format::decode_step(value));
    if (key[0] == format::row::kAttempt) check_step(format::decode_step_attempts(value).step);
    for (const std::string& missing : missing_for_step_row(view_, cell_, key, value)) lost(missing);
    for (const std::string& entry : entries_of_step_row(run_, cell_, key, value)) pass_.require_index(entry, "run", run_.name);
  }

  void check_write(std::string_view key, std::string_view value) {
    const format::row::Write write = format::row::parse_write(key);
    const format::PendingWriteRecord record = format::decode_pending_write(value);
    const std::string what = fmt::format("pending write {} of task {}", write.index, write.task);
    if (!find_checkpoint_row(view_, cell_, write.checkpoint))
      add(fmt::format("{} is for checkpoint number {}, which is missing", what, write.checkpoint));
    if (record.number >= run_.writes) add(fmt::format("{} has a number that was not given out", what));
    pass_.require_blob({BlobKind::object, record.object.digest}, "run", run_.name, what);
  }

  void check_step(const format::StepRecord& step) {
    pass_.require_parts(step.parameters, "run", run_.name, fmt::format("a parameter of step {}", step.name));
    pass_.require_parts(step.environment, "run", run_.name, fmt::format("a part of the environment of step {}", step.name));
  }

  void lost(std::string_view what) { add(fmt::format("{}, which is missing", what)); }

  VerificationPass& pass_;
  const engine::View& view_;
  const CellId cell_;
  const format::RunRecord run_;
};

void check_named_run(VerificationPass& pass, std::string_view name, CellId cell) {
  RunCheck check(pass, cell, run_record(pass.view, cell));
  if (check.run().name != name) pass.findings.add("run", std::string(name), fmt::format("its record is that of run {}", check.run().name));
  if (check.run().deleted) check.add("its name leads to it, and it was deleted");
  check.check();
}

void check_deleted_run(VerificationPass& pass, CellId cell) {
  const auto run = find_run_record(pass.view, cell);
  if (!run || !run->deleted) return;
  pass.findings.guarded("run", run->name, [&] { RunCheck(pass, cell, *run).check(); });
}

void check_node_claim(VerificationPass& pass, std::string_view owner) {
  if (!pass.view.find_record(Record::node, format::parse_be64(owner)))
    throw Error(ErrorCode::damaged, fmt::format("an id leads to node number {}, which is missing", format::parse_be64(owner)));
}

void check_checkpoint_claim(VerificationPass& pass, std::string_view name, std::string_view owner) {
  CheckpointId id;
  if (name.size() != id.digest.bytes.size() || owner.size() != 16)
    throw Error(ErrorCode::damaged, "an id of a checkpoint is not of the expected size");
  std::memcpy(id.digest.bytes.data(), name.data(), name.size());
  const auto row = pass.view.find_row(format::parse_be64(owner.substr(0, 8)), format::row::checkpoint(format::parse_be64(owner.substr(8))));
  if (!row || format::decode_checkpoint_row(*row).id != id)
    throw Error(ErrorCode::damaged, "an id of a checkpoint leads to another one, or to none");
}

void check_claim(VerificationPass& pass, char space, std::string_view name, std::string_view owner) {
  switch (space) {
    case format::claim::kNode:
    case format::claim::kUniqueId: return check_node_claim(pass, owner);
    case format::claim::kCheckpoint: return check_checkpoint_claim(pass, name, owner);
    default: return;
  }
}

}  // namespace

void check_runs(VerificationPass& pass) {
  const auto cursor = pass.view.claims();
  const std::string prefix(1, format::claim::kRunName);
  for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
    const std::string name(cursor->key().substr(prefix.size()));
    pass.findings.guarded("claim", name, [&] { check_named_run(pass, name, format::parse_be64(cursor->value())); });
  }
  pass.findings.guarded("run", "", [&] {
    for (const CellId cell : cells_with_history(pass.view)) check_deleted_run(pass, cell);
  });
}

void check_claims(VerificationPass& pass) {
  const auto cursor = pass.view.claims();
  for (bool more = cursor->seek(""); more; more = cursor->next()) {
    const std::string key(cursor->key()), owner(cursor->value());
    const std::string_view name = std::string_view(key).substr(1);
    pass.findings.guarded("claim", base::hex({reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}),
                          [&] { check_claim(pass, key[0], name, owner); });
  }
}

}  // namespace cairn::store
