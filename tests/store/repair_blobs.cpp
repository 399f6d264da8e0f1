// Repair of blobs: what is damaged or missing is taken from elsewhere, or known to be lost from then on, and nothing stumbles over it.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/repaired_store.h"

namespace cairn::test {
namespace {

using engine::Family;

// One checkpoint of the store, and what it needs.
struct Needed {
  CheckpointId checkpoint;
  ObjectId array, step;
  ArtifactId file;
};

Needed needed_by(const RepairedStore& store, const std::string& run, std::int64_t step) {
  const Checkpoint checkpoint = store.open().find_run(run)->at(step).value();
  return {checkpoint.id, checkpoint.state.at("array"), checkpoint.state.at("step"), checkpoint.artifacts.at("file")};
}

std::vector<std::string> kinds_of(const std::vector<Damage>& damage) {
  std::vector<std::string> kinds;
  for (const Damage& one : damage) {
    kinds.push_back(one.kind);
    if (one.kind != "lost") BOOST_TEST_MESSAGE(one.kind << " " << one.id << ": " << one.problem);
  }
  return kinds;
}

bool is_only_lost(const std::vector<Damage>& damage) {
  const auto kinds = kinds_of(damage);
  return !kinds.empty() && std::ranges::all_of(kinds, [](const std::string& kind) { return kind == "lost"; });
}

void forget_place(const std::filesystem::path& path, const Digest& digest) {
  edit_records(path, [&](engine::Records& records) {
    BOOST_REQUIRE(records.db().Delete({}, records.family(Family::digest), engine::digest_key(digest)).ok());
  });
}

// Makes every copy of a blob wrong, whether or not its place is known.
void damage_and_forget(const std::filesystem::path& path, const Digest& digest) {
  damage_blob(path, digest);
  forget_place(path, digest);
}

struct BlobDamage {
  std::string name;
  std::function<void(const std::filesystem::path&, const Needed&)> damage;
};

const std::vector<BlobDamage>& blob_damages() {
  static const std::vector<BlobDamage> all = {
      {"a chunk of an array", [](const auto& path, const Needed& needed) { damage_chunk_of(path, needed.array); }},
      {"a chunk of a file", [](const auto& path, const Needed& needed) { damage_chunk_of(path, needed.file); }},
      {"an object", [](const auto& path, const Needed& needed) { damage_blob(path, needed.array.digest); }},
      {"an artifact", [](const auto& path, const Needed& needed) { damage_blob(path, needed.file.digest); }},
      {"a checkpoint", [](const auto& path, const Needed& needed) { damage_blob(path, needed.checkpoint.digest); }},
      {"an object that is missing", [](const auto& path, const Needed& needed) { damage_and_forget(path, needed.array.digest); }},
      {"a chunk that is missing",
       [](const auto& path, const Needed& needed) { damage_and_forget(path, chunk_of(path, engine::BlobKind::object, needed.array.digest)); }},
      {"a checkpoint that is missing", [](const auto& path, const Needed& needed) { damage_and_forget(path, needed.checkpoint.digest); }},
  };
  return all;
}

BOOST_AUTO_TEST_SUITE(repairs_of_blobs)

BOOST_AUTO_TEST_CASE(what_cannot_be_saved_is_lost_and_all_else_goes_on) {
  for (const BlobDamage& one : blob_damages())
    BOOST_TEST_CONTEXT(one.name) {
      const RepairedStore store;
      const Needed needed = needed_by(store, "run 1", 12);
      one.damage(store.path(), needed);
      const auto before = bytes_of(store.path());
      BOOST_TEST(!store.repair({}).items.empty());
      BOOST_TEST((bytes_of(store.path()) == before), "a dry run changes something");
      const RepairReport report = store.repair();
      BOOST_TEST(std::ranges::count(report.items, "lost", &RepairItem::action) == 1);
      BOOST_TEST(is_only_lost(report.remaining));
      BOOST_REQUIRE(report.remaining.size() == 1u);
      const auto& affected = report.remaining.front().affected;
      const auto is_named = [&](const std::string& text) { return text.find(needed.checkpoint.hex()) != std::string::npos; };
      BOOST_TEST(std::ranges::any_of(affected, is_named));

      Store after = store.open();
      BOOST_TEST(is_only_lost(after.verify().damage));
      BOOST_TEST(is_only_lost(after.verify({.only = {{"checkpoint", needed.checkpoint.digest, {}}}}).damage));
      Run run = after.find_run("run 1").value();
      const auto point = run.restart_point({.step = 12});
      BOOST_REQUIRE(point.has_value());
      BOOST_TEST(point->checkpoint().step < 12);
      BOOST_TEST(point->skipped().front().reason.find("lost, found by a repair on") != std::string::npos, point->skipped().front().reason);
      BOOST_TEST((run.restart_point({.step = 32})->get<std::vector<std::int64_t>>("array") == large_array(32)));
      after.collect();
      after.compact();
      BOOST_TEST(is_only_lost(after.verify().damage));
      BOOST_TEST((run.restart_point({.step = 32})->get<std::vector<std::int64_t>>("array") == large_array(32)));
    }
}

BOOST_AUTO_TEST_CASE(whoever_stores_the_same_again_ends_a_loss) {
  const RepairedStore store;
  const Needed needed = needed_by(store, "run 1", 12);
  damage_chunk_of(store.path(), needed.array);
  store.repair();
  {
    Store after = store.open();
    BOOST_TEST(is_only_lost(after.verify().damage));
    BOOST_TEST(after.put(large_array(12)).hex() == needed.array.hex());
    BOOST_TEST(after.verify().damage.empty());
    BOOST_TEST((after.get<std::vector<std::int64_t>>(needed.array) == large_array(12)));
    after.collect();
    BOOST_TEST(after.verify().damage.empty());
  }
  BOOST_TEST(store.repair().items.empty());
}

BOOST_AUTO_TEST_CASE(what_is_lost_and_damaged_again_after_it_was_stored_anew_is_damage_again) {
  const RepairedStore store;
  const Needed needed = needed_by(store, "run 1", 12);
  damage_chunk_of(store.path(), needed.array);
  store.repair();
  {
    Store after = store.open();
    after.put(large_array(12));
    after.collect();
  }
  damage_and_forget(store.path(), chunk_of(store.path(), engine::BlobKind::object, needed.array.digest));
  const auto kinds = kinds_of(store.open().verify().damage);
  BOOST_REQUIRE(kinds.size() == 1u);
  BOOST_TEST(kinds.front() != "lost");
}

BOOST_AUTO_TEST_CASE(whole_copies_are_taken_from_another_store) {
  for (const BlobDamage& one : blob_damages())
    BOOST_TEST_CONTEXT(one.name) {
      const RepairedStore store;
      one.damage(store.path(), needed_by(store, "run 1", 12));
      const auto source = bytes_of(RepairedStore::whole());
      const RepairReport planned = store.repair({.from = {RepairedStore::whole()}});
      BOOST_TEST(std::ranges::count(planned.items, "replaced", &RepairItem::action) == 1);
      BOOST_TEST(std::ranges::count(planned.items, "lost", &RepairItem::action) == 0);
      const RepairReport report = store.repair({.apply = true, .from = {RepairedStore::whole()}});
      BOOST_TEST(std::ranges::count(report.items, "replaced", &RepairItem::action) == 1);
      BOOST_TEST(report.is_whole());
      BOOST_TEST(store.open().verify().damage.empty());
      BOOST_TEST(store.wrong_answers() == 0u);
      BOOST_TEST((bytes_of(RepairedStore::whole()) == source), "the other store is changed");
    }
}

BOOST_AUTO_TEST_CASE(a_loss_ends_when_a_store_with_a_copy_turns_up) {
  const RepairedStore store;
  const Needed needed = needed_by(store, "run 1", 12);
  damage_blob(store.path(), needed.array.digest);
  damage_chunk_of(store.path(), needed.file);
  BOOST_TEST(store.repair().remaining.size() == 2u);
  BOOST_TEST(is_only_lost(store.repair().remaining));
  store.open().collect();  // what only the lost object named goes
  const RepairReport report = store.repair({.apply = true, .from = {RepairedStore::whole()}});
  BOOST_TEST(std::ranges::count(report.items, "replaced", &RepairItem::action) >= 2);
  BOOST_TEST(report.is_whole());
  BOOST_TEST(store.wrong_answers() == 0u);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_damaged_itself_gives_no_wrong_bytes) {
  const RepairedStore store, other;
  const Needed needed = needed_by(store, "run 1", 12);
  for (const RepairedStore* one : {&store, &other}) damage_blob(one->path(), needed.array.digest);
  BOOST_TEST(is_only_lost(store.repair({.apply = true, .from = {other.path()}}).remaining));
}

BOOST_AUTO_TEST_CASE(without_the_other_store_nothing_is_done) {
  const RepairedStore store;
  damage_chunk_of(store.path(), needed_by(store, "run 1", 12).array);
  BOOST_CHECK_EXCEPTION(store.repair({.apply = true, .from = {store.beside("nowhere")}}), Error, has_code(ErrorCode::no_store));
  BOOST_TEST(!std::filesystem::exists(store.path() / "quarantine"));
  BOOST_TEST(!store.open().verify().damage.empty());
}

BOOST_AUTO_TEST_CASE(what_was_there_is_kept_aside) {
  const RepairedStore store;
  const Needed needed = needed_by(store, "run 1", 12);
  const Digest chunk = chunk_of(store.path(), engine::BlobKind::object, needed.array.digest);
  damage_blob(store.path(), chunk);
  store.repair();
  const auto kept = store.path() / "quarantine" / (chunk.hex() + ".blob");
  BOOST_REQUIRE(std::filesystem::exists(kept));
  BOOST_TEST(std::filesystem::file_size(kept) > 1000u);
}

BOOST_AUTO_TEST_CASE(a_step_whose_result_is_lost_is_done_again) {
  const RepairedStore store;
  ObjectId result;
  {
    Store before = store.open();
    const auto step = before.run("run 1").step("read 3", {}, [] { return large_array(103); });
    result = ObjectId{before.get_node(step.data()).content.index() == 1 ? std::get<ObjectId>(before.get_node(step.data()).content).digest : Digest{}};
  }
  damage_blob(store.path(), result.digest);
  store.repair();
  Store after = store.open();
  bool was_done = false;
  after.run("run 1").step("read 3", {}, [&] {
    was_done = true;
    return large_array(103);
  });
  BOOST_TEST(was_done);
  check_clean(after);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
