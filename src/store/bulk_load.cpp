#include "store/bulk_load.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <future>

#include "object/artifacts.h"
#include "object/objects.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

constexpr std::uint64_t kIdsLeased = 65536;
constexpr std::size_t kNodesInTask = 256;

}  // namespace

BulkLoadState::BulkLoadState(std::shared_ptr<RunState> run)
    : run_(std::move(run)), staging_(run_->store().engine().stage()), rows_(run_->store().engine().stage_rows()),
      new_nodes_(*run_, *staging_), indexes_(run_->store(), *staging_) {}

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
  indexes_.note(id, record);
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
    indexes_.stage_claims(*rows_);
    graph_.write_link_records(*rows_);
  });
  indexes_.stage_indexes(*rows_, graph_);
  others.get();
  const std::vector<graph::BulkViolation> found = checked.get();
  if (violations == Violations::refuse && !found.empty())
    throw Error(ErrorCode::rule_violation, describe(found.front(), *view));
  writer_.wait(nodes_);
  try {
    run_->commit(staging_.get(), 0, {}, fmt::format("load a graph into {}", run_->title()),
                 [&](Draft& draft) {
                   indexes_.stage_attributes(*rows_, draft.view);
                   for (const graph::BulkViolation& violation : found)
                     draft.edit.rows.push_back({graph_.violation_key(violation.link), violation.rule});
                 },
                 rows_.get());
  } catch (...) {
    indexes_.build_newer_indexes();
    throw;
  }
  indexes_.build_newer_indexes();
  if (memory_ != nullptr) memory_->keep_if_possible();
  return {indexes_.node_count(), graph_.link_count(), public_violations(found, *view)};
}

NodeId BulkLoadState::next_id() {
  if (block_.count == 0) block_ = run_->store().root().lease_nodes(run_->cell(), kIdsLeased);
  --block_.count;
  return block_.first++;
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
