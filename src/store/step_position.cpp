#include "store/step_position.h"

#include <cairn/error.h>
#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "store/step_index.h"
#include "store/step_lookup.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

using format::StepRecord;

std::string title(std::string_view name, std::string_view code_version) {
  return fmt::format("step {}{}", printable(name),
                     code_version.empty() ? std::string() : fmt::format(", code version {}", printable(code_version)));
}

// The first of all that makes them two; inputs are sorted by label.
std::string first_difference(const StepRecord& recorded, const StepRecord& given) {
  const auto [one, other] = std::ranges::mismatch(recorded.inputs, given.inputs, [](const auto& a, const auto& b) {
    return a.label == b.label && a.content == b.content;
  });
  const bool has_one = one != recorded.inputs.end(), has_other = other != given.inputs.end();
  const auto content = [](const StepRecord::Input& input) { return input.content.hex().substr(0, 12); };
  if (has_one && has_other && one->label == other->label)
    return fmt::format("; input {} is {} and was {}", one->label, content(*other), content(*one));
  if (has_one && (!has_other || one->label < other->label))
    return fmt::format("; input {} was {} and is not there", one->label, content(*one));
  if (has_other) return fmt::format("; input {} is {} and was not there", other->label, content(*other));
  if (recorded.parameters != given.parameters) return "; its parameters are others";
  if (recorded.environment != given.environment) return "; its environment is another";
  return {};
}

// The key of what is at the place of the step; empty if nothing is.
std::optional<Digest> key_there(const RunState& run, const engine::View& view, const StepOutcome& step) {
  const auto bytes = view.find_row(run.cell(), format::row::position(*step.position));
  if (!bytes) return std::nullopt;
  Digest key;
  if (bytes->size() != key.bytes.size())
    throw Error(ErrorCode::damaged, fmt::format("read position {} of {}: it leads to no step", *step.position, run.title()));
  std::memcpy(key.bytes.data(), bytes->data(), bytes->size());
  return key;
}

// True if this step is recorded there.
bool is_there(const RunState& run, const engine::View& view, const StepOutcome& step) {
  const auto key = key_there(run, view, step);
  const auto recorded = key ? find_step_record(view, StepPlace{run.cell(), *key}) : std::nullopt;
  if (!recorded) return false;
  if (same_step(step, *recorded)) return true;
  throw Error(ErrorCode::diverged,
              fmt::format("{} diverges at position {}: {} is recorded there, and now comes {}{}", run.title(), *step.position,
                          title(recorded->name, recorded->code_version), title(step.name, step.code_version),
                          first_difference(*recorded, step_record(step))));
}

}  // namespace

void check_position(const RunState& run, const engine::View& view, const StepOutcome& step) {
  if (step.position) is_there(run, view, step);
}

void add_position(const RunState& run, Draft& draft, const StepOutcome& step, const Digest& key) {
  if (!step.position || is_there(run, draft.view, step)) return;
  draft.edit.rows.push_back({format::row::position(*step.position),
                             std::string(reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size())});
}

void keep_position(RunState& run, const StepOutcome& step) {
  if (!step.position || is_there(run, *run.store().engine().view(), step)) return;
  run.commit(nullptr, 0, {}, fmt::format("place {}", step_title(run, step)), [&](Draft& draft) {
    add_position(run, draft, step, find_step_rows(run, draft.view, step).key);
  });
}

}  // namespace cairn::store
