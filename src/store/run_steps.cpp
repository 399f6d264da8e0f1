// Run: its recorded steps.
#include <cairn/error.h>
#include <cairn/run.h>

#include <fmt/format.h>

#include "format/artifact.h"
#include "object/objects.h"
#include "object/references.h"
#include "store/recording_view.h"
#include "store/step_attempt.h"
#include "store/step_list.h"
#include "store/step_lookup.h"
#include "store/step_recording.h"
#include "store/store_state.h"

namespace cairn {

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
  store::check_step_options(*state_, name, options);
  graph::check_type(type);
  StepRun step;
  step.outcome = std::make_unique<store::StepOutcome>();
  store::resolve_step(*state_, *state_->store().engine().view(), name, inputs, options, *step.outcome);
  const bool is_artifact = type == type_name<ArtifactId>();  // it is recorded as what it names
  step.found = store::find_or_enter(*state_, *step.outcome, options, is_artifact ? "artifact" : type);
  return step;
}

void Run::do_step(StepRun& step, const StepOptions& options, const std::function<void(StepContext&)>& attempt) {
  const auto call = [&](store::StepAttempt& state) {
    StepContext context(state);
    attempt(context);
  };
  if (store::attempt_step(*state_, *step.outcome, options, call)) step.found = true;
}

void Run::redo_step(StepRun& step, const std::function<void(StepContext&)>& attempt) {
  store::repeat_step(*state_, *step.outcome, [&](store::StepAttempt& state) {
    StepContext context(state);
    attempt(context);
  });
}

void Run::record_step(StepRun& step, const Encodable& result, std::string_view type) {
  const std::uint64_t before = store::staged_bytes(*step.outcome->staging);
  const ObjectId object = object::write_object(*step.outcome->staging, result, state_->store().objects());
  const std::uint64_t size = store::staged_bytes(*step.outcome->staging) - before;
  step.outcome->recorded = true;
  step.found = store::record_step(*state_, *step.outcome, object, type, size);
}

void Run::record_step(StepRun& step, const ArtifactId& result) {
  store::require_unpurged(*state_->store().engine().view(), format::BlobKind::artifact, result.digest);
  object::hold(*step.outcome->staging, {format::BlobKind::artifact, result.digest});
  const auto view = state_->store().engine().view();
  const format::Artifact artifact = format::decode_artifact(view->get_blob(format::BlobKind::artifact, result.digest));
  step.outcome->recorded = true;
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

std::vector<StepAttemptInfo> Run::attempts(std::string_view name, const Inputs& inputs, const StepOptions& options) const {
  store::check_step_names(*state_, name, options.code_version);
  store::check_step_options(*state_, name, options);
  const auto view = state_->store().engine().view();
  store::StepOutcome step;
  store::identify_step(*state_, *view, name, inputs, options, step);
  return store::list_attempts(*state_, *view, step);
}

}  // namespace cairn
