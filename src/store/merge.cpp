#include "store/merge.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "format/keys.h"
#include "graph/node_check.h"
#include "store/blob_roots.h"
#include "store/commit.h"
#include "store/purges.h"
#include "store/staged_runs.h"
#include "store/step_invalidations.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using format::kGroupCell;

constexpr std::string_view kDoing = "take in a bundle";

}  // namespace

Merge::Merge(StoreState& store, const MergeOptions& options) : context_(store, options), runs_(context_), graph_(context_, runs_) {}

void Merge::add_row(const BundleRow& told) {
  if (told.key[0] == row::kViolation) return graph_.add_mark(told.run, told.key);
  if (told.run == 0) throw Error(ErrorCode::damaged, "a row is of no run");
  runs_.add_row(told, graph_);
}

// Members are added to those that a group has.
void Merge::add_group(const format::GroupRecord& group, const std::vector<std::uint64_t>& members) {
  graph::check_name("group", group.name);
  visit_parts(group.extras, [&](const object::BlobReference& blob) { context_.need(blob); });
  const auto here = context_.view().find_row(kGroupCell, row::group(group.name));
  if (here && format::decode_group(*here) != group)
    return context_.add_conflict("group", group.name, "a group of this name is here, with another id or content");
  ++(here ? context_.report().groups_known : context_.report().groups_new);
  if (!here) groups_.rows.push_back({row::group(group.name), format::encode_group(group)});
  for (const std::uint64_t member : members) {
    groups_.rows.push_back({row::member(group.name, graph_.node(member)), std::string()});
    groups_.indexes.push_back({format::index::group(graph_.node(member), group.name), std::string()});
  }
}

void Merge::finish() {
  context_.require_needed();
  graph_.check();
  runs_.check(graph_);
  for (const Uuid& process : runs_.processes())
    if (context_.is_open() && !graph_.has(process))
      throw Error(ErrorCode::damaged, fmt::format("{}: an attempt leads to node {}, which did not come", kDoing, process.text()));
  if (!context_.is_open()) return;
  publish();
  context_.report().merged = true;
}

// Blobs become durable before rows name them. From the first row on nobody removes checkpoints that a fork which comes may need.
void Merge::publish() {
  StoreState& store = context_.store();
  graph_.stage();
  object::hold_needed(*context_.staging(), [&](const Digest& digest) { return is_purged(context_.view(), digest); });
  context_.staging()->spill();
  const std::lock_guard lock(store.removal_mutex());
  const std::vector<CellId> cells = runs_.new_cells();
  try {
    mark_staged(store, cells);
    write_staged(graph_.take_loose_marks());
    write_invalidations();
    commit();
  } catch (const Error& error) {
    if (graph_.rows() != nullptr) graph_.build_newer_indexes();
    if (error.code() == ErrorCode::unknown_outcome) throw;  // opening the store again tells, and goes on from there
    try {
      drop_staged(store, cells);
    } catch (const Error&) {  // opening it again does so
    }
    throw;
  }
  if (graph_.rows() != nullptr) graph_.build_newer_indexes();
}

// Marks of links between nodes that are not there yet are rows that lead to forgotten nodes, should it end here.
void Merge::write_staged(const std::vector<engine::RowEdit>& loose_marks) {
  engine::Engine& engine = context_.store().engine();
  runs_.stage(graph_);
  has_loose_marks_ = !loose_marks.empty();
  if (!has_loose_marks_) return;
  commit_cell(engine, {kGroupCell, 0, nullptr, kDoing}, [&](const engine::View&) {
    engine::Edit edit;
    edit.rows.push_back({row::forgotten(format::kLooseCell), std::string()});
    return edit;
  });
  commit_cell(engine, {format::kLooseCell, 0, nullptr, kDoing}, [&](const engine::View&) {
    engine::Edit edit;
    edit.rows = loose_marks;
    return edit;
  });
}

// Before the steps that they are about are seen, so that none of these is taken over.
void Merge::write_invalidations() {
  if (invalidations_.empty()) return;
  commit_cell(context_.store().engine(), {format::kReuseCell, 0, nullptr, kDoing}, [&](const engine::View& view) {
    engine::Edit edit;
    std::uint64_t next = 1;
    std::vector<format::StepInvalidationRecord> here;
    const auto rows = view.rows(format::kReuseCell);
    const std::string prefix(1, row::kInvalidation);
    for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
      next = row::parse_invalidation(rows->key()) + 1;
      here.push_back(format::decode_step_invalidation(rows->value()));
    }
    for (const auto& invalidation : invalidations_)
      if (std::ranges::find(here, invalidation) == here.end())
        edit.rows.push_back({row::invalidation(next++), format::encode_step_invalidation(invalidation)});
    return edit;
  });
}

void Merge::commit() {
  StoreState& store = context_.store();
  const auto pass = store.gate().enter_alone();
  const CommitRequest request{kGroupCell, 0, context_.staging(), kDoing, graph_.rows()};
  const auto refused = commit_cell(store.engine(), request, [&](const engine::View& view) {
    graph_.stage_last(view);
    return edit_of(view);
  });
  if (refused) throw Error(ErrorCode::conflict, fmt::format("{}: a name or id that comes was taken meanwhile", kDoing));
}

engine::Edit Merge::edit_of(const engine::View& view) const {
  engine::Edit edit = groups_;
  runs_.add_edits(view, edit);
  if (has_loose_marks_) edit.rows.push_back({row::forgotten(format::kLooseCell), std::nullopt});
  end_purges(context_.store(), view, context_.staging(), edit);
  if (!context_.purges().empty()) context_.store().purges().forget();  // what it has just seen is from before this commit
  for (const auto& [digest, purge] : context_.purges())
    if (!view.find_blob(digest) && !is_purged(view, digest)) edit.claims.push_back({format::claim::purged(digest), format::encode_purge(purge)});
  return edit;
}

}  // namespace cairn::store
