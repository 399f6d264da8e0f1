#include "store/salvaged_runs.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "format/keys.h"
#include "graph/leases.h"
#include "graph/writer.h"
#include "store/history.h"
#include "store/new_node.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::size_t kRowsInCommit = 16'384;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::size_t kNameMost = 255;

// Notes: whole checkpoints by run, number and time; and where each id leads.
std::string_view bytes_of(const Uuid& uuid) { return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()}; }
std::string_view bytes_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()}; }
std::string of_run(const Uuid& run) { return std::string("r").append(bytes_of(run)); }
std::string of_id(const Digest& id) { return std::string("i").append(bytes_of(id)); }

std::string of_checkpoint(const CheckpointId& id, const format::CheckpointRecord& record) {
  const std::uint64_t time = static_cast<std::uint64_t>(record.time) ^ kSign;
  return of_run(record.run).append(format::be64_pair(record.sequence, time)).append(bytes_of(id.digest));
}

template <class Id>
Id parse_id(std::string_view bytes) {
  Id id;
  std::copy_n(bytes.data(), id.bytes.size(), reinterpret_cast<char*>(id.bytes.data()));
  return id;
}

engine::Edit edit_of(std::vector<engine::RowEdit> rows) {
  engine::Edit edit;
  edit.rows = std::move(rows);
  return edit;
}

std::string renamed(std::string name, const Uuid& run) {
  const std::string end = fmt::format(" ({})", run.text());
  while (name.size() + end.size() > kNameMost || !base::is_utf8(name)) name.pop_back();
  return name + end;
}

}  // namespace

// Writes the checkpoints of one run, newest first.
class SalvagedRuns::Writer {
 public:
  Writer(SalvagedRuns& runs, engine::CellId cell, std::uint64_t after)
      : runs_(runs), view_(runs.records_.view()), cell_(cell), after_(after) {}

  // One number may have been used twice, if the first commit with it did not come to be. Then the next checkpoint tells which one
  // did, and without that the time.
  void take(std::vector<Candidate>& same_number) {
    const auto named = std::ranges::find(same_number, parent_, [](const Candidate& one) { return one.id.digest; });
    if (named != same_number.end()) std::swap(*named, same_number.front());
    for (std::size_t i = 0; i < same_number.size(); ++i) {
      const CheckpointId& id = same_number[i].id;
      const format::CheckpointRecord record = format::decode_checkpoint(view_->get_blob(format::BlobKind::checkpoint, id.digest));
      if (i != 0) runs_.add_lost(id, record, fmt::format("another one has number {}, and the history goes on from that", record.sequence));
      else if (record.sequence <= after_) runs_.add_lost(id, record, fmt::format("its run was forked behind number {}", after_));
      else add(id, record);
    }
    same_number.clear();
  }
  void finish() {
    if (!edit_.rows.empty()) runs_.records_.commit(cell_, std::exchange(edit_, {}));
  }

  std::uint64_t count() const { return count_; }
  const format::CheckpointRecord& newest() const { return newest_; }

 private:
  void add(const CheckpointId& id, const format::CheckpointRecord& record) {
    if (++count_ == 1) newest_ = record;
    parent_ = record.parent;
    const format::CheckpointRow row{id, record.step, record.time, format::checkpoint_content(record)};
    edit_.rows.push_back({format::row::checkpoint(record.sequence), format::encode_checkpoint_row(row)});
    edit_.rows.push_back({format::row::by_step(record.step, record.sequence), ""});
    edit_.claims.push_back({format::claim::checkpoint(id), format::be64_pair(cell_, record.sequence)});
    for (const std::string& tag : record.tags)
      if (tags_.insert(tag).second) edit_.rows.push_back({format::row::tag(tag), format::be64_text(record.sequence)});
    if (edit_.rows.size() >= kRowsInCommit) finish();
  }

  SalvagedRuns& runs_;
  const std::unique_ptr<engine::View> view_;
  const engine::CellId cell_;
  const std::uint64_t after_;
  engine::Edit edit_;
  std::uint64_t count_ = 0;
  Digest parent_;  // of the one that was added last
  format::CheckpointRecord newest_;
  std::set<std::string> tags_;
};

void SalvagedRuns::add_lost(const CheckpointId& id, const format::CheckpointRecord& record, std::string problem) {
  ++report_.lost_checkpoint_count;
  if (report_.lost_checkpoints.size() < SalvageReport::kListedMost)
    report_.lost_checkpoints.push_back({id, record.run_name, record.sequence, record.step, std::move(problem)});
}

void SalvagedRuns::add(const CheckpointId& id, const format::CheckpointRecord& record, bool is_whole) {
  try {
    check_run_name(record.run_name);
  } catch (const Error& error) {
    return add_lost(id, record, error.what());
  }
  Seen& run = runs_[record.run];
  run.head = std::max(run.head, record.sequence);
  node_numbers_ = std::max(node_numbers_, record.node_next);
  if (!is_whole) return add_lost(id, record, "some of what it needs is missing or damaged");
  ++run.whole_count;
  run.first_time = std::min(run.first_time, record.time);
  if (record.time >= run.newest_time) run.newest_time = record.time, run.name = record.run_name;
  if (!record.forked_from.empty()) run.forked_from = record.forked_from;
  if (record.sequence < run.first) run.first = record.sequence, run.parent_of_first = record.parent;
  records_.add_note(of_checkpoint(id, record), "");
  records_.add_note(of_id(id.digest), std::string(bytes_of(record.run)).append(format::be64_text(record.sequence)));
}

void SalvagedRuns::finish() {
  std::erase_if(runs_, [](const auto& run) { return run.second.whole_count == 0; });
  for (auto& [uuid, run] : runs_) infer_origin(uuid, run);
  choose_names();
  for (const Uuid& uuid : in_order()) write(uuid, runs_.at(uuid));
  write_numbers();
}

// Where its checkpoints do not tell, or nothing is there of the run that they name, the parent of the first one does.
void SalvagedRuns::infer_origin(const Uuid& uuid, Seen& run) {
  const auto is_there = [&](const format::ForkOrigin& origin) { return runs_.contains(origin.run); };
  if (std::ranges::any_of(run.forked_from, is_there)) return;
  const auto parent = records_.find_note(of_id(run.parent_of_first));
  if (!parent) return;
  const auto owner = parse_id<Uuid>(*parent);
  if (owner != uuid) run.forked_from = {{owner, format::parse_be64(std::string_view(*parent).substr(owner.bytes.size()))}};
}

// Each behind the one that it was forked from; of those that are said to be forked from each other, some are not.
std::vector<Uuid> SalvagedRuns::in_order() const {
  std::vector<Uuid> order;
  std::set<Uuid> met;
  for (const auto& [first, ignored] : runs_) {
    std::vector<Uuid> chain;
    for (auto run = runs_.find(first); run != runs_.end() && met.insert(run->first).second;) {
      chain.push_back(run->first);
      const auto& origins = run->second.forked_from;
      const auto nearest = std::ranges::find_if(origins, [&](const auto& origin) { return runs_.contains(origin.run); });
      run = nearest == origins.end() ? runs_.end() : runs_.find(nearest->run);
    }
    order.insert(order.end(), chain.rbegin(), chain.rend());
  }
  return order;
}

// The newest checkpoint that is there of the history up to the fork point. A run of which nothing could be written is passed over.
SalvagedRuns::Origin SalvagedRuns::origin_of(const Seen& run) {
  std::uint64_t last = UINT64_MAX - 1;
  for (const format::ForkOrigin& from : run.forked_from) {
    last = std::min(last, from.sequence);
    const auto parent = runs_.find(from.run);
    const engine::CellId cell = parent == runs_.end() ? 0 : parent->second.cell;
    if (cell == 0) continue;
    const auto view = records_.view();
    Origin origin;
    walk_history(*view, cell, last + 1, [&](std::uint64_t sequence, const format::CheckpointRow&) {
      origin = {cell, sequence, checkpoint_count_up_to(*view, cell, sequence)};
      return false;
    });
    return origin;
  }
  return {};
}

// Of several runs that had one name, one after the other, the last one keeps it.
void SalvagedRuns::choose_names() {
  for (const auto& [uuid, run] : runs_) {
    const auto [taken, is_new] = names_.try_emplace(run.name, uuid);
    if (!is_new && runs_.at(taken->second).newest_time < run.newest_time) taken->second = uuid;
  }
}

void SalvagedRuns::write(const Uuid& uuid, Seen& run) {
  const Origin origin = origin_of(run);
  const engine::CellId cell = next_cell_++;
  const engine::NodeId node = next_node_++;
  records_.commit(format::kRootCell, edit_of(graph::lease_rows(*records_.view(), cell, {node, 1})));
  Writer writer(*this, cell, origin.at);
  write_checkpoints(uuid, writer);
  if (writer.count() == 0) return;

  format::RunRecord record;
  record.uuid = uuid;
  record.name = names_.at(run.name) == uuid ? run.name : renamed(run.name, uuid);
  record.workflow = node;
  record.created = run.first_time;
  record.node_next = record.node_end = node + 1;
  record.steps_indexed = record.step_keys_indexed = true;
  record.head = run.head;
  record.forked_from = origin.cell;
  record.forked_at = origin.at;
  record.forked_count = origin.count;
  record.removed = run.head - origin.at - writer.count();
  write_run(record, cell, writer.newest());
  if (origin.cell != 0) records_.commit(origin.cell, edit_of({{format::row::pin(cell), format::be64_text(origin.at)}}));
  run.cell = cell;
  add_to_report(record, run.name, writer);
}

void SalvagedRuns::write_checkpoints(const Uuid& run, Writer& writer) {
  std::vector<Candidate> same_number;
  const std::string prefix = of_run(run);
  const auto notes = records_.notes();
  for (bool more = notes->seek_back(prefix + std::string(32, '\xff')); more && notes->key().starts_with(prefix); more = notes->previous()) {
    const std::string_view key = notes->key().substr(prefix.size());
    const Candidate one{{parse_id<Digest>(key.substr(16))}, format::parse_be64(key.substr(0, 8))};
    if (!same_number.empty() && same_number.front().sequence != one.sequence) writer.take(same_number);
    same_number.push_back(one);
  }
  writer.take(same_number);
  writer.finish();
}

// What its node was like only the newest checkpoint tells: it names the processes that were not finished.
void SalvagedRuns::write_run(const format::RunRecord& run, engine::CellId cell, const format::CheckpointRecord& newest) {
  const auto state = std::ranges::find(newest.unfinished, run.uuid, [](const auto& one) { return one.first; });
  format::NodeRecord workflow = node_of_run(run, cell);
  workflow.state = state == newest.unfinished.end() ? NodeState::finished : state->second;
  workflow.description = "made anew from the checkpoints of the run";
  const auto view = records_.view();
  graph::GraphWriter graph(*view, labels_, cell);
  graph.add_node(run.workflow, std::move(workflow));
  engine::Edit edit = graph.finish();
  edit.rows.push_back({format::row::run(), format::encode_run(run)});
  edit.claims.push_back({format::claim::run_name(run.name), format::be64_text(cell)});
  records_.commit(cell, edit);
}

void SalvagedRuns::add_to_report(const format::RunRecord& run, const std::string& name, const Writer& writer) {
  SalvagedRun salvaged{.uuid = run.uuid, .name = run.name, .checkpoint_count = writer.count(), .missing_count = run.removed,
                       .newest_step = writer.newest().step};
  if (run.name != name) salvaged.former_name = name;
  if (run.forked_from != 0) salvaged.forked_from = run_record(*records_.view(), run.forked_from).name;
  report_.checkpoint_count += writer.count();
  report_.runs.push_back(std::move(salvaged));
}

// No number is given out that a checkpoint may know a node by.
void SalvagedRuns::write_numbers() {
  records_.commit(format::kRootCell, edit_of({{format::row::next_cell(), format::be64_text(next_cell_)},
                                              {format::row::next_node(), format::be64_text(std::max(next_node_, node_numbers_))}}));
}

}  // namespace cairn::store
