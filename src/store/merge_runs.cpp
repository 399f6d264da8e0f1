#include "store/merge_runs.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "format/checkpoint.h"
#include "format/keys.h"
#include "graph/node_check.h"
#include "store/blob_roots.h"
#include "store/commit.h"
#include "store/history.h"
#include "store/staged_runs.h"
#include "store/step.h"
#include "store/step_index.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::BlobKind;

constexpr std::size_t kRowsInCommit = 10'000;
constexpr std::string_view kDoing = "take in runs";

[[noreturn]] void throw_damaged(const MergedRun& run, std::string_view problem) {
  throw Error(ErrorCode::damaged, fmt::format("run {}: {}", run.record().name, problem));
}

// Deleted ones too; they are few reads each.
std::unordered_map<Uuid, CellId> runs_by_uuid(const engine::View& view) {
  std::unordered_map<Uuid, CellId> runs;
  const std::set<CellId> staged = staged_runs(view);
  const auto next = view.find_row(format::kRootCell, row::next_cell());
  const CellId behind = next ? format::parse_be64(*next) : format::kFirstRunCell;
  for (CellId cell = format::kFirstRunCell; cell < behind; ++cell)
    if (const auto record = find_run_record(view, cell); record && !staged.contains(cell)) runs.emplace(record->uuid, cell);
  return runs;
}

bool is_key_of(const Digest& key, const format::StepRecord& record) {
  const StepOutcome step = step_of(record);
  for (unsigned probe = 0; probe <= UINT8_MAX; ++probe)
    if (step_key(step, static_cast<std::uint8_t>(probe)) == key) return true;
  return false;
}

}  // namespace

MergedRuns::MergedRuns(MergeContext& context) : context_(context), known_(runs_by_uuid(context.view())) {}

void MergedRuns::add(const BundleRun& told) {
  MergedRun& run = runs_.emplace_back(MergedRun{.told = told});
  if (told.record.head < told.record.forked_at) throw_damaged(run, "its last checkpoint is before the one it was forked from");
  if (told.record.forked_from >= runs_.size()) throw_damaged(run, "it comes before the run it was forked from");
  if (std::ranges::any_of(std::span(runs_).first(runs_.size() - 1),
                          [&](const MergedRun& other) { return other.record().uuid == told.record.uuid; }))
    throw_damaged(run, "it comes twice");
  const auto known = known_.find(told.record.uuid);
  if (known == known_.end()) add_new(run);
  else add_known(run, known->second);
}

void MergedRuns::add_new(MergedRun& run) {
  check_run_name(run.record().name);
  if (!run.record().deleted) {
    choose_name(run);
    ++context_.report().runs_new;
  } else {
    run.name = run.record().name;
  }
  const std::uint64_t parent = run.record().forked_from;  // of a new one the rows are to come; see check()
  if (parent != 0 && !at(parent).is_new && !has_checkpoint(parent, run.record().forked_at))
    context_.add_conflict("run", run.name, fmt::format("it goes on from checkpoint number {} of run {}, which is here without that",
                                                       run.record().forked_at, at(parent).name));
  if (context_.is_open()) run.cell = context_.store().root().lease_cell();
}

void MergedRuns::choose_name(MergedRun& run) {
  const auto given = context_.options().rename.find(run.record().name);
  run.name = given != context_.options().rename.end() ? given->second : context_.options().prefix + run.record().name;
  check_run_name(run.name);
  if (const auto owner = context_.view().find_claim(format::claim::run_name(run.name)))
    context_.add_conflict("run", run.name, fmt::format("another run of this name is here, {}; it would have to get another name",
                                                       run_record(context_.view(), format::parse_be64(*owner)).uuid.text()));
  else if (!names_.insert(run.name).second)
    context_.add_conflict("run", run.name, "two runs would have this name");
}

void MergedRuns::add_known(MergedRun& run, CellId cell) {
  const format::RunRecord here = run_record(context_.view(), cell);
  run.cell = cell;
  run.is_new = false;
  run.name = here.name;
  if (!run.record().deleted && here.deleted)
    context_.add_conflict("run", run.name, "it was deleted here, or only what forks need of it is here");
  else if (!run.record().deleted)
    ++context_.report().runs_known;
}

bool MergedRuns::has_checkpoint(std::uint64_t number, std::uint64_t sequence) const {
  const MergedRun& run = runs_.at(number - 1);
  if (!run.is_new) return find_checkpoint_row(context_.view(), run.cell, sequence).has_value();
  if (sequence <= run.record().forked_at && run.record().forked_from != 0) return has_checkpoint(run.record().forked_from, sequence);
  return std::ranges::binary_search(run.sequences, sequence);
}

void MergedRuns::add_row(const BundleRow& told, const MergedNumbers& nodes) {
  MergedRun& run = at(told.run);
  if (steps_of_ != told.run) steps_.clear();
  steps_of_ = told.run;
  if (!run.is_new) return check_known_row(run, told, nodes);
  std::string value(told.value);
  switch (told.key[0]) {
    case row::kCheckpoint: return add_checkpoint(run, told);
    case row::kTag: add_tag(run, told.run, told); break;
    case row::kWrite: add_write(run, told.run, told); break;
    case row::kStep: value = add_step(run, told, nodes); break;
    case row::kAttempt: value = add_attempts(told, nodes); break;
    case row::kPosition: {
      Digest key;
      if (told.key.size() != 9 || value.size() != key.bytes.size()) throw_damaged(run, "the position of a step is not as it must be");
      std::memcpy(key.bytes.data(), value.data(), value.size());
      if (!steps_.contains(key)) throw_damaged(run, "a position leads to a step that did not come");
      break;
    }
    default: throw_damaged(run, "a row is of an unknown type");
  }
  if (context_.is_open()) run.rows.push_back({std::string(told.key), std::move(value)});
}

void MergedRuns::add_checkpoint(MergedRun& run, const BundleRow& told) {
  const std::uint64_t sequence = row::parse_checkpoint(told.key);
  const format::CheckpointRow checkpoint = format::decode_checkpoint_row(told.value);
  if (sequence <= run.record().forked_at || sequence > run.record().head || (!run.sequences.empty() && sequence <= run.sequences.back()))
    throw_damaged(run, "the number of a checkpoint is not one of its own, or out of order");
  context_.need({BlobKind::checkpoint, checkpoint.id.digest});
  if (const auto record = context_.find_checkpoint_record(checkpoint.id))
    if (record->run != run.record().uuid || record->sequence != sequence || record->step != checkpoint.step ||
        record->time != checkpoint.time || format::checkpoint_content(*record) != checkpoint.content)
      throw_damaged(run, fmt::format("checkpoint {} and its row differ", checkpoint.id.hex()));
  run.sequences.push_back(sequence);
  ++context_.report().checkpoints_new;
  if (context_.view().find_claim(format::claim::checkpoint(checkpoint.id)))
    context_.add_conflict("checkpoint", checkpoint.id.hex(), "it is here in another run");
  if (!context_.is_open()) return;
  run.rows.push_back({std::string(told.key), std::string(told.value)});
  run.rows.push_back({row::by_step(checkpoint.step, sequence), std::string()});
  claims_.push_back({format::claim::checkpoint(checkpoint.id), format::be64_pair(run.cell, sequence)});
}

void MergedRuns::add_tag(const MergedRun& run, std::uint64_t number, const BundleRow& told) const {
  graph::check_name("tag", told.key.substr(1));
  if (told.value.size() != sizeof(std::uint64_t)) throw_damaged(run, "a tag is not as it must be");
  const std::uint64_t sequence = format::parse_be64(told.value);
  if (sequence != 0 && !has_checkpoint(number, sequence)) throw_damaged(run, "a tag leads to a checkpoint that did not come");
}

void MergedRuns::add_write(const MergedRun& run, std::uint64_t number, const BundleRow& told) {
  const row::Write key = row::parse_write(told.key);
  const format::PendingWriteRecord write = format::decode_pending_write(told.value);
  graph::check_name("channel", write.channel);
  graph::check_name("task", key.task);
  if (write.number >= run.record().writes || !has_checkpoint(number, key.checkpoint))
    throw_damaged(run, fmt::format("pending write {} of task {} is not of a checkpoint of it", key.index, key.task));
  context_.need({BlobKind::object, write.object.digest});
}

void MergedRuns::need_parts(const format::StepRecord& step) {
  if (step.parameters.size() > format::kStepComponentBytesMax || step.environment.size() > format::kStepComponentBytesMax)
    throw Error(ErrorCode::damaged, fmt::format("step {} has too many parameters", step.name));
  const auto need = [&](const object::BlobReference& blob) { context_.need(blob); };
  visit_parts(step.parameters, need);
  visit_parts(step.environment, need);
}

std::string MergedRuns::add_step(const MergedRun& run, const BundleRow& told, const MergedNumbers& nodes) {
  const Digest key = row::parse_step(told.key);
  format::StepRecord step = format::decode_step(told.value);
  if (!is_key_of(key, step)) throw_damaged(run, fmt::format("step {} is not at its key", step.name));
  need_parts(step);
  step.process = nodes.node(step.process);
  step.result = nodes.node(step.result);
  for (format::StepRecord::Input& input : step.inputs) input.node = input.node == 0 ? 0 : nodes.node(input.node);
  steps_.insert(key);
  ++context_.report().steps_new;
  if (context_.is_open()) add_step_entries(step, {run.cell, key}, indexes_);
  return format::encode_step(step);
}

std::string MergedRuns::add_attempts(const BundleRow& told, const MergedNumbers& nodes) {
  format::StepAttemptRecord attempts = format::decode_step_attempts(told.value);
  const Digest key = row::parse_attempt(told.key);
  if (!is_key_of(key, attempts.step)) throw Error(ErrorCode::damaged, fmt::format("attempts at step {} are not at its key", attempts.step.name));
  need_parts(attempts.step);
  for (format::StepRecord::Input& input : attempts.step.inputs) input.node = input.node == 0 ? 0 : nodes.node(input.node);
  for (const format::StepAttempt& attempt : attempts.attempts) processes_.push_back(attempt.process);
  if (attempts.claim) processes_.push_back(attempts.claim->process);
  return format::encode_step_attempts(attempts);
}

// Tags and attempts change, so that those that are here count.
void MergedRuns::check_known_row(const MergedRun& run, const BundleRow& told, const MergedNumbers& nodes) {
  const auto here = context_.view().find_row(run.cell, told.key);
  switch (told.key[0]) {
    case row::kCheckpoint: {
      const std::string id = format::decode_checkpoint_row(told.value).id.hex();
      if (here && *here == told.value) {
        ++context_.report().checkpoints_known;
      } else {
        const std::uint64_t sequence = row::parse_checkpoint(told.key), head = run_record(context_.view(), run.cell).head;
        context_.add_conflict("run", run.name, sequence > head ? fmt::format("it ends here before checkpoint {}, number {}", id, sequence)
                                               : here ? fmt::format("it has here another checkpoint number {} than {}", sequence, id)
                                                      : fmt::format("checkpoint {}, number {}, was removed here", id, sequence));
      }
      return;
    }
    case row::kStep: {
      const format::StepRecord step = format::decode_step(told.value);
      const Uuid& process = nodes.uuid(step.process);
      const auto owner = context_.view().find_claim(format::claim::node(process));
      if (here && owner && format::decode_step(*here).process == format::parse_be64(*owner)) ++context_.report().steps_known;
      else context_.add_conflict("step", step.name, fmt::format("run {} is here without its process {}", run.name, process.text()));
      return;
    }
    case row::kWrite:
      if (!here || *here != told.value)
        context_.add_conflict("run", run.name, fmt::format("it is here without a pending write of task {}", row::parse_write(told.key).task));
      return;
    default: return;
  }
}

void MergedRuns::check(const MergedNumbers& nodes) {
  for (const MergedRun& run : runs_) {
    if (!run.is_new) continue;
    const format::RunRecord& record = run.record();
    if (own_checkpoint_count(record) != run.sequences.size()) throw_damaged(run, "not all of its checkpoints came, or more");
    const bool is_parent_new = record.forked_from != 0 && runs_.at(record.forked_from - 1).is_new;
    if (is_parent_new && !record.deleted && !has_checkpoint(record.forked_from, record.forked_at))
      throw_damaged(run, "the checkpoint that it was forked from did not come");
    if (record.workflow == 0 ? !record.deleted : nodes.uuid(record.workflow) != record.uuid)
      throw_damaged(run, "its node did not come, or is another one");
  }
}

std::vector<CellId> MergedRuns::new_cells() const {
  std::vector<CellId> cells;
  for (const MergedRun& run : runs_)
    if (run.is_new) cells.push_back(run.cell);
  return cells;
}

format::RunRecord MergedRuns::stored_record(const MergedRun& run, const MergedNumbers& nodes) const {
  format::RunRecord record = run.record();
  record.name = run.name;
  record.workflow = record.workflow == 0 ? 0 : nodes.node(record.workflow);
  record.forked_from = record.forked_from == 0 ? 0 : runs_.at(record.forked_from - 1).cell;
  record.node_next = run.left.first;
  record.node_end = run.left.first + run.left.count;
  record.node_block = run.left.count;
  record.steps_indexed = record.step_keys_indexed = true;
  return record;
}

// The pin of a fork is in the cell of the run that it was forked from; in one that is here already it says nothing until the fork is.
void MergedRuns::stage(const MergedNumbers& nodes) {
  for (const MergedRun& run : runs_) {
    if (!run.is_new || run.record().forked_from == 0) continue;
    MergedRun& parent = at(run.record().forked_from);
    engine::RowEdit pin{row::pin(run.cell), format::be64_text(run.record().forked_at)};
    if (parent.is_new) parent.rows.push_back(std::move(pin));
    else
      context_.store().share_run(parent.cell)->commit(nullptr, 0, {}, kDoing, [&](Draft& draft) {
        draft.even_if_deleted = true;
        draft.edit.rows.push_back(pin);
      });
  }
  for (MergedRun& run : runs_) {
    if (!run.is_new) continue;
    run.rows.push_back({row::run(), format::encode_run(stored_record(run, nodes))});
    for (std::size_t begin = 0; begin < run.rows.size(); begin += kRowsInCommit)
      commit_cell(context_.store().engine(), {run.cell, 1, nullptr, kDoing}, [&](const engine::View&) {
        const auto some = std::span(run.rows).subspan(begin, std::min(kRowsInCommit, run.rows.size() - begin));
        engine::Edit edit;
        edit.rows.assign(some.begin(), some.end());
        return edit;
      });
    run.rows = {};
  }
}

void MergedRuns::add_edits(const engine::View& view, engine::Edit& edit) const {
  for (const MergedRun& run : runs_) {
    if (!run.is_new) continue;
    if (!run.record().deleted) edit.claims.push_back({format::claim::run_name(run.name), format::be64_text(run.cell)});
    edit.rows.push_back({row::staged(run.cell), std::nullopt});
    if (run.record().forked_from == 0) continue;
    const MergedRun& parent = runs_.at(run.record().forked_from - 1);
    if (!parent.is_new && !find_checkpoint_row(view, parent.cell, run.record().forked_at))
      throw Error(ErrorCode::conflict, fmt::format("take in run {}: what it was forked from was removed meanwhile", run.name));
  }
  edit.claims.insert(edit.claims.end(), claims_.begin(), claims_.end());
  edit.indexes.insert(edit.indexes.end(), indexes_.begin(), indexes_.end());
}

}  // namespace cairn::store
