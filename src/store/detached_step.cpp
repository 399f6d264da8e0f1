#include <cairn/detached_step.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <utility>

#include "object/artifacts.h"
#include "store/file_memory.h"
#include "store/step_attempt.h"
#include "store/step_claim.h"
#include "store/step_recording.h"
#include "store/store_state.h"

namespace cairn {

class DetachedStep::Impl {
 public:
  Impl(std::filesystem::path store, std::string run, std::string name, const StepOptions& options, const OpenOptions& open)
      : path_(std::move(store)), run_(std::move(run)), name_(std::move(name)), options_(options), open_(open) {
    if (options_.lease.count() <= 0)
      throw Error(ErrorCode::invalid_argument, fmt::format("claim step {} of run {}: expected a lease", name_, run_));
  }

  bool claim(std::span<const FileInput> inputs) {
    const auto state = store::open_state(path_, open_);
    const auto run = state->open_run(run_);
    store::check_step_names(*run, name_, options_.code_version);
    store::check_step_options(*run, name_, options_);
    store::StepOutcome step;
    step.detached = true;
    const auto view = state->engine().view();
    store::resolve_step(*run, *view, name_, {}, options_, step);
    store::StoredFileMemory memory(state->engine());
    for (const FileInput& input : inputs) step.inputs.push_back(stored(*run, *view, *step.staging, input, memory));
    store::sort_inputs(step);
    const bool found = store::find_or_enter(*run, step, options_, "artifact") || store::begin_attempt(*run, step, options_);
    step.turn.leave();
    step.staging.reset();  // which is of the store that is closed now
    step_ = std::move(step);
    memory.keep_if_possible();
    return !found;
  }

  void heartbeat() {
    const auto state = store::open_state(path_, open_);
    store::renew_claim(*get_run(*state), claimed(), options_.lease);
  }

  void record(std::span<const NamedSource> outputs, const AddOptions& options) {
    const auto state = store::open_state(path_, open_);
    const auto run = get_run(*state);
    store::StoredFileMemory memory(state->engine());
    while_staged(*state, [&](store::StepOutcome& step) {
      const object::AddedArtifact added = object::add_sources(*step.staging, outputs, options, &memory);
      store::record_step(*run, step, added.id, "artifact", added.size_bytes);
    });
    memory.keep_if_possible();
  }

  void record_failure(std::string_view message, std::int32_t exit_status) {
    const auto state = store::open_state(path_, open_);
    const auto run = get_run(*state);
    while_staged(*state, [&](store::StepOutcome& step) {
      store::record_end(*run, step, {StepEnd::failed, store::kept_message(message), exit_status});
    });
  }

  const store::StepOutcome& step() const { return step_; }

 private:
  static store::StepInput stored(const store::RunState& run, const engine::View& view, engine::Staging& staging,
                                 const FileInput& input, object::FileMemory& memory) {
    graph::check_label(input.label);
    const object::AddedArtifact added = object::add_source(staging, input.file.source, {.name = input.file.name}, &memory);
    const auto known = store::find_given_data(run, view, added.id.digest, input.label);
    return {input.label, added.id.digest, known.value_or(0), added.id, "artifact", added.size_bytes};
  }

  std::shared_ptr<store::RunState> get_run(store::StoreState& state) const {
    if (auto run = state.find_run(run_)) return run;
    throw Error(ErrorCode::not_found, fmt::format("record step {}: there is no run {} any more", name_, run_));
  }

  const store::StepOutcome& claimed() const {
    if (!step_.claimed)
      throw Error(ErrorCode::invalid_argument, fmt::format("record step {} of run {}: it was not claimed", name_, run_));
    return step_;
  }

  // Gives the step a staging for as long as the store is open.
  void while_staged(store::StoreState& state, const std::function<void(store::StepOutcome&)>& use) {
    claimed();
    struct Staged {
      store::StepOutcome& step;
      ~Staged() { step.staging.reset(); }
    } staged{step_};
    step_.staging = state.engine().stage();
    use(step_);
  }

  std::filesystem::path path_;
  std::string run_, name_;
  StepOptions options_;
  OpenOptions open_;
  store::StepOutcome step_;
};

DetachedStep::DetachedStep(std::filesystem::path store, std::string run, std::string name, const StepOptions& options,
                           const OpenOptions& open)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(run), std::move(name), options, open)) {}
DetachedStep::DetachedStep(DetachedStep&&) noexcept = default;
DetachedStep& DetachedStep::operator=(DetachedStep&&) noexcept = default;
DetachedStep::~DetachedStep() = default;

bool DetachedStep::claim(std::span<const FileInput> inputs) { return impl_->claim(inputs); }
void DetachedStep::heartbeat() { impl_->heartbeat(); }
void DetachedStep::record(std::span<const NamedSource> outputs, const AddOptions& options) { impl_->record(outputs, options); }
void DetachedStep::record_failure(std::string_view message, std::int32_t exit_status) {
  impl_->record_failure(message, exit_status);
}

unsigned DetachedStep::attempt() const { return impl_->step().attempt; }
const Uuid& DetachedStep::process() const { return impl_->step().process; }
const Uuid& DetachedStep::data() const { return impl_->step().data; }
ArtifactId DetachedStep::result() const {
  if (const auto* id = std::get_if<ArtifactId>(&impl_->step().content)) return *id;
  throw Error(ErrorCode::type_mismatch, fmt::format("step {}: its recorded result is no artifact", impl_->step().name));
}

}  // namespace cairn
