#include "interchange/json/values.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "interchange/labels.h"

namespace cairn::interchange::json {

namespace {

Identity name_of(const ObjectId& content) {
  return {kValueScope, content.hex()};
}

}  // namespace

ValuesImport::ValuesImport(Store& store, const ImportOptions& options, ImportReport& report)
    : store_(store),
      options_(options),
      report_(report),
      makes_run_(!options.run.empty() && !store.find_run(options.run)),
      load_(options.run.empty() || makes_run_ ? store.bulk_load() : store.run(options.run).bulk_load()) {}

void ValuesImport::add_content(const ObjectId& content) {
  const auto [known, is_other] = nodes_.try_emplace(content);
  if (is_other) {
    const Identity name = name_of(content);
    if (const auto node = store_.find_node(name)) {
      known->second = node->uuid;
      ++report_.nodes_known;
    } else {
      NewNode added;
      added.type = kValueType;
      added.label = node_label(options_.name);
      added.content = content;
      added.unique_ids = {name};
      added.uuid = known->second = Uuid::generate();
      new_nodes_.push_back(std::move(added));
    }
  }
  report_.roots.push_back(known->second);
}

void ValuesImport::commit() {
  report_.was_there = new_nodes_.empty();
  if (report_.was_there) return;
  if (makes_run_) enter_run();
  for (const NewNode& node : new_nodes_) load_.add(node);
  report_.nodes_new = load_.commit().node_count;
}

// What was put belongs to the load that it was put into, until that is committed; alone it is visible to nobody.
void ValuesImport::enter_run() {
  load_.commit();
  load_ = store_.run(options_.run).bulk_load();
}

Value value_of(const Store& store, const Uuid& uuid) {
  const Node node = store.get_node(uuid);
  const auto* content = std::get_if<ObjectId>(&node.content);
  if (content == nullptr) throw Error(ErrorCode::unstorable, fmt::format("node {}: it has no value to write", uuid.text()));
  return store.get_value(*content, {.load_arrays = true});
}

}  // namespace cairn::interchange::json
