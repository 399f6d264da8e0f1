// cairn show: one object, artifact, checkpoint or node.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/array.hpp>

#include <fmt/format.h>

#include <memory>

#include "documents.h"
#include "entries.h"
#include "ids.h"
#include "lossy.h"
#include "text.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

// "name    value", and nothing for an empty value.
void print_fact(std::string_view name, std::string_view value, Output& out) {
  if (!value.empty()) out.line(fmt::format("{:<13}{}", name, value));
}

void print_value(std::string_view name, const Value& value, Output& out) {
  const Map* map = value.get_if<Map>();
  if (value.is<std::monostate>() || (map != nullptr && map->size() == 0)) return;
  out.line(name);
  out.raw(to_text(value, kAbbreviated));
}

void show_object(const Store& store, const Digest& digest, Context& context) {
  const Value value = store.get_value(ObjectId{digest}, {.load_arrays = false});
  const std::vector<LossyPlace> lossy = lossy_places(value);
  if (context.json) {
    boost::json::array places;
    for (const LossyPlace& place : lossy) places.push_back({{"path", place.path}, {"type", place.type}});
    context.out.json({{"kind", "object"},
                      {"id", digest.hex()},
                      {"is_lossy", !lossy.empty()},
                      {"lossy", std::move(places)},
                      {"value", value_document(value)}});
    return;
  }
  context.out.line(fmt::format("object {} ({}{})", digest.hex(), lossy.empty() || value.is<Lossy>() ? "" : "lossy ",
                               value.kind_name()));
  for (const LossyPlace& place : lossy)
    if (!place.path.empty())
      print_fact("lossy", fmt::format("{}  was {}", printable(place.path), printable(place.type)), context.out);
  context.out.raw(to_text(value, kAbbreviated));
}

void show_artifact(const Store& store, const Digest& digest, Context& context) {
  const std::vector<ArtifactEntry> entries = store.list(ArtifactId{digest});
  std::uint64_t size = 0;
  boost::json::array listing;
  for (const ArtifactEntry& entry : entries) {
    size += entry.size_bytes;
    if (context.json) listing.push_back(document(entry));
  }
  if (context.json) {
    context.out.json(
        {{"kind", "artifact"}, {"id", digest.hex()}, {"size_bytes", size}, {"entries", std::move(listing)}});
    return;
  }
  context.out.line(
      fmt::format("artifact {} ({}, {})", digest.hex(), count_of(entries.size(), "path"), human_size(size)));
  print_entries(entries, context.out);
}

// One that cannot be read is none of them: verify says what is wrong with it.
bool is_lossy(const Store& store, const ObjectId& state) {
  bool found = false;
  try {
    store.read(state, [&](const Decoder& in) { found = cli::is_lossy(in); });
  } catch (const Error&) {
    return false;
  }
  return found;
}

void show_checkpoint(const Store& store, const Digest& digest, Context& context) {
  const Checkpoint checkpoint = get_checkpoint(store, digest);
  if (context.json) {
    boost::json::object described{{"kind", "checkpoint"}};
    for (auto& member : document(checkpoint)) described.insert(member);
    boost::json::array lossy;
    for (const auto& [name, id] : checkpoint.state)
      if (is_lossy(store, id)) lossy.emplace_back(name);
    described.emplace("lossy", std::move(lossy));
    context.out.json(described);
    return;
  }
  Output& out = context.out;
  out.line(fmt::format("checkpoint {}", digest.hex()));
  print_fact("run", printable(checkpoint.run), out);
  print_fact("step", fmt::format("{}", checkpoint.step), out);
  print_fact("time", short_time(checkpoint.time), out);
  print_fact("parent", checkpoint.parent ? checkpoint.parent->hex() : "", out);
  print_fact("content",
             fmt::format("{} new, {} shared", human_size(checkpoint.bytes_new), human_size(checkpoint.bytes_shared)),
             out);
  for (const std::string& tag : checkpoint.tags) print_fact("tag", printable(tag), out);
  for (const auto& [name, id] : checkpoint.state)
    print_fact("state", fmt::format("{}  {}{}", id.hex(), printable(name), is_lossy(store, id) ? "  (lossy)" : ""), out);
  for (const auto& [name, id] : checkpoint.artifacts)
    print_fact("artifact", fmt::format("{}  {}", id.hex(), printable(name)), out);
  for (const auto& [node, state] : checkpoint.unfinished)
    print_fact("unfinished", fmt::format("{}  {}", node.text(), state_name(state)), out);
  print_value("metadata", Value(checkpoint.metadata), out);
}

// Links seen from `node`: what comes in, then what goes out.
void print_links(const Uuid& node, const std::vector<Link>& links, Output& out) {
  for (const Link& link : links) {
    const bool incoming = link.target == node;
    out.line(fmt::format("{} {:<10}{}  {}", incoming ? "<-" : "->", link_name(link.type),
                         (incoming ? link.source : link.target).text(), printable(link.label)));
  }
}

void show_node(const Store& store, const Uuid& uuid, Context& context) {
  const Node node = store.get_node(uuid);
  const std::vector<Link> links = store.links(uuid);
  if (context.json) {
    boost::json::object described = document(node);
    boost::json::array list;
    for (const Link& link : links) list.push_back(document(link));
    described.emplace("links", std::move(list));
    boost::json::array groups;
    for (const std::string& group : store.groups_of(uuid)) groups.emplace_back(json_text(group));
    described.emplace("groups", std::move(groups));
    context.out.json(described);
    return;
  }
  Output& out = context.out;
  out.line(fmt::format("{} node {} ({})", kind_name(node.kind), uuid.text(), state_name(node.state)));
  print_fact("type", printable(node.type), out);
  print_fact("label", printable(node.label), out);
  print_fact("description", printable(node.description), out);
  print_fact("run", printable(node.run), out);
  print_fact("created", short_time(node.created), out);
  print_fact("modified", short_time(node.modified), out);
  if (node.exit_status != 0) print_fact("exit status", fmt::format("{}", node.exit_status), out);
  print_fact("exit message", printable(node.exit_message), out);
  print_fact("code version", printable(node.code_version), out);
  if (const auto* id = std::get_if<ObjectId>(&node.content))
    print_fact("object", fmt::format("{} ({})", id->hex(), human_size(node.size_bytes)), out);
  if (const auto* id = std::get_if<ArtifactId>(&node.content))
    print_fact("artifact", fmt::format("{} ({})", id->hex(), human_size(node.size_bytes)), out);
  for (const Identity& name : node.unique_ids)
    print_fact("unique id", fmt::format("{}  in {}", printable(name.id), printable(name.scope)), out);
  for (const std::string& tag : node.tags) print_fact("tag", printable(tag), out);
  for (const std::string& group : store.groups_of(uuid)) print_fact("group", printable(group), out);
  print_value("attributes", node.attributes, out);
  print_value("extras", node.extras, out);
  print_links(uuid, links, out);
}

ExitStatus show(const std::string& id, Context& context) {
  const Store store = open_reader(context);
  const Named named = resolve(store, id, {"object", "artifact", "checkpoint", "node"});
  if (named.kind == "object")
    show_object(store, named.digest, context);
  else if (named.kind == "artifact")
    show_artifact(store, named.digest, context);
  else if (named.kind == "checkpoint")
    show_checkpoint(store, named.digest, context);
  else
    show_node(store, named.node, context);
  return ExitStatus::done;
}

}  // namespace

Action add_show(CLI::App& app, Context& context) {
  const auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "An id, or the beginning of one; RUN@STEP, RUN:TAG or RUN:latest for checkpoints")
      ->type_name("ID")
      ->required();
  return [id, &context] { return show(*id, context); };
}

}  // namespace cairn::cli
