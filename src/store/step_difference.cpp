#include "store/step_difference.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "object/value_difference.h"
#include "store/embedded.h"

namespace cairn::store {

StepInfo step_info(const StoreState& state, const engine::View& view, const engine::BlobSource& blobs, engine::CellId cell,
                   const format::StepRecord& record) {
  const graph::GraphReader reader(view, state.labels());
  StepInfo info;
  info.name = record.name;
  info.type = "step";
  info.run = state.run_record(view, cell).name;
  info.code_version = record.code_version;
  for (const auto& input : record.inputs)
    info.inputs.push_back({input.label, input.content, input.node == 0 ? Uuid{} : reader.get_record(input.node).uuid});
  if (record.process != 0) {
    info.process = reader.get_record(record.process).uuid;
    info.outputs.push_back({"result", record.result_content, reader.get_record(record.result).uuid});
  }
  if (!record.parameters.empty()) info.parameters = read_embedded(blobs, record.parameters);
  if (!record.environment.empty()) info.environment = read_embedded(blobs, record.environment);
  info.time = base::timestamp(record.time);
  info.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(record.duration));
  if (record.reused_from != Uuid{}) info.reused_from = record.reused_from;
  return info;
}

std::vector<StepDataChange> compare_data(const std::vector<StepData>& before, const std::vector<StepData>& after,
                                         DifferenceOptions& options) {
  std::vector<StepDataChange> changes;
  const auto add = [&](StepDataChange change) {
    // One is told in any case: that there is none would be wrong.
    if (options.changes_max != 0 || changes.empty()) changes.push_back(std::move(change));
    take_from(options, 1);
  };
  auto one = before.begin(), other = after.begin();
  while (one != before.end() || other != after.end()) {
    if (other == after.end() || (one != before.end() && one->label < other->label)) {
      add({ChangeKind::removed, one->label, *one, std::nullopt});
      ++one;
    } else if (one == before.end() || other->label < one->label) {
      add({ChangeKind::added, other->label, std::nullopt, *other});
      ++other;
    } else {
      if (one->content != other->content) add({ChangeKind::changed, one->label, *one, *other});
      ++one;
      ++other;
    }
  }
  return changes;
}

ValueDifference compare_embedded(StoreState& state, const engine::BlobSource& blobs, std::string_view path,
                                 std::string_view before, std::string_view after, DifferenceOptions& options) {
  ValueDifference found =
      object::compare_maps(blobs, base::as_bytes(before), base::as_bytes(after), path, options, state.reading());
  take_from(options, found.changes.size());
  return found;
}

StepDifference compare_steps(StoreState& state, const engine::BlobSource& blobs, const StepInfo& before, const StepInfo& after,
                             const format::StepRecord& before_record, const format::StepRecord& after_record,
                             DifferenceOptions& options) {
  StepDifference found;
  if (before.code_version != after.code_version) found.code_version = TextChange{before.code_version, after.code_version};
  found.inputs = compare_data(before.inputs, after.inputs, options);
  found.parameters =
      compare_embedded(state, blobs, "parameters", before_record.parameters, after_record.parameters, options);
  found.environment =
      compare_embedded(state, blobs, "environment", before_record.environment, after_record.environment, options);
  if (!before.outputs.empty() && !after.outputs.empty()) found.outputs = compare_data(before.outputs, after.outputs, options);
  return found;
}

}  // namespace cairn::store
