// Why steps were done: what makes two steps, and the nearest earlier one of each.
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <tuple>

#include "store/step_index.h"
#include "store/step_rows.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

int step(Run& run, std::string_view name, const Inputs& inputs, const StepOptions& options = {}) {
  int calls = 0;
  run.step(name, inputs, [&] { return ++calls; }, options);
  return calls;
}

std::string why(const Run& run, std::string_view name) { return to_text(run.why(name, 1).at(0)); }

BOOST_AUTO_TEST_SUITE(reasons)

BOOST_AUTO_TEST_CASE(parameters_and_environment_make_another_step) {
  for_each_store([](TestStore& store) {
    const Map parameters{{"cutoff", 30}}, environment{{"libm", "2.36"}};
    std::optional<Run> opened(store->run("argon"));
    Run& run = *opened;
    int calls = step(run, "relax", {{"x", 1}});
    calls += step(run, "relax", {{"x", 1}}, {.parameters = parameters});
    calls += step(run, "relax", {{"x", 1}}, {.environment = parameters});
    calls += step(run, "relax", {{"x", 1}}, {.parameters = parameters, .environment = environment});
    calls += step(run, "relax", {{"x", 1}}, {.parameters = Map{{"cutoff", 30.0}}});
    BOOST_TEST(calls == 5);
    BOOST_TEST(step(run, "relax", {{"x", 1}}, {.parameters = parameters}) == 0);
    BOOST_TEST(step(run, "relax", {{"x", 1}}, {.parameters = Map{}, .environment = nullptr}) == 0);
    opened.reset();
    store.reopen();
    Run again = store->run("argon");
    BOOST_TEST(step(again, "relax", {{"x", 1}}, {.parameters = parameters, .environment = environment}) == 0);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(parameters_that_are_no_map_or_too_large_are_refused_before_the_work) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const auto work = [&] { return ++calls; };
    for (const Value& value : {Value(1), Value(List{1}), Value(Map{{1, 2}})}) {
      BOOST_CHECK_EXCEPTION(run.step("s", {}, work, {.parameters = value}), Error,
                            has_code(ErrorCode::invalid_argument, "text keys"));
      BOOST_CHECK_EXCEPTION(run.step("s", {}, work, {.environment = value}), Error,
                            has_code(ErrorCode::invalid_argument, "environment"));
    }
    const Array large{DType::int8, {20'000}, Bytes(20'000)};
    for (const Value& value : {Value(std::string(70'000, 'x')), Value(large), Value(List(2000, 1))})
      BOOST_CHECK_EXCEPTION(run.step("s", {}, work, {.parameters = Map{{"p", value}}}), Error, has_code(ErrorCode::limit));
    BOOST_CHECK_EXCEPTION(run.step(std::string("a\0b", 3), {}, work), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(calls == 0);
    run.step("s", {}, work, {.parameters = Map{{"p", std::string(60'000, 'x')}, {"class", Object("Point", 1, {{"x", 1}})}}});
    BOOST_TEST(calls == 1);
    BOOST_TEST((run.why("s")[0].step.parameters.get_if<Map>()->find("class")->is<Object>()));
  });
}

BOOST_AUTO_TEST_CASE(parameters_are_compared_where_a_key_is_found) {
  on_disk([](TestStore& store) {
    const StepOptions options{"1", Map{{"cutoff", 30}}, Map{{"libm", "2.36"}}};
    {
      Run run = store->run("argon");
      step(run, "relax", {{"x", 1}}, options);
    }
    store.close();
    swap_parameters_and_environments(store.path());
    store.reopen();
    Run run = store->run("argon");
    BOOST_TEST(step(run, "relax", {{"x", 1}}, options) == 1);
    BOOST_TEST(step(run, "relax", {{"x", 1}}, options) == 0);
    BOOST_TEST(run.why("relax").size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_reason_names_what_differs_from_the_step_before) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    step(run, "relax", {{"structure", 1}, {"seed", 5}}, {"1.2", Map{{"cutoff", 30}}});
    BOOST_TEST(why(run, "relax") == "first of its name");
    step(run, "relax", {{"structure", 2}, {"seed", 5}}, {"1.2", Map{{"cutoff", 30}}});
    const StepReason reason = run.why("relax", 1).at(0);
    BOOST_TEST(reason.difference.inputs.size() == 1u);
    BOOST_TEST(reason.difference.inputs[0].label == "structure");
    BOOST_TEST((store->get<int>(ObjectId{reason.difference.inputs[0].before->content}) == 1));
    const std::string now = reason.difference.inputs[0].after->content.hex().substr(0, 12);
    const std::string was = reason.difference.inputs[0].before->content.hex().substr(0, 12);
    BOOST_TEST(to_text(reason) == "done because input structure is " + now + " and was " + was);
    step(run, "relax", {{"structure", 2}, {"seed", 5}}, {"1.3", Map{{"cutoff", 40}}, Map{{"libm", "2.36"}}});
    BOOST_TEST(why(run, "relax") ==
               "done because code version 1.2 -> 1.3; parameters.cutoff: 30 -> 40; environment.libm: added \"2.36\"");
    step(run, "relax", {{"structure", 2}}, {"1.3", Map{{"cutoff", 40}}, Map{{"libm", "2.36"}}});
    BOOST_TEST(why(run, "relax").starts_with("done because input seed was "));
    BOOST_TEST(run.why("relax").size() == 4u);
    BOOST_TEST(to_text(run.why("relax").back()) == "first of its name");
    BOOST_CHECK_EXCEPTION(run.why("none"), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(run.why("none", 0).empty());
  });
}

BOOST_AUTO_TEST_CASE(many_differences_are_counted_in_the_sentence) {
  Store store = Store::in_memory();
  Run run = store.run("argon");
  Map one, other;
  for (int i = 0; i < 20; ++i) one.put("p" + std::to_string(i), i), other.put("p" + std::to_string(i), i + 1);
  step(run, "s", {}, {.parameters = one});
  step(run, "s", {}, {.parameters = other});
  BOOST_TEST(why(run, "s").ends_with("parameters.p12: 12 -> 13; 15 more differences"));
}

BOOST_AUTO_TEST_CASE(the_first_of_a_run_is_compared_with_the_last_of_another) {
  for_each_store([](TestStore& store) {
    Run first = store->run("first"), second = store->run("second"), third = store->run("third");
    step(first, "relax", {{"x", 1}});
    step(second, "relax", {{"x", 2}});
    step(third, "relax", {{"x", 2}});
    BOOST_TEST(third.why("relax")[0].compared->run == "second");
    BOOST_TEST(why(third, "relax").ends_with("of run second: results of other runs are not reused"));
    BOOST_TEST(second.why("relax")[0].compared->run == "first");
    BOOST_TEST(why(first, "relax") == "first of its name");
    step(first, "relax", {{"x", 3}});
    BOOST_TEST(first.why("relax")[0].compared->run == "first");
  });
}

BOOST_AUTO_TEST_CASE(the_reason_of_a_step_is_found_by_its_process) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto one = run.step("relax", {{"x", 1}}, [] { return 1; });
    const auto other = run.step("relax", {{"x", 2}}, [] { return 2; });
    BOOST_TEST((store->why(one.process()).step.process == one.process()));
    BOOST_TEST((store->why(other.process()).compared->process == one.process()));
    Transaction renames = run.transaction();
    renames.edit(other.process(), {.label = "zzz"});
    renames.commit();
    BOOST_TEST((store->why(other.process()).step.name == "relax"));
    Transaction others = run.transaction();
    const Uuid calculation = others.add({.kind = NodeKind::calculation, .type = "step", .label = "relax"});
    others.commit();
    for (const Uuid& node : {other.data(), run.uuid(), calculation})
      BOOST_CHECK_EXCEPTION(store->why(node), Error, has_code(ErrorCode::type_mismatch));
    BOOST_CHECK_EXCEPTION(store->why(Uuid::generate()), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_prediction_says_what_step_would_do_and_records_nothing) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    BOOST_TEST(to_text(run.predict_step("relax", {{"x", 1}})) == "first of its name");
    const auto done = run.step("relax", {{"x", 1}}, [] { return 1; });
    const std::size_t nodes = nodes_of(*store).size();
    const StepReason reused = run.predict_step("relax", {{"x", 1}});
    BOOST_TEST(!reused.done);
    BOOST_TEST((reused.compared->process == done.process()));
    BOOST_TEST(to_text(reused).starts_with("reused: equal to step " + done.process().text()));
    const Map parameters{{"point", Object("NewClass", 1, {{"x", 1}})}};
    const StepReason predicted = run.predict_step("relax", {{"x", 1}}, {.parameters = parameters});
    BOOST_TEST(predicted.done);
    BOOST_TEST(to_text(predicted) == "would be done because parameters.point: added NewClass@version=1(x=1)");
    BOOST_TEST(nodes_of(*store).size() == nodes);
    check_clean(*store);
  });
}

// Random steps of several runs, beside a list of them in the order in which they were done.
BOOST_AUTO_TEST_CASE(the_nearest_earlier_step_is_the_last_of_its_run_else_of_any) {
  for_each_store([](TestStore& store) {
    std::mt19937_64 random(11);
    struct Done {
      std::string run, name, version;
      int input;
      Uuid process;
    };
    std::vector<Done> done;
    for (int round = 0; round < 150; ++round) {
      Done next{"run " + std::to_string(random() % 4),
                std::string(1 + random() % 3, 's'),
                std::to_string(random() % 3),
                static_cast<int>(random() % 4),
                {}};
      Run run = store->run(next.run);
      const auto result = run.step(next.name, {{"x", next.input}}, [] { return 1; }, {.code_version = next.version});
      if (result.recorded_before()) continue;
      next.process = result.process();
      done.push_back(next);
    }
    if (store.on_disk()) store.reopen();
    for (std::size_t i = 0; i < done.size(); ++i) {
      const Done* nearest = nullptr;
      for (std::size_t j = 0; j < i; ++j)
        if (done[j].name == done[i].name && (done[j].run == done[i].run || nearest == nullptr || nearest->run != done[i].run))
          nearest = &done[j];
      const StepReason reason = store->why(done[i].process);
      BOOST_TEST_REQUIRE((nearest != nullptr) == reason.compared.has_value());
      if (nearest == nullptr) continue;
      BOOST_TEST_REQUIRE((reason.compared->process == nearest->process));
      BOOST_TEST_REQUIRE(reason.difference.code_version.has_value() == (nearest->version != done[i].version));
      BOOST_TEST_REQUIRE(reason.difference.inputs.empty() == (nearest->input == done[i].input));
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(steps_of_an_older_format_have_reasons_and_are_indexed_by_compaction) {
  on_disk([](TestStore& store) {
    {
      Run run = store->run("old");
      step(run, "relax", {{"x", 1}});
      step(run, "other", {{"x", 1}});
      step(run, "relax", {{"x", 2}});
    }
    store.close();
    forget_step_indexes(store.path());
    store.reopen();
    {
      Run old = store->run("old"), next = store->run("next");
      BOOST_TEST(old.why("relax").size() == 2u);
      BOOST_TEST(old.why("relax")[0].compared->run == "old");
      step(next, "relax", {{"x", 2}});
      BOOST_TEST(why(next, "relax") == "first of its name");  // those of other runs are found in the index
      step(old, "relax", {{"x", 3}});
      BOOST_TEST(old.why("relax").size() == 3u);
      BOOST_TEST((store->why(old.why("relax")[1].step.process).compared->process == old.why("relax")[2].step.process));
      check_clean(*store);
    }
    store->compact();
    {
      Run old = store->run("old"), next = store->run("next");
      BOOST_TEST(old.why("relax").size() == 3u);
      BOOST_TEST(next.why("relax")[0].compared->run == "old");
      check_clean(*store);
    }
  });
}

BOOST_AUTO_TEST_CASE(verify_finds_entries_that_are_missing_or_lead_astray) {
  on_disk([](TestStore& store) {
    {
      Run run = store->run("argon");
      step(run, "relax", {{"x", 1}});
    }
    store.close();
    remove_step_entries(store.path());
    store.reopen();
    BOOST_TEST(store->verify().damage.size() == 3u);
    store.close();
    add_stray_step_entry(store.path());
    store.reopen();
    BOOST_TEST(store->verify().damage.size() == 4u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
