#include "store/run_difference.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "graph/id_set.h"
#include "store/process_match.h"
#include "store/step.h"
#include "store/step_difference.h"
#include "store/step_match.h"
#include "store/store_state.h"

namespace cairn::store {

namespace {

using format::NodeRecord;

// What a data node stands for where runs are compared: its content, else its attributes, else itself.
Digest identity_of(const NodeRecord& data) {
  if (!std::holds_alternative<std::monostate>(data.content)) return content_digest(data.content);
  if (!data.attributes.empty()) return base::hash128(base::as_bytes(data.attributes), 0);
  return {data.uuid.bytes};
}

std::string state_of(const NodeRecord& process) {
  std::string text(state_name(process.state));
  return process.exit_status == 0 ? text : text + fmt::format(" (exit status {})", process.exit_status);
}

class RunComparer {
 public:
  RunComparer(const RunState& before, const RunState& after, const DifferenceOptions& options)
      : state_(before.store()), view_(state_.engine().view()), reader_(*view_, state_.labels()), before_(before.cell()),
        after_(after.cell()), options_(options) {}

  RunDifference run() {
    graph::IdSet steps;
    match_steps(*view_, before_, after_, [&](const MatchedStep* one, const MatchedStep* other) {
      if (one != nullptr) steps.insert(one->record.process);
      if (other != nullptr) steps.insert(other->record.process);
      compare_step(one, other);
    });
    match_processes(*view_, before_, after_, steps, [&](NodeId one, NodeId other) { compare_process(one, other); });
    return std::move(found_);
  }

 private:
  // Whether what is found next is kept.
  bool keeps() const { return options_.changes_max != 0; }

  void compare_step(const MatchedStep* one, const MatchedStep* other) {
    const auto info = [&](const MatchedStep& step) { return step_info(state_, *view_, *view_, step.place.cell, step.record); };
    if (one == nullptr || other == nullptr)
      return add_single(one != nullptr, [&] { return info(one != nullptr ? *one : *other); });
    const format::StepRecord &left = one->record, &right = other->record;
    const bool same_data = std::ranges::equal(left.inputs, right.inputs, [](const auto& a, const auto& b) {
      return a.label == b.label && a.content == b.content;
    });
    const bool other_outputs = left.result_content != right.result_content;
    const bool other_code = left.code_version != right.code_version, other_parameters = left.parameters != right.parameters;
    const bool other_environment = left.environment != right.environment;
    if (same_data && !other_outputs && !other_code && !other_parameters && !other_environment) {
      ++found_.equal_count;
      return;
    }
    count_changed(other_code, !same_data, other_outputs, other_parameters, other_environment, false);
    if (!keeps()) return;
    StepChange change{ChangeKind::changed, info(*one), info(*other), {}};
    take_from(options_, 1);
    change.difference = compare_steps(state_, *view_, *change.before, *change.after, left, right, options_);
    found_.changes.push_back(std::move(change));
  }

  void compare_process(NodeId one, NodeId other) {
    if (one == 0 || other == 0)
      return add_single(one != 0, [&] {
        const NodeId id = one != 0 ? one : other;
        return process_info(id, reader_.get_record(id));
      });
    const NodeRecord left = reader_.get_record(one), right = reader_.get_record(other);
    StepChange change{ChangeKind::changed, process_info(one, left), process_info(other, right), {}};
    DifferenceOptions within = options_;
    take_from(within, 1);
    StepDifference& difference = change.difference;
    if (left.code_version != right.code_version) difference.code_version = TextChange{left.code_version, right.code_version};
    difference.inputs = compare_data(change.before->inputs, change.after->inputs, within);
    difference.outputs = compare_data(change.before->outputs, change.after->outputs, within);
    difference.attributes = compare_embedded(state_, *view_, "attributes", left.attributes, right.attributes, within);
    if (state_of(left) != state_of(right)) difference.state = TextChange{state_of(left), state_of(right)};
    if (difference.empty()) {
      ++found_.equal_count;
      return;
    }
    count_changed(difference.code_version.has_value(), !difference.inputs.empty(), !difference.outputs.empty(),
                  !difference.attributes.empty(), false, difference.state.has_value());
    if (!keeps()) return;
    options_ = within;
    found_.changes.push_back(std::move(change));
  }

  void add_single(bool is_before, const std::function<StepInfo()>& info) {
    ++(is_before ? found_.only_before_count : found_.only_after_count);
    if (!keeps()) return;
    take_from(options_, 1);
    if (is_before) found_.changes.push_back({ChangeKind::removed, info(), std::nullopt, {}});
    else found_.changes.push_back({ChangeKind::added, std::nullopt, info(), {}});
  }

  void count_changed(bool code, bool inputs, bool outputs, bool parameters, bool environment, bool state) {
    ++found_.changed_count;
    found_.other_code_count += code ? 1 : 0;
    found_.other_inputs_count += inputs ? 1 : 0;
    found_.other_outputs_count += outputs ? 1 : 0;
    found_.other_parameters_count += parameters ? 1 : 0;
    found_.other_environment_count += environment ? 1 : 0;
    found_.other_state_count += state ? 1 : 0;
  }

  StepInfo process_info(NodeId id, const NodeRecord& record) const {
    StepInfo info;
    info.recorded = false;
    info.name = record.label;
    info.type = record.type;
    info.run = state_.run_record(*view_, record.cell).name;
    info.process = record.uuid;
    info.code_version = record.code_version;
    info.time = base::timestamp(record.modified);
    info.duration = std::chrono::nanoseconds(std::max<std::int64_t>(record.modified - record.created, 0));
    for (const graph::StoredLink& link : reader_.links_of(id)) {
      const bool is_input = link.type == LinkType::input && link.target == id;
      const bool is_output = (link.type == LinkType::create || link.type == LinkType::return_) && link.source == id;
      if (!is_input && !is_output) continue;
      const NodeRecord data = reader_.get_record(is_input ? link.source : link.target);
      (is_input ? info.inputs : info.outputs)
          .push_back({std::string(state_.labels().text(link.label, *view_)), identity_of(data), data.uuid});
    }
    std::ranges::sort(info.inputs, {}, &StepData::label);
    std::ranges::sort(info.outputs, {}, &StepData::label);
    return info;
  }

  StoreState& state_;
  const std::unique_ptr<engine::View> view_;
  const graph::GraphReader reader_;
  const engine::CellId before_, after_;
  DifferenceOptions options_;  // how much more is kept
  RunDifference found_;
};

}  // namespace

RunDifference compare_runs(const RunState& before, const RunState& after, const DifferenceOptions& options) {
  return RunComparer(before, after, options).run();
}

}  // namespace cairn::store
