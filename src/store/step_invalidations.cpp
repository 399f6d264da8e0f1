#include "store/step_invalidations.h"

#include <cairn/error.h>

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "format/keys.h"
#include "store/commit.h"

namespace cairn::store {

namespace {

using format::StepInvalidationRecord;

constexpr std::int64_t kAnyTime = StepInvalidationRecord().recorded_before;

// Calls `visit` with each row until it returns false.
void walk_invalidations(const engine::View& view,
                        const std::function<bool(std::string_view key, const StepInvalidationRecord&)>& visit) {
  const auto rows = view.rows(format::kReuseCell);
  const std::string prefix(1, format::row::kInvalidation);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next())
    if (!visit(rows->key(), format::decode_step_invalidation(rows->value()))) return;
}

// Whether the later of two says all that the other one does.
bool replaces(const StepInvalidationRecord& later, const StepInvalidationRecord& earlier) {
  return later.name == earlier.name && later.code_version == earlier.code_version && later.time >= earlier.time &&
         later.recorded_before >= earlier.recorded_before;
}

void check_text(const std::optional<std::string>& text, std::string_view what) {
  if (text && !base::is_utf8(*text))
    throw Error(ErrorCode::invalid_argument, "invalidate steps: the " + std::string(what) + " is no UTF-8");
}

StepInvalidationRecord record_of(const StepInvalidation& steps, std::int64_t now) {
  check_text(steps.name, "name");
  check_text(steps.code_version, "code version");
  StepInvalidationRecord record{now, steps.name, steps.code_version};
  if (steps.recorded_before) record.recorded_before = steps.recorded_before->time_since_epoch().count();
  return record;
}

}  // namespace

void invalidate_steps(StoreState& state, const StepInvalidation& steps) {
  if (!steps.name && !steps.code_version && !steps.recorded_before)
    throw Error(ErrorCode::invalid_argument, "invalidate steps: expected a name, a code version or a time, got none of them");
  if (state.engine().read_only())
    throw Error(ErrorCode::read_only, "invalidate steps: the store is open for reading only");
  const StepInvalidationRecord record = record_of(steps, state.clock().now());
  commit_cell(state.engine(), {format::kReuseCell, 0, nullptr, "invalidate steps"}, [&](const engine::View& view) {
    engine::Edit edit;
    std::uint64_t next = 1;
    walk_invalidations(view, [&](std::string_view key, const StepInvalidationRecord& earlier) {
      next = format::row::parse_invalidation(key) + 1;
      if (replaces(record, earlier)) edit.rows.push_back({std::string(key), std::nullopt});
      return true;
    });
    edit.rows.push_back({format::row::invalidation(next), format::encode_step_invalidation(record)});
    return edit;
  });
}

std::vector<StepInvalidation> list_step_invalidations(const engine::View& view) {
  std::vector<StepInvalidation> all;
  walk_invalidations(view, [&](std::string_view, const StepInvalidationRecord& record) {
    StepInvalidation& steps = all.emplace_back(StepInvalidation{record.name, record.code_version});
    if (record.recorded_before != kAnyTime) steps.recorded_before = base::timestamp(record.recorded_before);
    return true;
  });
  return all;
}

bool concerns(const StepInvalidationRecord& invalidation, const format::StepRecord& step) {
  return step.time <= invalidation.time && step.time < invalidation.recorded_before &&
         (!invalidation.name || *invalidation.name == step.name) &&
         (!invalidation.code_version || *invalidation.code_version == step.code_version);
}

bool is_invalidated(const engine::View& view, const format::StepRecord& record) {
  bool found = false;
  walk_invalidations(view, [&](std::string_view, const StepInvalidationRecord& invalidation) {
    found = concerns(invalidation, record);
    return !found;
  });
  return found;
}

}  // namespace cairn::store

namespace cairn {

void Store::invalidate_steps(const StepInvalidation& steps) { store::invalidate_steps(*state_, steps); }
std::vector<StepInvalidation> Store::step_invalidations() const {
  return store::list_step_invalidations(*state_->engine().view());
}

}  // namespace cairn
