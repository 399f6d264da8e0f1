// Golden stores of every format, and the bytes that the format is made of.
//
// All that is pinned here is in stores that people keep: a digest, a key or a cut that comes out otherwise is found no
// longer, or stored twice. A change that makes a case here fail is a change of format: it gets a new format version, a
// paragraph in schema/FORMAT.md and a golden store of its own (tool/make_golden.cpp), and the old ones stay readable.
#include <boost/test/unit_test.hpp>

#include <cairn/backup.h>
#include <cairn/error.h>
#include <cairn/value_json.h>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/bytes.h"
#include "contents.h"
#include "engine/disk_core.h"
#include "engine/lock_file.h"
#include "format/blob.h"
#include "format/checkpoint.h"
#include "format/pack.h"
#include "format/records.h"
#include "format/superblock.h"
#include "object/blob_map.h"
#include "object/chunker.h"
#include "object/content.h"
#include "object/objects.h"
#include "random_value.h"
#include "store/step.h"
#include "support/errors.h"
#include "support/temporary_directory.h"

namespace cairn::golden {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using test::has_code;
using test::TemporaryDirectory;

const fs::path kGolden = fs::path(CAIRN_SOURCE_DIR) / "tests" / "golden";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const json::object& expected_stores() {
  static const json::value document = json::parse(read_file(kGolden / "expected.json"));
  return document.as_object();
}

std::string text(const json::value& value) { return std::string(value.as_string()); }

template <class Number>
Number number(const json::value& value) {
  return value.to_number<Number>();
}

Value value_of(const json::value& value) { return from_json(json::serialize(value)); }

/// Calls `check(path, expected)` with a copy of each golden store; git may have lost modes and empty directories.
template <class Check>
void with_each_copy(Check check) {
  BOOST_REQUIRE(expected_stores().size() >= 1);
  for (const auto& [name, expected] : expected_stores()) {
    const TemporaryDirectory directory;
    const fs::path store = directory.path() / "store";
    fs::copy(kGolden / std::string(name), store, fs::copy_options::recursive);
    BOOST_TEST_CONTEXT(std::string(name)) check(store, expected.as_object());
  }
}

void check_artifact(const Store& store, const json::object& expected) {
  const auto id = ArtifactId::parse(text(expected.at("id"))).value();
  const std::vector<ArtifactEntry> entries = store.list(id);
  const json::array& listed = expected.at("entries").as_array();
  BOOST_TEST_REQUIRE(entries.size() == listed.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const json::object& entry = listed[i].as_object();
    BOOST_TEST((Value(entries[i].path) == value_of(entry.at("path"))));
    BOOST_TEST(static_cast<int>(entries[i].kind) == number<int>(entry.at("kind")));
    BOOST_TEST(entries[i].mode == number<std::uint32_t>(entry.at("mode")));
    BOOST_TEST(entries[i].modified.time_since_epoch().count() == number<std::int64_t>(entry.at("modified")));
    BOOST_TEST(entries[i].size_bytes == number<std::uint64_t>(entry.at("size")));
    BOOST_TEST(entries[i].link_target == text(entry.at("target")));
  }
  const TemporaryDirectory restored;
  store.restore(id, restored.path());
  BOOST_TEST((read_file(restored.path() / "tree" / "frames.bin") == noise(100'000, 1)));
  BOOST_TEST(fs::is_empty(restored.path() / "tree" / "below" / "empty"));
  // The same tree gets the same digest to this day, restored or made anew.
  Store fresh = Store::in_memory();
  BOOST_TEST(fresh.add(restored.path() / "tree").id.hex() == id.hex());
  BOOST_TEST(fresh.add(make_tree(restored.path() / "again")).id.hex() == id.hex());
}

/// The id that a value gets, whatever it names.
template <class T>
ObjectId id_of(const T& value) {
  struct Anything : object::MapStaging {
    using MapStaging::MapStaging;
    std::optional<engine::BlobInfo> hold(engine::BlobKind kind, const Digest&) override {
      return engine::BlobInfo{kind, 0, 0, 0, true};
    }
  };
  object::BlobMap map;
  Anything staging(map);
  return object::write_object(staging, encodable(value));
}

void check_objects(const Store& store, const json::array& expected) {
  std::map<std::string, Value> values;
  for (const auto& known : {plain_values(), values_since_format_2(), values_since_format_3()})
    for (const auto& [name, value] : known) values.emplace(name, value);
  for (const json::value& one : expected) {
    const json::object& object = one.as_object();
    const auto id = ObjectId::parse(text(object.at("id"))).value();
    BOOST_TEST_CONTEXT(text(object.at("name"))) {
      const Value stored = store.get_value(id);
      BOOST_TEST((store.get_value(id, {.load_arrays = false}) == value_of(object.at("value"))));
      if (const auto known = values.find(text(object.at("name"))); known != values.end())
        BOOST_TEST((stored == known->second));
      BOOST_TEST(id_of(stored).hex() == id.hex());
    }
  }
}

void check_checkpoint(const Checkpoint& found, const json::object& expected) {
  BOOST_TEST(found.id.hex() == text(expected.at("id")));
  BOOST_TEST(found.sequence == number<std::uint64_t>(expected.at("sequence")));
  BOOST_TEST(found.step == number<std::int64_t>(expected.at("step")));
  BOOST_TEST((found.parent ? json::value(found.parent->hex()) : json::value()) == expected.at("parent"));
  BOOST_TEST(found.time.time_since_epoch().count() == number<std::int64_t>(expected.at("time")));
  json::object state, artifacts;
  for (const auto& [name, id] : found.state) state[name] = id.hex();
  for (const auto& [name, id] : found.artifacts) artifacts[name] = id.hex();
  BOOST_TEST(state == expected.at("state"));
  BOOST_TEST(artifacts == expected.at("artifacts"));
  BOOST_TEST((Value(found.metadata) == value_of(expected.at("metadata"))));
  BOOST_TEST(json::array(found.tags.begin(), found.tags.end()) == expected.at("tags"));
  BOOST_TEST(found.unfinished.size() == number<std::size_t>(expected.at("unfinished")));
  BOOST_TEST(found.bytes_new == number<std::uint64_t>(expected.at("bytes_new")));
  BOOST_TEST(found.bytes_shared == number<std::uint64_t>(expected.at("bytes_shared")));
}

void check_links(const std::vector<Link>& found, const json::value& expected) {
  json::array links;
  for (const Link& link : found)
    links.push_back({link.source.text(), link.target.text(), link_name(link.type), link.label});
  BOOST_TEST(links == expected);
}

void check_runs(const Store& store, const json::array& expected) {
  const std::vector<RunInfo> runs = store.runs();
  BOOST_TEST_REQUIRE(runs.size() == expected.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const json::object& run = expected[i].as_object();
    BOOST_TEST(runs[i].name == text(run.at("name")));
    BOOST_TEST(runs[i].uuid.text() == text(run.at("uuid")));
    BOOST_TEST(runs[i].created.time_since_epoch().count() == number<std::int64_t>(run.at("created")));
    BOOST_TEST(state_name(store.find_run(runs[i].name)->node().state) == text(run.at("state")));
    check_links(store.links(runs[i].uuid), run.at("links"));
    const std::vector<Checkpoint> history = store.find_run(runs[i].name)->history();
    const json::array& checkpoints = run.at("checkpoints").as_array();
    BOOST_TEST_REQUIRE(history.size() == checkpoints.size());
    for (std::size_t j = 0; j < history.size(); ++j) check_checkpoint(history[j], checkpoints[j].as_object());
  }
}

void check_reached(const std::vector<Reached>& found, const json::array& expected) {
  BOOST_TEST_REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const json::object& one = expected[i].as_object();
    const Node& node = found[i].node;
    BOOST_TEST(node.uuid.text() == text(one.at("uuid")));
    BOOST_TEST(found[i].depth == number<std::uint64_t>(one.at("depth")));
    BOOST_TEST(kind_name(node.kind) == text(one.at("kind")));
    BOOST_TEST(state_name(node.state) == text(one.at("state")));
    BOOST_TEST(node.type == text(one.at("type")));
    BOOST_TEST(node.label == text(one.at("label")));
    BOOST_TEST(node.run == text(one.at("run")));
    BOOST_TEST(node.code_version == text(one.at("code_version")));
    BOOST_TEST(node.size_bytes == number<std::uint64_t>(one.at("size")));
  }
}

void check_counts(const Store& store, const json::object& expected) {
  const StoreStats stats = store.stats();
  json::object blobs, nodes;
  for (const auto& [kind, count] : stats.blobs) blobs[kind] = {{"count", count.count}, {"bytes", count.bytes}};
  for (const auto& [kind, count] : stats.nodes) nodes[kind] = count;
  BOOST_TEST(blobs == expected.at("blobs"));
  BOOST_TEST(nodes == expected.at("nodes"));
  BOOST_TEST(stats.link_count == number<std::uint64_t>(expected.at("links")));
  BOOST_TEST(stats.checkpoint_count == number<std::uint64_t>(expected.at("checkpoint_count")));
}

void check_flour(const Store& store, const json::object& expected) {
  const NewNode made = golden_flour();
  const Node node = store.get_node(Uuid::parse(text(expected.at("uuid"))).value());
  BOOST_TEST(node.description == made.description);
  BOOST_TEST((node.attributes == made.attributes));
  BOOST_TEST((node.extras == made.extras));
  BOOST_TEST(node.tags == made.tags, boost::test_tools::per_element());
  BOOST_TEST((node.unique_ids == made.unique_ids));
  for (const Identity& name : made.unique_ids) BOOST_TEST((store.find_node(name)->uuid == node.uuid));
  BOOST_TEST(store.count(Filter::parse("tag = good and attributes.origin.country = \"DE\"")) == 1u);
  BOOST_TEST((store.groups_of(node.uuid) == std::vector<std::string>{"golden group"}));
  const Group group = store.find_group("golden group").value();
  BOOST_TEST(group.description == "of one");
  BOOST_TEST((group.extras == Value(Map{{"year", 2026}})));
  std::vector<std::vector<std::string>> links, expected_links;
  for (const Link& link : store.links(node.uuid))
    links.push_back({link.source.text(), link.target.text(), std::string(link_name(link.type)), link.label});
  for (const json::value& link : expected.at("links").as_array()) {
    std::vector<std::string> parts;
    for (const json::value& part : link.as_array()) parts.push_back(text(part));
    expected_links.push_back(parts);
  }
  BOOST_TEST(links.size() == 4u);
  BOOST_TEST((links == expected_links));
}

// Since format 6.
void check_xenon(const Store& store) {
  const StepReason reason = store.find_run("xenon").value().why("relax").at(0);
  BOOST_TEST(reason.step.code_version == golden_step_options().code_version);
  BOOST_TEST((reason.step.parameters == golden_step_options().parameters));
  BOOST_TEST((reason.step.environment == golden_step_options().environment));
  BOOST_TEST(reason.compared->run == "krypton \xce\xb1");
  const QueryPlan plan = store.explain(Filter::parse("attributes.grams >= 400"));
  BOOST_TEST(plan.source == "attributes.grams");
  BOOST_TEST(plan.nodes_found == 1u);
}

// Since format 7.
void check_radon(const Store& store) {
  const Run run = store.find_run("radon").value(), fork = store.find_run("radon fork").value();
  const Checkpoint first = run.at(1).value();
  const std::vector<PendingWrite> writes = run.pending_writes(first.id);
  BOOST_TEST_REQUIRE(writes.size() == 2u);
  BOOST_TEST(writes[1].task == "task");
  BOOST_TEST(writes[1].index == 1u);
  BOOST_TEST(store.get<std::string>(writes[1].value) == "two");
  BOOST_TEST((fork.forked_from() == std::pair(std::string("radon"), first.id)));
  BOOST_TEST((fork.restart<Simulation>("state") == simulation(2)));
  BOOST_TEST(fork.history().size() == 2u);
  BOOST_TEST((fork.at(1)->id == first.id));
  BOOST_TEST(run.latest()->step == 3);
  const StepInfo taken = run.why("relax").at(0).step;
  BOOST_TEST((taken.reused_from == store.find_run("xenon")->why("relax").at(0).step.process));
}

// Since format 8.
void check_removed(const Store& store, const json::object& expected) {
  const std::vector<Purged> purges = store.purges();
  BOOST_TEST_REQUIRE(purges.size() == 1u);
  BOOST_TEST(purges[0].digest.hex() == text(expected.at("purged")));
  BOOST_TEST(purges[0].reason == "too large");
  BOOST_TEST(purges[0].size_bytes > 200'000u);
  BOOST_CHECK_EXCEPTION(store.get_value(ObjectId{purges[0].digest}), Error, has_code(ErrorCode::purged, "too large"));
  BOOST_TEST(!store.find_node(Uuid::parse(text(expected.at("forgotten"))).value()).has_value());
}

void check_attempts(const Run& run) {
  const std::vector<StepAttemptInfo> attempts = run.attempts("relax", {{"cell", 7.5}});
  BOOST_TEST_REQUIRE(attempts.size() == 2u);
  BOOST_TEST((attempts[0].end == StepEnd::failed));
  BOOST_TEST(attempts[0].message == "no convergence");
  BOOST_TEST((attempts[1].end == StepEnd::finished));
}

void check_linked(const Store& store, const ArtifactId& id) {
  const TemporaryDirectory restored;
  store.restore(id, restored.path());
  const fs::path tree = restored.path() / "linked";
  BOOST_TEST(fs::hard_link_count(tree / "b") == 2u);
  BOOST_TEST(fs::equivalent(tree / "b", tree / "below" / "a"));
  BOOST_TEST(fs::file_size(tree / "sparse") == 12u << 20);
  Store fresh = Store::in_memory();
  BOOST_TEST(fresh.add(tree).id.hex() == id.hex());
  BOOST_TEST(fresh.add(make_linked_tree(restored.path() / "again")).id.hex() == id.hex());
}

void check_store(const Store& store, const json::object& expected) {
  BOOST_TEST(store.uuid().text() == text(expected.at("uuid")));
  check_artifact(store, expected.at("artifact").as_object());
  const auto hole = ArtifactId::parse(text(expected.at("hole"))).value();
  BOOST_TEST((store.read_file(hole) == std::string(1u << 20, '\0')));
  if (expected.contains("flour")) check_flour(store, expected.at("flour").as_object());
  if (store.find_run("xenon")) check_xenon(store);
  if (store.find_run("radon")) {
    check_radon(store);
    check_attempts(*store.find_run("radon"));
  }
  if (expected.contains("removed")) check_removed(store, expected.at("removed").as_object());
  if (expected.contains("linked")) check_linked(store, ArtifactId::parse(text(expected.at("linked"))).value());
  check_objects(store, expected.at("objects").as_array());
  check_runs(store, expected.at("runs").as_array());
  check_counts(store, expected);
  const json::object& lineage = expected.at("lineage").as_object();
  const auto of = Uuid::parse(text(lineage.at("of"))).value();
  const Lineage up = store.lineage(of, Direction::up);
  check_reached(up.nodes, lineage.at("up").as_array());
  check_links(up.links, lineage.at("links"));
  check_reached(store.descendants(of), lineage.at("down").as_array());
  const VerifyReport report = store.verify();
  for (const Damage& damage : report.damage) BOOST_ERROR(damage.kind + " " + damage.id + ": " + damage.problem);
}

/// Steps of every format have reasons, and differ from those of a run of this build.
void check_steps(const Store& store) {
  const Run krypton = store.find_run("krypton \xce\xb1").value();
  for (const char* name : {"relax", "average", "copy"}) {
    const std::vector<StepReason> reasons = krypton.why(name);
    BOOST_TEST_REQUIRE(reasons.size() == 1u);
    BOOST_TEST(to_text(reasons[0]) == "first of its name");
    BOOST_TEST((store.why(reasons[0].step.process).step.name == name));
  }
  BOOST_TEST(krypton.why("relax")[0].step.inputs.size() == 2u);
  BOOST_TEST(store.diff(krypton, krypton).equal_count == 3u);
  const RunDifference found = store.diff(store.find_run("argon").value(), krypton);
  BOOST_TEST(found.only_after_count == 3u);
}

void check_restart(const Run& argon) {
  const auto restart = argon.restart_report<Simulation>("state");
  BOOST_TEST_REQUIRE(restart.has_value());
  BOOST_TEST((restart->value == simulation(30)));
  BOOST_TEST(restart->skipped.empty());
  BOOST_TEST(argon.tagged("best")->step == -30);
  BOOST_TEST(argon.tagged("equilibrated")->step == 20);
  BOOST_TEST(argon.at(10)->sequence == 1u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(every_golden_store_is_read_as_it_was_written) {
  with_each_copy([](const fs::path& path, const json::object& expected) {
    const Store store = Store::open(path, {.read_only = true});
    check_store(store, expected);
    check_restart(store.find_run("argon").value());
    check_steps(store);
  });
}

BOOST_AUTO_TEST_CASE(a_store_of_an_older_format_gets_the_newest_when_it_is_written_to) {
  const auto format_of = [](const fs::path& store) {
    return format::decode_superblock(read_file(store / "cairn"), store.string()).format;
  };
  with_each_copy([&](const fs::path& path, const json::object&) {
    const std::uint32_t before = format_of(path);
    BOOST_TEST(Store::open(path, {.read_only = true}).stats().format == before);
    BOOST_TEST(format_of(path) == before);
    BOOST_TEST(Store::open(path).stats().format == format::kFormatVersion);
    BOOST_TEST(format_of(path) == format::kFormatVersion);
  });
  const TemporaryDirectory directory;
  Store::open(directory.path() / "new");
  BOOST_TEST(format_of(directory.path() / "new") == format::kFormatVersion);
}

// What was migrated is what it was, also for who opens it next.
BOOST_AUTO_TEST_CASE(nothing_changes_with_the_format_but_the_superblock_says_so) {
  with_each_copy([&](const fs::path& path, const json::object& expected) {
    { const Store store = Store::open(path, {.create = false}); }
    BOOST_TEST(format::decode_superblock(read_file(path / "cairn"), path.string()).format == format::kFormatVersion);
    const Store store = Store::open(path, {.create = false, .read_only = true});
    check_store(store, expected);
    check_restart(store.find_run("argon").value());
    check_steps(store);
  });
}

BOOST_AUTO_TEST_CASE(a_backup_has_the_format_of_the_store) {
  with_each_copy([](const fs::path& path, const json::object& expected) {
    const Store store = Store::open(path, {.read_only = true});
    const fs::path backup = path.parent_path() / "backup";
    store.back_up(backup, {});
    const Store copy = Store::open(backup, {.read_only = true});
    BOOST_TEST(copy.stats().format == store.stats().format);
    check_store(copy, expected);
    check_restart(copy.find_run("argon").value());
    check_steps(copy);
    // When the store has been migrated, so is the next backup.
    Store migrated = Store::open(path, {.create = false});
    migrated.run("argon").checkpoint(50).save("state", simulation(50)).commit();
    migrated.back_up(backup, {});
    const Store next = Store::open(backup, {.read_only = true});
    BOOST_TEST(next.stats().format == format::kFormatVersion);
    BOOST_TEST((next.find_run("argon")->restart<Simulation>("state") == simulation(50)));
    BOOST_TEST(next.verify().damage.empty());
  });
}

BOOST_AUTO_TEST_CASE(every_golden_store_can_be_continued) {
  with_each_copy([](const fs::path& path, const json::object& expected) {
    {
      Store store = Store::open(path, {.create = false});
      check_store(store, expected);
      Run argon = store.run("argon");
      check_restart(argon);
      // What is saved again is recognised, down to the checkpoint and the step.
      const Receipt again = argon.checkpoint(-30).save("state", simulation(30)).commit();
      BOOST_TEST(again.existed);
      BOOST_TEST(again.bytes_new == 0u);
      const auto relaxed = store.run("krypton \xce\xb1")
                               .step("relax", {{"cutoff", 2.5}, {"name", std::string("Kr")}},
                                     []() -> Simulation { throw std::logic_error("done before"); },
                                     {.code_version = "1.2"});
      BOOST_TEST((*relaxed == simulation(1)));
      const Receipt next = argon.checkpoint(40).save("state", simulation(40)).commit();
      BOOST_TEST(!next.existed);
      BOOST_TEST(next.sequence == 4u);
      store.compact();
    }
    const Store store = Store::open(path, {.create = false, .read_only = true});
    BOOST_TEST((store.find_run("argon")->restart<Simulation>("state") == simulation(40)));
    check_steps(store);
    BOOST_TEST(store.verify().damage.empty());
  });
}

BOOST_AUTO_TEST_CASE(the_digests_of_objects_are_the_ones_they_always_had) {
  const std::pair<std::string_view, std::string_view> digests[] = {
      {"null", "402a80a5fd941892a84ebeed745bc53e"},
      {"false", "776b20ceb07f75a729a28b3fde01ef36"},
      {"true", "3eac66a5e8ff086fc2e2fef66cd0b30e"},
      {"integer", "5ced2dfdd740823ab9894f1246d8c15e"},
      {"natural", "0b2f7106cf512613f82cc5bb4fd97961"},
      {"real", "acdbffd8cfe506d243a41cbf78fe9fbb"},
      {"real_minus_zero", "709243079c8f2e8fce20b9a67014aec2"},
      {"real_nan", "f554cf8e92308d35bfd239929b34f2ca"},
      {"text", "4ac1ec383865dfeb545a853980e6f4ca"},
      {"text_empty", "a122ad01c840223d776ff79ce96042f1"},
      {"bytes", "f1e725a8a64c4ebba385d9c665c18cd3"},
      {"list", "da04530ed2f72ff4695a2e828a30d603"},
      {"list_empty", "0c94d9f81c67e74ea0704f73c1b7c3e5"},
      {"list_of_nulls", "ab1c7d6883be5ed9bfe71a05eb1adcfa"},
      {"map", "638cc90dfa20d11a215fc2f97066b37b"},
      {"map_empty", "a47b4dbbc7e77396d69893c5c0fe5c95"},
      {"object", "25f72116ab494babca0f5c76f34f41ea"},
      {"object_empty", "41f3a517309cc7c2e2a648057d3acac0"},
      {"array", "003f39ff14a0f06c477aa0141571ec37"},
      {"array_empty", "0a481bcb91178a7d81d31a718506f776"},
      {"array_large", "2e92c01d0022ff1caabf6ab57f8b5e9c"},
      {"text_long", "fd47e8c52d7f364c327f1e6a05bc2a8e"},
  };
  const auto values = plain_values();
  BOOST_TEST_REQUIRE(std::size(digests) == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    BOOST_TEST(values[i].first == digests[i].first);
    BOOST_TEST(id_of(values[i].second).hex() == digests[i].second, values[i].first);
  }
  const auto reference = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  BOOST_TEST(id_of(Value(ObjectId{reference})).hex() == "8581df24ced28ed9431f461bb847e72c");
  BOOST_TEST(id_of(Value(ArtifactId{reference})).hex() == "6cd01846b4efdac62b691649d0f539ac");
  BOOST_TEST(id_of(Value(NodeRef{Uuid{reference.bytes}})).hex() == "89c00992ef7a699a8c4412d6e096a3b2");
  const Value message = from_json(test::kSampleMessage);
  BOOST_TEST(id_of(message).hex() == "403b9328b8e223760dede09d1d0f5334");
  BOOST_TEST(format::blob_digest(format::BlobKind::message_schema, 0, *message.get_if<Message>()->schema()).hex() ==
             "8990baf70c0c139018bced2c9d36e6e9");
  BOOST_TEST(id_of(simulation(1)).hex() == "5aaa77a2f1a3c1d5ca4ae7466132ab4e");
}

BOOST_AUTO_TEST_CASE(a_digest_depends_on_kind_and_probe) {
  const auto bytes = base::as_bytes("cairn");
  BOOST_TEST(format::blob_digest(format::BlobKind::object, 0, bytes).hex() == "d95d941baed869fa7d276d85a02dafce");
  BOOST_TEST(format::blob_digest(format::BlobKind::chunk, 0, bytes).hex() == "13cb4621e59a8551fcb172dae6a52cad");
  BOOST_TEST(format::blob_digest(format::BlobKind::chunk, 1, bytes).hex() == "5fe3cc0c67d90583f6020b7402b7c4fb");
  BOOST_TEST(format::blob_digest(format::BlobKind::chunk, 0, {}).hex() == "d060ff214ee7c359c9e9363846530d53");
}

// The cuts of noise(1 MiB, 42), and what names it and a longer stream that reaches into the second zone.
BOOST_AUTO_TEST_CASE(chunks_are_cut_where_they_always_were) {
  const std::string buffer = noise(1u << 20, 42);
  std::span<const std::byte> rest = base::as_bytes(buffer);
  object::Chunker chunker;
  std::vector<std::size_t> sizes;
  while (const auto cut = chunker.next_cut(rest)) {
    sizes.push_back(*cut);
    rest = rest.subspan(*cut);
  }
  sizes.push_back(rest.size());
  std::string all;
  for (const std::size_t size : sizes) all += fmt::format("{} ", size);
  BOOST_TEST(all.starts_with("10840 13505 10571 8615 11483 8407 10809 8473 8754 8219 9997 "));
  BOOST_TEST(sizes.size() == 109u);
  BOOST_TEST(base::hash128(base::as_bytes(all), 0).hex() == "5e8781c753c3a262aeabbb76c4aa6e6e");

  const auto name_of = [](std::string_view bytes) {
    object::BlobMap blobs;
    object::MapStaging staging(blobs);
    const format::ContentRef content = object::write_content(staging, base::as_bytes(bytes));
    return fmt::format("{} {} {}", blobs.blobs.size(), static_cast<int>(content.form), content.digest.hex());
  };
  BOOST_TEST(name_of(buffer) == "110 2 89ee74b638d87770ef5716166ef5e90a");
  BOOST_TEST(name_of(noise(8u << 20, 43)) == "655 2 7f90158fcaea853eb7afe30e149e2bac");
  BOOST_TEST(name_of(std::string(1u << 20, 'x')) == "2 2 391876f4970757b2cd9c15a9add004cc");
  BOOST_TEST(name_of(noise(100, 44)) == "1 1 dab56f3402c37ac7a9e4eb20a20ca098");
}

std::string hex_of(std::string_view bytes) {
  return base::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}
template <std::size_t Size>
std::string hex_of(const std::array<std::byte, Size>& bytes) {
  return hex_of(base::as_text(bytes));
}

Uuid uuid(std::uint8_t last) {
  Uuid made;
  for (std::uint8_t i = 0; i < 16; ++i) made.bytes[i] = i;
  made.bytes[15] = last;
  return made;
}

BOOST_AUTO_TEST_CASE(the_superblock_is_the_documented_text) {
  BOOST_TEST(format::encode_superblock({.format = 1, .uuid = uuid(15), .created = 1'700'000'000'123'456'789}) ==
             "cairn store\n"
             "format 1\n"
             "features none\n"
             "uuid 00010203-0405-0607-0809-0a0b0c0d0e0f\n"
             "created 1700000000123456789\n"
             "digest xxh3-128\n"
             "chunking gear-1 8192:4194304 16384:536870912 65536\n"
             "checksum 7c7dc6997e1cfeaa\n");
}

BOOST_AUTO_TEST_CASE(the_bytes_of_packs_are_the_documented_ones) {
  const auto digest = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  BOOST_TEST(hex_of(format::encode_segment_header({1, 4096, 8192, 5000, 0x08090a0b0c0d0e0f})) ==
             "434149524e534547" "01000000" "40000000"        // magic, version, size of the header
             "0100000000000000" "0010000000000000"            // pack, offset
             "0020000000000000" "8813000000000000"            // length, used
             "0f0e0d0c0b0a0908" "62b56a52a532b0e3");          // store, checksum
  BOOST_TEST(hex_of(format::encode_record_header(
                 {format::BlobKind::chunk, 2, format::BlobCodec::lz4, digest, 5000, 300})) ==
             "43524e42" "02" "02" "01" "00"                   // magic, kind, probe, codec
             "000102030405060708090a0b0c0d0e0f"               // digest
             "8813000000000000" "2c01000000000000"            // size, stored size
             "769885a18809efa3");                             // checksum
  BOOST_TEST(format::pack_file_name(1) == "00000001.pack");
  BOOST_TEST(format::pack_file_name(123'456'789) == "123456789.pack");
  BOOST_TEST(hex_of(format::encode_location({format::BlobKind::chunk, 2, format::BlobCodec::lz4, true, 5000, 300, 0, 1,
                                             64})) == "01020201" "8827" "ac02" "01" "40");
  BOOST_TEST(hex_of(format::encode_location({format::BlobKind::object, 0, format::BlobCodec::raw, false, 96, 96, 300, 0,
                                             0})) == "00010000" "60" "60" "ac02");
}

BOOST_AUTO_TEST_CASE(the_bytes_of_links_are_the_documented_ones) {
  BOOST_TEST(hex_of(format::encode_links({{2, LinkType::call, false, 1},
                                          {7, LinkType::input, false, 3},
                                          {5, LinkType::input, false, 2},
                                          {300, LinkType::return_, true, 4},
                                          {301, LinkType::return_, true, 4},
                                          {305, LinkType::return_, true, 4}})) ==
             "02020a" "020304" "2704ca04" "0003" "0801dd04");
}

BOOST_AUTO_TEST_CASE(the_bytes_of_keys_are_the_documented_ones) {
  namespace row = format::row;
  namespace index = format::index;
  const auto digest = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  const std::string digest_hex = digest.hex();
  BOOST_TEST(row::run() == "r");
  BOOST_TEST(row::next_cell() == "C");
  BOOST_TEST(row::next_node() == "N");
  BOOST_TEST(hex_of(row::checkpoint(258)) == "63" "0000000000000102");
  BOOST_TEST(hex_of(row::by_step(-1, 2)) == "73" "7fffffffffffffff" "0000000000000002");
  BOOST_TEST(hex_of(row::step(digest)) == "77" + digest_hex);
  BOOST_TEST(row::tag("best") == "tbest");
  BOOST_TEST(hex_of(row::lease(65)) == "4c" "0000000000000041");
  BOOST_TEST(hex_of(row::label(3)) == "6c" "00000003");
  BOOST_TEST(format::claim::run_name("argon") == "rargon");
  BOOST_TEST(hex_of(format::claim::node(uuid(15))) == "6e" + digest_hex);
  BOOST_TEST(hex_of(format::claim::checkpoint({digest})) == "63" + digest_hex);
  BOOST_TEST(hex_of(index::backlink({7, 2, 3, 9})) == "62" "0000000000000007" "02" "00000003" "0000000000000009");
  BOOST_TEST(hex_of(index::content(digest, 9)) == "63" + digest_hex + "0000000000000009");
  BOOST_TEST(hex_of(index::type("int64", 9)) == "74" "696e743634" "00" "0000000000000009");
  BOOST_TEST(hex_of(index::state(5, 9)) == "73" "05" "0000000000000009");
  BOOST_TEST(hex_of(engine::engine_key::header(16)) == "63656c6c" "0000000000000010");
  BOOST_TEST(hex_of(engine::engine_key::pack(1)) == "7061636b" "0000000000000001");
  BOOST_TEST(hex_of(engine::encode_cell_header({3, 2, uuid(15)})) == "0000000000000003" "0000000000000002" + digest_hex);
}

format::CheckpointRecord some_checkpoint() {
  format::CheckpointRecord record;
  record.run = uuid(1);
  record.run_name = "argon";
  record.sequence = 2;
  record.step = -3;
  record.time = 1'700'000'000'000'000'000;
  record.state["state"] = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  record.unfinished = {{uuid(1), NodeState::running}};
  record.node_next = 5;
  record.tags = {"best"};
  record.bytes_new = 10;
  return record;
}

BOOST_AUTO_TEST_CASE(the_bytes_of_records_are_the_ones_they_always_were) {
  const auto digest = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  const auto short_of = [](std::string_view bytes) {
    return fmt::format("{} {}", bytes.size(), base::hash128(base::as_bytes(bytes), 0).hex());
  };
  format::NodeRecord node;
  node.uuid = uuid(1);
  node.kind = NodeKind::calculation;
  node.state = NodeState::failed;
  node.type = "step";
  node.cell = 16;
  node.created = 1;
  node.modified = 2;
  node.exit_status = -1;
  node.exit_message = "no";
  node.content = ObjectId{digest};
  node.size = 3;
  BOOST_TEST(short_of(format::encode_node(node)) == "160 a20c744d8d5375e653cbcaff8a58c731");
  BOOST_TEST(short_of(format::encode_run({uuid(1), "argon", 1, 2, 3, 4, 65, 64})) == "96 9f1f8fc67bfa8c81cb192bb32793060e");
  BOOST_TEST(short_of(format::encode_checkpoint_row({{digest}, -3, 4, digest})) == "72 3102289e297f4d9abf69cffc9e7c23b3");
  BOOST_TEST(short_of(format::encode_step({"relax", "1.2", {{"x", digest, 3}}, 4, 5, 6, 7, digest})) == "160 126d1e2c4a7fb0994f5aa05fb401ffcd");
  BOOST_TEST(short_of(base::as_text(format::encode_checkpoint(some_checkpoint()))) == "240 c33feb242d51dae7283dbab8b0089134");
  BOOST_TEST(format::checkpoint_content(some_checkpoint()).hex() == "734641b1b2e6398943b5d6ef974d3c03");
}

BOOST_AUTO_TEST_CASE(the_key_of_a_step_is_the_one_it_always_was) {
  store::StepOutcome step;
  step.name = "relax";
  step.code_version = "1.2";
  store::StepInput input;
  input.label = "x";
  input.content = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  step.inputs.push_back(std::move(input));
  BOOST_TEST(store::step_key(step, 0).hex() == "c499c0b522a3eabd38c53158d5f740bd");
  BOOST_TEST(store::step_key(step, 1).hex() == "a1721d96fcb72340987af5b70d78a8fc");
}

BOOST_AUTO_TEST_CASE(the_key_of_a_step_with_parameters_is_that_of_format_6) {
  object::BlobMap map;
  object::MapStaging staging(map);
  const auto bytes_of = [&](const Value& value) {
    return std::string(base::as_text(object::write_object_bytes(staging, encodable(value))));
  };
  store::StepOutcome step;
  step.name = "relax";
  step.code_version = "1.2";
  store::StepInput input;
  input.label = "x";
  input.content = Digest::parse("000102030405060708090a0b0c0d0e0f").value();
  step.inputs.push_back(std::move(input));
  step.parameters = bytes_of(Map{{"cutoff", 30}});
  BOOST_TEST(store::step_key(step, 0).hex() == "a19d56efa6c379099a003be9fb69f966");
  step.environment = bytes_of(Map{{"libm", "2.36"}});
  BOOST_TEST(store::step_key(step, 0).hex() == "3b73dff03f1cfa3f28d100f8f11ffe9f");
  step.parameters.clear();
  BOOST_TEST(store::step_key(step, 0).hex() == "592eb0cec3152dca6c6bbc98a0a70966");
}

BOOST_AUTO_TEST_CASE(the_witness_is_where_it_always_was) {
  const TemporaryDirectory directory;
  const engine::LockFile lock(directory.path());
  lock.set_witness(258);
  const std::string bytes = read_file(directory.path() / "lock");
  BOOST_TEST_REQUIRE(bytes.size() == 1040u);
  BOOST_TEST(hex_of(std::string_view(bytes).substr(1024)) == "0201000000000000" "37ffd59f65a93ee1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::golden
