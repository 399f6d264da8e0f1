// cairn group, cairn groups: named sets of nodes.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "documents.h"
#include "graph_options.h"
#include "node_table.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kPageSize = 1000;

struct GroupOptions {
  std::string name;
  std::optional<std::string> description;
  std::vector<std::string> add, remove;
  bool is_deleted = false;
};

Group get_group(const Store& store, const std::string& name) {
  if (auto group = store.find_group(name)) return std::move(*group);
  throw Error(ErrorCode::not_found, fmt::format("there is no group {}", printable(name)));
}

void for_each_page(const Store& store, const std::string& group, const std::function<void(const std::vector<Node>&)>& use) {
  NodeQuery query{.filter = Filter::where(FilterField::group, Comparison::equal, group), .limit = kPageSize};
  for (;;) {
    NodePage page = store.query(query);
    use(page.nodes);
    if (page.next.empty()) return;
    query.after = std::move(page.next);
  }
}

void show(const Store& store, const GroupOptions& options, Context& context) {
  const Group group = get_group(store, options.name);
  if (context.json) {
    boost::json::object described = document(group);
    boost::json::array nodes;
    for_each_page(store, group.name, [&](const std::vector<Node>& page) {
      for (const Node& node : page) nodes.push_back(boost::json::value(node.uuid.text()));
    });
    described.emplace("nodes", std::move(nodes));
    context.out.json(described);
    return;
  }
  context.out.line(fmt::format("group {}, {}, made {}", printable(group.name), count_of(group.node_count, "node"),
                               short_time(group.created)));
  if (!group.description.empty()) context.out.line(printable(group.description));
  for_each_page(store, group.name, [&](const std::vector<Node>& page) {
    Table table = node_table();
    for (const Node& node : page) table.add(node_row(node));
    table.print(context.out);
    context.out.flush();
  });
}

// What is wrong with an id is found before anything is written.
void change(Store& store, const GroupOptions& options) {
  const std::vector<Uuid> added = find_nodes(store, options.add), removed = find_nodes(store, options.remove);
  const auto known = store.find_group(options.name);
  if (options.description || (!known && !added.empty()))
    store.put_group(options.name, options.description.value_or(""), known ? known->extras : Value());
  else if (!known)
    get_group(store, options.name);
  if (!added.empty()) store.add_to_group(options.name, added);
  if (!removed.empty()) store.remove_from_group(options.name, removed);
}

ExitStatus group(const GroupOptions& options, Context& context) {
  const bool is_changed = options.description || !options.add.empty() || !options.remove.empty();
  if (options.is_deleted && is_changed) throw UsageError("--delete: expected no other option beside it");
  if (!options.is_deleted && !is_changed) {
    show(open_reader(context), options, context);
    return ExitStatus::done;
  }
  Store store = open_writer(context);
  if (options.is_deleted) {
    store.remove_group(options.name);
    if (context.json) context.out.json({{"name", json_text(options.name)}, {"deleted", true}});
    return ExitStatus::done;
  }
  change(store, options);
  const Group changed = get_group(store, options.name);
  if (context.json)
    context.out.json(document(changed));
  else
    context.out.line(fmt::format("{} in group {}", count_of(changed.node_count, "node"), printable(changed.name)));
  return ExitStatus::done;
}

ExitStatus groups(Context& context) {
  Table table({"GROUP", "NODES", "MADE", "DESCRIPTION"});
  for (const Group& group : open_reader(context).groups()) {
    if (context.json)
      context.out.json(document(group));
    else
      table.add({printable(group.name), fmt::format("{}", group.node_count), short_time(group.created),
                 printable(group.description)});
  }
  table.print(context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_group(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GroupOptions>();
  const auto add_repeated = [&](const char* name, std::vector<std::string>& values, const char* help) {
    app.add_option(name, values, help)->type_name("ID")->allow_extra_args(false)->take_all();
  };
  app.add_option("name", options->name, "The group's name; without an option, show it")->type_name("NAME")->required();
  app.add_option("--description", options->description, "Make the group, or say another thing of it")->type_name("TEXT");
  add_repeated("--add", options->add, "Put a node into it, or those with an object or artifact; makes the group (repeatable)");
  add_repeated("--remove", options->remove, "Take a node out of it (repeatable)");
  app.add_flag("--delete", options->is_deleted, "Remove the group; its nodes stay");
  add_wait_option(app, context);
  return [options, &context] { return group(*options, context); };
}

Action add_groups(CLI::App&, Context& context) {
  return [&context] { return groups(context); };
}

}  // namespace cairn::cli
