// How two checkpoints, and two objects of a store, differ.
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

Particles moved(std::int64_t step) {
  Particles made = particles(step);
  made.position[1] = static_cast<double>(step);
  return made;
}

BOOST_AUTO_TEST_SUITE(checkpoint_differences)

BOOST_AUTO_TEST_CASE(all_that_differs_is_found) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const ArtifactId one = store->add(store.write_file("a", "alpha")).id,
                     other = store->add(store.write_file("a", "ALPHA!")).id;
    Transaction transaction = run.transaction();
    const Uuid waiting = transaction.add({.kind = NodeKind::calculation, .state = NodeState::waiting});
    transaction.commit();
    const CheckpointId before = run.checkpoint(1).save("state", particles(1)).save("gone", 1).save("same", 7)
                                    .attach("file", one).attach("kept", one).note("loss", 0.5).tag("a").tag("b").commit().id;
    transaction.edit(waiting, {.state = NodeState::running});
    const Uuid created = transaction.add({.kind = NodeKind::calculation});
    transaction.commit();
    const CheckpointId after = run.checkpoint(2).save("state", moved(2)).save("new", 1).save("same", 7)
                                   .attach("file", other).attach("kept", one).note("loss", 0.25).tag("b").tag("c").commit().id;
    const CheckpointDifference found = store->diff(before, after);
    BOOST_TEST((found.before.id == before && found.after.id == after && !found.empty()));
    BOOST_TEST_REQUIRE(found.states.size() == 3u);
    BOOST_TEST((found.states[0].name == "gone" && found.states[0].kind == ChangeKind::removed && !found.states[0].after));
    BOOST_TEST((found.states[1].name == "new" && found.states[1].kind == ChangeKind::added));
    BOOST_TEST_REQUIRE(found.states[2].difference.changes.size() == 3u);
    BOOST_TEST(to_text(found.states[2].difference.changes[0]) == "step: 1 -> 2");
    BOOST_TEST(to_text(found.states[2].difference.changes[1]) ==
               "position: 2 of 3 elements differ, [1] to [2], the first 1.25 -> 2");
    BOOST_TEST_REQUIRE(found.artifacts.size() == 1u);
    BOOST_TEST((found.artifacts[0].name == "file" && found.artifacts[0].change_count == 1u));
    BOOST_TEST(to_text(found.metadata.changes.at(0)) == "loss: 0.5 -> 0.25");
    BOOST_TEST((found.tags_added == std::vector<std::string>{"b", "c"}));
    BOOST_TEST((found.tags_removed == std::vector<std::string>{"a"}));
    std::map<Uuid, std::pair<std::optional<NodeState>, std::optional<NodeState>>> unfinished;
    for (const UnfinishedChange& change : found.unfinished) unfinished[change.node] = {change.before, change.after};
    BOOST_TEST(unfinished.size() == 2u);
    BOOST_TEST((unfinished[waiting] == std::pair(std::optional(NodeState::waiting), std::optional(NodeState::running))));
    BOOST_TEST((unfinished[created] == std::pair(std::optional<NodeState>(), std::optional(NodeState::created))));
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_of_equal_content_do_not_differ) {
  for_each_store([](TestStore& store) {
    const CheckpointId one = store->run("a").checkpoint(1).save("state", particles(1)).commit().id;
    const CheckpointId other = store->run("b").checkpoint(5).save("state", particles(1)).commit().id;
    CheckpointDifference found = store->diff(one, other);
    BOOST_TEST(found.unfinished_count == 2u);  // the runs themselves
    found.unfinished_count = 0;
    BOOST_TEST(found.empty());
    BOOST_TEST(store->diff(one, one).empty());
  });
}

// Checkpoints of random names and small values, beside maps of them.
BOOST_AUTO_TEST_CASE(random_checkpoints_differ_as_maps_do) {
  for_each_store([](TestStore& store) {
    std::mt19937_64 random(31);
    std::vector<std::pair<CheckpointId, std::map<std::string, int>>> made;
    Run run = store->run("argon");
    for (int step = 0; step < 12; ++step) {
      std::map<std::string, int> state;
      for (auto count = random() % 6; count > 0; --count)
        state["s" + std::to_string(random() % 6)] = static_cast<int>(random() % 3);
      CheckpointBuilder checkpoint = run.checkpoint(step);
      for (const auto& [name, value] : state) checkpoint.save(name, value);
      made.emplace_back(checkpoint.commit().id, state);
    }
    for (const auto& [one, before] : made)
      for (const auto& [other, after] : made) {
        std::map<std::string, std::string> expected, found;
        for (const auto& [name, value] : before)
          if (!after.contains(name)) expected[name] = "removed";
          else if (after.at(name) != value)
            expected[name] = "the value: " + std::to_string(value) + " -> " + std::to_string(after.at(name));
        for (const auto& [name, value] : after)
          if (!before.contains(name)) expected[name] = "added";
        for (const StateChange& change : store->diff(one, other).states)
          found[change.name] = change.kind == ChangeKind::changed ? to_text(change.difference.changes.at(0))
                                                                  : std::string(change_name(change.kind));
        BOOST_TEST_REQUIRE((found == expected));
      }
  });
}

BOOST_AUTO_TEST_CASE(findings_beyond_the_limit_are_counted) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const std::vector<std::string> one(50, "a"), other(50, "b");
    const CheckpointId before = run.checkpoint(1).save("x", one).save("y", one).note("n", 1).commit().id;
    const CheckpointId after = run.checkpoint(2).save("x", other).save("y", other).note("n", 2).commit().id;
    const CheckpointDifference found = store->diff(before, after, {.changes_max = 60});
    BOOST_TEST(found.states[0].difference.changes.size() == 50u);
    BOOST_TEST(found.states[1].difference.changes.size() == 10u);
    BOOST_TEST(found.states[1].difference.change_count == 50u);
    BOOST_TEST(found.metadata.changes.empty());
    BOOST_TEST(found.metadata.change_count == 1u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_shared_is_not_read) {
  on_disk([](TestStore& store) {
    const std::vector<double> large(1'000'000, 0.5);
    const auto two = [&](double last) {
      std::vector<double> changed = large;
      changed.back() = last;
      return std::map<std::string, std::vector<double>>{{"large", large}, {"other", changed}};
    };
    const CheckpointId before = store->run("r").checkpoint(1).save("s", two(1)).save("t", large).commit().id;
    const CheckpointId after = store->run("r").checkpoint(2).save("s", two(2)).save("t", large).commit().id;
    store.close();
    damage_chunk_of(store.path(), Store::in_memory().put(large));  // reading it would throw
    store.reopen();
    const CheckpointDifference found = store->diff(before, after);
    BOOST_TEST_REQUIRE(found.states.size() == 1u);
    BOOST_TEST(to_text(found.states[0].difference.changes.at(0)) == "other: 1 of 1000000 elements differs, [999999] 1 -> 2");
  });
}

BOOST_AUTO_TEST_CASE(objects_are_compared_by_id) {
  for_each_store([](TestStore& store) {
    const ObjectId one = store->put(particles(1)), other = store->put(moved(1));
    BOOST_TEST(store->diff(one, other).change_count == 1u);
    BOOST_TEST(store->diff(one, one).empty());
    BOOST_CHECK_EXCEPTION(store->diff(ObjectId{}, ObjectId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->diff(one, ObjectId{}), Error, has_code(ErrorCode::not_found));
    const ArtifactId artifact = store->add(store.write_file("a", "x")).id;
    BOOST_CHECK_EXCEPTION(store->diff(ObjectId{artifact.digest}, ObjectId{artifact.digest}), Error,
                          has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->diff(CheckpointId{}, CheckpointId{}), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
