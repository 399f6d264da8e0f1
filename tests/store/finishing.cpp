// Finishing a run: what it returned, and what is refused afterwards.
#include <boost/test/unit_test.hpp>

#include "store/stores.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(finishing)

BOOST_AUTO_TEST_CASE(a_finished_run_is_linked_with_what_it_returned) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto made = run.step("make", {}, [] { return 1; });
    const Node file = run.add("trajectory", store.write_file("a.xtc", "x"));
    run.finish({{"energy", made}, {"trajectory", file}});
    BOOST_TEST((run.node().state == NodeState::finished));
    std::map<std::string, Uuid> returned;
    for (const Link& link : store->links(run.uuid()))
      if (link.type == LinkType::return_) returned[link.label] = link.target;
    BOOST_TEST((returned == std::map<std::string, Uuid>{{"energy", made.data()}, {"trajectory", file.uuid}}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(finishing_again_in_the_same_state_does_nothing) {
  for_each_store([](TestStore& store) {
    store->run("argon").finish({}, NodeState::failed);
    store.reopen();
    Run run = store->run("argon");
    const Timestamp modified = run.node().modified;
    run.finish({}, NodeState::failed);
    BOOST_TEST((run.node().modified == modified));
    BOOST_CHECK_EXCEPTION(run.finish({}, NodeState::finished), Error, has_code(ErrorCode::rule_violation, "run argon"));
    BOOST_TEST((run.node().state == NodeState::failed));
  });
}

BOOST_AUTO_TEST_CASE(finishing_again_with_other_returns_is_refused) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto one = run.step("one", {}, [] { return 1; });
    const auto two = run.step("two", {}, [] { return 2; });
    run.finish({{"x", one}});
    BOOST_CHECK_NO_THROW(run.finish({{"x", one}}));
    BOOST_CHECK_NO_THROW(run.finish());
    BOOST_CHECK_EXCEPTION(run.finish({{"y", one}}), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(run.finish({{"x", two}}), Error, has_code(ErrorCode::rule_violation));
  });
}

BOOST_AUTO_TEST_CASE(only_nodes_are_returned_and_only_final_states_are_final) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto made = run.step("make", {}, [] { return 1; });
    BOOST_CHECK_EXCEPTION(run.finish({{"x", 1}}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.finish({{"x", Uuid::generate()}}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(run.finish({{"x", made.process()}}), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(run.finish({{"x", made}, {"x", made}}), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(run.finish({{"a b", made}}), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(run.finish({}, NodeState::paused), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST((run.node().state == NodeState::running));
  });
}

BOOST_AUTO_TEST_CASE(a_finished_run_gives_its_recorded_steps_and_does_no_new_ones) {
  for_each_store([](TestStore& store) {
    store->run("argon").step("make", {}, [] { return 1; });
    store->run("argon").finish();
    store.reopen();
    Run run = store->run("argon");
    int calls = 0;
    const auto work = [&] { return ++calls; };
    BOOST_TEST(run.step("make", {}, work).recorded_before());
    BOOST_CHECK_EXCEPTION(run.step("more", {}, work), Error,
                          has_code(ErrorCode::rule_violation, "step more of run argon: the run is finished"));
    BOOST_TEST(calls == 0);
  });
}

BOOST_AUTO_TEST_CASE(a_finished_run_is_no_longer_unfinished_in_a_checkpoint) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.finish();
    run.checkpoint(1).save("state", 1).commit();
    BOOST_TEST(run.latest().value().unfinished.empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
