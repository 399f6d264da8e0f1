// Purging: what was purged cannot be read, everybody is told when and why, and storing the same again ends it.
#include <boost/test/unit_test.hpp>

#include "store/clocked.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

bool is_named(const std::vector<CheckpointId>& ids, const CheckpointId& id) { return std::ranges::find(ids, id) != ids.end(); }

// The error says what, when and why.
auto told(const Digest& digest, std::string_view reason = "") {
  return [digest, reason](const Error& error) {
    const std::string text = error.what();
    BOOST_TEST_MESSAGE(text);
    return error.code() == ErrorCode::purged && text.find(digest.hex() + " was purged 20") != std::string::npos &&
           text.find(reason) != std::string::npos;
  };
}

BOOST_AUTO_TEST_SUITE(purges)

BOOST_AUTO_TEST_CASE(a_purged_object_is_read_by_nothing_and_keeps_its_node) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(3)), other = store->put(particles(4));
    const Node before = nodes_of(*store, "content = " + id.hex()).at(0);
    const PurgeReport report = store->purge(id, {.reason = "a person asked"});
    BOOST_TEST(report.purged.kind == "object");
    BOOST_TEST((report.purged.digest == id.digest));
    BOOST_TEST(report.purged.size_bytes == before.size_bytes);
    BOOST_TEST((report.nodes == std::vector<Uuid>{before.uuid}));
    BOOST_TEST(report.checkpoints.empty());
    store.reopen();
    const auto purged = told(id.digest, "a person asked");
    BOOST_CHECK_EXCEPTION(store->get<Particles>(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->get_value(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->text(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->get_all<Particles>(std::vector{other, id}), Error, purged);
    BOOST_CHECK_EXCEPTION(store->get_part<std::string>(id, "rng"), Error, purged);
    BOOST_CHECK_EXCEPTION(store->find_array(id, "position"), Error, purged);
    BOOST_CHECK_EXCEPTION(store->diff(id, other), Error, purged);
    BOOST_CHECK_EXCEPTION(store->diff(id, id), Error, purged);
    BOOST_TEST((store->get<Particles>(other) == particles(4)));
    const Node after = store->get_node(before.uuid);
    BOOST_TEST((after.content == before.content && after.size_bytes == before.size_bytes && after.type == before.type));
    BOOST_TEST(store->find_by_prefix(id.hex()).at(0).kind == "object");
    const std::vector<Purged> all = store->purges();
    BOOST_TEST_REQUIRE(all.size() == 1u);
    BOOST_TEST((all[0].digest == id.digest && all[0].reason == "a person asked" && all[0].time == report.purged.time));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_purged_artifact_is_read_by_nothing) {
  for_each_store([](TestStore& store) {
    const ArtifactId id = store->add(store.write_file("f", "bytes of a file")).id, other = store->add(store.write_file("g", "others")).id;
    store->purge(id);
    store.reopen();
    const auto purged = told(id.digest);
    BOOST_CHECK_EXCEPTION(store->restore(id, store.beside("out")), Error, purged);
    BOOST_TEST(!std::filesystem::exists(store.beside("out")));
    BOOST_CHECK_EXCEPTION(store->list(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->open_file(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->read_file(id), Error, purged);
    BOOST_CHECK_EXCEPTION(store->copy_file(id, "", 1), Error, purged);
    BOOST_CHECK_EXCEPTION(store->diff(id, other), Error, purged);
    BOOST_CHECK_EXCEPTION(store->diff(other, id), Error, purged);
    BOOST_TEST(store->read_file(other) == "others");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(storing_the_same_again_ends_a_purge) {
  for_each_store([](TestStore& store) {
    const auto again = [&](std::string_view how, const ObjectId& id, const std::function<void()>& put) {
      BOOST_TEST_CONTEXT(how) {
        store->purge(id);
        BOOST_TEST(store->purges().size() == 1u);
        put();
        BOOST_TEST(store->purges().empty());
        BOOST_TEST((store->get<Particles>(id) == particles(1)));
        store.reopen();
        BOOST_TEST((store->get<Particles>(id) == particles(1)));
      }
    };
    const ObjectId id = store->put(particles(1));
    again("put", id, [&] { store->put(particles(1)); });
    again("put_all", id, [&] { store->put_all(std::vector{particles(0), particles(1)}); });
    again("put_all of what is there", id, [&] { store->put_all(std::vector{particles(0), particles(1)}); });
    again("a checkpoint", id, [&] { store->run("argon").checkpoint(1).save("state", particles(1)).commit(); });
    again("an equal checkpoint", id, [&] { store->run("argon").checkpoint(1).save("state", particles(1)).commit(); });
    again("a checkpoint behind others", id, [&] {
      Run run = store->run("argon");
      run.checkpoint(2).save("state", particles(1)).commit({.durability = Durability::async});
      run.flush();
    });
    again("a checkpoint made by another thread", id, [&] {
      Run run = store->run("argon");
      auto builder = run.checkpoint(3);
      builder.save("state", particles(1));
      builder.commit_async().get();
    });
    again("a transaction", id, [&] {
      Transaction transaction = store->transaction();
      transaction.put(particles(1));
      transaction.commit();
    });
    again("a step", id, [&] { store->run("argon").step("s", {}, [] { return particles(1); }); });
    again("an input of a step", id, [&] { store->run("argon").step("t", {{"x", particles(1)}}, [] { return 1; }); });
    check_clean(*store);
    const std::filesystem::path file = store.write_file("f", "bytes of a file");
    const ArtifactId artifact = store->add(file).id;
    for (const bool in_run : {false, true}) {
      store->purge(artifact);
      if (in_run) store->run("argon").add("file", file);
      else store->add(file);
      BOOST_TEST(store->purges().empty());
      BOOST_TEST(store->read_file(artifact) == "bytes of a file");
    }
    store->purge(artifact);
    store->run("argon").checkpoint(4).attach("file", file).commit();
    BOOST_TEST(store->purges().empty());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_was_purged_cannot_be_named_by_what_is_new) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(1));
    const ArtifactId artifact = store->add(store.write_file("f", "x")).id;
    store->purge(id);
    store->purge(artifact);
    Run run = store->run("argon");
    auto builder = run.checkpoint(1);
    BOOST_CHECK_EXCEPTION(builder.save("state", id), Error, told(id.digest));
    BOOST_CHECK_EXCEPTION(builder.attach("file", artifact), Error, told(artifact.digest));
    Transaction transaction = store->transaction();
    BOOST_CHECK_EXCEPTION(transaction.add({.type = "t", .content = id}), Error, told(id.digest));
    BOOST_CHECK_EXCEPTION(transaction.add({.type = "t", .content = artifact}), Error, told(artifact.digest));
    BOOST_TEST(store->purges().size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(a_restart_passes_over_what_needs_something_that_was_purged) {
  for_each_store([](TestStore& store) {
    CheckpointId first, second;
    ObjectId state;
    {
      Run run = store->run("argon");
      first = run.checkpoint(1).save("state", particles(1)).commit().id;
      second = run.checkpoint(2).save("state", particles(2)).attach("file", store.write_file("f", "bytes")).commit().id;
      state = run.latest()->state.at("state");
    }
    const PurgeReport report = store->purge(state, {.reason = "too large"});
    BOOST_TEST((report.checkpoints == std::vector{second}));
    store.reopen();
    {
      Run run = store->run("argon");
      std::vector<SkippedCheckpoint> skipped;
      BOOST_TEST((run.latest_valid(&skipped)->id == first));
      BOOST_TEST_REQUIRE(skipped.size() == 1u);
      BOOST_TEST((skipped[0].id == second));
      BOOST_TEST(skipped[0].reason.starts_with("object " + state.hex() + " was purged 20"));
      BOOST_TEST(run.restart<Particles>("state")->step == 1);
      const auto point = run.restart_point();
      BOOST_TEST((point->checkpoint().id == first && point->skipped().size() == 1u));
      BOOST_CHECK_EXCEPTION(run.restart_point({.step = 2, .fall_back = false}), Error, told(state.digest, "too large"));
      BOOST_TEST((run.restart_point({.step = 2, .parts = {"file"}})->checkpoint().id == second));  // that part is whole
      BOOST_CHECK_EXCEPTION(run.restart_point({.step = 2, .parts = {"file"}})->get<Particles>("state"), Error, told(state.digest));
      const auto listed = run.history();
      BOOST_TEST((!listed[0].purged && !listed[0].damaged));  // its own record is there
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_purged_checkpoint_stays_in_the_history) {
  for_each_store([](TestStore& store) {
    CheckpointId first, second;
    {
      Run run = store->run("argon");
      first = run.checkpoint(1).save("state", particles(1)).commit().id;
      second = run.checkpoint(2).save("state", particles(2)).tag("t").commit().id;
    }
    const PurgeReport report = store->purge(second, {.reason = "r"});
    BOOST_TEST(report.purged.kind == "checkpoint");
    BOOST_TEST((report.nodes.empty() && is_named(report.checkpoints, second)));
    store.reopen();
    {
      Run run = store->run("argon");
      const auto listed = run.history();
      BOOST_TEST_REQUIRE(listed.size() == 2u);
      BOOST_TEST((listed[0].id == second && listed[0].purged && !listed[0].damaged && listed[0].step == 2 && listed[0].sequence == 2));
      BOOST_TEST((listed[0].tags == std::vector<std::string>{"t"}));
      BOOST_CHECK_EXCEPTION(store->find_checkpoint(second), Error, told(second.digest, "r"));
      BOOST_CHECK_EXCEPTION(store->diff(first, second), Error, told(second.digest));
      BOOST_TEST(run.restart<Particles>("state")->step == 1);
      BOOST_CHECK_EXCEPTION(run.restart_point({.tag = "t", .fall_back = false}), Error, told(second.digest));
      const Receipt again = run.checkpoint(2).save("state", particles(2)).commit();
      BOOST_TEST((!again.existed && again.id != second));
      BOOST_TEST(run.restart<Particles>("state")->step == 2);
    }
    store->purge(first);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(when_nothing_is_left_to_restart_from_the_error_says_purged) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const CheckpointId id = run.checkpoint(1).save("state", particles(1)).commit().id;
    store->purge(id);
    BOOST_CHECK_EXCEPTION(run.restart<Particles>("state"), Error, told(id.digest));
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_that_need_it_through_other_objects_are_told) {
  for_each_store([](TestStore& store) {
    const ObjectId inner = store->put(particles(1));
    Run run = store->run("argon");
    const CheckpointId through = run.checkpoint(1).save("state", std::vector{inner}).commit().id;
    const CheckpointId none = run.checkpoint(2).save("state", particles(2)).commit().id;
    const PurgeReport planned = store->purge(inner, {.dry_run = true}), report = store->purge(inner);
    BOOST_TEST((planned.checkpoints == std::vector{through} && report.checkpoints == std::vector{through}));
    BOOST_TEST(store->purges().size() == 1u);
    BOOST_TEST((run.latest_valid()->id == none));
    BOOST_CHECK_EXCEPTION(run.restart_point({.step = 1}), Error, told(inner.digest));
  });
}

BOOST_AUTO_TEST_CASE(a_recorded_step_whose_result_was_purged_is_done_again) {
  for_each_store([](TestStore& store) {
    int calls = 0;
    const auto relax = [&](std::string_view run, std::int64_t result) {
      return store->run(run).step("relax", {}, [&] { return ++calls, particles(result); },
                                   {.reuse = run == "krypton"});
    };
    const auto first = relax("argon", 3);
    const ObjectId object = std::get<ObjectId>(store->get_node(first.data()).content);
    store->purge(object);
    BOOST_TEST((relax("krypton", 4).value() == particles(4)));  // nothing to be reused
    BOOST_TEST(calls == 2);
    const auto again = relax("argon", 3);
    BOOST_TEST((calls == 3 && !again.recorded_before() && again.value() == particles(3)));
    BOOST_TEST((again.data() != first.data() && again.process() != first.process()));
    BOOST_TEST(store->purges().empty());
    BOOST_TEST(relax("argon", 5).recorded_before());
    store->purge(object);
    BOOST_TEST((relax("argon", 6).value() == particles(6)));  // another result is the step's from now on
    store.reopen();
    BOOST_TEST((relax("argon", 7).value() == particles(6)));
    BOOST_TEST(calls == 4);
    BOOST_TEST(store->purges().size() == 1u);
    BOOST_TEST(store->run("argon").why("relax").size() == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(steps_that_give_artifacts_or_claim_their_attempts_are_done_again_too) {
  for_each_store([](TestStore& store) {
    const std::string made = "made";
    int calls = 0;
    const auto write = [&](const StepOptions& options) {
      return store->run("argon").step("write", {}, [&] {
        ++calls;
        return store->add_source(std::as_bytes(std::span(made)), {.name = "out"}).id;
      }, options);
    };
    for (const StepOptions& options : {StepOptions{}, StepOptions{.lease = std::chrono::hours(1)}}) {
      const ArtifactId id = write(options).value();
      store->purge(id);
      calls = 0;
      BOOST_TEST((write(options).value() == id));
      BOOST_TEST((write(options).value() == id));
      BOOST_TEST(calls == 1);
      BOOST_TEST(store->purges().empty());
      check_clean(*store);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_may_be_done_once_is_not_done_again) {
  for_each_store([](TestStore& store) {
    const StepOptions once{.at_most_once = true};
    const auto first = store->run("argon").step("pay", {}, [] { return particles(3); }, once);
    const ObjectId object = std::get<ObjectId>(store->get_node(first.data()).content);
    store->purge(object);
    BOOST_CHECK_EXCEPTION(store->run("argon").step("pay", {}, [] { return particles(3); }, once), Error, told(object.digest));
    store->run("argon").step("pay", {}, [] { return particles(3); }, {.at_most_once = true, .retry_interrupted = true});
    BOOST_TEST(store->purges().empty());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_is_done_while_the_store_is_closed_is_done_again_too) {
  on_disk([](TestStore& store) {
    const std::string made = "sorted";
    const std::vector<NamedSource> output{{"out", std::as_bytes(std::span(made))}};
    const auto begin = [&] { return DetachedStep(store.path(), "argon", "sort", {.lease = std::chrono::hours(1)}); };
    store->run("argon");
    store.close();
    DetachedStep first = begin();
    BOOST_TEST(first.claim({}));
    first.record(output, {.name = "outputs"});
    store.reopen();
    store->purge(first.result());
    store.close();
    DetachedStep again = begin();
    BOOST_TEST(again.claim({}));
    again.heartbeat();
    again.record(output, {.name = "outputs"});
    BOOST_TEST((again.result() == first.result() && again.data() != first.data()));
    BOOST_TEST(!begin().claim({}));
    store.reopen();
    BOOST_TEST(store->purges().empty());
    BOOST_TEST(store->read_file(first.result(), "out") == "sorted");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_dry_run_changes_nothing) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(1));
    BOOST_TEST(store->purge(id, {.dry_run = true}).nodes.size() == 1u);
    BOOST_TEST(store->purges().empty());
    BOOST_TEST((store->get<Particles>(id) == particles(1)));
  });
}

BOOST_AUTO_TEST_CASE(the_first_reason_and_time_stay) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(1));
    const PurgeReport first = store->purge(id, {.reason = "first"}), second = store->purge(id, {.reason = "second"});
    BOOST_TEST((second.purged.reason == "first" && second.purged.time == first.purged.time));
    BOOST_TEST(store->purges().size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_cannot_be_purged) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(1));
    const auto not_found = has_code(ErrorCode::not_found, "purge");
    BOOST_CHECK_EXCEPTION(store->purge(ArtifactId{id.digest}), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->purge(CheckpointId{id.digest}), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->purge(ObjectId{}), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->purge(id, {.reason = std::string(4097, 'x')}), Error, has_code(ErrorCode::invalid_argument, "4096"));
    BOOST_CHECK_EXCEPTION(store->purge(id, {.reason = "\xFF"}), Error, has_code(ErrorCode::invalid_argument, "UTF-8"));
    BOOST_TEST(store->purges().empty());
  });
}

BOOST_AUTO_TEST_CASE(readers_see_purges_and_make_none) {
  on_disk([](TestStore& store) {
    const ObjectId id = store->put(particles(1)), other = store->put(particles(2));
    store->purge(id);
    Store reader = Store::open(store.path(), {.read_only = true});
    BOOST_CHECK_EXCEPTION(reader.get<Particles>(id), Error, told(id.digest));
    BOOST_CHECK_EXCEPTION(reader.purge(other), Error, has_code(ErrorCode::read_only, "purge"));
  });
}

BOOST_AUTO_TEST_CASE(a_purge_that_cannot_be_committed_changes_nothing) {
  ClockedStore store;
  const ObjectId id = store->put(particles(1));
  store.fail_publish();
  BOOST_CHECK_EXCEPTION(store->purge(id), Error, has_code(ErrorCode::no_space, ""));
  BOOST_TEST(store->purges().empty());
  BOOST_TEST((store->get<Particles>(id) == particles(1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
