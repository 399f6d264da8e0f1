#include "difference_documents.h"

#include <boost/json/array.hpp>

#include "documents.h"
#include "output.h"
#include "values.h"

namespace cairn::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

template <class Items, class Describe>
array list_of(const Items& items, const Describe& describe) {
  array list;
  for (const auto& item : items) list.push_back(describe(item));
  return list;
}

object text_change(const TextChange& change) {
  return {{"before", json_text(change.before)}, {"after", json_text(change.after)}};
}

object value_change(const ValueChange& change) {
  object described{{"change", change_name(change.kind)}, {"path", json_text(change.path)}};
  if (change.kind != ChangeKind::added) described.emplace("before", json_text(change.before));
  if (change.kind != ChangeKind::removed) described.emplace("after", json_text(change.after));
  if (change.array)
    described.emplace("array", object{{"element_count", change.array->element_count},
                                      {"differing_count", change.array->differing_count},
                                      {"first", change.array->first},
                                      {"last", change.array->last}});
  return described;
}

object step_data(const StepData& data) {
  return {{"label", json_text(data.label)},
          {"content", data.content.hex()},
          {"node", data.node == Uuid{} ? value(nullptr) : value(data.node.text())}};
}

object data_change(const StepDataChange& change) {
  object described{{"change", change_name(change.kind)}, {"label", json_text(change.label)}};
  if (change.before) described.emplace("before", step_data(*change.before));
  if (change.after) described.emplace("after", step_data(*change.after));
  return described;
}

template <class Id>
value id_or_null(const std::optional<Id>& id) {
  return id ? value(id->hex()) : value(nullptr);
}

object state_change(const StateChange& change) {
  object described{{"change", change_name(change.kind)},
                   {"name", json_text(change.name)},
                   {"before", id_or_null(change.before)},
                   {"after", id_or_null(change.after)}};
  if (change.kind == ChangeKind::changed) described.emplace("difference", document(change.difference));
  return described;
}

object artifact_change(const NamedArtifactChange& change) {
  object described{{"change", change_name(change.kind)},
                   {"name", json_text(change.name)},
                   {"before", id_or_null(change.before)},
                   {"after", id_or_null(change.after)}};
  if (change.kind != ChangeKind::changed) return described;
  described.emplace("change_count", change.change_count);
  described.emplace("changes", list_of(change.changes, [](const ArtifactChange& one) { return document(one); }));
  return described;
}

object unfinished_change(const UnfinishedChange& change) {
  const auto state = [](const std::optional<NodeState>& one) { return one ? value(state_name(*one)) : value(nullptr); };
  return {{"node", change.node.text()}, {"before", state(change.before)}, {"after", state(change.after)}};
}

object step_change(const StepChange& change) {
  object described{{"change", change_name(change.kind)}};
  if (change.before) described.emplace("before", document(*change.before));
  if (change.after) described.emplace("after", document(*change.after));
  if (change.kind == ChangeKind::changed) described.emplace("difference", document(change.difference));
  return described;
}

array texts(const std::vector<std::string>& items) {
  return list_of(items, [](const std::string& item) { return value(json_text(item)); });
}

}  // namespace

object document(const ValueDifference& difference) {
  return {{"change_count", difference.change_count}, {"changes", list_of(difference.changes, value_change)}};
}

object document(const CheckpointDifference& difference) {
  return {{"before", document(difference.before)},
          {"after", document(difference.after)},
          {"states", list_of(difference.states, state_change)},
          {"artifacts", list_of(difference.artifacts, artifact_change)},
          {"metadata", document(difference.metadata)},
          {"tags_added", texts(difference.tags_added)},
          {"tags_removed", texts(difference.tags_removed)},
          {"unfinished_count", difference.unfinished_count},
          {"unfinished", list_of(difference.unfinished, unfinished_change)}};
}

object document(const RunDifference& difference) {
  return {{"equal_count", difference.equal_count},
          {"only_before_count", difference.only_before_count},
          {"only_after_count", difference.only_after_count},
          {"changed_count", difference.changed_count},
          {"other_code_count", difference.other_code_count},
          {"other_inputs_count", difference.other_inputs_count},
          {"other_outputs_count", difference.other_outputs_count},
          {"other_parameters_count", difference.other_parameters_count},
          {"other_environment_count", difference.other_environment_count},
          {"other_state_count", difference.other_state_count},
          {"changes", list_of(difference.changes, step_change)}};
}

object document(const StepDifference& difference) {
  const auto text = [](const std::optional<TextChange>& change) {
    return change ? value(text_change(*change)) : value(nullptr);
  };
  return {{"code_version", text(difference.code_version)},
          {"inputs", list_of(difference.inputs, data_change)},
          {"parameters", document(difference.parameters)},
          {"environment", document(difference.environment)},
          {"attributes", document(difference.attributes)},
          {"state", text(difference.state)},
          {"outputs", list_of(difference.outputs, data_change)}};
}

object document(const StepInfo& step) {
  return {{"recorded", step.recorded},
          {"name", json_text(step.name)},
          {"type", json_text(step.type)},
          {"run", json_text(step.run)},
          {"process", step.process.text()},
          {"code_version", json_text(step.code_version)},
          {"inputs", list_of(step.inputs, step_data)},
          {"outputs", list_of(step.outputs, step_data)},
          {"parameters", value_document(step.parameters)},
          {"environment", value_document(step.environment)},
          {"time", format_time(step.time)},
          {"duration_nanoseconds", step.duration.count()},
          {"reused_from", step.reused_from ? value(step.reused_from->text()) : value(nullptr)}};
}

object document(const StepReason& reason) {
  return {{"step", document(reason.step)},
          {"done", reason.done},
          {"reason", json_text(to_text(reason))},
          {"compared", reason.compared ? value(document(*reason.compared)) : value(nullptr)},
          {"difference", document(reason.difference)}};
}

}  // namespace cairn::cli
