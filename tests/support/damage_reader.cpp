// Reads all that it can of a store that may be damaged, and prints what it was told: a line for each fact. What could not be read is
// a line that begins with "!"; how many findings verify has is the line "verify N", not counting what is known to be lost. With "write" the
// store is opened for writing, and something is stored before it is read; with "repair" it is repaired before that.
#include <cairn/cairn.h>
#include <cairn/repair.h>
#include <cairn/value_json.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace cairn;

// Prints the facts that `read` finds, unless it throws.
void facts_of(const std::string& what, const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    std::cout << "! " << what << ": " << error_name(error.code()) << '\n';
    std::cerr << what << ": " << error.what() << '\n';
  }
}

void fact(const std::string& what, std::string_view is = "") {
  constexpr std::size_t kMost = 200;
  std::string line = what + " = ";
  for (const char c : is.substr(0, kMost)) line += c == '\n' ? ' ' : c;
  if (is.size() > kMost) line += " ... " + std::to_string(is.size()) + " " + std::to_string(std::hash<std::string_view>()(is));
  std::cout << line << '\n';
}

void print_value(const Store& store, const ObjectId& id) {
  facts_of("object " + id.hex(), [&] { fact("object " + id.hex(), to_json(store.get_value(id))); });
}

void print_artifact(const Store& store, const ArtifactId& id) {
  facts_of("artifact " + id.hex(), [&] {
    for (const ArtifactEntry& entry : store.list(id)) {
      const std::string name = "artifact " + id.hex() + " entry " + entry.path;
      fact(name, std::to_string(static_cast<int>(entry.kind)) + " " + std::to_string(entry.size_bytes));
      if (entry.kind == EntryKind::file) facts_of(name, [&] { fact(name, store.read_file(id, entry.path)); });
    }
  });
}

void print_checkpoint(const Store& store, const Checkpoint& checkpoint) {
  const std::string name = "checkpoint " + checkpoint.id.hex();
  if (checkpoint.damaged) return;  // that is said
  fact(name, checkpoint.run + " " + std::to_string(checkpoint.step) + " " + std::to_string(checkpoint.sequence));
  for (const std::string& tag : checkpoint.tags) fact(name + " tag", tag);
  fact(name + " metadata", to_json(Value(checkpoint.metadata)));
  for (const auto& [state, id] : checkpoint.state) {
    fact(name + " state " + state, id.hex());
    print_value(store, id);
  }
  for (const auto& [artifact, id] : checkpoint.artifacts) {
    fact(name + " artifact " + artifact, id.hex());
    print_artifact(store, id);
  }
}

void print_run(const Store& store, const std::string& name) {
  facts_of("run " + name, [&] {
    const auto run = store.find_run(name);
    if (!run) throw Error(ErrorCode::damaged, "a run that was listed is not found");
    fact("run " + name, run->uuid().text());
    for (const Checkpoint& checkpoint : run->history()) {
      facts_of("checkpoint " + checkpoint.id.hex(), [&] { print_checkpoint(store, checkpoint); });
      facts_of("writes of " + checkpoint.id.hex(), [&] {
        for (const PendingWrite& write : run->pending_writes(checkpoint.id))
          fact("write " + checkpoint.id.hex() + " " + write.task + " " + std::to_string(write.index), write.value.hex());
      });
    }
  });
}

void print_node(const Store& store, const Node& node) {
  const std::string name = "node " + node.uuid.text();
  std::string is{kind_name(node.kind)};
  for (const std::string_view part : {state_name(node.state), std::string_view(node.type), std::string_view(node.label),
                                      std::string_view(node.run), std::string_view(node.description)})
    is.append(" | ").append(part);
  fact(name, is);
  fact(name + " attributes", to_json(node.attributes));
  fact(name + " extras", to_json(node.extras));
  for (const std::string& tag : node.tags) fact(name + " tag", tag);
  if (const auto* object = std::get_if<ObjectId>(&node.content)) print_value(store, *object);
  if (const auto* artifact = std::get_if<ArtifactId>(&node.content)) print_artifact(store, *artifact);
  facts_of(name + " links", [&] {
    for (const Link& link : store.links(node.uuid))
      fact("link " + link.source.text() + " " + link.target.text(), std::string(link_name(link.type)) + " " + link.label);
  });
}

void print_query(const Store& store, const std::string& filter, Timestamp until) {
  facts_of("query " + filter, [&] {
    for (const Node& node : store.query({.filter = Filter::parse(filter)}).nodes)
      if (node.created < until) fact("query " + filter, node.uuid.text());
  });
}

void print_all(const Store& store, Timestamp until) {
  facts_of("runs", [&] {
    for (const RunInfo& run : store.runs()) print_run(store, run.name);
  });
  facts_of("nodes", [&] {
    NodeQuery query;
    for (;;) {
      const NodePage page = store.query(query);
      for (const Node& node : page.nodes)
        if (node.created < until) facts_of("node " + node.uuid.text(), [&] { print_node(store, node); });
      if (page.next.empty()) return;
      query.after = page.next;
    }
  });
  facts_of("groups", [&] {
    for (const Group& group : store.groups()) {
      fact("group " + group.name, group.description);
      print_query(store, "group = \"" + group.name + "\"", until);
    }
  });
  for (const char* filter : {"attributes.energy > 2", "tag = even", "state = finished", "type = point"}) print_query(store, filter, until);
  facts_of("indexes", [&] {
    for (const AttributeIndex& index : store.attribute_indexes()) fact("index", index.path.text());
  });
}

}  // namespace

int main(int, char** arguments) {
  const std::string path = arguments[1];
  const bool repairs = std::string_view(arguments[2]) == "repair", writes = repairs || std::string_view(arguments[2]) == "write";
  const Timestamp begin = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  if (repairs)
    facts_of("repair", [&] {
      const RepairReport report = Store::repair(path, {.apply = true});
      for (const RepairItem& item : report.items) std::cerr << item.action << ' ' << item.kind << ' ' << item.id << ": " << item.problem << '\n';
      std::cout << "repaired " << report.items.size() << '\n';
    });
  facts_of("open", [&] {
    Store store = Store::open(path, {.create = false, .read_only = !writes});
    std::size_t found = 0;
    for (const Damage& damage : store.verify().damage) {
      std::cerr << damage.kind << ' ' << damage.id << ": " << damage.problem << '\n';
      if (damage.kind != "lost") ++found;
    }
    std::cout << "verify " << found << '\n';
    if (writes)
      facts_of("write", [&] {
        store.put(std::string("stored later"));
        store.run("run 0").checkpoint(1'000'000).save("later", 1);  // dropped
      });
    print_all(store, begin);
  });
  return std::cout.flush() ? 0 : 1;
}
