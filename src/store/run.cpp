// Run: the public handle.
#include <cairn/run.h>

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "object/artifacts.h"
#include "store/bulk_load.h"
#include "store/checkpoint_state.h"
#include "store/history.h"
#include "store/recording_view.h"
#include "store/restart.h"
#include "store/step.h"
#include "store/store_state.h"
#include "store/transaction.h"

namespace cairn {

using store::RunState;

Run::Run(std::shared_ptr<RunState> state) : state_(std::move(state)) {}

const std::string& Run::name() const { return state_->name(); }
Uuid Run::uuid() const { return state_->uuid(); }

Node Run::node() const {
  const auto view = state_->store().engine().view();
  const graph::GraphReader reader(*view, state_->store().labels());
  return state_->store().public_node(*view, reader.get_record(state_->store().run_record(*view, state_->cell()).workflow));
}

CheckpointBuilder Run::checkpoint(std::int64_t step, const CheckpointOptions& options) {
  return CheckpointBuilder(std::make_unique<store::CheckpointState>(state_, step, options));
}

void Run::flush() { state_->flush(); }

bool Run::should_checkpoint(std::int64_t step, const CheckpointSchedule& schedule) const {
  return state_->pace().is_due(step, store::CheckpointPace::Clock::now(), schedule);
}

Transaction Run::transaction() { return Transaction(std::make_unique<store::TransactionState>(state_)); }

BulkLoad Run::bulk_load() { return BulkLoad(std::make_unique<store::BulkLoadState>(state_)); }

std::optional<Checkpoint> Run::latest_valid(std::vector<SkippedCheckpoint>* skipped) const {
  const auto view = state_->store().engine().view();
  std::vector<SkippedCheckpoint> passed_over;
  auto found = store::newest_usable(*state_, *view, {}, passed_over,
                                    [](const Checkpoint&, const engine::View&) {});
  if (skipped != nullptr) *skipped = std::move(passed_over);
  return found;
}

std::optional<std::pair<Checkpoint, std::vector<SkippedCheckpoint>>> Run::restart_decoded(
    std::string_view name, const Decode& decode, const ReadOptions& options) const {
  const auto view = state_->store().engine().view();
  std::vector<SkippedCheckpoint> skipped;
  const store::RestartSearch search{.depth = store::Depth::state};
  auto found = store::newest_usable(*state_, *view, search, skipped, [&](const Checkpoint& checkpoint, const engine::View& reading) {
    const auto object = checkpoint.state.find(std::string(name));
    if (object == checkpoint.state.end())
      throw Error(ErrorCode::not_found, fmt::format("restart {}: checkpoint {} (step {}) has no state called {}", state_->title(),
                                                    checkpoint.id.hex(), checkpoint.step, name));
    state_->store().read_object(reading, object->second, decode, options);
  });
  if (!found) return std::nullopt;
  store::note_restart(*state_, *found, skipped);
  return std::pair(std::move(*found), std::move(skipped));
}

void Run::report_skipped(const std::vector<SkippedCheckpoint>& skipped) {
  for (const SkippedCheckpoint& checkpoint : skipped)
    std::fputs(fmt::format("cairn: checkpoint {} (step {}) cannot be used and was passed over: {}\n", checkpoint.id.hex(),
                           checkpoint.step, checkpoint.reason).c_str(), stderr);
}

Node Run::add(std::string_view label, const std::filesystem::path& path, const AddOptions& options) {
  graph::check_label(label);
  const auto staging = state_->store().engine().stage();
  store::StoredFileMemory memory(state_->store().engine());
  const object::AddedArtifact added = object::add_path(*staging, path, options, &memory);
  Node node;
  const auto find = [&](const engine::View& view) {
    const auto id = store::find_given_data(*state_, view, added.id.digest, label);
    if (id) node = state_->store().public_node(view, graph::GraphReader(view, state_->store().labels()).get_record(*id));
    return id.has_value();
  };
  if (!store::must_publish(state_->store(), *staging) && find(*state_->store().engine().view())) return node;
  state_->commit(staging.get(), 1, {}, fmt::format("add {} to {}", path.string(), state_->title()), [&](store::Draft& draft) {
    if (find(draft.view)) return;
    const format::NodeRecord record = store::data_node(*state_, "artifact", label, added.id, added.size_bytes);
    draft.graph.add_node(draft.new_node(), record);
    node = state_->store().public_node(draft.view, record);
  });
  memory.keep_if_possible();
  return node;
}

void Run::finish(const Inputs& returned, NodeState state) {
  if (!is_terminal(state))
    throw Error(ErrorCode::invalid_argument, fmt::format("finish {}: {} is not a final state", state_->title(), state_name(state)));
  std::vector<std::string> labels;
  for (const Input& input : returned) {
    if (!input.node())
      throw Error(ErrorCode::invalid_argument, fmt::format("finish {}: what it returns as {} must be a node", state_->title(), input.label()));
    labels.push_back(input.label());
  }
  state_->commit(nullptr, 0, labels, fmt::format("finish {}", state_->title()), [&](store::Draft& draft) {
    format::NodeRecord record = draft.graph.node(draft.run.workflow);
    if (is_terminal(record.state) && record.state != state)
      throw Error(ErrorCode::rule_violation, fmt::format("finish {} as {}: it is {} already", state_->title(), state_name(state),
                                                         state_name(record.state)));
    const graph::GraphReader reader(draft.view, state_->store().labels());
    const bool finished = is_terminal(record.state);
    const std::vector<Link> links = finished ? reader.public_links(reader.links_of(draft.run.workflow)) : std::vector<Link>();
    for (const Input& input : returned) {
      const Link link{record.uuid, *input.node(), LinkType::return_, input.label()};
      if (finished && std::ranges::find(links, link) == links.end())
        throw Error(ErrorCode::rule_violation, fmt::format("finish {}: it is {} already, and did not return {} as {}", state_->title(),
                                                           state_name(state), input.node()->text(), input.label()));
      if (!finished)
        draft.graph.add_link(draft.run.workflow, reader.get_id(*input.node()), LinkType::return_, input.label());
    }
    if (finished) return;
    record.state = state;
    record.modified = base::now_nanoseconds();
    draft.graph.update_node(draft.run.workflow, std::move(record));
  });
}

}  // namespace cairn
