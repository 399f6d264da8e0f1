// All that a store says of itself, as lines of text: two stores with the same lines answer the same.
#pragma once

#include <cairn/cairn.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace cairn::test {

/// Collects the lines.
class StoreContents {
 public:
  explicit StoreContents(const Store& store) : store_(store) {
    for (const RunInfo& info : store.runs()) add_run(info);
    for (const Node& node : store.query({}).nodes) add_node(node);
    for (const Group& group : store.groups())
      add("group", group.name, group.uuid.text(), group.description, text(group.extras), std::to_string(group.node_count),
          format_time(group.created));
    for (const Purged& purged : store.purges()) add("purge", purged.kind, purged.digest.hex(), purged.reason, format_time(purged.time));
    for (const StepInvalidation& steps : store.step_invalidations())
      add("invalidation", steps.name.value_or("-"), steps.code_version.value_or("-"));
    for (const Violation& violation : store.violations())
      add("violation", violation.link.source.text(), violation.link.target.text(), violation.link.label, violation.rule);
    std::ranges::sort(lines_);
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  template <class... Texts>
  void add(const Texts&... texts) {
    std::string line;
    ((line += std::string(texts) + "|"), ...);
    lines_.push_back(std::move(line));
  }
  static std::string text(const Value& value) { return to_text(value, {.form = TextForm::line}); }

  void add_run(const RunInfo& info) {
    const Run run = store_.find_run(info.name).value();
    add("run", info.name, info.uuid.text(), std::to_string(info.checkpoint_count), format_time(info.created));
    if (const auto from = run.forked_from()) add("forked", info.name, from->second.hex());
    for (const Checkpoint& checkpoint : run.history()) add_checkpoint(run, checkpoint);
    for (const StepStatus& step : run.steps()) add_step(run, step);
    for (const std::int64_t step : {0, 1, 2, 3, 4}) {
      add("at", info.name, std::to_string(step), found([&] { return run.at(step); }));
    }
    add("restart", info.name, restarted(run));
  }

  template <class Find>
  static std::string found(const Find& find) {
    try {
      const auto checkpoint = find();
      return checkpoint ? checkpoint->id.hex() : "-";
    } catch (const Error& error) {
      return error_name(error.code());
    }
  }

  static std::string restarted(const Run& run) {
    try {
      const auto state = run.restart<Value>("state");
      return state ? text(*state) : "-";
    } catch (const Error& error) {
      return error_name(error.code());
    }
  }

  void add_checkpoint(const Run& run, const Checkpoint& checkpoint) {
    std::string tags, states;
    for (const std::string& tag : checkpoint.tags) tags += tag + ",";
    for (const auto& [name, id] : checkpoint.state) states += name + "=" + id.hex() + "=" + content(id) + ",";
    for (const auto& [name, id] : checkpoint.artifacts) states += name + "=" + id.hex() + ",";
    add("checkpoint", run.name(), checkpoint.id.hex(), std::to_string(checkpoint.sequence), std::to_string(checkpoint.step),
        checkpoint.parent ? checkpoint.parent->hex() : "-", format_time(checkpoint.time), tags, states, text(Value(checkpoint.metadata)),
        checkpoint.purged ? "purged" : "");
    for (const PendingWrite& write : run.pending_writes(checkpoint.id))
      add("write", run.name(), checkpoint.id.hex(), write.task, std::to_string(write.index), write.channel, content(write.value));
    if (checkpoint.purged) return;
    const auto found = store_.find_checkpoint(checkpoint.id);
    add("found", found->id.hex(), found->run);
  }

  std::string content(const ObjectId& id) {
    try {
      return text(store_.get_value(id));
    } catch (const Error& error) {
      return error_name(error.code());
    }
  }

  void add_step(const Run& run, const StepStatus& step) {
    add("step", run.name(), step.name, step.code_version, step.process ? step.process->text() : "-", format_time(step.recorded), step.worker);
    for (const StepAttemptInfo& attempt : step.attempts)
      add("attempt", run.name(), step.name, std::to_string(attempt.number), step_end_name(attempt.end), attempt.process.text(), attempt.message);
    if (!step.process) return;
    for (const StepReason& reason : run.why(step.name)) {
      std::string inputs;
      for (const StepData& input : reason.step.inputs) inputs += input.label + "=" + input.content.hex() + "=" + input.node.text() + ",";
      for (const StepData& output : reason.step.outputs) inputs += output.label + "=" + output.content.hex() + "=" + output.node.text() + ",";
      add("why", run.name(), step.name, reason.step.process.text(), inputs, text(reason.step.parameters), text(reason.step.environment),
          reason.compared ? reason.compared->process.text() : "-", reason.step.reused_from ? reason.step.reused_from->text() : "-");
    }
  }

  void add_node(const Node& node) {
    std::string names;
    for (const std::string& tag : node.tags) names += tag + ",";
    for (const Identity& id : node.unique_ids) names += id.scope + ":" + id.id + ",";
    for (const std::string& group : store_.groups_of(node.uuid)) names += group + ",";
    std::string holds = "-";
    if (const auto* object = std::get_if<ObjectId>(&node.content)) holds = object->hex() + "=" + content(*object);
    if (const auto* artifact = std::get_if<ArtifactId>(&node.content)) holds = artifact->hex();
    add("node", node.uuid.text(), std::string(kind_name(node.kind)), std::string(state_name(node.state)), node.type, node.label,
        node.description, node.run, format_time(node.created), format_time(node.modified), node.exit_message, node.code_version,
        text(node.attributes), text(node.extras), names, holds, std::to_string(node.size_bytes));
    for (const Link& link : store_.links(node.uuid))
      add("link", node.uuid.text(), link.source.text(), link.target.text(), std::string(link_name(link.type)), link.label);
    add("ancestors", node.uuid.text(), in_order(store_.ancestors(node.uuid)));
    add("descendants", node.uuid.text(), in_order(store_.descendants(node.uuid, {.links = LinkTypes::all()})));
  }

  // Of equal depth by id: nodes of different runs need not come in the same order of age.
  static std::string in_order(const std::vector<Reached>& all) {
    std::vector<std::string> texts;
    for (const Reached& reached : all) texts.push_back(std::to_string(reached.depth) + " " + reached.node.uuid.text() + ",");
    std::ranges::sort(texts);
    std::string line;
    for (const std::string& one : texts) line += one;
    return line;
  }

  const Store& store_;
  std::vector<std::string> lines_;
};

inline std::vector<std::string> contents_of(const Store& store) { return StoreContents(store).lines(); }

/// The lines that are in one of two alone, for messages.
inline std::string difference_of(const std::vector<std::string>& one, const std::vector<std::string>& other) {
  std::vector<std::string> alone;
  std::ranges::set_symmetric_difference(one, other, std::back_inserter(alone));
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(alone.size(), 8); ++i)
    text += (std::ranges::binary_search(one, alone[i]) ? "\n- " : "\n+ ") + alone[i];
  return text;
}

}  // namespace cairn::test
