#include "store/bulk_load.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <boost/sort/pdqsort/pdqsort.hpp>

#include <algorithm>
#include <future>
#include <iterator>

#include "base/bytes.h"
#include "format/keys.h"
#include "graph/index_entries.h"
#include "object/artifacts.h"
#include "object/objects.h"
#include "store/attribute_indexes.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

namespace index = format::index;
constexpr std::uint64_t kIdsLeased = 65536;
constexpr std::size_t kNodesInTask = 256;

}  // namespace

BulkLoadState::BulkLoadState(std::shared_ptr<RunState> run)
    : run_(std::move(run)), staging_(run_->store().engine().stage()), rows_(run_->store().engine().stage_rows()),
      new_nodes_(*run_, *staging_), stored_(run_->store().engine()), blobs_(staging_.get(), stored_),
      attributes_(attribute_entries(*run_->store().engine().view(), blobs_)) {}

ObjectId BulkLoadState::put(const Encodable& value, const SaveOptions& options) {
  const std::uint64_t before = staged_bytes(*staging_);
  const ObjectId id = object::write_object(*staging_, value, run_->store().writing(options));
  new_nodes_.note_size(id.digest, staged_bytes(*staging_) - before);
  return id;
}

ArtifactId BulkLoadState::add_path(const std::filesystem::path& path, const AddOptions& options) {
  if (memory_ == nullptr) memory_ = std::make_unique<StoredFileMemory>(run_->store().engine());
  const object::AddedArtifact added = object::add_path(*staging_, path, options, memory_.get());
  new_nodes_.note_size(added.id.digest, added.size_bytes);
  return added.id;
}

BulkLoad::Number BulkLoadState::add(const NewNode& node) {
  format::NodeRecord record = new_nodes_.record_of(node);
  const NodeId id = next_id();
  const auto number = graph_.add({.id = id, .uuid = record.uuid, .kind = record.kind});
  note_indexes(id, record);
  unwritten_.emplace_back(id, std::move(record));
  if (unwritten_.size() >= kNodesInTask) write_nodes();
  return number;
}

// By a thread of its own: encoding takes as long as all else about a node.
void BulkLoadState::write_nodes() {
  auto nodes = std::make_shared<const std::vector<std::pair<NodeId, format::NodeRecord>>>(std::move(unwritten_));
  unwritten_.clear();
  writer_.submit(nodes_, [this, nodes] {
    for (const auto& [id, record] : *nodes) rows_->add_record(engine::Record::node, id, format::encode_node(record));
  });
}

BulkLoad::Number BulkLoadState::find(const Uuid& node) {
  const auto view = run_->store().engine().view();
  const auto found = graph::GraphReader(*view, run_->store().labels()).find_node(node);
  if (!found) throw Error(ErrorCode::not_found, fmt::format("load a graph: there is no node {}", node.text()));
  const bool sealed = found->record.kind != NodeKind::data && is_terminal(found->record.state);
  return graph_.add({.id = found->id, .uuid = node, .kind = found->record.kind, .is_new = false, .is_sealed = sealed});
}

BulkLoad::Number BulkLoadState::label(std::string_view text) {
  const auto known = labels_.find(std::string(text));
  if (known != labels_.end()) return known->second;
  const std::string owned(text);
  run_->store().root().intern(std::span(&owned, 1));
  const graph::LabelId id = run_->store().labels().find(text, *run_->store().engine().view()).value();
  labels_.emplace(owned, id);
  label_texts_.emplace(id, owned);
  return id;
}

void BulkLoadState::link(BulkLoad::Number source, BulkLoad::Number target, LinkType type, BulkLoad::Number label) {
  if (!label_texts_.contains(label))
    throw Error(ErrorCode::invalid_argument, fmt::format("load a graph: label number {} is none that this load gave", label));
  graph::link_rule(type);
  graph_.link({source, target, label, type});
}

BulkReceipt BulkLoadState::commit(Violations violations) {
  constexpr auto kBeside = std::launch::async | std::launch::deferred;
  const auto view = run_->store().engine().view();
  const std::size_t most = violations == Violations::refuse ? 1 : SIZE_MAX;
  write_nodes();
  graph_.complete();
  auto checked = std::async(kBeside, [&] { return graph_.check(*view, most); });
  auto others = std::async(kBeside, [&] {
    stage_claims();
    graph_.write_link_records(*rows_);
  });
  stage_indexes();
  others.get();
  const std::vector<graph::BulkViolation> found = checked.get();
  if (violations == Violations::refuse && !found.empty())
    throw Error(ErrorCode::rule_violation, describe(found.front(), *view));
  writer_.wait(nodes_);
  std::ranges::sort(attribute_keys_);
  try {
    run_->commit(staging_.get(), 0, {}, fmt::format("load a graph into {}", run_->title()),
                 [&](Draft& draft) {
                   stage_attributes(draft.view);
                   for (const graph::BulkViolation& violation : found)
                     draft.edit.rows.push_back({graph_.violation_key(violation.link), violation.rule});
                 },
                 rows_.get());
  } catch (...) {
    build_newer_indexes();
    throw;
  }
  build_newer_indexes();
  if (memory_ != nullptr) memory_->keep_if_possible();
  return {uuids_.size(), graph_.link_count(), public_violations(found, *view)};
}

NodeId BulkLoadState::next_id() {
  if (block_.count == 0) block_ = run_->store().root().lease_nodes(run_->cell(), kIdsLeased);
  if (first_id_ == 0) first_id_ = block_.first;
  --block_.count;
  return block_.first++;
}

void BulkLoadState::note_indexes(NodeId id, const format::NodeRecord& record) {
  uuids_.emplace_back(record.uuid, id);
  if (!std::holds_alternative<std::monostate>(record.content)) contents_.emplace_back(content_digest(record.content), id);
  if (!attributes_.empty()) std::ranges::move(attributes_.keys(id, record), std::back_inserter(attribute_keys_));
  types_[record.type].push_back(id);
  if (graph::is_state_indexed(record.kind)) states_[record.state].push_back(id);
  for (const std::string& tag : record.tags) tags_[tag].push_back(id);
  for (const Identity& name : record.unique_ids)
    if (!unique_ids_.emplace(format::claim::unique_id(name), id).second)
      throw Error(ErrorCode::exists, fmt::format("load a graph: unique id {} in scope {} is given twice", name.id, name.scope));
}

// What stands in attribute_indexes.h of loads. Called while no other commit of nodes is made, so the indexes stay as they are,
// even if it is called again.
void BulkLoadState::stage_attributes(const engine::View& view) {
  if (are_attributes_staged_ || uuids_.empty()) return;
  const auto indexes = graph::read_attribute_indexes(view);
  const auto has = [](const std::vector<graph::AttributeIndex>& all, std::uint32_t number) {
    return std::ranges::any_of(all, [&](const graph::AttributeIndex& index) { return index.number == number && index.is_kept_up(); });
  };
  for (const std::string& key : attribute_keys_)
    if (has(indexes, index::parse_attribute(key))) rows_->add_index(key, {});
  are_attributes_staged_ = true;
  for (const graph::AttributeIndex& index : indexes) {
    const bool comes_to_them = index.state == IndexState::building && index.next <= first_id_;
    if (!index.is_kept_up() || has(attributes_.indexes(), index.number) || comes_to_them) continue;
    set_back_attribute_index(run_->store(), index.number, first_id_);
    newer_indexes_.push_back(index.number);
  }
}

// The load is what it is whether this succeeds or not: an index that is not built to its end is not used, and says so.
void BulkLoadState::build_newer_indexes() noexcept {
  for (const std::uint32_t number : newer_indexes_) try {
      build_attribute_index(run_->store(), number, {});
    } catch (const std::exception&) {
    }
  newer_indexes_.clear();
}

void BulkLoadState::stage_claims() {
  const auto words = [](const std::pair<Uuid, NodeId>& node) {  // as UUIDs compare, in two steps instead of sixteen
    const auto* bytes = node.first.bytes.data();
    return std::pair(base::load_big_endian<std::uint64_t>(bytes), base::load_big_endian<std::uint64_t>(bytes + 8));
  };
  // Made one after the other they are nearly in order, which takes this sort little more than looking at them.
  boost::sort::pdqsort(uuids_.begin(), uuids_.end(), [&](const auto& a, const auto& b) { return words(a) < words(b); });
  const auto twice = std::ranges::adjacent_find(uuids_, {}, &std::pair<Uuid, NodeId>::first);
  if (twice != uuids_.end())
    throw Error(ErrorCode::exists, fmt::format("load a graph: node {} is given twice", twice->first.text()));
  for (const auto& [uuid, id] : uuids_) rows_->add_claim(format::claim::node(uuid), format::be64_text(id));
  for (const auto& [key, id] : unique_ids_) rows_->add_claim(key, format::be64_text(id));
}

// In the order of the letters of the indexes: B, b, c, g, l, s, t; v follows when the indexes of attributes are known.
void BulkLoadState::stage_indexes() {
  graph_.write_backlink_pages(*rows_);
  graph_.write_backlinks(*rows_);
  std::ranges::sort(contents_);
  for (const auto& [digest, id] : contents_) rows_->add_index(index::content(digest, id), {});
  for (const auto& [tag, ids] : tags_)
    for (const NodeId id : ids) rows_->add_index(index::tag(tag, id), {});
  graph_.write_link_pages(*rows_);
  for (const auto& [state, ids] : states_)
    for (const NodeId id : ids) rows_->add_index(index::state(static_cast<std::uint8_t>(state), id), {});
  for (const auto& [type, ids] : types_)
    for (const NodeId id : ids) rows_->add_index(index::type(type, id), {});
}

std::string BulkLoadState::describe(const graph::BulkViolation& violation, const engine::View& view) const {
  const graph::BulkNode &source = graph_.node(violation.link.source), &target = graph_.node(violation.link.target);
  return fmt::format("{} link \"{}\" from {} {} to {} {}: {}", link_name(violation.link.type),
                     run_->store().labels().text(violation.link.label, view), kind_name(source.kind), source.uuid.text(),
                     kind_name(target.kind), target.uuid.text(), violation.rule);
}

std::vector<Violation> BulkLoadState::public_violations(const std::vector<graph::BulkViolation>& found,
                                                        const engine::View& view) const {
  std::vector<Violation> violations;
  for (const graph::BulkViolation& violation : found)
    violations.push_back({{graph_.node(violation.link.source).uuid, graph_.node(violation.link.target).uuid, violation.link.type,
                           std::string(run_->store().labels().text(violation.link.label, view))},
                          violation.rule});
  return violations;
}

}  // namespace cairn::store

namespace cairn {

BulkLoad::BulkLoad(std::unique_ptr<store::BulkLoadState> state) : state_(std::move(state)) {}
BulkLoad::BulkLoad(BulkLoad&&) noexcept = default;
BulkLoad& BulkLoad::operator=(BulkLoad&&) noexcept = default;
BulkLoad::~BulkLoad() = default;

ObjectId BulkLoad::put_encoded(const Encodable& value, const SaveOptions& options) { return state_->put(value, options); }
ArtifactId BulkLoad::add_path(const std::filesystem::path& path, const AddOptions& options) { return state_->add_path(path, options); }
BulkLoad::Number BulkLoad::add(const NewNode& node) { return state_->add(node); }
BulkLoad::Number BulkLoad::find(const Uuid& node) { return state_->find(node); }
BulkLoad::Number BulkLoad::label(std::string_view text) { return state_->label(text); }
void BulkLoad::link(Number source, Number target, LinkType type, Number label) { state_->link(source, target, type, label); }
BulkReceipt BulkLoad::commit(Violations violations) { return state_->commit(violations); }

}  // namespace cairn
