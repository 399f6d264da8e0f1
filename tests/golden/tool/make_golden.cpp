// Writes a golden store of this build's format, and what every later build must read from it:
//
//   make_golden DIRECTORY
//
// makes DIRECTORY/store, which goes to tests/golden/format-<version>, and DIRECTORY/expected.json, which goes into
// tests/golden/expected.json under that name. The public API alone, so that any program could have written the store.
#include <cairn/value_json.h>

#include <boost/json.hpp>

#include <cstdio>

#include "../contents.h"

namespace cairn::golden {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// So small that records also reach table files, not the log alone.
const OpenOptions kOptions = {.memory_bytes = 256u << 10};

json::value value_json(const Value& value) { return json::parse(to_json(value)); }

json::array listing(const Store& store, const ArtifactId& id) {
  json::array entries;
  for (const ArtifactEntry& entry : store.list(id))
    entries.push_back({{"path", value_json(Value(entry.path))},
                       {"kind", static_cast<int>(entry.kind)},
                       {"mode", entry.mode},
                       {"modified", entry.modified.time_since_epoch().count()},
                       {"size", entry.size_bytes},
                       {"target", entry.link_target}});
  return entries;
}

json::object described(const Checkpoint& checkpoint) {
  json::object state, artifacts;
  for (const auto& [name, id] : checkpoint.state) state[name] = id.hex();
  for (const auto& [name, id] : checkpoint.artifacts) artifacts[name] = id.hex();
  json::array tags(checkpoint.tags.begin(), checkpoint.tags.end());
  return {{"id", checkpoint.id.hex()},
          {"sequence", checkpoint.sequence},
          {"step", checkpoint.step},
          {"parent", checkpoint.parent ? json::value(checkpoint.parent->hex()) : json::value()},
          {"time", checkpoint.time.time_since_epoch().count()},
          {"state", std::move(state)},
          {"artifacts", std::move(artifacts)},
          {"metadata", value_json(Value(checkpoint.metadata))},
          {"tags", std::move(tags)},
          {"unfinished", checkpoint.unfinished.size()},
          {"bytes_new", checkpoint.bytes_new},
          {"bytes_shared", checkpoint.bytes_shared}};
}

json::array described(const std::vector<Reached>& nodes) {
  json::array reached;
  for (const Reached& one : nodes)
    reached.push_back({{"uuid", one.node.uuid.text()},
                       {"depth", one.depth},
                       {"kind", kind_name(one.node.kind)},
                       {"state", state_name(one.node.state)},
                       {"type", one.node.type},
                       {"label", one.node.label},
                       {"run", one.node.run},
                       {"code_version", one.node.code_version},
                       {"size", one.node.size_bytes}});
  return reached;
}

json::array described(const std::vector<Link>& links) {
  json::array described;
  for (const Link& link : links)
    described.push_back({link.source.text(), link.target.text(), link_name(link.type), link.label});
  return described;
}

void add_objects(Store& store, json::object& expected, const ArtifactReceipt& tree) {
  json::array objects;
  const auto put = [&](const std::string& name, const Value& value) {
    const ObjectId id = store.put(value);
    objects.push_back({{"name", name}, {"id", id.hex()}, {"value", value_json(store.get_value(id, {false}))}});
    return id;
  };
  ObjectId last{};
  for (const auto& [name, value] : plain_values()) last = put(name, value);
  put("object_ref", last);
  put("artifact_ref", tree.id);
  put("node_ref", NodeRef{tree.node});
  for (const auto& since : {values_since_format_2(), values_since_format_3()})
    for (const auto& [name, value] : since) put(name, value);
  expected["objects"] = std::move(objects);
}

// Two runs: one of checkpoints that is still running, one of steps that is finished.
void add_argon(Store& store, const fs::path& tree) {
  Run run = store.run("argon");
  run.checkpoint(10).save("state", simulation(10)).commit();
  run.checkpoint(20)
      .save("state", simulation(20))
      .save("seed", std::uint64_t{1} << 63)
      .attach("tree", tree)
      .note("temperature", 87.3)
      .note("window", Array{DType::int8, {128, 129}, to_bytes(noise(128 * 129, 9))})
      .tag("equilibrated")
      .tag("best")
      .commit();
  run.checkpoint(-30).save("state", simulation(30)).tag("best").commit();
}

Uuid add_krypton(Store& store, const fs::path& file) {
  Run run = store.run("krypton \xce\xb1");
  const auto relaxed = run.step("relax", {{"cutoff", 2.5}, {"name", std::string("Kr")}}, [] { return simulation(1); },
                                {.code_version = "1.2"});
  const Node frames = run.add("frames", file);
  const auto averaged =
      run.step("average", {{"state", relaxed}, {"frames", frames}}, [] { return std::vector<double>{1.5, 2.5}; });
  const auto copied = run.step("copy", {{"average", averaged}}, [&] { return store.add(file).id; });
  run.checkpoint(1).save("average", *averaged).commit();
  run.finish({Input("average", averaged), Input("frames", copied)});
  return averaged.data();
}

// What nodes and links can be since format 5: the links of `flour` are folded, but for the last one.
Uuid add_graph(Store& store) {
  Transaction transaction = store.transaction();
  const Uuid flour = transaction.add(golden_flour());
  for (const char* label : {"rye", "wheat", "spelt"})
    transaction.link(flour, transaction.add({.kind = NodeKind::calculation, .type = "bake", .label = label}), LinkType::input, label);
  transaction.commit();
  store.put_group("golden group", "of one", Map{{"year", 2026}});
  store.add_to_group("golden group", std::span(&flour, 1));
  store.compact();
  Transaction later = store.transaction();
  later.link(later.add({.kind = NodeKind::data, .type = "flour", .label = "twin"}), flour, LinkType::mutual, "twin");
  later.commit();
  return flour;
}

// A step with all its components, and an index of attributes, as they are since format 6.
void add_xenon(Store& store) {
  Run run = store.run("xenon");
  run.step("relax", {{"cell", 6.1}}, [] { return 1.5; }, golden_step_options());
  store.index_attribute("attributes.grams");
}

// What runs can have since format 7: pending writes, a fork, steps with attempts and places, a result taken from another run.
void add_radon(Store& store) {
  Run run = store.run("radon");
  const CheckpointId first = run.checkpoint(1).save("state", simulation(1)).commit().id;
  run.put_writes(first, "task", {{"channel", 1}, {"channel", "two"}});
  Run fork = run.fork("radon fork", {.at = first});
  fork.checkpoint(2).save("state", simulation(2)).tag("what if").commit();
  run.checkpoint(3).save("state", simulation(3)).commit();
  const StepOptions placed{.position = 0};
  try {
    run.step("relax", {{"cell", 7.5}}, []() -> double { throw std::runtime_error("no convergence"); }, placed);
  } catch (const std::runtime_error&) {
  }
  run.step("relax", {{"cell", 7.5}}, [] { return 2.5; }, placed);
  StepOptions taken = golden_step_options();
  taken.reuse = true;
  taken.position = 1;
  run.step("relax", {{"cell", 6.1}}, []() -> double { throw std::logic_error("done before"); }, taken);
}

// What was removed since format 8. Its bytes are collected, so that there is a hole in a pack.
void add_removed(Store& store, json::object& expected) {
  const ObjectId purged = store.put(Array{DType::int8, {200'000}, to_bytes(noise(200'000, 10))});
  store.purge(purged, {.reason = "too large"});
  Transaction transaction = store.transaction();
  const Uuid forgotten = transaction.add({.kind = NodeKind::data, .type = "scrap"});
  transaction.commit();
  store.forget(std::span(&forgotten, 1));
  store.collect();
  expected["removed"] = {{"purged", purged.hex()}, {"forgotten", forgotten.text()}};
}

void describe_runs(const Store& store, json::object& expected) {
  json::array runs;
  for (const RunInfo& info : store.runs()) {
    const Run run = store.find_run(info.name).value();
    json::array checkpoints;
    for (const Checkpoint& checkpoint : run.history()) checkpoints.push_back(described(checkpoint));
    runs.push_back({{"name", info.name},
                    {"uuid", info.uuid.text()},
                    {"created", info.created.time_since_epoch().count()},
                    {"state", state_name(run.node().state)},
                    {"links", described(store.links(info.uuid))},
                    {"checkpoints", std::move(checkpoints)}});
  }
  expected["runs"] = std::move(runs);
}

void describe_counts(const Store& store, json::object& expected) {
  const StoreStats stats = store.stats();
  json::object blobs, nodes;
  for (const auto& [kind, count] : stats.blobs) blobs[kind] = {{"count", count.count}, {"bytes", count.bytes}};
  for (const auto& [kind, count] : stats.nodes) nodes[kind] = count;
  expected["blobs"] = std::move(blobs);
  expected["nodes"] = std::move(nodes);
  expected["links"] = stats.link_count;
  expected["checkpoint_count"] = stats.checkpoint_count;
}

// What a store does without, or makes again: the reserve, RocksDB's record of its options, and who wrote last.
void remove_traces(const fs::path& store) {
  for (const fs::directory_entry& entry : fs::directory_iterator(store / "db"))
    if (entry.path().filename().string().starts_with("OPTIONS-")) fs::remove(entry.path());
  fs::remove(store / "db" / "LOCK");
  fs::remove(store / "ballast");
  std::fstream lock(store / "lock", std::ios::binary | std::ios::in | std::ios::out);
  lock << std::string(1024, '\n');  // up to the witness
}

void make(const fs::path& directory) {
  fs::create_directories(directory);
  const fs::path tree = make_tree(directory / "source");
  json::object expected;
  {
    Store store = Store::open(directory / "store", kOptions);
    expected["uuid"] = store.uuid().text();
    const ArtifactReceipt added = store.add(tree);
    expected["artifact"] = {{"id", added.id.hex()},
                            {"node", added.node.text()},
                            {"size", added.size_bytes},
                            {"count", added.entry_count},
                            {"entries", listing(store, added.id)}};
    expected["hole"] = store.add(make_hole(directory / "source")).id.hex();
    expected["linked"] = store.add(make_linked_tree(directory / "source")).id.hex();
    add_objects(store, expected, added);
    add_argon(store, tree);
    const Uuid averaged = add_krypton(store, tree / "run.sh");
    const Uuid flour = add_graph(store);
    add_xenon(store);
    add_radon(store);
    add_removed(store, expected);
    expected["flour"] = {{"uuid", flour.text()}, {"links", described(store.links(flour))}};
    describe_runs(store, expected);
    describe_counts(store, expected);
    const Lineage up = store.lineage(averaged, Direction::up);
    expected["lineage"] = {{"of", averaged.text()},
                           {"up", described(up.nodes)},
                           {"links", described(up.links)},
                           {"down", described(store.descendants(averaged))}};
  }
  fs::remove_all(directory / "source");
  remove_traces(directory / "store");
  std::ofstream(directory / "expected.json") << json::serialize(expected) << '\n';
}

}  // namespace
}  // namespace cairn::golden

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_golden DIRECTORY\n", stderr);
    return 2;
  }
  try {
    cairn::golden::make(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_golden: %s\n", error.what());
    return 1;
  }
  return 0;
}
