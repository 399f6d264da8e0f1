// Run: the public handle.
#include <cairn/run.h>

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/objects.h"
#include "object/references.h"
#include "store/bulk_load.h"
#include "store/checkpoint_state.h"
#include "store/history.h"
#include "store/recording_view.h"
#include "store/restart.h"
#include "store/step.h"
#include "store/step_attempt.h"
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

std::optional<Checkpoint> Run::latest() const {
  const auto view = state_->store().engine().view();
  const std::uint64_t head = state_->store().run_record(*view, state_->cell()).head;
  if (head == 0) return std::nullopt;
  return state_->store().public_checkpoint(*view, store::checkpoint_row(*view, state_->cell(), head).id);
}

std::optional<Checkpoint> Run::at(std::int64_t step) const {
  const auto view = state_->store().engine().view();
  const auto sequence = store::sequence_at(*view, state_->cell(), step);
  if (!sequence) return std::nullopt;
  return state_->store().public_checkpoint(*view, store::checkpoint_row(*view, state_->cell(), *sequence).id);
}

std::optional<Checkpoint> Run::tagged(std::string_view tag) const {
  const auto view = state_->store().engine().view();
  const auto sequence = store::sequence_tagged(*view, state_->cell(), tag);
  if (!sequence) return std::nullopt;
  return state_->store().public_checkpoint(*view, store::checkpoint_row(*view, state_->cell(), *sequence).id);
}

std::optional<Checkpoint> Run::latest_valid(std::vector<SkippedCheckpoint>* skipped) const {
  const auto view = state_->store().engine().view();
  std::vector<SkippedCheckpoint> passed_over;
  auto found = store::newest_usable(*state_, *view, {}, passed_over,
                                    [](const Checkpoint&, const engine::View&) {});
  if (skipped != nullptr) *skipped = std::move(passed_over);
  return found;
}

std::vector<Checkpoint> Run::history(const HistoryOptions& options) const {
  const auto view = state_->store().engine().view();
  std::uint64_t before = UINT64_MAX;
  if (options.before) {
    const auto place = store::find_checkpoint(*view, *options.before);
    if (!place || place->cell != state_->cell())
      throw Error(ErrorCode::not_found, fmt::format("list {}: checkpoint {} is not one of it", state_->title(), options.before->hex()));
    before = place->sequence;
  }
  std::vector<Checkpoint> checkpoints;
  if (options.limit == 0) return checkpoints;
  const store::TagIndex tags = store::tags_by_sequence(*view, state_->cell());
  store::walk_history(*view, state_->cell(), before, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    checkpoints.push_back(state_->store().listed_checkpoint(*view, state_->name(), sequence, row, tags));
    return checkpoints.size() < options.limit;
  });
  return checkpoints;
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
    std::fputs(fmt::format("cairn: checkpoint {} (step {}) is damaged and was passed over: {}\n", checkpoint.id.hex(),
                           checkpoint.step, checkpoint.reason).c_str(), stderr);
}

Run::StepRun::StepRun() = default;
Run::StepRun::StepRun(StepRun&&) noexcept = default;
Run::StepRun::~StepRun() = default;
Uuid Run::StepRun::data() const { return outcome->data; }
Uuid Run::StepRun::process() const { return outcome->process; }
ArtifactId Run::StepRun::artifact() const {
  if (const auto* id = std::get_if<ArtifactId>(&outcome->content)) return *id;
  throw Error(ErrorCode::type_mismatch, fmt::format("step {}: its recorded result is an object, expected an artifact", outcome->name));
}

Run::StepRun Run::begin_step(std::string_view name, const Inputs& inputs, const StepOptions& options,
                             std::string_view type) {
  store::check_step_names(*state_, name, options.code_version);
  graph::check_type(type);
  StepRun step;
  step.outcome = std::make_unique<store::StepOutcome>();
  const auto view = state_->store().engine().view();
  store::resolve_step(*state_, *view, name, inputs, options, *step.outcome);
  step.found = store::find_step(*state_, *view, *step.outcome);
  if (!step.found) store::require_unfinished(*state_, *view, fmt::format("step {}", name));
  step.outcome->started = base::now_nanoseconds();
  return step;
}

void Run::do_step(StepRun&, const StepOptions&, const std::function<void(StepContext&)>& attempt) {
  store::StepAttempt state;
  StepContext context(state);
  attempt(context);
}

void Run::redo_step(StepRun&, const std::function<void(StepContext&)>& attempt) {
  store::StepAttempt state;
  StepContext context(state);
  attempt(context);
}

void Run::record_step(StepRun& step, const Encodable& result, std::string_view type) {
  const std::uint64_t before = store::staged_bytes(*step.outcome->staging);
  const ObjectId object = object::write_object(*step.outcome->staging, result, state_->store().objects());
  step.found = store::record_step(*state_, *step.outcome, object, type, store::staged_bytes(*step.outcome->staging) - before);
}

void Run::record_step(StepRun& step, const ArtifactId& result) {
  object::hold(*step.outcome->staging, {format::BlobKind::artifact, result.digest});
  const auto view = state_->store().engine().view();
  const format::Artifact artifact = format::decode_artifact(view->get_blob(format::BlobKind::artifact, result.digest));
  step.found = store::record_step(*state_, *step.outcome, result, "artifact", artifact.size);
}

bool Run::read_step(const StepRun& step, const Decode& decode) const {
  const ObjectId* object = std::get_if<ObjectId>(&step.outcome->content);
  if (object == nullptr)
    throw Error(ErrorCode::type_mismatch, fmt::format("step {} of {}: its recorded result is an artifact, expected an object",
                                                      step.outcome->name, state_->title()));
  const auto view = state_->store().engine().view();
  try {
    state_->store().read_object(store::RecordingView(*view), *object, decode);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged || state_->store().engine().read_only()) throw;
    return false;
  }
}

void Run::repair_step(StepRun& step, const Encodable& result) {
  engine::Staging& staging = *step.outcome->staging;
  if (Content(object::write_object(staging, result, state_->store().objects())) != step.outcome->content)
    throw Error(ErrorCode::damaged, fmt::format("step {} of {}: its recorded result is damaged, and the work gives another one now",
                                                step.outcome->name, state_->title()));
  state_->commit(&staging, 0, {}, fmt::format("repair the result of step {} of {}", step.outcome->name, state_->title()),
                 [](store::Draft&) {});
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
  if (!store::has_new(*staging) && find(*state_->store().engine().view())) return node;
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
