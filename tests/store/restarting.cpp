// Restart: the newest checkpoint that is whole, and what happens when none is.
#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Array = std::vector<std::int64_t>;

// Large enough to be kept outside its object, in a pack.
Array array_of(std::int64_t step) { return Array(5000, 0x0123456789abcd00 + step); }

void commit_arrays(Run run, std::int64_t count) {
  for (std::int64_t step = 1; step <= count; ++step) run.checkpoint(step).save("array", array_of(step)).commit();
}

// Damages the array of each of these steps; the store must be closed.
void damage_arrays(TestStore& store, std::initializer_list<std::int64_t> steps) {
  for (const std::int64_t step : steps) damage_chunk_of(store.path(), Store::in_memory().put(array_of(step)));
}

// One with a schema, and chunks outside its object.
struct LargeState {
  std::int64_t step = 0;
  Array array;
};
BOOST_DESCRIBE_STRUCT(LargeState, (), (step, array))

BOOST_AUTO_TEST_SUITE(restarting)

BOOST_AUTO_TEST_CASE(a_run_without_checkpoints_restarts_from_nothing) {
  for_each_store([](TestStore& store) {
    const Run run = store->run("argon");
    BOOST_TEST(!run.restart<Particles>("state").has_value());
    BOOST_TEST(!run.restart_report<Particles>("state").has_value());
    BOOST_TEST(!run.latest_valid().has_value());
  });
}

BOOST_AUTO_TEST_CASE(a_restart_gives_the_newest_state) {
  for_each_store([](TestStore& store) {
    for (const std::int64_t step : {1, 3, 2}) store->run("argon").checkpoint(step).save("state", particles(step)).commit();
    store.reopen();
    const auto report = store->run("argon").restart_report<Particles>("state").value();
    BOOST_TEST((report.value == particles(2)));
    BOOST_TEST(report.checkpoint.step == 2);
    BOOST_TEST(report.skipped.empty());
    BOOST_TEST((store->run("argon").latest_valid().value().id == report.checkpoint.id));
  });
}

BOOST_AUTO_TEST_CASE(a_state_that_the_newest_checkpoint_does_not_have_is_not_looked_for_in_older_ones) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", 1).commit();
    run.checkpoint(2).save("other", 2).commit();
    BOOST_CHECK_EXCEPTION(run.restart<int>("state"), Error, has_code(ErrorCode::not_found, "no state called state"));
  });
}

BOOST_AUTO_TEST_CASE(a_state_of_another_type_is_a_mismatch_and_not_damage) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", particles(1)).commit();
    run.checkpoint(2).save("state", std::string("text")).commit();
    BOOST_CHECK_EXCEPTION(run.restart<Particles>("state"), Error, has_code(ErrorCode::type_mismatch));
  });
}

BOOST_AUTO_TEST_CASE(damaged_checkpoints_are_passed_over_and_reported) {
  on_disk([](TestStore& store) {
    commit_arrays(store->run("argon"), 4);
    store.close();
    damage_arrays(store, {3, 4});
    store.reopen();
    const Run run = store->run("argon");
    const auto report = run.restart_report<Array>("array").value();
    BOOST_TEST((report.value == array_of(2)));
    BOOST_TEST(report.checkpoint.step == 2);
    BOOST_REQUIRE(report.skipped.size() == 2u);
    BOOST_TEST(report.skipped[0].step == 4);
    BOOST_TEST(report.skipped[1].step == 3);
    BOOST_TEST(report.skipped[0].reason.find("chunk") != std::string::npos);
    BOOST_TEST((run.restart<Array>("array").value() == array_of(2)));
    std::vector<SkippedCheckpoint> skipped;
    BOOST_TEST(run.latest_valid(&skipped).value().step == 2);
    BOOST_TEST(skipped.size() == 2u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_of_which_nothing_is_whole_is_damaged_and_not_new) {
  on_disk([](TestStore& store) {
    commit_arrays(store->run("argon"), 2);
    store.close();
    damage_arrays(store, {1, 2});
    store.reopen();
    const Run run = store->run("argon");
    BOOST_CHECK_EXCEPTION(run.restart<Array>("array"), Error, has_code(ErrorCode::damaged, "none of its 2 checkpoints"));
    BOOST_CHECK_EXCEPTION(run.latest_valid(), Error, has_code(ErrorCode::damaged));
  });
}

BOOST_AUTO_TEST_CASE(packs_that_are_gone_are_damage) {
  on_disk([](TestStore& store) {
    commit_arrays(store->run("argon"), 2);
    store.close();
    std::filesystem::remove_all(store.path() / "packs");
    std::filesystem::create_directory(store.path() / "packs");
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->run("argon").restart<Array>("array"), Error, has_code(ErrorCode::damaged));
    commit_arrays(store->run("argon"), 2);  // computed again
    BOOST_TEST((store->run("argon").restart<Array>("array").value() == array_of(2)));
    BOOST_TEST(store->run("argon").latest().value().sequence == 4u);
  });
}

BOOST_AUTO_TEST_CASE(a_damaged_record_of_a_checkpoint_is_passed_over_and_still_listed) {
  on_disk([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", 1).commit();
    const CheckpointId newest = run.checkpoint(2).save("state", 2).tag("t").commit().id;
    run = Store::in_memory().run("none");  // it kept the store open
    store.close();
    damage_blob_row(store.path(), newest.digest);
    store.reopen();
    run = store->run("argon");
    BOOST_TEST(run.restart_report<int>("state").value().value == 1);
    BOOST_CHECK_EXCEPTION(run.latest(), Error, has_code(ErrorCode::damaged));
    const Checkpoint listed = run.history().front();
    BOOST_TEST(listed.damaged);
    BOOST_TEST((listed.id == newest && listed.step == 2 && listed.sequence == 2 && listed.run == "argon"));
    BOOST_TEST((listed.tags == std::vector<std::string>{"t"}));
    BOOST_TEST(!run.history().back().damaged);
    BOOST_TEST(store->runs().front().latest.value().damaged);
    BOOST_TEST(store->stats().checkpoint_count == 2u);
  });
}

BOOST_AUTO_TEST_CASE(an_artifact_of_which_bytes_are_damaged_makes_a_checkpoint_invalid_but_its_state_restarts) {
  on_disk([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", 1).commit();
    const ArtifactId artifact = store->add(store.write_file("f", std::string(9000, 'f'))).id;
    run.checkpoint(2).save("state", 2).attach("file", artifact).commit();
    run = Store::in_memory().run("none");  // it kept the store open
    store.close();
    damage_chunk_of(store.path(), artifact);
    store.reopen();
    BOOST_TEST(store->run("argon").restart<int>("state").value() == 2);
    BOOST_TEST(store->run("argon").latest_valid().value().step == 1);
  });
}

BOOST_AUTO_TEST_CASE(checkpoints_whose_rows_are_lost_are_told_of) {
  on_disk([](TestStore& store) {
    for (const int step : {1, 2, 3}) store->run("argon").checkpoint(step).save("state", step).commit();
    const auto lose = [&](std::uint64_t sequence) {
      store.close();
      edit_records(store.path(), [&](engine::Records& records) {
        const std::string key = format::be64_text(format::kFirstRunCell) + format::row::checkpoint(sequence);
        BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::cell), key).ok());
      });
      store.reopen();
    };
    lose(3);
    const auto report = store->run("argon").restart_report<int>("state").value();
    BOOST_TEST(report.value == 2);
    BOOST_REQUIRE_EQUAL(report.skipped.size(), 1u);
    BOOST_TEST(report.skipped[0].reason.find("number 3 is missing") != std::string::npos);
    BOOST_TEST(!store->verify().damage.empty());
    lose(1);
    lose(2);
    BOOST_CHECK_EXCEPTION(store->run("argon").restart<int>("state"), Error,
                          has_code(ErrorCode::damaged, "none of its 3 checkpoints"));
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_of_which_a_blob_is_missing_is_passed_over) {
  for (const auto kind : {engine::BlobKind::object, engine::BlobKind::schema, engine::BlobKind::chunk}) {
    BOOST_TEST_CONTEXT(format::blob_kind_name(kind)) {
      on_disk([&](TestStore& store) {
        store->run("argon").checkpoint(1).save("state", particles(1)).commit();
        const ObjectId old = store->run("argon").latest().value().state.at("state");
        store->run("argon").checkpoint(2).save("state", LargeState{2, array_of(2)}).commit();
        const ObjectId newest = store->run("argon").latest().value().state.at("state");
        BOOST_TEST((old != newest));
        store.close();
        remove_blob_of(store.path(), newest, kind);
        store.reopen();
        const auto report = store->run("argon").restart_report<Value>("state").value();
        BOOST_TEST(report.checkpoint.step == 1);
        BOOST_TEST(report.skipped.size() == 1u);
      });
    }
  }
}

BOOST_AUTO_TEST_CASE(committing_damaged_content_again_repairs_it) {
  on_disk([](TestStore& store) {
    commit_arrays(store->run("argon"), 2);
    store.close();
    damage_arrays(store, {2});
    store.reopen();
    {
      Run run = store->run("argon");
      BOOST_TEST(run.restart_report<Array>("array").value().checkpoint.step == 1);
      const Receipt receipt = run.checkpoint(2).save("array", array_of(2)).commit();
      BOOST_TEST(receipt.existed);
      BOOST_TEST((run.restart<Array>("array").value() == array_of(2)));
    }
    store.reopen();
    BOOST_TEST((store->run("argon").restart<Array>("array").value() == array_of(2)));
  });
}

BOOST_AUTO_TEST_CASE(putting_or_adding_damaged_content_again_repairs_it) {
  on_disk([](TestStore& store) {
    const ObjectId object = store->put(array_of(1));
    const auto file = store.write_file("f", std::string(9000, 'f'));
    const ArtifactId artifact = store->add(file).id;
    store.close();
    damage_arrays(store, {1});
    damage_chunk_of(store.path(), artifact);
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->get<Array>(object), Error, has_code(ErrorCode::damaged));
    BOOST_CHECK_EXCEPTION(store->read_file(artifact), Error, has_code(ErrorCode::damaged));
    store->put(array_of(1));
    store->run("argon").add("file", file);
    BOOST_TEST((store->get<Array>(object) == array_of(1)));
    BOOST_TEST(store->read_file(artifact) == std::string(9000, 'f'));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
