#include "store/merge_graph.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "format/keys.h"
#include "format/packed_links.h"
#include "graph/held_links.h"
#include "graph/node_check.h"
#include "graph/reader.h"
#include "store/blob_roots.h"

namespace cairn::store {
namespace {

using format::NodeRecord;
using format::PackedLink;
using graph::BulkNumber;

constexpr std::uint64_t kFirstBlock = 64, kLargestBlock = 65'536;
constexpr graph::LabelId kUnknownLabel = 1u << 31;  // in a dry run
constexpr NodeId kUnknownNode = NodeId{1} << 62;    // likewise

void check_record(const NodeRecord& node) {
  graph::check_texts(node);
  const auto ascend = [](const auto& values) { return std::ranges::adjacent_find(values, std::greater_equal<>()) == values.end(); };
  if (!ascend(node.tags) || !ascend(node.unique_ids) || (node.kind == NodeKind::data && node.state != NodeState::finished))
    throw Error(ErrorCode::damaged, fmt::format("node {} is not as it must be", node.uuid.text()));
}

}  // namespace

MergedGraph::MergedGraph(MergeContext& context, MergedRuns& runs) : context_(context), runs_(runs) {}

const graph::BulkNode& MergedGraph::at(std::uint64_t number) const {
  if (number == 0 || number > graph_.node_count()) throw Error(ErrorCode::damaged, fmt::format("node number {} did not come", number));
  return graph_.node(static_cast<BulkNumber>(number - 1));
}

void MergedGraph::add_label(std::string_view text) {
  graph::check_label(text);
  if (!labels_.empty() && text <= labels_.back()) throw Error(ErrorCode::damaged, "labels are out of order");
  labels_.emplace_back(text);
}

void MergedGraph::add_node(const NodeRecord& told) {
  check_record(told);
  visit_roots_of_node(told, [&](const object::BlobReference& blob) { context_.need(blob); });
  const auto known = graph::GraphReader(context_.view(), context_.store().labels()).find_node(told.uuid);
  if (known) add_known(told, known->id, known->record);
  else add_new(told);
}

// Which run it is of may differ: it may have come without that.
void MergedGraph::add_known(const NodeRecord& told, NodeId id, const NodeRecord& here) {
  NodeRecord one = told, other = here;
  one.cell = other.cell = 0;
  if (one != other)
    context_.add_conflict("node", told.uuid.text(), "it is here with another content or state");
  else if (told.cell != 0 && runs_.at(told.cell).is_new)
    context_.add_conflict("node", told.uuid.text(), fmt::format("it is here without its run, {}", runs_.at(told.cell).name));
  else if (told.cell != 0 && !runs_.at(told.cell).is_new && runs_.at(told.cell).cell != here.cell)
    context_.add_conflict("node", told.uuid.text(), fmt::format("it is here, and does not belong to run {}", runs_.at(told.cell).name));
  else
    ++context_.report().nodes_known;
  graph_.add({.id = id, .uuid = told.uuid, .kind = here.kind, .is_new = false});
}

void MergedGraph::add_new(const NodeRecord& told) {
  if (told.cell != 0 && !runs_.at(told.cell).is_new)
    context_.add_conflict("node", told.uuid.text(), fmt::format("run {} is here without it", runs_.at(told.cell).name));
  for (const Identity& name : told.unique_ids)
    if (context_.view().find_claim(format::claim::unique_id(name)))
      context_.add_conflict("node", told.uuid.text(), fmt::format("its id {} in scope {} is here that of another node", name.id, name.scope));
  ++context_.report().nodes_new;
  if (!context_.is_open()) {
    graph_.add({.id = kUnknownNode + ++last_id_, .uuid = told.uuid, .kind = told.kind});
    return;
  }
  if (rows_ == nullptr) {
    rows_ = context_.store().engine().stage_rows();
    indexes_ = std::make_unique<BulkIndexes>(context_.store(), *context_.staging());
  }
  NodeRecord record = told;
  record.cell = told.cell == 0 ? format::kLooseCell : runs_.at(told.cell).cell;
  const NodeId id = next_id(told.cell);
  graph_.add({.id = id, .uuid = record.uuid, .kind = record.kind});
  indexes_->note(id, record);
  rows_->add_record(engine::Record::node, id, format::encode_node(record));
  ++new_count_;
}

// Nodes of one run come one behind the other.
NodeId MergedGraph::next_id(std::uint64_t run) {
  if (run != block_run_) {
    end_block();
    block_run_ = run;
    block_size_ = 0;
  }
  if (block_.count == 0) {
    block_size_ = std::clamp(block_size_ * 4, kFirstBlock, kLargestBlock);
    block_ = context_.store().root().lease_nodes(run == 0 ? format::kLooseCell : runs_.at(run).cell, block_size_);
  }
  --block_.count;
  return block_.first++;
}

// The run goes on with what is left.
void MergedGraph::end_block() {
  if (block_run_ != 0) runs_.at(block_run_).left = block_;
  block_ = {};
}

void MergedGraph::intern() {
  if (context_.is_open()) context_.store().root().intern(labels_);
  const auto view = context_.store().engine().view();
  for (std::size_t i = 0; i < labels_.size(); ++i)
    label_ids_.push_back(context_.store().labels().find(labels_[i], *view).value_or(kUnknownLabel + static_cast<graph::LabelId>(i)));
}

graph::LabelId MergedGraph::label(std::uint64_t number) {
  if (label_ids_.empty()) intern();
  if (number == 0 || number > label_ids_.size()) throw Error(ErrorCode::damaged, fmt::format("label number {} did not come", number));
  return label_ids_[number - 1];
}

void MergedGraph::add_links(std::uint64_t holder, const std::vector<PackedLink>& links) {
  if (!at(holder).is_new) return add_known_links(holder, links);
  for (const PackedLink& link : links) {
    if (link.outgoing != graph::link_rule(link.type).held_by_source)
      throw Error(ErrorCode::damaged, fmt::format("a link is held by the wrong node, {}", at(holder).uuid.text()));
    at(link.other);
    const auto own = static_cast<BulkNumber>(holder - 1), other = static_cast<BulkNumber>(link.other - 1);
    graph_.link({link.outgoing ? own : other, link.outgoing ? other : own, label(link.label), link.type});
    ++context_.report().links_new;
  }
}

void MergedGraph::add_known_links(std::uint64_t holder, const std::vector<PackedLink>& links) {
  std::set<PackedLink> here;
  if (const auto packed = graph::find_held_links(context_.view(), at(holder).id))
    format::visit_links(*packed, [&](const PackedLink& link) { here.insert(link); });
  for (const PackedLink& link : links) {
    const PackedLink as_here{at(link.other).id, link.type, link.outgoing, label(link.label)};
    if (here.contains(as_here)) ++context_.report().links_known;
    else
      context_.add_conflict("link", at(holder).uuid.text(),
                            fmt::format("this node is here without its {} link \"{}\" {} node {}", link_name(link.type),
                                        labels_[link.label - 1], link.outgoing ? "to" : "from", at(link.other).uuid.text()));
  }
}

void MergedGraph::add_mark(std::uint64_t run, std::string_view key) {
  const format::row::Violation mark = format::row::parse_violation(key);
  at(mark.holder);
  at(mark.other);
  const bool outgoing = format::link_code_outgoing(mark.code);
  const auto holder = static_cast<BulkNumber>(mark.holder - 1), other = static_cast<BulkNumber>(mark.other - 1);
  marks_.emplace(std::tuple(outgoing ? holder : other, outgoing ? other : holder, format::link_code_type(mark.code), label(mark.label)), run);
}

void MergedGraph::check() {
  end_block();
  block_run_ = 0;
  graph_.complete();
  for (const graph::BulkViolation& violation : graph_.check(context_.view(), SIZE_MAX)) {
    const graph::BulkLink& link = violation.link;
    const auto mark = marks_.find(std::tuple(link.source, link.target, link.type, link.label));
    if (mark == marks_.end()) throw Error(ErrorCode::rule_violation, describe(violation));
    if (!context_.is_open()) continue;
    engine::RowEdit row{graph_.violation_key(link), violation.rule};
    if (mark->second != 0 && runs_.at(mark->second).is_new) runs_.at(mark->second).rows.push_back(std::move(row));
    else loose_marks_.push_back(std::move(row));
  }
  if (rows_ != nullptr && context_.is_open()) indexes_->stage_claims(*rows_);
  else require_distinct();
}

// As stage_claims() does, where nothing is written.
void MergedGraph::require_distinct() const {
  std::vector<Uuid> uuids;
  for (std::uint64_t number = 1; number <= graph_.node_count(); ++number) uuids.push_back(at(number).uuid);
  std::ranges::sort(uuids);
  if (const auto twice = std::ranges::adjacent_find(uuids); twice != uuids.end())
    throw Error(ErrorCode::damaged, fmt::format("node {} comes twice", twice->text()));
}

bool MergedGraph::has(const Uuid& uuid) const {
  if (indexes_ != nullptr && indexes_->has(uuid)) return true;
  return context_.view().find_claim(format::claim::node(uuid)).has_value();
}

void MergedGraph::stage() {
  if (rows_ == nullptr) return;
  graph_.write_link_records(*rows_);
  indexes_->stage_indexes(*rows_, graph_);
}

std::vector<engine::RowEdit> MergedGraph::take_loose_marks() { return std::move(loose_marks_); }

void MergedGraph::stage_last(const engine::View& view) {
  if (view.commits() != context_.view().commits())
    for (std::uint64_t number = 1; number <= graph_.node_count(); ++number)
      if (!at(number).is_new && !view.find_record(engine::Record::node, at(number).id))
        throw Error(ErrorCode::conflict, fmt::format("take in a bundle: node {} was forgotten meanwhile", at(number).uuid.text()));
  if (rows_ != nullptr) indexes_->stage_attributes(*rows_, view);
}

std::string MergedGraph::describe(const graph::BulkViolation& violation) const {
  const graph::BulkNode &source = graph_.node(violation.link.source), &target = graph_.node(violation.link.target);
  const auto label = std::ranges::find(label_ids_, violation.link.label);
  return fmt::format("{} link \"{}\" from {} {} to {} {}: {}", link_name(violation.link.type),
                     labels_[static_cast<std::size_t>(label - label_ids_.begin())], kind_name(source.kind), source.uuid.text(),
                     kind_name(target.kind), target.uuid.text(), violation.rule);
}

}  // namespace cairn::store
