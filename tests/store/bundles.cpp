// Bundles and copies: what comes out is what went in, all of it or nothing.
#include <cairn/bundle.h>

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>
#include <sstream>

#include "store/random_work.h"
#include "store/store_contents.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

const BundleSelection kEverything{.everything = true};

std::string bundle(const Store& store, const BundleSelection& selection, const BundleOptions& options = {}) {
  std::ostringstream out;
  store.bundle(selection, out, options);
  return std::move(out).str();
}

MergeReport unbundle(Store& store, const std::string& bytes, const MergeOptions& options = {}) {
  std::istringstream in(bytes);
  return store.unbundle(in, options);
}

void check_merged(const MergeReport& report) {
  for (const MergeConflict& conflict : report.conflicts) BOOST_ERROR(conflict.kind << " " << conflict.name << ": " << conflict.problem);
  BOOST_TEST(report.merged);
}

void check_same(const Store& one, const Store& other) {
  const auto before = contents_of(one), after = contents_of(other);
  BOOST_TEST((before == after), difference_of(before, after));
}

// A run with a history, a fork, steps, nodes and a group.
void make_argon(Store& store) {
  Run run = store.run("argon");
  for (std::int64_t step = 1; step <= 3; ++step) run.checkpoint(step).save("state", particles(step)).commit();
  run.tag(run.at(2)->id, "good");
  run.put_writes(run.latest()->id, "task", {{"channel", 7}});
  const auto made = run.step("make", {{"seed", 4}}, [] { return std::int64_t{16}; });
  run.step("use", {{"made", made}}, [&] { return made.value() * 2; });
  Run fork = run.fork("argon/hot", {.at = run.at(2)->id});
  fork.checkpoint(9).save("state", particles(9)).commit();
  store.put_group("results");
  store.add_to_group("results", std::vector{made.data()});
}

BOOST_AUTO_TEST_SUITE(bundles)

BOOST_AUTO_TEST_CASE(everything_comes_back_from_a_bundle_in_an_empty_store) {
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) {
        RandomWork(*store, seed).run(120);
        const std::string bytes = bundle(*store, kEverything);
        TestStore other(store.kind());
        const MergeReport report = unbundle(*other, bytes);
        check_merged(report);
        BOOST_TEST(report.runs_known == 0u);
        check_same(*store, *other);
        check_clean(*other);
        other.reopen();
        check_same(*store, *other);
        BOOST_TEST((bundle(*other, kEverything) == bytes));
        RandomWork(*other, seed + 100, "more ").run(40);  // and goes on as any store
        check_clean(*other);
      }
    });
}

BOOST_AUTO_TEST_CASE(everything_is_merged_with_what_is_there) {
  for (const std::uint32_t seed : {5u, 6u, 7u})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) {
        TestStore other(store.kind());
        RandomWork(*store, seed, "left ").run(80);
        RandomWork(*other, seed + 1, "right ").run(80);
        const auto left = contents_of(*store), right = contents_of(*other);
        check_merged(unbundle(*other, bundle(*store, kEverything)));
        const auto both = contents_of(*other);
        for (const auto* lines : {&left, &right})
          for (const std::string& line : *lines)
            BOOST_TEST((std::ranges::binary_search(both, line) || line.starts_with("purge") || line.starts_with("invalidation") ||
                        line.starts_with("why")), line);
        check_clean(*other);
      }
    });
}

BOOST_AUTO_TEST_CASE(a_bundle_that_is_taken_in_twice_changes_nothing_the_second_time) {
  for_each_store([](TestStore& store) {
    RandomWork(*store, 11).run(120);
    const std::string bytes = bundle(*store, kEverything);
    TestStore other(store.kind());
    check_merged(unbundle(*other, bytes));
    const auto before = contents_of(*other);
    const MergeReport again = unbundle(*other, bytes);
    check_merged(again);
    BOOST_TEST(again.runs_new + again.checkpoints_new + again.steps_new + again.nodes_new + again.links_new + again.groups_new == 0u);
    BOOST_TEST(again.blobs_new == 0u);
    BOOST_TEST(again.bytes_new == 0u);
    const auto after = contents_of(*other);
    BOOST_TEST((before == after), difference_of(before, after));
    check_clean(*other);
    check_merged(unbundle(*store, bytes));  // where it came from
    check_same(*store, *other);
  });
}

BOOST_AUTO_TEST_CASE(equal_content_gives_equal_bytes_whatever_else_is_in_the_store) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    const BundleSelection argon{.runs = {"argon", "argon/hot"}};
    const std::string bytes = bundle(*store, argon);
    BOOST_TEST((bundle(*store, argon) == bytes));
    TestStore other(store.kind());
    RandomWork(*other, 3, "before ").run(30);
    check_merged(unbundle(*other, bytes));
    RandomWork(*other, 4, "after ").run(30);
    BOOST_TEST((bundle(*other, argon) == bytes));
    TestStore apart(store.kind());  // first the one, then what it was forked from would be another history: so the other way round
    check_merged(unbundle(*apart, bundle(*store, {.runs = {"argon"}})));
    check_merged(unbundle(*apart, bundle(*store, argon)));
    BOOST_TEST((bundle(*apart, argon) == bytes));
  });
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_in_the_other_store_and_its_steps_are_not_done_again) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    TestStore other(store.kind());
    check_merged(unbundle(*other, bundle(*store, {.runs = {"argon"}})));
    Run run = other->find_run("argon").value();
    BOOST_TEST((run.restart<Particles>("state") == particles(3)));
    BOOST_TEST((run.tagged("good")->id == store->find_run("argon")->at(2)->id));
    bool done = false;
    const auto made = run.step("make", {{"seed", 4}}, [&] { return done = true, std::int64_t{0}; });
    BOOST_TEST(made.value() == 16);
    const auto reused = other->run("neon").step("make", {{"seed", 4}}, [&] { return done = true, std::int64_t{0}; }, {.reuse = true});
    BOOST_TEST(reused.value() == 16);
    BOOST_TEST(!done);
    run.checkpoint(4).save("state", particles(4)).commit();
    run.fork("argon/cold", {.at = run.at(1)->id});
    BOOST_TEST(run.history().size() == 4u);
    check_clean(*other);
  });
}

BOOST_AUTO_TEST_CASE(a_fork_brings_what_it_has_of_its_parent_and_no_more) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    TestStore other(store.kind());
    const std::string bytes = bundle(*store, {.runs = {"argon/hot"}});
    check_merged(unbundle(*other, bytes));
    BOOST_TEST(!other->find_run("argon").has_value());
    const Run fork = other->find_run("argon/hot").value();
    BOOST_TEST((steps_of(fork) == Steps{9, 2, 1}));
    BOOST_TEST((fork.restart<Particles>("state") == particles(9)));
    BOOST_TEST((fork.tagged("good")->id == store->find_run("argon")->at(2)->id));
    BOOST_TEST(!other->find_checkpoint(store->find_run("argon")->latest()->id).has_value());
    check_clean(*other);
    check_merged(unbundle(*other, bytes));
    BOOST_TEST((bundle(*other, {.runs = {"argon/hot"}}) == bytes));
    other->delete_run("argon/hot");
    other->compact();
    check_clean(*other);
    BOOST_TEST(other->stats().checkpoint_count == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_fork_whose_parent_is_there_goes_on_from_that) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    TestStore other(store.kind());
    check_merged(unbundle(*other, bundle(*store, {.runs = {"argon"}})));
    const MergeReport report = unbundle(*other, bundle(*store, {.runs = {"argon/hot"}}));
    check_merged(report);
    BOOST_TEST(report.runs_new == 1u);
    BOOST_TEST((steps_of(other->find_run("argon/hot").value()) == Steps{9, 2, 1}));
    other->find_run("argon")->prune({.last = 1, .tagged = false});  // what the fork needs stays
    BOOST_TEST((steps_of(other->find_run("argon/hot").value()) == Steps{9, 2, 1}));
    check_clean(*other);
  });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_comes_as_the_only_one_of_its_run) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    const CheckpointId second = store->find_run("argon")->at(2)->id;
    TestStore other(store.kind());
    const std::string bytes = bundle(*store, {.checkpoints = {second}});
    check_merged(unbundle(*other, bytes));
    Run run = other->find_run("argon").value();
    BOOST_TEST((steps_of(run) == Steps{2}));
    BOOST_TEST((run.latest()->id == second && run.tagged("good")->id == second));
    BOOST_TEST((run.restart<Particles>("state") == particles(2)));
    run.checkpoint(3).save("state", particles(3)).commit();
    check_clean(*other);
    const MergeReport whole = unbundle(*other, bundle(*store, {.runs = {"argon"}}));
    BOOST_TEST(!whole.merged);
    BOOST_TEST(whole.conflict_count > 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_node_comes_with_what_it_came_from) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    const Node result = store->find_run("argon")->why("use").at(0).step.outputs.empty() ? Node() :
        store->get_node(store->find_run("argon")->why("use").at(0).step.outputs.at(0).node);
    TestStore other(store.kind());
    const std::string bytes = bundle(*store, {.nodes = {result.uuid}});
    const MergeReport report = unbundle(*other, bytes);
    check_merged(report);
    BOOST_TEST(report.nodes_new == 1 + store->ancestors(result.uuid).size());
    BOOST_TEST(other->get_node(result.uuid).run == "");
    BOOST_TEST(other->ancestors(result.uuid).size() == store->ancestors(result.uuid).size());
    BOOST_TEST((other->get_value(std::get<ObjectId>(result.content)) == Value(32)));
    check_clean(*other);
    const MergeReport alone = unbundle(*other, bundle(*store, {.nodes = {result.uuid}, .ancestors = false}));
    check_merged(alone);
    BOOST_TEST(alone.nodes_known == 1u);
    BOOST_CHECK_EXCEPTION(bundle(*store, {.nodes = {store->find_run("argon")->uuid()}}), Error, has_code(ErrorCode::invalid_argument));
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_and_an_empty_selection_are_refused) {
  TestStore store(store_kinds().front());
  std::ostringstream out;
  BOOST_CHECK_EXCEPTION(store->bundle({}, out, {}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(store->bundle({.runs = {"none"}}, out, {}), Error, has_code(ErrorCode::not_found));
  BOOST_CHECK_EXCEPTION(store->bundle({.checkpoints = {CheckpointId()}}, out, {}), Error, has_code(ErrorCode::not_found));
  BOOST_CHECK_EXCEPTION(store->bundle({.nodes = {Uuid::generate()}}, out, {}), Error, has_code(ErrorCode::not_found));
  BOOST_TEST(out.str().empty());
}

BOOST_AUTO_TEST_CASE(a_name_that_another_run_has_is_a_conflict_until_it_gets_another_one) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    const std::string bytes = bundle(*store, {.runs = {"argon", "argon/hot"}});
    TestStore other(store.kind());
    other->run("argon").checkpoint(1).save("state", 1).commit();
    const auto before = contents_of(*other);
    const MergeReport refused = unbundle(*other, bytes);
    BOOST_TEST(!refused.merged);
    BOOST_TEST_REQUIRE(refused.conflicts.size() == 1u);
    BOOST_TEST(refused.conflicts[0].kind == "run");
    BOOST_TEST(refused.conflicts[0].name == "argon");
    BOOST_TEST((contents_of(*other) == before));
    check_clean(*other);
    check_merged(unbundle(*other, bytes, {.rename = {{"argon", "krypton"}}}));
    BOOST_TEST((steps_of(other->find_run("krypton").value()) == Steps{3, 2, 1}));
    BOOST_TEST(other->find_run("argon/hot")->forked_from()->first == "krypton");
    const MergeReport again = unbundle(*other, bytes, {.rename = {{"argon", "krypton"}}});
    check_merged(again);
    BOOST_TEST(again.runs_known == 2u);
    check_clean(*other);
    TestStore third(store.kind());
    third->run("argon");
    check_merged(unbundle(*third, bytes, {.prefix = "other/"}));
    BOOST_TEST(third->find_run("other/argon/hot").has_value());
    BOOST_CHECK_EXCEPTION(unbundle(*TestStore(store.kind()), bytes, {.rename = {{"argon", ""}}}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(!unbundle(*TestStore(store.kind()), bytes, {.rename = {{"argon", "argon/hot"}}}).merged);
  });
}

BOOST_AUTO_TEST_CASE(what_has_changed_on_either_side_is_a_conflict_and_nothing_is_taken_in) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    TestStore other(store.kind());
    check_merged(unbundle(*other, bundle(*store, kEverything)));
    const auto refused = [&](std::string_view kind) {
      const auto before = contents_of(*other);
      const MergeReport report = unbundle(*other, bundle(*store, kEverything));
      BOOST_TEST(!report.merged);
      BOOST_TEST(std::ranges::any_of(report.conflicts, [&](const MergeConflict& conflict) { return conflict.kind == kind; }));
      BOOST_TEST(report.conflict_count >= report.conflicts.size());
      BOOST_TEST((contents_of(*other) == before));
      check_clean(*other);
    };
    store->run("argon").checkpoint(4).save("state", particles(4)).commit();
    store->run("neon").checkpoint(1).save("state", 1).commit();
    refused("run");
    BOOST_TEST(!other->find_run("neon").has_value());
    store->put_group("results", "changed");
    refused("group");
    Transaction transaction = store->transaction();
    transaction.add({.type = "t", .unique_ids = {{"lab", "1"}}});
    transaction.commit();
    Transaction here = other->transaction();
    here.add({.type = "t", .unique_ids = {{"lab", "1"}}});
    here.commit();
    refused("node");
  });
}

BOOST_AUTO_TEST_CASE(a_dry_run_says_what_would_be_and_changes_nothing) {
  for_each_store([](TestStore& store) {
    RandomWork(*store, 21).run(100);
    const std::string bytes = bundle(*store, kEverything);
    TestStore other(store.kind());
    other->put(Value(1));
    const auto before = contents_of(*other);
    const std::uint64_t objects = other->stats().blobs["object"].count;
    const MergeReport planned = unbundle(*other, bytes, {.dry_run = true});
    BOOST_TEST(!planned.merged);
    BOOST_TEST((contents_of(*other) == before));
    BOOST_TEST(other->stats().blobs["object"].count == objects);
    const MergeReport done = unbundle(*other, bytes);
    check_merged(done);
    for (const auto count : {&MergeReport::runs_new, &MergeReport::checkpoints_new, &MergeReport::nodes_new, &MergeReport::links_new,
                             &MergeReport::steps_new, &MergeReport::groups_new, &MergeReport::blobs_new, &MergeReport::bytes_new})
      BOOST_TEST((planned.*count == done.*count));
    const MergeReport twice = unbundle(*other, bytes, {.dry_run = true});
    BOOST_TEST(twice.nodes_new + twice.runs_new + twice.blobs_new == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_copy_is_what_a_bundle_gives_and_leaves_out_what_is_there) {
  for_each_store([](TestStore& store) {
    make_argon(*store);
    TestStore other(store.kind()), copied(store.kind());
    check_merged(unbundle(*other, bundle(*store, kEverything)));
    check_merged(copied->copy_from(*store, kEverything, {}));
    check_same(*other, *copied);
    check_clean(*copied);
    store->run("neon").checkpoint(1).save("state", particles(3)).commit();  // stored already with argon
    const MergeReport report = copied->copy_from(*store, {.runs = {"neon"}}, {});
    check_merged(report);
    BOOST_TEST(report.blobs_new == 1u);  // the checkpoint itself
    BOOST_TEST(report.blobs_shared >= 1u);
    BOOST_TEST((copied->find_run("neon")->restart<Particles>("state") == particles(3)));
    check_clean(*copied);
    BOOST_TEST(copied->copy_from(*store, kEverything, {.dry_run = true}).blobs_new == 0u);
  });
}

BOOST_AUTO_TEST_CASE(files_and_trees_come_along) {
  for_each_store([](TestStore& store) {
    std::string noise(3 << 20, '\0');
    std::mt19937 random(1);
    for (char& c : noise) c = static_cast<char>(random());
    const auto file = store.write_file("trajectory", noise);
    store->run("argon").checkpoint(1).attach("trajectory", file).save("state", particles(1)).commit();
    TestStore other(store.kind());
    std::ostringstream out;
    const BundleReport report = store->bundle({.runs = {"argon"}}, out, {});
    BOOST_TEST(report.bundle_bytes == out.str().size());
    BOOST_TEST(report.blob_bytes > noise.size());
    check_merged(unbundle(*other, out.str()));
    const ArtifactId id = other->find_run("argon")->latest()->artifacts.at("trajectory");
    BOOST_TEST((other->read_file(id) == noise));
    check_clean(*other);
    store->run("neon").checkpoint(1).attach("trajectory", file).commit();
    const MergeReport shared = unbundle(*other, bundle(*store, {.runs = {"neon"}}));
    check_merged(shared);
    BOOST_TEST(shared.bytes_new < 4096u);
    BOOST_TEST(shared.bytes_shared > noise.size());
  });
}

BOOST_AUTO_TEST_CASE(a_list_of_a_bundle_says_what_is_in_it) {
  TestStore store(store_kinds().front());
  make_argon(*store);
  std::ostringstream out;
  const BundleReport written = store->bundle({.runs = {"argon/hot"}}, out, {});
  std::istringstream in(out.str());
  const BundleReport listed = list_bundle(in);
  BOOST_TEST((listed == written));
  BOOST_TEST_REQUIRE(listed.runs.size() == 2u);
  BOOST_TEST(listed.runs[0].name == "argon");
  BOOST_TEST((!listed.runs[0].is_whole && !listed.runs[0].is_there && listed.runs[0].checkpoint_count == 2));
  BOOST_TEST((listed.runs[1].is_whole && listed.runs[1].is_there && listed.runs[1].checkpoint_count == 1));
  std::istringstream nothing("something else entirely, and long enough to have a header");
  BOOST_CHECK_EXCEPTION(list_bundle(nothing), Error, has_code(ErrorCode::bad_document));
}

BOOST_AUTO_TEST_CASE(without_compression_a_bundle_has_the_bytes_as_they_are) {
  TestStore store(store_kinds().front()), other(store_kinds().front());
  const std::string text(100'000, 'x');
  store->run("argon").checkpoint(1).save("state", text).commit();
  const std::string plain = bundle(*store, kEverything, {.compression = Compression::none});
  BOOST_TEST(plain.size() > text.size());
  BOOST_TEST(bundle(*store, kEverything).size() < text.size() / 10);
  check_merged(unbundle(*other, plain));
  check_same(*store, *other);
}

BOOST_AUTO_TEST_CASE(what_was_purged_is_known_as_purged_on_the_other_side) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const ObjectId large = store->put(std::string("large"));
    run.checkpoint(1).save("state", large).commit();
    run.checkpoint(2).save("state", particles(2)).commit();
    store->purge(large, {.reason = "too large"});
    store->purge(run.at(2)->id);
    store->compact();
    TestStore other(store.kind());
    check_merged(unbundle(*other, bundle(*store, kEverything)));
    check_same(*store, *other);
    BOOST_CHECK_EXCEPTION(other->get<std::string>(large), Error, has_code(ErrorCode::purged));
    check_clean(*other);
    TestStore third(store.kind());  // where it is there, it stays
    third->put(std::string("large"));
    check_merged(unbundle(*third, bundle(*store, kEverything)));
    BOOST_TEST(third->get<std::string>(large) == "large");
    store->put(std::string("large"));  // and comes back with its bytes
    check_merged(unbundle(*other, bundle(*store, {.nodes = {nodes_of(*store, "type = text").at(0).uuid}})));
    BOOST_TEST(other->get<std::string>(large) == "large");
  });
}

BOOST_AUTO_TEST_CASE(attributes_are_indexed_as_they_come) {
  for_each_store([](TestStore& store) {
    Transaction transaction = store->transaction();
    for (int i = 0; i < 200; ++i) transaction.add({.type = "energy", .attributes = Value(Map{{"energy", i}})});
    transaction.commit();
    TestStore other(store.kind());
    other->index_attribute("attributes.energy");
    check_merged(unbundle(*other, bundle(*store, kEverything)));
    BOOST_TEST(nodes_of(*other, "attributes.energy < 10").size() == 10u);
    BOOST_TEST(other->attribute_indexes().at(0).entry_count == 200u);
    check_clean(*other);
  });
}

BOOST_AUTO_TEST_CASE(links_that_break_a_rule_come_with_their_marks) {
  for_each_store([](TestStore& store) {
    for (const bool of_run : {false, true}) {
      BulkLoad load = of_run ? store->run("argon").bulk_load() : store->bulk_load();
      const auto one = load.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::finished});
      const auto other = load.add({.kind = NodeKind::calculation, .type = "c", .state = NodeState::finished});
      const auto data = load.add({.type = "d"});
      const auto label = load.label("made");
      load.link(one, data, LinkType::create, label);
      load.link(other, data, LinkType::create, label);
      load.commit(Violations::take);
    }
    TestStore taken(store.kind());
    check_merged(unbundle(*taken, bundle(*store, kEverything)));
    BOOST_TEST(taken->violations().size() == 2u);
    check_same(*store, *taken);
    check_clean(*taken);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
