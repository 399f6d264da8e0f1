// What a store answers to many questions, as lines of text that can be compared.
#pragma once

#include <cairn/cairn.h>
#include <cairn/value_json.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace cairn::test {

using Answers = std::set<std::string>;

class Questioner {
 public:
  explicit Questioner(const Store& store) : store_(store) {}

  Answers ask() {
    asking("runs", [&] {
      for (const RunInfo& run : store_.runs()) asking("run " + run.name, [&] { ask_run(run); });
    });
    for (const char* filter : {"", "type = point", "kind = data", "kind = workflow", "state = finished", "tag = even", "attributes.energy > 2",
                               "group = \"some\"", "type = step", "run = \"run 0\"", "run = \"fork 1\""})
      asking(filter, [&] { ask_query(filter); });
    asking("groups", [&] {
      for (const Group& group : store_.groups()) say("group " + group.name, group.description + to_json(group.extras));
    });
    asking("indexes", [&] {
      for (const AttributeIndex& index : store_.attribute_indexes(true)) say("index " + index.path.text(), std::to_string(index.entry_count));
    });
    return std::move(answers_);
  }

 private:
  void say(const std::string& what, std::string_view is) { answers_.insert(what + " = " + std::string(is)); }
  // What cannot be answered is no answer.
  void asking(const std::string&, const std::function<void()>& ask) {
    try {
      ask();
    } catch (const Error&) {
    }
  }

  void ask_run(const RunInfo& info) {
    const Run run = store_.find_run(info.name).value();
    say("run " + info.name, info.uuid.text() + " " + std::to_string(info.checkpoint_count));
    for (const Checkpoint& checkpoint : run.history()) {
      const std::string name = info.name + " checkpoint " + checkpoint.id.hex();
      if (checkpoint.damaged) continue;
      say(name, std::to_string(checkpoint.step) + " " + std::to_string(checkpoint.sequence) + " " + to_json(Value(checkpoint.metadata)));
      for (const std::string& tag : checkpoint.tags) say(name, "tag " + tag);
      asking(name, [&] { say(name, "by id " + store_.find_checkpoint(checkpoint.id).value().id.hex()); });
      asking(name, [&] { say(name, "by step " + run.at(checkpoint.step).value().id.hex()); });
      for (const auto& [state, id] : checkpoint.state)
        asking(name, [&] { say(name + " state " + state, std::to_string(std::hash<std::string>()(to_json(store_.get_value(id))))); });
      for (const auto& [artifact, id] : checkpoint.artifacts)
        asking(name, [&] { say(name + " artifact " + artifact, std::to_string(std::hash<std::string>()(store_.read_file(id)))); });
      asking(name, [&] {
        for (const PendingWrite& write : run.pending_writes(checkpoint.id)) say(name + " write", write.task + " " + write.value.hex());
      });
    }
    for (const StepStatus& step : run.steps())
      say(info.name + " step", step.name + " " + (step.process ? step.process->text() : "") + " " + std::to_string(step.attempts.size()));
  }

  void ask_query(const char* filter) {
    for (const Node& node : store_.query({.filter = Filter::parse(filter)}).nodes) {
      say(std::string("query ") + filter, node.uuid.text());
      if (*filter == '\0') ask_node(node);
    }
  }

  void ask_node(const Node& node) {
    const std::string name = "node " + node.uuid.text();
    say(name, std::string(kind_name(node.kind)) + " " + std::string(state_name(node.state)) + " " + node.type + " " + node.label + " " + node.run +
                  " " + to_json(node.attributes));
    for (const Identity& id : node.unique_ids) asking(name, [&] { say(name, "unique " + store_.find_node(id).value().uuid.text()); });
    asking(name, [&] {
      for (const Link& link : store_.links(node.uuid))
        say(name, "link " + link.source.text() + " " + link.target.text() + " " + std::string(link_name(link.type)) + " " + link.label);
    });
    asking(name, [&] {
      for (const Reached& other : store_.ancestors(node.uuid)) say(name, "ancestor " + other.node.uuid.text());
    });
    asking(name, [&] {
      for (const Reached& other : store_.descendants(node.uuid)) say(name, "descendant " + other.node.uuid.text());
    });
  }

  const Store& store_;
  Answers answers_;
};

inline Answers answers_of(const Store& store) { return Questioner(store).ask(); }

}  // namespace cairn::test
