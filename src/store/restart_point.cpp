#include "store/restart_point.h"

#include <cairn/error.h>
#include <cairn/run.h>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/file.h"
#include "format/records.h"
#include "graph/reader.h"
#include "object/artifacts.h"
#include "store/history.h"
#include "store/pending_writes.h"
#include "store/recording_view.h"
#include "store/region_fill.h"
#include "store/restart.h"
#include "store/step.h"
#include "store/store_state.h"

namespace cairn {
namespace store {
namespace {

void check_options(const RunState& run, const RestartOptions& options) {
  const int named = (options.id ? 1 : 0) + (options.step ? 1 : 0) + (options.tag ? 1 : 0);
  if (named > 1)
    throw Error(ErrorCode::invalid_argument, fmt::format("restart {}: expected at most one of id, step and tag", run.title()));
}

// The sequence of what was asked for; 0 if there is none.
std::uint64_t asked_sequence(const RunState& run, const engine::View& view, const RestartOptions& options) {
  if (options.id) return find_in_history(view, run.cell(), *options.id).value_or(0);
  if (options.step) return sequence_at(view, run.cell(), *options.step).value_or(0);
  if (options.tag) return sequence_tagged(view, run.cell(), *options.tag).value_or(0);
  return run.store().run_record(view, run.cell()).head;
}

void expect_part(const RunState& run, const Checkpoint& checkpoint, const std::string& name, bool is_state) {
  if (checkpoint.state.contains(name) || (!is_state && checkpoint.artifacts.contains(name))) return;
  throw Error(ErrorCode::not_found, fmt::format("restart {}: checkpoint {} (step {}) has no {} called {}", run.title(),
                                                checkpoint.id.hex(), checkpoint.step, is_state ? "state" : "part", name));
}

std::vector<StepData> inputs_of(const graph::GraphReader& reader, graph::NodeId process) {
  std::vector<graph::StoredLink> links = reader.links_of(process);
  std::erase_if(links, [&](const graph::StoredLink& link) { return link.target != process || link.type != LinkType::input; });
  const std::vector<Link> named = reader.public_links(links);
  std::vector<StepData> inputs;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const format::NodeRecord data = reader.get_record(links[i].source);
    inputs.push_back({named[i].label, content_digest(data.content), data.uuid});
    if (std::holds_alternative<std::monostate>(data.content)) inputs.back().content.bytes = data.uuid.bytes;
  }
  std::ranges::sort(inputs, {}, &StepData::label);
  return inputs;
}

}  // namespace
}  // namespace store

std::optional<RestartPoint> Run::restart_point(const RestartOptions& options) {
  store::check_options(*state_, options);
  const std::vector<store::RegionFill> fills = store::region_fills(state_->regions(), options.regions);
  const std::vector<std::string> states = store::states_of(fills);
  auto restart = std::make_shared<store::RestartState>(store::RestartState{state_, state_->store().engine().view()});
  const engine::View& view = *restart->view;

  const std::uint64_t asked = store::asked_sequence(*state_, view, options);
  if (asked == 0) return std::nullopt;
  store::RestartSearch search{.fall_back = options.fall_back, .parts = options.parts};
  if (options.id || options.step || options.tag) search.newest = asked;
  if (!search.parts.empty()) search.parts.insert(search.parts.end(), states.begin(), states.end());
  const auto found = store::newest_usable(*state_, view, search, restart->skipped, [&](const Checkpoint& checkpoint, const engine::View&) {
    for (const std::string& part : options.parts) store::expect_part(*state_, checkpoint, part, false);
    for (const std::string& name : states) store::expect_part(*state_, checkpoint, name, true);
  });
  if (!found) return std::nullopt;
  restart->checkpoint = *found;
  restart->pending_writes = store::read_pending_writes(view, state_->cell(), found->sequence);
  store::fill_regions(*state_, store::RecordingView(view), restart->checkpoint, fills);
  store::note_restart(*state_, restart->checkpoint, restart->skipped);
  return RestartPoint(std::move(restart));
}

RestartPoint::RestartPoint(std::shared_ptr<const store::RestartState> state) : state_(std::move(state)) {}

const Checkpoint& RestartPoint::checkpoint() const { return state_->checkpoint; }
const std::vector<SkippedCheckpoint>& RestartPoint::skipped() const { return state_->skipped; }
const std::vector<PendingWrite>& RestartPoint::pending_writes() const { return state_->pending_writes; }

std::vector<UnfinishedNode> RestartPoint::unfinished() const {
  store::StoreState& store = state_->run->store();
  const auto view = store.engine().view();
  const graph::GraphReader reader(*view, store.labels());
  std::vector<graph::StoredNode> nodes = reader.unfinished(state_->run->cell());
  std::ranges::sort(nodes, {}, &graph::StoredNode::id);
  std::vector<UnfinishedNode> unfinished;
  for (const graph::StoredNode& node : nodes)
    if (node.record.uuid != state_->run->uuid())  // that is the run itself
      unfinished.push_back({store.public_node(*view, node.record), store::inputs_of(reader, node.id)});
  return unfinished;
}

void RestartPoint::read(std::string_view name, const std::function<void(const Decoder&)>& read, const ReadOptions& options) const {
  const auto object = state_->checkpoint.state.find(std::string(name));
  if (object == state_->checkpoint.state.end())
    throw Error(ErrorCode::not_found, fmt::format("read a state: checkpoint {} (step {}) of {} has none called {}",
                                                  state_->checkpoint.id.hex(), state_->checkpoint.step, state_->run->title(), name));
  state_->run->store().read_object(store::RecordingView(*state_->view), object->second, read, options);
}

RestoreReceipt RestartPoint::restore(std::string_view name, const std::filesystem::path& directory, const RestoreOptions& options) const {
  const auto artifact = state_->checkpoint.artifacts.find(std::string(name));
  if (artifact == state_->checkpoint.artifacts.end())
    throw Error(ErrorCode::not_found, fmt::format("restore an artifact: checkpoint {} (step {}) of {} has none called {}",
                                                  state_->checkpoint.id.hex(), state_->checkpoint.step, state_->run->title(), name));
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) base::throw_errno(error.value(), fmt::format("create {}", directory.string()));
  return object::restore_artifact(store::RecordingView(*state_->view), artifact->second, directory, options);
}

}  // namespace cairn
