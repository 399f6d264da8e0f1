#include "store/bundle_source.h"

#include <algorithm>

#include "format/keys.h"
#include "format/packed_links.h"
#include "graph/held_links.h"
#include "store/blob_roots.h"
#include "store/closure_walk.h"
#include "store/history.h"
#include "store/step_invalidations.h"

namespace cairn::store {
namespace {

namespace row = format::row;
using engine::BlobKind;
using format::NodeRecord;

constexpr std::size_t kNodesAtOnce = 1024;

template <class Visit>
void visit_all(const engine::View& view, CellId cell, char letter, const Visit& visit) {
  const std::string prefix(1, letter);
  const auto rows = view.rows(cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) visit(rows->key(), rows->value());
}

// Calls `visit` with the record of each, in order.
template <class Visit>
void visit_nodes(const engine::View& view, const std::vector<NodeId>& ids, const Visit& visit) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kNodesAtOnce) {
    const auto some = std::span(ids).subspan(begin, std::min(kNodesAtOnce, ids.size() - begin));
    view.find_records(engine::Record::node, some, [&](std::size_t i, std::optional<std::string_view> value) {
      visit(some[i], format::decode_node(value.value()));
    });
  }
}

// Whoever was at work on it is not at work on the copy.
format::StepClaim without_owner(format::StepClaim claim) {
  claim.owner = {.host = "another store", .boot = {}, .number = 0, .started = 0};
  claim.until = 1;
  claim.detached = false;
  return claim;
}

}  // namespace

BundleSource::BundleSource(const StoreState& store, const engine::View& view, const BundlePlan& plan, BundleSink& sink,
                           const BundleProgress& progress)
    : store_(store), view_(view), plan_(plan), sink_(sink), progress_(progress) {}

void BundleSource::tell() {
  tell_blobs();
  tell_labels();
  tell_runs();
  tell_nodes();
  tell_links();
  tell_rows();
  tell_groups();
  tell_invalidations();
  sink_.finish();
}

void BundleSource::tell_blobs() {
  std::uint64_t bytes = 0;
  ClosureWalk walk(
      view_, [&](const object::BlobReference& blob) { return sink_.wants_blob(blob); },
      [&](const BundleBlob& blob) {
        sink_.add_blob(blob);
        bytes += blob.bytes.size();
        if (progress_) progress_({"blobs", bytes, 0});
      });
  const auto add = [&](const object::BlobReference& root) { walk.add(root); };
  for (const PlannedRun& run : plan_.runs()) {
    visit_rows(run, row::kCheckpoint, [&](std::string_view, std::string_view value) {
      walk.add({BlobKind::checkpoint, format::decode_checkpoint_row(value).id.digest});
    });
    visit_rows(run, row::kWrite, [&](std::string_view, std::string_view value) {
      walk.add({BlobKind::object, format::decode_pending_write(value).object.digest});
    });
    const auto add_step = [&](const format::StepRecord& step) {
      visit_parts(step.parameters, add);
      visit_parts(step.environment, add);
    };
    visit_rows(run, row::kStep, [&](std::string_view, std::string_view value) { add_step(format::decode_step(value)); });
    visit_rows(run, row::kAttempt, [&](std::string_view, std::string_view value) { add_step(format::decode_step_attempts(value).step); });
  }
  visit_nodes(view_, plan_.nodes(), [&](NodeId, const NodeRecord& record) { visit_roots_of_node(record, add); });
  if (plan_.is_everything())
    visit_all(view_, format::kGroupCell, row::kGroup,
              [&](std::string_view, std::string_view value) { visit_parts(format::decode_group(value).extras, add); });
  for (const auto& [digest, purge] : walk.purges()) sink_.add_purge(digest, purge);
}

// Those of links that come, by text.
void BundleSource::tell_labels() {
  std::set<std::uint32_t> used;
  for (const NodeId id : plan_.nodes())
    for (const format::PackedLink& link : links_of(id)) used.insert(link.label);
  std::map<std::string_view, std::uint32_t> by_text;
  for (const std::uint32_t label : used) by_text.emplace(store_.labels().text(label, view_), label);
  for (const auto& [text, label] : by_text) {
    labels_.emplace(label, labels_.size() + 1);
    sink_.add_label(text);
  }
}

void BundleSource::tell_runs() {
  for (const PlannedRun& run : plan_.runs()) sink_.add_run({bundled(run), run.is_whole});
}

format::RunRecord BundleSource::bundled(const PlannedRun& run) const {
  format::RunRecord record = run.record;
  record.workflow = record.workflow == 0 ? 0 : plan_.node_number(record.workflow);
  record.node_next = record.node_end = record.node_block = 0;
  record.steps_indexed = record.step_keys_indexed = true;
  record.deleted = !run.is_there;
  if (run.keeps_parent()) {
    record.forked_from = plan_.run_number(run.record.forked_from);
  } else {
    record.forked_from = record.forked_at = record.forked_count = record.forked_writes = 0;
  }
  if (run.is_whole) return record;
  std::uint64_t count = 0, last = record.forked_at;
  visit_rows(run, row::kCheckpoint, [&](std::string_view key, std::string_view) {
    ++count;
    last = std::max(last, row::parse_checkpoint(key));
  });
  record.head = last;
  record.removed = last - record.forked_at - count;
  return record;
}

void BundleSource::tell_nodes() {
  std::map<CellId, std::uint64_t> numbers;
  for (const PlannedRun& run : plan_.runs()) numbers[run.cell] = plan_.run_number(run.cell);
  visit_nodes(view_, plan_.nodes(), [&](NodeId id, NodeRecord record) {
    const auto number = numbers.find(record.cell);
    const PlannedRun* run = number == numbers.end() ? nullptr : &plan_.runs()[number->second - 1];
    record.cell = run != nullptr && (run->is_whole || run->record.workflow == id) ? number->second : 0;
    sink_.add_node(record);
  });
}

// Of those that the node holds, those whose other end comes; with the numbers of the store.
std::vector<format::PackedLink> BundleSource::links_of(NodeId id) const {
  std::vector<format::PackedLink> links;
  if (const auto packed = graph::find_held_links(view_, id)) {
    format::append_links(*packed, links);
    std::erase_if(links, [&](const format::PackedLink& link) { return plan_.node_number(link.other) == 0; });
  }
  return links;
}

std::uint64_t BundleSource::label_number(std::uint32_t label) const {
  const auto found = labels_.find(label);
  return found == labels_.end() ? 0 : found->second;
}

void BundleSource::tell_links() {
  for (std::size_t i = 0; i < plan_.nodes().size(); ++i) {
    std::vector<format::PackedLink> links = links_of(plan_.nodes()[i]);
    if (links.empty()) continue;
    for (format::PackedLink& link : links) {
      link.other = plan_.node_number(link.other);
      link.label = static_cast<std::uint32_t>(label_number(link.label));
    }
    std::ranges::sort(links);
    sink_.add_links(i + 1, links);
  }
}

void BundleSource::visit_rows(const PlannedRun& run, char letter, const VisitRow& visit) const {
  visit_all(view_, run.cell, letter, [&](std::string_view key, std::string_view value) {
    if (has_row(run, key, value)) visit(key, value);
  });
}

// Tags also where they only say that a fork has not what its parent has.
bool BundleSource::has_row(const PlannedRun& run, std::string_view key, std::string_view value) const {
  if (run.is_whole) return true;
  switch (key[0]) {
    case row::kCheckpoint: return run.has(row::parse_checkpoint(key));
    case row::kTag: {
      const std::uint64_t sequence = format::parse_be64(value);
      if (sequence == 0) return run.needed != 0;
      return run.has(sequence) && (run.keeps_parent() || sequence > run.record.forked_at);
    }
    case row::kWrite: {
      const std::uint64_t sequence = row::parse_write(key).checkpoint;
      if (!run.keeps_parent() && sequence <= run.record.forked_at) return false;
      return run.chosen.contains(sequence) || (sequence <= run.needed && format::decode_pending_write(value).number < run.writes_end);
    }
    default: return false;
  }
}

void BundleSource::tell_rows() {
  tell_marks(0, format::kLooseCell);
  for (const PlannedRun& run : plan_.runs()) {
    const std::uint64_t number = plan_.run_number(run.cell);
    for (const char letter : kBundledRows.substr(0, kBundledRows.size() - 1))
      visit_rows(run, letter, [&](std::string_view key, std::string_view value) { tell_row(number, key, value); });
    if (run.is_whole) tell_marks(number, run.cell);
  }
}

// By their keys in the bundle.
void BundleSource::tell_marks(std::uint64_t run, CellId cell) {
  std::map<std::string, std::string> marks;
  visit_all(view_, cell, row::kViolation, [&](std::string_view key, std::string_view value) {
    row::Violation link = row::parse_violation(key);
    link = {plan_.node_number(link.holder), link.code, static_cast<std::uint32_t>(label_number(link.label)), plan_.node_number(link.other)};
    if (link.holder != 0 && link.other != 0 && link.label != 0) marks.emplace(row::violation(link), value);
  });
  for (const auto& [key, rule] : marks) sink_.add_row({run, key, rule});
}

// Rows that lead to nodes that were forgotten say nothing.
void BundleSource::tell_row(std::uint64_t run, std::string_view key, std::string_view value) {
  if (key[0] == row::kStep) {
    const format::StepRecord step = format::decode_step(value);
    if (has_nodes(step)) sink_.add_row({run, key, format::encode_step(bundled(step))});
  } else if (key[0] == row::kAttempt) {
    format::StepAttemptRecord attempts = format::decode_step_attempts(value);
    attempts.step = bundled(attempts.step);
    if (attempts.claim) attempts.claim = without_owner(*attempts.claim);
    sink_.add_row({run, key, format::encode_step_attempts(attempts)});
  } else if (key[0] == row::kPosition) {
    const auto step = view_.find_row(plan_.runs()[run - 1].cell, std::string(1, row::kStep) + std::string(value));
    if (step && has_nodes(format::decode_step(*step))) sink_.add_row({run, key, value});
  } else {
    sink_.add_row({run, key, value});
  }
}

bool BundleSource::has_nodes(const format::StepRecord& step) const {
  return plan_.node_number(step.process) != 0 && plan_.node_number(step.result) != 0;
}

// An input that does not come has the number 0.
format::StepRecord BundleSource::bundled(format::StepRecord step) const {
  step.process = plan_.node_number(step.process);
  step.result = plan_.node_number(step.result);
  for (format::StepRecord::Input& input : step.inputs) input.node = plan_.node_number(input.node);
  return step;
}

std::vector<std::uint64_t> BundleSource::members_of(std::string_view group) const {
  std::vector<std::uint64_t> members;
  const std::string prefix = row::members_of(group);
  const auto rows = view_.rows(format::kGroupCell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    if (const std::uint64_t number = plan_.node_number(row::parse_member(rows->key())); number != 0) members.push_back(number);
  std::ranges::sort(members);
  return members;
}

void BundleSource::tell_groups() {
  if (!plan_.is_everything()) return;
  visit_all(view_, format::kGroupCell, row::kGroup, [&](std::string_view, std::string_view value) {
    const format::GroupRecord group = format::decode_group(value);
    sink_.add_group(group, members_of(group.name));
  });
}

// All, or those that are about a step that comes: else a result could be taken over on the other side that must not be.
void BundleSource::tell_invalidations() {
  std::vector<format::StepRecord> steps;
  const auto concerns_one = [&](const format::StepInvalidationRecord& invalidation) {
    if (plan_.is_everything()) return true;
    bool found = false;
    for (const PlannedRun& run : plan_.runs())
      visit_rows(run, row::kStep, [&](std::string_view, std::string_view value) {
        found = found || concerns(invalidation, format::decode_step(value));
      });
    return found;
  };
  std::set<std::string> bytes;  // in an order of their own: their numbers are the store's
  visit_all(view_, format::kReuseCell, row::kInvalidation, [&](std::string_view, std::string_view value) {
    const auto record = format::decode_step_invalidation(value);
    if (concerns_one(record)) bytes.insert(format::encode_step_invalidation(record));
  });
  for (const std::string& record : bytes) sink_.add_invalidation(format::decode_step_invalidation(record));
}

}  // namespace cairn::store
