// Collecting what nothing refers to: what goes, what stays and why, and what a program may do meanwhile.
#include <boost/test/unit_test.hpp>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Numbers = std::vector<std::int64_t>;

Numbers large(std::int64_t number) { return Numbers(5000, number); }

std::string text(char letter) { return std::string(100'000, letter); }

BOOST_AUTO_TEST_SUITE(collections)

BOOST_AUTO_TEST_CASE(what_pruned_checkpoints_had_goes_and_the_rest_stays) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (int step = 0; step < 6; ++step)
      run.checkpoint(step).save("own", large(step)).save("common", large(100)).save("small", step).commit();
    store->collect();  // a weak engine leaves something of commits that it did not make
    run.prune({.last = 2});
    const CollectReport dry = store->collect({.dry_run = true});
    const CollectReport report = store->collect();
    BOOST_TEST(report.complete);
    BOOST_TEST(report.freed_count >= 12u);
    BOOST_TEST(dry.freed_count == report.freed_count);
    BOOST_TEST(dry.freed_bytes == report.freed_bytes);
    BOOST_TEST(dry.kept_bytes == report.kept_bytes);
    BOOST_TEST(dry.returned_bytes == 0u);
    BOOST_TEST((run.restart<Numbers>("own").value() == large(5)));
    BOOST_TEST((store->get<Numbers>(run.at(4)->state.at("common")) == large(100)));
    BOOST_TEST(store->collect().freed_count == 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(everything_that_names_a_blob_keeps_it) {
  for_each_store([](TestStore& store) {
    std::optional<Run> run = store->run("argon");
    const ObjectId put = store->put(large(1));
    const ArtifactId artifact = store->add(store.write_file("a", text('a'))).id;
    const Value array = to_value(encodable(large(2)));
    const Value noted(Map{{Value("array"), array}});
    const auto id = run->checkpoint(1).save("state", large(3)).attach("file", store.write_file("b", text('b'))).note("noted", array).commit().id;
    run->put_writes(id, "task", {{"channel", noted}});
    run->step("work", {{"x", 1}}, [] { return large(4); }, {.parameters = Value(Map{{Value("x"), Value(1)}})});
    const Uuid node = [&] {
      Transaction transaction = store->transaction();
      const Uuid added = transaction.add({.type = "thing", .attributes = noted, .extras = noted});
      transaction.commit();
      return added;
    }();
    store->put_group("group", "", noted);
    run->fork("what-if");
    run.reset();
    store->delete_run("argon");

    const CollectReport report = store->collect();
    store.reopen();
    check_clean(*store);
    BOOST_TEST((store->get<Numbers>(put) == large(1)));
    BOOST_TEST(store->read_file(artifact, "") == text('a'));
    const Run fork = store->run("what-if");
    BOOST_TEST((fork.restart<Numbers>("state").value() == large(3)));
    BOOST_TEST((*fork.latest()->metadata.find("noted") == array));
    BOOST_TEST((fork.pending_writes(id).at(0).value == store->put(noted)));
    BOOST_TEST((store->find_node(node)->attributes == noted));
    BOOST_TEST((store->find_group("group")->extras == noted));
    BOOST_TEST(report.kept_count > 10u);
  });
}

BOOST_AUTO_TEST_CASE(it_says_what_keeps_the_most) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", large(1)).tag("good").commit();
    for (int step = 2; step < 4; ++step) run.checkpoint(step).save("text", text(static_cast<char>('a' + step)) + "x").commit();
    store->put(std::string("small"));
    const auto kept = store->collect({.dry_run = true}).kept;
    const auto of = [&](std::string_view kind, std::string_view name) {
      const auto found = std::ranges::find_if(kept, [&](const KeptBytes& one) { return one.kind == kind && one.name == name; });
      return found == kept.end() ? 0 : found->bytes;
    };
    BOOST_TEST(of("tag", "argon:good") > 0u);
    BOOST_TEST(of("run", "argon") > 0u);
    BOOST_TEST(of("node type", "text") > 0u);
    BOOST_TEST(std::ranges::is_sorted(kept, std::ranges::greater(), &KeptBytes::bytes));
  });
}

BOOST_AUTO_TEST_CASE(what_a_checkpoint_holds_that_is_not_committed_yet_stays) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const Checkpoint first = (run.checkpoint(1).save("state", large(1)).attach("file", store.write_file("a", text('a'))).commit(), *run.latest());
    run.checkpoint(2).commit();
    store->collect();
    auto waiting = run.checkpoint(3);
    waiting.save("state", first.state.at("state")).attach("file", first.artifacts.at("file")).save("new", large(7));
    run.prune({.last = 1});
    BOOST_TEST(store->collect().freed_count == 1u);  // the checkpoint itself
    waiting.commit();
    BOOST_TEST((run.restart<Numbers>("state").value() == large(1)));
    BOOST_TEST(store->read_file(run.latest()->artifacts.at("file"), "") == text('a'));
    BOOST_TEST(store->collect().freed_count == 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_was_collected_is_not_found_and_can_be_stored_again) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto file = store.write_file("a", text('a'));
    run.checkpoint(1).save("state", large(1)).attach("file", file).commit();
    const Checkpoint first = *run.latest();
    run.checkpoint(2).commit();
    run.prune({.last = 1});
    BOOST_TEST(store->collect().freed_count >= 5u);
    BOOST_CHECK_EXCEPTION(store->get<Numbers>(first.state.at("state")), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.checkpoint(3).save("state", first.state.at("state")), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.checkpoint(3).attach("file", first.artifacts.at("file")), Error, has_code(ErrorCode::not_found));
    run.checkpoint(3).save("state", large(1)).attach("file", file).commit();  // the file was read before, and is read again
    BOOST_TEST((run.latest()->state.at("state") == first.state.at("state")));
    BOOST_TEST((run.restart<Numbers>("state").value() == large(1)));
    BOOST_TEST(store->read_file(run.latest()->artifacts.at("file"), "") == text('a'));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_file_that_is_open_can_be_read_to_its_end) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).attach("file", store.write_file("a", text('a'))).commit();
    ArtifactFile file = store->open_file(run.latest()->artifacts.at("file"), "");
    run.checkpoint(2).commit();
    run.prune({.last = 1});
    const CollectReport report = store->collect();
    BOOST_TEST(report.freed_count > 0u);
    std::string bytes(file.size(), ' ');
    BOOST_TEST(file.read_at(0, std::as_writable_bytes(std::span(bytes))) == bytes.size());
    BOOST_TEST(bytes == text('a'));
  });
}

BOOST_AUTO_TEST_CASE(one_that_is_out_of_time_changes_nothing_and_says_so) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (int step = 0; step < 4; ++step) run.checkpoint(step).save("own", large(step)).commit();
    run.prune({.last = 1});
    const CollectReport report = store->collect({.time_max = std::chrono::nanoseconds(0)});
    BOOST_TEST(!report.complete);
    BOOST_TEST(report.freed_count == 0u);
    BOOST_TEST(store->collect().freed_count > 0u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(nothing_is_removed_while_it_is_not_known_what_is_needed) {
  on_disk([](TestStore& store) {
    Digest damaged;
    {
      Run run = store->run("argon");
      for (int step = 0; step < 4; ++step) run.checkpoint(step).save("own", large(step)).commit();
      run.prune({.last = 1});
      damaged = run.latest()->state.at("own").digest;
    }
    store.close();
    damage_blob(store.path(), damaged);
    Store again = Store::open(store.path());
    const std::uint64_t count = again.verify().blob_count;
    BOOST_CHECK_EXCEPTION(again.collect(), Error, has_code(ErrorCode::damaged));
    BOOST_TEST(again.verify().blob_count == count);
  });
}

BOOST_AUTO_TEST_CASE(a_reader_cannot_collect) {
  on_disk([](TestStore& store) {
    store->put(1);
    store.close();
    Store reader = Store::open(store.path(), {.read_only = true});
    BOOST_CHECK_EXCEPTION(reader.collect(), Error, has_code(ErrorCode::read_only));
    BOOST_CHECK_EXCEPTION(reader.compact(), Error, has_code(ErrorCode::read_only));
  });
}

BOOST_AUTO_TEST_CASE(compact_collects_and_tells_what_it_came_to) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (int step = 0; step < 40; ++step) run.checkpoint(step).save("own", text(static_cast<char>('A' + step)) + std::to_string(step)).commit();
    run.prune({.last = 1});
    const CompactReport dry = store->compact({.dry_run = true});
    const CompactReport report = store->compact();
    BOOST_TEST(report.complete);
    BOOST_TEST(dry.collected.freed_count == report.collected.freed_count);
    BOOST_TEST(report.collected.freed_count >= 39u);
    BOOST_TEST(store->compact().collected.freed_count == 0u);
    BOOST_CHECK_EXCEPTION(store->compact({.zstd_level = 20}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(!store->compact({.time_max = std::chrono::nanoseconds(0)}).complete);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
