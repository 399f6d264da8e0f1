#include "store/step_nodes.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/keys.h"
#include "store/step_index.h"
#include "store/step_position.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

// The node of an input; a new one unless the run has it by now.
NodeId input_node(const RunState& run, Draft& draft, const StepInput& input) {
  if (input.node != 0) return input.node;
  if (const auto known = find_given_data(run, draft.view, input.content, input.label)) return *known;
  const NodeId id = draft.new_node();
  draft.graph.add_node(id, data_node(run, input.type, input.label, input.value, input.size));
  return id;
}

}  // namespace

std::uint64_t new_input_count(const StepOutcome& step) {
  return static_cast<std::uint64_t>(std::ranges::count(step.inputs, NodeId{0}, &StepInput::node));
}

std::vector<std::string> step_labels(const StepOutcome& step) {
  std::vector<std::string> labels = {"result", "step"};
  for (const StepInput& input : step.inputs) labels.push_back(input.label);
  return labels;
}

format::StepRecord add_inputs(const RunState& run, Draft& draft, const StepOutcome& step) {
  format::StepRecord components = step_record(step);
  for (std::size_t i = 0; i < step.inputs.size(); ++i) components.inputs[i].node = input_node(run, draft, step.inputs[i]);
  return components;
}

void keep_inputs(const RunState& run, const format::StepRecord& components, StepOutcome& step) {
  for (std::size_t i = 0; i < step.inputs.size(); ++i) step.inputs[i].node = components.inputs[i].node;
  step.staging = run.store().engine().stage();
}

format::NodeRecord process_record(const RunState& run, const StepOutcome& step, const ProcessEnd& end) {
  format::NodeRecord process;
  process.uuid = step.process;
  process.kind = NodeKind::calculation;
  process.state = end.state;
  process.type = "step";
  process.label = step.name;
  process.cell = run.cell();
  process.created = step.started;
  process.modified = end.time;
  process.exit_message = end.message;
  process.exit_status = end.exit_status;
  process.code_version = step.code_version;
  return process;
}

NodeId add_process(Draft& draft, format::NodeRecord record, const format::StepRecord& components) {
  const NodeId process = draft.new_node();
  draft.graph.add_node(process, std::move(record));
  for (const auto& input : components.inputs) draft.graph.add_link(input.node, process, LinkType::input, input.label);
  draft.graph.add_link(draft.run.workflow, process, LinkType::call, "step");
  return process;
}

NodeId end_process(Draft& draft, const Uuid& process, const ProcessEnd& end) {
  const auto owner = draft.view.find_claim(format::claim::node(process));
  if (!owner) throw Error(ErrorCode::damaged, fmt::format("end the attempt of process {}: there is no such node", process.text()));
  const NodeId id = format::parse_be64(*owner);
  format::NodeRecord record = draft.graph.node(id);
  if (is_terminal(record.state)) return id;
  record.state = end.state;
  record.exit_message = end.message;
  record.exit_status = end.exit_status;
  record.modified = end.time;
  draft.graph.update_node(id, std::move(record));
  return id;
}

void add_step_record(const RunState& run, Draft& draft, const Digest& key, format::StepRecord record, format::NodeRecord result,
                     StepOutcome& step) {
  step.data = result.uuid;
  step.content = result.content;
  record.result = draft.new_node();
  record.result_content = content_digest(result.content);
  record.position = step.position ? *step.position + 1 : 0;
  draft.graph.add_node(record.result, std::move(result));
  draft.graph.add_link(record.process, record.result, LinkType::create, "result");
  draft.edit.rows.push_back({format::row::step(key), format::encode_step(record)});
  add_step_entries(record, {run.cell(), key}, draft.edit.indexes);
  add_position(run, draft, step, key);
}

}  // namespace cairn::store
