// Store and Run: what they offer about differences and reasons.
#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include "object/value_difference.h"
#include "store/checkpoint_difference.h"
#include "store/reasons.h"
#include "store/run_difference.h"
#include "store/store_state.h"

namespace cairn {

ValueDifference Store::diff(const ObjectId& before, const ObjectId& after, const DifferenceOptions& options) const {
  const auto view = state_->engine().view();
  for (const ObjectId& id : {before, after}) store::require_unpurged(*view, engine::BlobKind::object, id.digest);
  if (before == after) {
    const auto info = view->find_blob(before.digest);
    if (!info || info->kind != engine::BlobKind::object)
      throw Error(ErrorCode::not_found, fmt::format("object {} is not in the store", before.hex()));
  }
  return object::compare_objects(*view, before, after, options, state_->reading());
}

CheckpointDifference Store::diff(const CheckpointId& before, const CheckpointId& after,
                                 const DifferenceOptions& options) const {
  return store::compare_checkpoints(*state_, before, after, options);
}

RunDifference Store::diff(const Run& before, const Run& after, const DifferenceOptions& options) const {
  for (const Run& run : {before, after})
    if (&run.state_->store() != state_.get())
      throw Error(ErrorCode::invalid_argument, fmt::format("compare {}: it is a run of another store", run.state_->title()));
  return store::compare_runs(*before.state_, *after.state_, options);
}

StepReason Store::why(const Uuid& process) const { return store::why_process(*state_, process); }

std::vector<StepReason> Run::why(std::string_view step, std::size_t limit) const {
  return store::why_steps(*state_, step, limit);
}

StepReason Run::predict_step(std::string_view name, const Inputs& inputs, const StepOptions& options) const {
  store::check_step_names(*state_, name, options.code_version);
  const auto view = state_->store().engine().view();
  store::StepOutcome step;
  store::identify_step(*state_, *view, name, inputs, options, step);
  return store::predict_step(*state_, *view, step);
}

}  // namespace cairn
