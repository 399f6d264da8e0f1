// Where a run goes on from: which checkpoint, what of it must be whole, and what was left open.
#include <boost/test/unit_test.hpp>

#include <fstream>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Array = std::vector<std::int64_t>;

// Large enough to be kept outside its object, in a pack.
Array array_of(std::int64_t step) { return Array(5000, 0x0123456789abcd00 + step); }
Array other_of(std::int64_t step) { return Array(5000, 0x0fedcba987654300 + step); }

// Checkpoints 1, 2, ... with the states `array` and `other`, and the artifact `file`; returns their ids.
std::vector<CheckpointId> commit_some(TestStore& store, std::int64_t count) {
  std::vector<CheckpointId> ids;
  Run run = store->run("argon");
  for (std::int64_t step = 1; step <= count; ++step) {
    const auto file = store.write_file("file", std::string(9000, static_cast<char>('a' + step)));
    ids.push_back(run.checkpoint(step).save("array", array_of(step)).save("other", other_of(step)).attach("file", file)
                      .tag("tag " + std::to_string(step)).commit().id);
  }
  return ids;
}

// Damages the states called `name` of these steps, or the artifact of that name.
void damage(TestStore& store, std::string_view name, std::initializer_list<std::int64_t> steps) {
  std::vector<ObjectId> objects;
  std::vector<ArtifactId> artifacts;
  for (const std::int64_t step : steps) {
    const Checkpoint checkpoint = store->run("argon").at(step).value();
    if (const auto state = checkpoint.state.find(std::string(name)); state != checkpoint.state.end()) objects.push_back(state->second);
    else artifacts.push_back(checkpoint.artifacts.at(std::string(name)));
  }
  store.close();
  for (const ObjectId& object : objects) damage_chunk_of(store.path(), object);
  for (const ArtifactId& artifact : artifacts) damage_chunk_of(store.path(), artifact);
  store.reopen();
}

std::vector<std::int64_t> steps_of(const std::vector<SkippedCheckpoint>& skipped) {
  std::vector<std::int64_t> steps;
  for (const SkippedCheckpoint& one : skipped) steps.push_back(one.step);
  return steps;
}

BOOST_AUTO_TEST_SUITE(restart_points)

BOOST_AUTO_TEST_CASE(the_checkpoint_that_is_asked_for_is_found) {
  for_each_store([](TestStore& store) {
    const std::vector<CheckpointId> ids = commit_some(store, 3);
    Run run = store->run("argon");
    run.checkpoint(2).save("array", array_of(9)).commit();
    const auto sequence = [&](const RestartOptions& options) { return run.restart_point(options).value().checkpoint().sequence; };
    BOOST_TEST(sequence({}) == 4u);
    BOOST_TEST(sequence({.step = 2}) == 4u);
    BOOST_TEST(sequence({.step = 3}) == 3u);
    BOOST_TEST(sequence({.tag = "tag 2"}) == 2u);
    BOOST_TEST(sequence({.id = ids[0]}) == 1u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_found) {
  for_each_store([](TestStore& store) {
    Run empty = store->run("neon");
    BOOST_TEST(!empty.restart_point().has_value());
    BOOST_TEST(!empty.restart_point({.fall_back = false}).has_value());
    const std::vector<CheckpointId> ids = commit_some(store, 2);
    Run run = store->run("argon");
    BOOST_TEST(!run.restart_point({.step = 7}).has_value());
    BOOST_TEST(!run.restart_point({.tag = "none"}).has_value());
    BOOST_TEST(!run.restart_point({.id = CheckpointId{}}).has_value());
    BOOST_TEST(!empty.restart_point({.id = ids[0]}).has_value());  // one of another run
    empty.checkpoint(1).save("array", 1).commit();
    BOOST_TEST(!empty.restart_point({.id = ids[0]}).has_value());
    BOOST_CHECK_EXCEPTION(run.restart_point({.id = ids[0], .step = 1}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.restart_point({.step = 1, .tag = "tag 1"}), Error, has_code(ErrorCode::invalid_argument));
  });
}

BOOST_AUTO_TEST_CASE(its_parts_are_read_from_it) {
  for_each_store([](TestStore& store) {
    commit_some(store, 2);
    std::optional<RestartPoint> point = store->run("argon").restart_point({.step = 1});
    store->run("argon").checkpoint(1).save("array", array_of(7)).commit();
    BOOST_TEST((point->get<Array>("array") == array_of(1)));
    Array read(5000);
    point->read_into("other", ArrayView<std::int64_t>(read, {5000}));
    BOOST_TEST((read == other_of(1)));
    point->restore("file", store.beside("out/there"));
    std::string content(9000, 0);
    std::ifstream(store.beside("out/there/file"), std::ios::binary).read(content.data(), 9000);
    BOOST_TEST(content == std::string(9000, 'b'));
    BOOST_CHECK_EXCEPTION(point->get<Array>("none"), Error, has_code(ErrorCode::not_found, "none called none"));
    BOOST_CHECK_EXCEPTION(point->restore("array", store.beside("out")), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(point->get<std::string>("array"), Error, has_code(ErrorCode::type_mismatch));
    store.close();  // which it keeps open
    BOOST_TEST((point->get<Array>("array") == array_of(1)));
    point.reset();
    store.reopen();
  });
}

BOOST_AUTO_TEST_CASE(damaged_ones_are_passed_over_and_named_by_the_next_checkpoint) {
  on_disk([](TestStore& store) {
    const std::vector<CheckpointId> ids = commit_some(store, 4);
    damage(store, "array", {4, 2});
    damage(store, "file", {3});
    CheckpointId next;
    {
      Run run = store->run("argon");
      const RestartPoint point = run.restart_point().value();
      BOOST_TEST(point.checkpoint().step == 1);
      BOOST_TEST((steps_of(point.skipped()) == Steps{4, 3, 2}));
      BOOST_TEST((point.skipped()[0].id == ids[3]));
      BOOST_TEST(point.skipped()[0].reason.find("read chunk") != std::string::npos, point.skipped()[0].reason);
      next = run.checkpoint(5).save("array", array_of(5)).commit().id;
      BOOST_TEST((run.latest().value().skipped == point.skipped()));
      run.checkpoint(6).save("array", array_of(6)).commit();
      BOOST_TEST(run.latest().value().skipped.empty());
    }
    store.reopen();
    BOOST_TEST((steps_of(store->find_checkpoint(next).value().skipped) == Steps{4, 3, 2}));
    BOOST_TEST((steps_of(store->run("argon").history()[1].skipped) == Steps{4, 3, 2}));
  });
}

BOOST_AUTO_TEST_CASE(the_next_checkpoint_names_them_whichever_way_it_is_committed) {
  const std::vector<std::function<void(Run&)>> ways = {
      [](Run& run) { run.checkpoint(3).save("array", 3).commit(); },
      [](Run& run) { run.checkpoint(3).save("array", 3).commit({Durability::async}); },
      [](Run& run) { run.checkpoint(3).save("array", 3).commit({Durability::on_close}); },
      [](Run& run) { run.checkpoint(3, {.background = true}).save("array", 3).commit_async(); },
  };
  for (const auto& commit : ways) {
    on_disk([&](TestStore& store) {
      commit_some(store, 2);
      damage(store, "array", {2});
      {
        Run run = store->run("argon");
        BOOST_TEST((run.restart<Array>("array").value() == array_of(1)));
        commit(run);
        run.checkpoint(4).save("array", 4).commit();
      }
      BOOST_TEST((steps_of(store->run("argon").at(3).value().skipped) == Steps{2}));
      BOOST_TEST(store->run("argon").at(4).value().skipped.empty());
    });
  }
}

BOOST_AUTO_TEST_CASE(a_restart_that_passes_over_none_takes_back_what_an_earlier_one_said) {
  on_disk([](TestStore& store) {
    commit_some(store, 2);
    damage(store, "array", {2});
    BOOST_TEST(store->run("argon").restart_point().value().skipped().size() == 1u);
    BOOST_TEST(store->run("argon").restart_point({.step = 1}).value().skipped().empty());
    store->run("argon").checkpoint(3).commit();
    BOOST_TEST(store->run("argon").latest().value().skipped.empty());
  });
}

BOOST_AUTO_TEST_CASE(it_falls_back_to_those_before_the_one_that_was_asked_for) {
  on_disk([](TestStore& store) {
    const std::vector<CheckpointId> ids = commit_some(store, 4);
    damage(store, "array", {3});
    Run run = store->run("argon");
    for (const RestartOptions& options : {RestartOptions{.id = ids[2]}, {.step = 3}, {.tag = "tag 3"}}) {
      const RestartPoint point = run.restart_point(options).value();
      BOOST_TEST(point.checkpoint().step == 2);
      BOOST_TEST((steps_of(point.skipped()) == Steps{3}));
      RestartOptions alone = options;
      alone.fall_back = false;
      BOOST_CHECK_EXCEPTION(run.restart_point(alone), Error, has_code(ErrorCode::damaged, "checkpoint number 3 is damaged"));
    }
    BOOST_TEST(run.restart_point({.fall_back = false}).value().checkpoint().step == 4);
  });
}

BOOST_AUTO_TEST_CASE(it_throws_when_none_verifies) {
  on_disk([](TestStore& store) {
    commit_some(store, 3);
    damage(store, "array", {1, 2, 3});
    Run run = store->run("argon");
    BOOST_CHECK_EXCEPTION(run.restart_point(), Error, has_code(ErrorCode::damaged, "none of its 3 checkpoints verifies"));
    BOOST_CHECK_EXCEPTION(run.restart_point({.step = 2}), Error,
                          has_code(ErrorCode::damaged, "none of its 2 checkpoints up to number 2 verifies"));
    run.checkpoint(9).commit();
    BOOST_TEST(run.latest().value().skipped.empty());  // nothing was gone on from
  });
}

BOOST_AUTO_TEST_CASE(only_the_parts_that_are_asked_for_must_be_whole) {
  on_disk([](TestStore& store) {
    commit_some(store, 2);
    damage(store, "array", {2});
    Run run = store->run("argon");
    const auto step = [&](std::vector<std::string> parts) {
      return run.restart_point({.parts = std::move(parts)}).value().checkpoint().step;
    };
    BOOST_TEST(step({}) == 1);
    BOOST_TEST(step({"array"}) == 1);
    BOOST_TEST(step({"other"}) == 2);
    BOOST_TEST(step({"other", "file"}) == 2);
    BOOST_TEST(step({"file", "array"}) == 1);
    const RestartPoint point = run.restart_point({.parts = {"file"}}).value();
    BOOST_CHECK_EXCEPTION(point.get<Array>("array"), Error, has_code(ErrorCode::damaged));
    BOOST_CHECK_EXCEPTION(run.restart_point({.parts = {"file", "none"}}), Error, has_code(ErrorCode::not_found, "no part called none"));
    Array memory(5000);
    run.protect("array", std::span(memory));  // which must be whole, too
    BOOST_TEST(step({"other"}) == 1);
    BOOST_TEST((memory == array_of(1)));
  });
}

BOOST_AUTO_TEST_CASE(the_nodes_that_are_not_finished_come_with_their_inputs) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const ObjectId object = store->put(particles(1));
    Transaction begin = run.transaction();
    const Uuid structure = begin.add({.kind = NodeKind::data, .type = "structure", .content = object});
    const Uuid bare = begin.add({.kind = NodeKind::data, .type = "number"});
    const Uuid relax = begin.add({.kind = NodeKind::calculation, .type = "relax", .label = "first", .state = NodeState::running});
    const Uuid bands = begin.add({.kind = NodeKind::workflow, .type = "bands", .label = "second", .state = NodeState::waiting});
    begin.link(structure, relax, LinkType::input, "structure");
    begin.link(bare, relax, LinkType::input, "cutoff");
    begin.commit();
    run.checkpoint(1).save("state", 1).commit();
    const RestartPoint point = run.restart_point().value();
    const std::vector<UnfinishedNode> unfinished = point.unfinished();
    BOOST_REQUIRE(unfinished.size() == 2u);
    BOOST_TEST((unfinished[0].node.uuid == relax));
    BOOST_TEST(unfinished[0].node.run == "argon");
    const std::vector<StepData> expected = {{"cutoff", Digest{bare.bytes}, bare}, {"structure", object.digest, structure}};
    BOOST_TEST((unfinished[0].inputs == expected));
    BOOST_TEST((unfinished[1].node.uuid == bands));
    BOOST_TEST(unfinished[1].inputs.empty());
    Transaction end = run.transaction();
    end.edit(relax, {.state = NodeState::finished});
    end.commit();
    BOOST_TEST(point.unfinished().size() == 1u);  // those of now
  });
}

BOOST_AUTO_TEST_CASE(a_reader_restarts_as_well) {
  on_disk([](TestStore& store) {
    commit_some(store, 2);
    damage(store, "array", {2});
    store.close();
    const Store reader = Store::open(store.path(), {.read_only = true});
    Run run = reader.find_run("argon").value();
    BOOST_TEST(run.restart_point().value().checkpoint().step == 1);
    BOOST_TEST((run.restart_point().value().get<Array>("array") == array_of(1)));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
