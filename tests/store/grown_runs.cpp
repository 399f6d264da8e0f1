// Runs that are there and of which more comes: they grow by what is new, all of it or nothing.
#include <cairn/bundle.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <sstream>

#include "store/failing_engine.h"
#include "store/random_work.h"
#include "store/store_contents.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

const BundleSelection kEverything{.everything = true};
const BundleSelection kArgon{.runs = {"argon"}};

std::string bundle(const Store& store, const BundleSelection& selection) {
  std::ostringstream out;
  store.bundle(selection, out, {});
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

// Nothing changes, and one of the conflicts says so.
void check_refused(Store& store, const std::string& bytes, std::string_view kind, std::string_view problem) {
  const auto before = contents_of(store);
  const MergeReport report = unbundle(store, bytes);
  BOOST_TEST(!report.merged);
  BOOST_TEST(std::ranges::any_of(report.conflicts, [&](const MergeConflict& conflict) {
    return conflict.kind == kind && conflict.problem.find(problem) != std::string::npos;
  }), kind << ": " << problem);
  for (const MergeConflict& conflict : report.conflicts) BOOST_TEST_MESSAGE(conflict.kind << " " << conflict.name << ": " << conflict.problem);
  const auto after = contents_of(store);
  BOOST_TEST((before == after), difference_of(before, after));
  check_clean(store);
}

// A run with some of everything, and a workflow that is not finished.
Uuid begin_argon(Store& store) {
  Run run = store.run("argon");
  for (std::int64_t step = 1; step <= 3; ++step) run.checkpoint(step).save("state", particles(step)).commit();
  run.tag(run.at(2)->id, "good");
  run.put_writes(run.latest()->id, "task", {{"channel", 7}});
  run.step("make", {{"seed", 4}}, [] { return std::int64_t{16}; });
  Transaction transaction = run.transaction();
  const Uuid flow = transaction.add({.kind = NodeKind::workflow, .type = "flow", .state = NodeState::running});
  transaction.commit();
  return flow;
}

void go_on_with_argon(Store& store, const Uuid& flow) {
  Run run = store.run("argon");
  const auto made = run.step("make", {{"seed", 4}}, [] { return std::int64_t{0}; });
  run.step("use", {{"made", made}}, [&] { return made.value() * 2; });
  for (std::int64_t step = 4; step <= 6; ++step) run.checkpoint(step).save("state", particles(step)).commit();
  run.tag(run.at(5)->id, "good");
  run.tag(run.at(6)->id, "last");
  run.put_writes(run.latest()->id, "task", {{"channel", 8}});
  Transaction transaction = run.transaction();
  const Uuid calculation = transaction.add({.kind = NodeKind::calculation, .type = "relax"});
  transaction.link(made.data(), calculation, LinkType::input, "made");  // from what is there
  const Uuid energy = transaction.add({.type = "energy"});
  transaction.link(calculation, energy, LinkType::create, "energy");
  transaction.link(flow, energy, LinkType::return_, "energy");
  transaction.link(flow, made.data(), LinkType::return_, "made");  // between nodes that are there
  transaction.edit(flow, {.state = NodeState::finished});
  transaction.commit();
}

BOOST_AUTO_TEST_SUITE(grown_runs)

BOOST_AUTO_TEST_CASE(a_run_grows_by_what_is_new) {
  for (const bool by_copy : {false, true})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT((by_copy ? "copy" : "bundle")) {
        const auto take = [&](TestStore& into) {
          return by_copy ? into->copy_from(*store, kArgon, {}) : unbundle(*into, bundle(*store, kArgon));
        };
        TestStore other(store.kind());
        const Uuid flow = begin_argon(*store);
        const std::string begun = bundle(*store, kArgon);
        check_merged(take(other));
        go_on_with_argon(*store, flow);
        const MergeReport report = take(other);
        check_merged(report);
        BOOST_TEST(report.runs_new == 0u);
        BOOST_TEST(report.runs_known == 1u);
        BOOST_TEST(report.runs_grown == 1u);
        BOOST_TEST(report.checkpoints_new == 3u);
        BOOST_TEST(report.checkpoints_known == 3u);
        BOOST_TEST(report.steps_new == 1u);
        BOOST_TEST(report.nodes_changed >= 1u);
        BOOST_TEST(report.links_new > 0u);
        check_same(*store, *other);
        check_clean(*other);
        BOOST_TEST((bundle(*other, kArgon) == bundle(*store, kArgon)));
        other.reopen();
        check_same(*store, *other);
        BOOST_TEST(take(other).runs_grown == 0u);
        check_same(*store, *other);
        if (!by_copy) check_merged(unbundle(*other, begun));  // of what is there, some changes nothing
        check_same(*store, *other);
        Run run = other->find_run("argon").value();  // and goes on
        run.checkpoint(7).save("state", particles(7)).commit();
        run.step("third", {}, [] { return 3; });
        BOOST_TEST((steps_of(run) == Steps{7, 6, 5, 4, 3, 2, 1}));
        check_clean(*other);
      }
    });
}

BOOST_AUTO_TEST_CASE(of_what_is_there_nothing_is_sent_again) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const std::string text(300'000, 'x');
    Run run = store->run("argon");
    run.checkpoint(1).save("state", text).save("step", 1).commit();
    check_merged(other->copy_from(*store, kArgon, {}));
    run.checkpoint(2).save("state", text).save("step", 2).commit();
    const MergeReport report = other->copy_from(*store, kArgon, {});
    check_merged(report);
    BOOST_TEST(report.blobs_new == 2u);  // the checkpoint and a number
    BOOST_TEST(report.bytes_new < 2000u);
    check_same(*store, *other);
  });
}

BOOST_AUTO_TEST_CASE(a_dry_run_says_by_how_much_it_would_grow) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    go_on_with_argon(*store, flow);
    const auto before = contents_of(*other);
    const MergeReport planned = unbundle(*other, bundle(*store, kArgon), {.dry_run = true});
    BOOST_TEST(!planned.merged);
    BOOST_TEST(planned.conflict_count == 0u);
    BOOST_TEST((contents_of(*other) == before));
    const MergeReport done = unbundle(*other, bundle(*store, kArgon));
    check_merged(done);
    for (const auto count : {&MergeReport::runs_grown, &MergeReport::checkpoints_new, &MergeReport::steps_new, &MergeReport::nodes_new,
                             &MergeReport::nodes_changed, &MergeReport::links_new, &MergeReport::blobs_new})
      BOOST_TEST((planned.*count == done.*count));
  });
}

BOOST_AUTO_TEST_CASE(a_fork_of_what_is_new_comes_with_it) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    go_on_with_argon(*store, flow);
    {
      Run fork = store->find_run("argon")->fork("argon/hot", {.at = store->find_run("argon")->at(5)->id});
      fork.checkpoint(50).save("state", particles(50)).commit();
    }
    const MergeReport report = unbundle(*other, bundle(*store, {.runs = {"argon", "argon/hot"}}));
    check_merged(report);
    BOOST_TEST(report.runs_new == 1u);
    BOOST_TEST(report.runs_grown == 1u);
    check_same(*store, *other);
    BOOST_TEST((steps_of(other->find_run("argon/hot").value()) == Steps{50, 5, 4, 3, 2, 1}));
    other->find_run("argon")->prune({.last = 1, .tagged = false});  // what the fork needs stays
    BOOST_TEST((steps_of(other->find_run("argon/hot").value()) == Steps{50, 5, 4, 3, 2, 1}));
    check_clean(*other);
  });
}

BOOST_AUTO_TEST_CASE(another_checkpoint_under_the_same_number_is_a_conflict) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    go_on_with_argon(*store, flow);
    other->run("argon").checkpoint(4).save("state", particles(40)).commit();
    check_refused(*other, bundle(*store, kArgon), "run", "another checkpoint number 4");
    check_refused(*store, bundle(*other, kArgon), "run", "another checkpoint number 4");  // the other way round
  });
}

BOOST_AUTO_TEST_CASE(a_run_that_has_gone_on_here_gets_nothing_more) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    other->run("argon").checkpoint(4).save("state", particles(4)).commit();
    store->run("argon").step("use", {}, [] { return 1; });
    check_refused(*other, bundle(*store, kArgon), "node", "it has gone on here");
    check_merged(unbundle(*store, bundle(*other, kArgon)));  // it has what the other one has, and a step
    BOOST_TEST((steps_of(store->find_run("argon").value()) == Steps{4, 3, 2, 1}));
    BOOST_TEST(store->find_run("argon")->steps().size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_node_that_was_sealed_otherwise_is_a_conflict) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    for (TestStore* const one : {&store, &other}) {
      Transaction transaction = (*one)->run("argon").transaction();
      transaction.edit(flow, {.state = one == &store ? NodeState::finished : NodeState::failed});
      transaction.commit();
    }
    check_refused(*other, bundle(*store, kArgon), "node", "another content or state");
    check_refused(*store, bundle(*other, kArgon), "node", "another content or state");
  });
}

BOOST_AUTO_TEST_CASE(a_link_between_nodes_that_are_there_comes_only_if_the_rules_allow_it) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    const Uuid made = store->find_run("argon")->why("make").at(0).step.outputs.at(0).node;
    const auto link = [&](TestStore& into, LinkType type) {
      Transaction transaction = into->run("argon").transaction();
      transaction.link(flow, made, type, "made");
      transaction.commit();
    };
    {
      Transaction transaction = other->run("argon").transaction();  // sealed here: it gets no links any more
      transaction.edit(flow, {.state = NodeState::finished});
      transaction.commit();
    }
    link(store, LinkType::return_);
    check_refused(*other, bundle(*store, kArgon), "link", "and gets none");
    TestStore third(store.kind());
    check_merged(unbundle(*third, bundle(*store, kArgon)));
    link(store, LinkType::reference);
    const MergeReport report = unbundle(*third, bundle(*store, kArgon));
    check_merged(report);
    BOOST_TEST(report.links_new == 1u);
    check_same(*store, *third);
    check_clean(*third);
  });
}

BOOST_AUTO_TEST_CASE(a_run_that_this_program_has_open_gets_nothing_more) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    go_on_with_argon(*store, flow);
    {
      const Run held = other->find_run("argon").value();
      check_refused(*other, bundle(*store, kArgon), "run", "this program has it open");
    }
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    check_same(*store, *other);
  });
}

BOOST_AUTO_TEST_CASE(what_was_removed_on_either_side_is_no_obstacle_where_it_does_not_matter) {
  for_each_store([](TestStore& store) {
    TestStore other(store.kind());
    const Uuid flow = begin_argon(*store);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    store->find_run("argon")->prune({.last = 2, .tagged = false});
    go_on_with_argon(*store, flow);
    check_merged(unbundle(*other, bundle(*store, kArgon)));
    BOOST_TEST((steps_of(other->find_run("argon").value()) == Steps{6, 5, 4, 3, 2, 1}));
    check_clean(*other);
    TestStore third(store.kind());  // a checkpoint that was removed there does not come again
    check_merged(unbundle(*third, bundle(*other, kArgon)));
    third->find_run("argon")->prune({.last = 2, .tagged = false});
    check_refused(*third, bundle(*other, kArgon), "run", "was removed here");
  });
}

// Whatever was done there since: either all of it comes, or nothing.
BOOST_AUTO_TEST_CASE(random_work_comes_as_a_whole_or_not_at_all) {
  int merged = 0, grown = 0;
  for (const std::uint32_t seed : {31u, 32u, 33u, 34u, 35u, 36u, 37u, 38u})
    for_each_store([&](TestStore& store) {
      BOOST_TEST_CONTEXT("seed " << seed) {
        TestStore other(store.kind());
        RandomWork work(*store, seed);
        work.run(40);
        check_merged(unbundle(*other, bundle(*store, kEverything)));
        for (int round = 0; round < 4; ++round) {
          work.run(6);
          const auto before = contents_of(*other);
          const MergeReport report = unbundle(*other, bundle(*store, kEverything));
          check_clean(*other);
          const auto after = contents_of(*other);
          if (!report.merged) BOOST_TEST((before == after), difference_of(before, after));
          if (!report.merged) break;
          ++merged;
          grown += report.runs_grown != 0 ? 1 : 0;
          const auto there = contents_of(*store);
          for (const std::string& line : there)
            if (line.starts_with("link|")) BOOST_TEST(std::ranges::binary_search(after, line), line);
        }
      }
    });
  BOOST_TEST_MESSAGE(merged << " times merged, " << grown << " with runs that grew");
  BOOST_TEST(grown > 0);
}

// Fails in each of the commits in turn; returns whether one was left to fail.
bool grow_failing_at(std::uint64_t number, Failure failure, const std::string& begin, const std::string& whole) {
  auto owned = std::make_unique<FailingEngine>();
  FailingEngine& engine = *owned;
  Store store = make_store(std::move(owned));
  check_merged(unbundle(store, begin));
  const auto before = contents_of(store);
  engine.failure = failure;
  engine.publishes = 0;
  engine.fails_at = number;
  bool is_told = false;
  try {
    is_told = unbundle(store, whole).merged;
  } catch (const Error&) {
  }
  const bool has_failed = engine.publishes >= number;
  engine.fails_at = 0;
  const auto after = contents_of(store);
  check_clean(store);
  if (is_told) BOOST_TEST((after != before));
  const MergeReport again = unbundle(store, whole);
  check_merged(again);
  const auto last = contents_of(store);
  BOOST_TEST((after == before || after == last), "neither as before nor as a whole: " << difference_of(after, last));
  store.run("argon").checkpoint(7).save("state", particles(7)).commit();
  check_clean(store);
  return has_failed;
}

BOOST_AUTO_TEST_CASE(a_failure_in_any_commit_leaves_nothing_or_all) {
  Store store = Store::in_memory();
  const Uuid flow = begin_argon(store);
  const std::string begin = bundle(store, kArgon);
  go_on_with_argon(store, flow);
  store.run("argon").put_writes(store.run("argon").latest()->id, "many", std::vector<std::pair<std::string, Value>>(2'100, {"channel", Value(7)}));
  const std::string whole = bundle(store, kArgon);
  for (const Failure failure : {Failure::nothing_changed, Failure::never_told}) {
    std::uint64_t number = 1;
    while (grow_failing_at(number, failure, begin, whole)) ++number;
    BOOST_TEST(number > 6u);  // rows, what makes them seen, and what brings them to their place
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
