#include "store/run_state.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "format/keys.h"
#include "object/references.h"
#include "store/attribute_indexes.h"
#include "store/commit.h"
#include "store/embedded.h"
#include "store/history.h"
#include "store/losses.h"
#include "store/purges.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::uint64_t kFirstBlock = 64;
constexpr std::uint64_t kLargestBlock = 65536;

std::uint64_t room(const format::RunRecord& record) { return record.node_end - record.node_next; }

template <class T>
void move_behind(std::vector<T>& to, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

void throw_deleted(std::string_view doing, std::string_view run) {
  throw Error(ErrorCode::not_found, fmt::format("{}: run {} was deleted", doing, run));
}

RunState::RunState(StoreState& store, CellId cell, std::uint64_t epoch, const format::RunRecord& record)
    : store_(store), cell_(cell), epoch_(epoch), name_(record.name), uuid_(record.uuid), pace_(CheckpointPace::Clock::now()) {}

std::string RunState::title() const {
  return cell_ == format::kLooseCell ? "the nodes of no run" : fmt::format("run {}", name_);
}

void RunState::require_there(std::string_view doing) const {
  if (cell_ != format::kLooseCell && run_record(*store_.engine().view(), cell_).deleted) throw_deleted(doing, name_);
}

// Leases a block if the run has too few ids left. Larger ones each time, so that a long run leases rarely and a
// short one wastes little.
void RunState::reserve_nodes(const format::RunRecord& record, std::uint64_t count) {
  // A commit that took the spare block but whose outcome could not be told may have happened.
  if (record.node_end > spare_.first) spare_ = {};
  if (room(record) >= count || spare_.count >= count) return;
  const std::uint64_t block = std::clamp(record.node_block * 4, kFirstBlock, kLargestBlock);
  spare_ = store_.root().lease_nodes(cell_, std::max(block, count));
}

// Says which id that was to be new belongs to which node.
void RunState::throw_taken(std::string_view claim, std::string_view doing) const {
  const auto view = store_.engine().view();
  const auto owner = view->find_claim(claim);
  const auto fail = [&](std::string_view what) {
    std::string by = "another node";
    if (owner)
      if (const auto bytes = view->find_record(engine::Record::node, format::parse_be64(*owner)))
        by = fmt::format("node {}", format::decode_node(*bytes).uuid.text());
    throw Error(ErrorCode::exists, fmt::format("{}: {} belongs to {}", doing, what, by));
  };
  if (claim.front() == format::claim::kUniqueId) {
    const std::size_t end = claim.find('\0');
    fail(fmt::format("unique id {} in scope {}", claim.substr(end + 1), claim.substr(1, end - 1)));
  }
  if (claim.front() == format::claim::kNode) fail("the UUID of a new node");
  throw Error(ErrorCode::conflict, fmt::format("{}: an id that is to be new belongs to another", doing));
}

void RunState::commit(engine::Staging* staging, std::uint64_t node_count, std::vector<std::string> labels,
                      std::string_view doing, const BuildDraft& build, engine::RowStaging* rows) {
  const Turn turn = take_turn();
  publish(staging, node_count, std::move(labels), doing, build, rows);
}

RunState::Turn RunState::take_turn() {
  Turn turn(order_);
  pending_.reset();
  store_.queue().finish(lane_);
  return turn;
}

PendingHead& RunState::pending(const Turn&) {
  if (pending_ && pending_->failure_count() != store_.queue().failure_count(lane_)) pending_.reset();
  if (!pending_) {
    store_.queue().finish(lane_);
    const std::uint64_t failures = store_.queue().failure_count(lane_);
    const auto view = store_.engine().view();
    pending_.emplace(store_.head_of(*view, cell_, store_.run_record(*view, cell_)), failures);
  }
  pending_->forget_durable();
  return *pending_;
}

void RunState::add(const Turn&, std::unique_ptr<WaitingCommit>& commit, CommitQueue::Room room, bool is_due, bool is_known) {
  store_.queue().add(lane_, shared_from_this(), commit, std::move(room), is_due);
  if (!is_known) pending_.reset();
}

void RunState::flush() { store_.queue().finish(lane_); }
void RunState::throw_failure() { store_.queue().throw_failure(lane_); }

void RunState::set_skipped(std::vector<SkippedCheckpoint> skipped) {
  const std::lock_guard lock(skipped_mutex_);
  skipped_ = std::move(skipped);
}

std::vector<SkippedCheckpoint> RunState::skipped() const {
  const std::lock_guard lock(skipped_mutex_);
  return skipped_;
}

std::vector<format::ForkOrigin> RunState::fork_origins(const engine::View& view) const {
  const std::lock_guard lock(origins_mutex_);
  if (origins_) return *origins_;
  std::vector<format::ForkOrigin> origins;
  format::RunRecord of = store::run_record(view, cell_);
  for (CellId cell = cell_; of.forked_from != 0 && of.forked_from < cell && origins.size() < format::kForkOriginsMost;) {
    const std::uint64_t at = of.forked_at;
    cell = of.forked_from;
    of = store::run_record(view, cell);
    origins.push_back({of.uuid, at});
  }
  origins_ = origins;
  return origins;
}

void RunState::publish(engine::Staging* staging, std::uint64_t node_count, std::vector<std::string> labels,
                       std::string_view doing, const BuildDraft& build, engine::RowStaging* rows) {
  if (store_.engine().read_only())
    throw Error(ErrorCode::read_only, fmt::format("{}: the store is open for reading only", doing));
  const bool goes_to_pack = staging != nullptr && staging->goes_to_pack();
  const auto hold_needed = [&] {
    object::hold_needed(*staging, [&](const Digest& digest) { return is_given_up(*store_.engine().view(), digest); });
  };
  if (goes_to_pack) hold_needed();
  if (!labels.empty()) store_.root().intern(labels);
  std::lock_guard lock(mutex_);
  if (node_count > 0) reserve_nodes(store_.run_record(*store_.engine().view(), cell_), node_count);
  const auto pass = rows == nullptr ? store_.gate().enter_beside_others() : store_.gate().enter_alone();
  const CommitRequest request{cell_, epoch_, staging, doing, rows};
  const auto refused = commit_cell(store_.engine(), request, [&](const engine::View& view) {
    format::RunRecord record = store_.run_record(view, cell_);
    const bool was_deleted = record.deleted;
    if (room(record) < node_count) {
      record.node_next = spare_.first;
      record.node_end = spare_.first + spare_.count;
      record.node_block = spare_.count;
    }
    const StagedBlobs blobs(staging, view);
    graph::GraphWriter graph(view, store_.root().labels(), cell_, attribute_entries(view, blobs));
    engine::Edit edit;
    Draft draft{view, graph, record, edit};
    build(draft);
    if (staging != nullptr && !goes_to_pack) hold_needed();  // what it staged may be what goes to a pack
    if (was_deleted && !draft.even_if_deleted) throw_deleted(doing, name_);
    engine::Edit changed = graph.finish();
    move_behind(changed.rows, edit.rows);
    move_behind(changed.claims, edit.claims);
    move_behind(changed.indexes, edit.indexes);
    changed.rows.push_back({format::row::run(), format::encode_run(record)});
    end_purges(store_, view, staging, changed);
    return changed;
  });
  if (refused) throw_taken(*refused, doing);
}

}  // namespace cairn::store
