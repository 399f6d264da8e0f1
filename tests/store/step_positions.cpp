// Positions of steps: a run that is replayed must do what it did before.
#include <boost/test/unit_test.hpp>

#include "store/clocked.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

// Does a step at a position; true if the work was called.
bool does(Run& run, std::string_view name, const Inputs& inputs, std::uint64_t position, StepOptions options = {}) {
  bool called = false;
  options.position = position;
  run.step(name, inputs, [&] { return called = true, 1; }, options);
  return called;
}

void diverges(Run& run, std::string_view name, const Inputs& inputs, std::uint64_t position, const std::string& said,
              StepOptions options = {}) {
  int calls = 0;
  options.position = position;
  BOOST_CHECK_EXCEPTION(run.step(name, inputs, [&] { return ++calls; }, options), Error, has_code(ErrorCode::diverged, said));
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_SUITE(step_positions)

BOOST_AUTO_TEST_CASE(a_replay_that_does_the_same_finds_its_steps) {
  for_each_store([](TestStore& store) {
    for (const bool first : {true, false}) {
      for (int i = 0; i < 5; ++i) {
        Run run = store->run("argon");
        BOOST_TEST(does(run, "advance", {{"i", i}}, static_cast<std::uint64_t>(i)) == first);
      }
      store.reopen();
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(another_step_at_a_position_is_named_beside_the_recorded_one) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    does(run, "relax", {{"a", 1}, {"x", 1}}, 0, {.code_version = "1.2"});
    diverges(run, "prepare", {{"a", 1}, {"x", 1}}, 0,
             "run argon diverges at position 0: step relax, code version 1.2 is recorded there, and now comes step prepare", {});
    diverges(run, "relax", {{"a", 1}, {"x", 1}}, 0, "step relax, code version 1.3", {.code_version = "1.3"});
    diverges(run, "relax", {{"a", 1}, {"x", 2}}, 0, "; input x is ", {.code_version = "1.2"});
    diverges(run, "relax", {{"a", 1}}, 0, "; input x was ", {.code_version = "1.2"});
    diverges(run, "relax", {{"a", 1}, {"b", 1}, {"x", 1}}, 0, "; input b is ", {.code_version = "1.2"});
    diverges(run, "relax", {{"a", 1}, {"x", 1}}, 0, "; its parameters are others",
             {.code_version = "1.2", .parameters = Map{{"cutoff", 1}}});
    diverges(run, "relax", {{"a", 1}, {"x", 1}}, 0, "; its environment is another",
             {.code_version = "1.2", .environment = Map{{"libm", "2"}}});
    BOOST_TEST(does(run, "prepare", {{"a", 1}, {"x", 1}}, 1));
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_step_that_was_recorded_before_has_its_place_all_the_same) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.step("relax", {{"x", 1}}, [] { return 1; });
    BOOST_TEST(!does(run, "relax", {{"x", 1}}, 3));  // recorded without a position
    BOOST_TEST(!does(run, "relax", {{"x", 1}}, 5));  // it comes again
    diverges(run, "other", {}, 3, "step relax is recorded there");
    diverges(run, "other", {}, 5, "step relax is recorded there");
    BOOST_TEST(does(run, "other", {}, 4));
    diverges(run, "relax", {{"x", 1}}, 4, "step other is recorded there");
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(work_that_failed_has_no_place) {
  ClockedStore store;
  Run run = store->run("argon");
  BOOST_CHECK_THROW(run.step("relax", {}, []() -> int { throw std::runtime_error("no"); }, {.position = 0}), std::runtime_error);
  BOOST_TEST(does(run, "other", {}, 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
