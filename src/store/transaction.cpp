#include "store/transaction.h"

#include <cairn/error.h>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/clock.h"
#include "format/unique_id.h"
#include "graph/node_check.h"
#include "object/artifacts.h"
#include "object/objects.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

using format::NodeRecord;

template <class T>
void assign(const std::optional<T>& from, T& to) {
  if (from) to = *from;
}

std::string name_of(const NodeRecord& record) { return fmt::format("{} {}", kind_name(record.kind), record.uuid.text()); }

}  // namespace

TransactionState::TransactionState(std::shared_ptr<RunState> run)
    : run_(std::move(run)) {
  begin();
}

void TransactionState::begin() {
  staging_ = run_->store().engine().stage();
  new_nodes_.emplace(*run_, *staging_);
}

ObjectId TransactionState::put(const Encodable& value, const SaveOptions& options) {
  const std::uint64_t before = staged_bytes(*staging_);
  const ObjectId id = object::write_object(*staging_, value, run_->store().writing(options));
  new_nodes_->note_size(id.digest, staged_bytes(*staging_) - before);
  return id;
}

ArtifactId TransactionState::add_path(const std::filesystem::path& path, const AddOptions& options) {
  if (memory_ == nullptr) memory_ = std::make_unique<StoredFileMemory>(run_->store().engine());
  const object::AddedArtifact added = object::add_path(*staging_, path, options, memory_.get());
  new_nodes_->note_size(added.id.digest, added.size_bytes);
  return added.id;
}

Uuid TransactionState::add(const NewNode& node) {
  NodeRecord record = new_nodes_->record_of(node);
  if (positions_.contains(record.uuid))
    throw Error(ErrorCode::exists, fmt::format("add {}: the transaction has a node of this UUID", name_of(record)));
  positions_.emplace(record.uuid, nodes_.size());
  nodes_.push_back(std::move(record));
  return nodes_.back().uuid;
}

void TransactionState::edit(const Uuid& node, const NodeEdit& edit) {
  PendingEdit pending{node, edit, {}, {}};
  if (edit.attributes) pending.attributes = new_nodes_->encode_map("attributes", *edit.attributes);
  if (edit.extras) pending.extras = new_nodes_->encode_map("extras", *edit.extras);
  edits_.push_back(std::move(pending));
}

void TransactionState::link(const Uuid& source, const Uuid& target, LinkType type, std::string_view label) {
  graph::link_rule(type);
  graph::check_label(label);
  if (source == target)
    throw Error(ErrorCode::rule_violation, fmt::format("{} link \"{}\" from node {} to node {}: a node has no link to itself",
                                                       link_name(type), label, source.text(), target.text()));
  links_.push_back({source, target, type, std::string(label)});
}

void TransactionState::commit() {
  if (nodes_.empty() && edits_.empty() && links_.empty() && !must_publish(run_->store(), *staging_)) return;
  const std::vector<std::size_t> order = order_nodes();
  run_->commit(staging_.get(), nodes_.size(), labels(), fmt::format("commit a transaction of {}", run_->title()),
               [&](Draft& draft) { build(draft, order); });
  if (memory_ != nullptr) memory_->keep_if_possible();
  memory_ = nullptr;
  begin();
  nodes_.clear();
  positions_.clear();
  edits_.clear();
  links_.clear();
}

std::vector<std::string> TransactionState::labels() const {
  std::set<std::string_view> distinct;
  for (const PendingLink& link : links_) distinct.insert(link.label);
  return {distinct.begin(), distinct.end()};
}

std::vector<std::size_t> TransactionState::order_nodes() const {
  std::vector<graph::BirthLink> births;
  for (const PendingLink& link : links_) {
    if (graph::link_rule(link.type).held_by_source) continue;
    const auto source = positions_.find(link.source), target = positions_.find(link.target);
    if (source != positions_.end() && target != positions_.end()) births.push_back({source->second, target->second});
  }
  graph::BirthOrder birth = graph::order_by_birth(nodes_.size(), births);
  if (!birth.cycle.empty()) refuse_cycle(birth.cycle);
  return std::move(birth.order);
}

void TransactionState::refuse_cycle(const std::vector<std::size_t>& cycle) const {
  constexpr std::size_t kShownMax = 8;
  std::string path;
  for (std::size_t i = 0; i < std::min(cycle.size(), kShownMax); ++i) path += fmt::format("{}, ", name_of(nodes_[cycle[i]]));
  if (cycle.size() > kShownMax) path += fmt::format("{} more, ", cycle.size() - kShownMax);
  const Uuid source = nodes_[cycle.back()].uuid, target = nodes_[cycle.front()].uuid;
  const auto closing = std::ranges::find_if(links_, [&](const PendingLink& link) {
    return link.source == source && link.target == target && !graph::link_rule(link.type).held_by_source;
  });
  throw Error(ErrorCode::rule_violation,
              fmt::format("{} link \"{}\" from {} to {}: input, create and call links form no cycle; this one goes through {}and back",
                          link_name(closing->type), closing->label, name_of(nodes_[cycle.back()]), name_of(nodes_[cycle.front()]), path));
}

// Nodes that are linked or edited and not new here, each once.
std::vector<Uuid> TransactionState::stored_nodes() const {
  boost::unordered_flat_set<Uuid, std::hash<Uuid>> distinct;
  const auto add = [&](const Uuid& uuid) {
    if (!positions_.contains(uuid)) distinct.insert(uuid);
  };
  for (const PendingLink& link : links_) add(link.source), add(link.target);
  for (const PendingEdit& edit : edits_) add(edit.node);
  std::vector<Uuid> stored(distinct.begin(), distinct.end());
  std::ranges::sort(stored);
  return stored;
}

void TransactionState::build(Draft& draft, const std::vector<std::size_t>& order) const {
  boost::unordered_flat_map<Uuid, NodeId, std::hash<Uuid>> ids;  // one look-up for each node, however many links it has
  for (const std::size_t position : order) {
    const NodeId id = draft.new_node();
    ids.emplace(nodes_[position].uuid, id);
    draft.graph.add_node(id, nodes_[position]);
  }
  const std::vector<Uuid> stored = stored_nodes();
  const std::vector<NodeId> stored_ids = graph::GraphReader(draft.view, run_->store().labels()).get_ids(stored);
  draft.graph.read_nodes(stored_ids);
  for (std::size_t i = 0; i < stored.size(); ++i) ids.emplace(stored[i], stored_ids[i]);
  const auto id_of = [&](const Uuid& uuid) { return ids.at(uuid); };
  for (const PendingLink& link : links_) draft.graph.add_link(id_of(link.source), id_of(link.target), link.type, link.label);
  for (const PendingEdit& edit : edits_) {
    const NodeId id = id_of(edit.node);
    NodeRecord record = draft.graph.node(id);
    apply(edit, record);
    draft.graph.update_node(id, std::move(record));
  }
}

void TransactionState::apply(const PendingEdit& pending, NodeRecord& record) {
  const NodeEdit& edit = pending.edit;
  assign(edit.state, record.state);
  assign(edit.exit_status, record.exit_status);
  assign(edit.exit_message, record.exit_message);
  assign(edit.code_version, record.code_version);
  assign(pending.attributes, record.attributes);
  assign(edit.label, record.label);
  assign(edit.description, record.description);
  assign(pending.extras, record.extras);
  for (const std::string& tag : edit.remove_tags) std::erase(record.tags, tag);
  record.tags.insert(record.tags.end(), edit.add_tags.begin(), edit.add_tags.end());
  record.tags = sorted_tags(std::move(record.tags));
  for (const Identity& name : edit.remove_unique_ids)
    std::erase_if(record.unique_ids, [&](const Identity& other) { return format::unique_key(other) == format::unique_key(name); });
  add_unique_ids(edit.add_unique_ids, record.unique_ids);
  record.modified = base::now_nanoseconds();
}

}  // namespace cairn::store

namespace cairn {

Transaction::Transaction(std::unique_ptr<store::TransactionState> state) : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

ObjectId Transaction::put_encoded(const Encodable& value, const SaveOptions& options) { return state_->put(value, options); }
ArtifactId Transaction::add_path(const std::filesystem::path& path, const AddOptions& options) {
  return state_->add_path(path, options);
}
Uuid Transaction::add(const NewNode& node) { return state_->add(node); }
void Transaction::edit(const Uuid& node, const NodeEdit& edit) { state_->edit(node, edit); }
void Transaction::link(const Uuid& source, const Uuid& target, LinkType type, std::string_view label) {
  state_->link(source, target, type, label);
}
void Transaction::commit() { state_->commit(); }

}  // namespace cairn
