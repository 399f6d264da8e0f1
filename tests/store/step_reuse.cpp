// Steps whose result is taken from another run.
#include <boost/test/unit_test.hpp>

#include "format/keys.h"
#include "store/clocked.h"
#include "store/damage.h"
#include "store/step_rows.h"

namespace cairn::test {
namespace {

using Numbers = std::vector<std::int64_t>;

const StepOptions kReuse{.reuse = true};

// Does the step and tells whether the work was called.
template <class T>
bool does(Store& store, std::string_view run, std::string_view name, const Inputs& inputs, const T& result,
          const StepOptions& options = kReuse) {
  bool called = false;
  store.run(run).step(name, inputs, [&] { return called = true, result; }, options);
  return called;
}

BOOST_AUTO_TEST_SUITE(step_reuse)

BOOST_AUTO_TEST_CASE(an_equal_step_of_another_run_is_not_done_again) {
  for_each_store([](TestStore& store) {
    int calls = 0;
    const auto work = [&] { return ++calls, particles(3); };
    const StepOptions options{.code_version = "1", .parameters = Map{{"cutoff", 2}}, .reuse = true};
    const auto first = store->run("argon").step("relax", {{"x", 1}}, work, options);
    const auto second = store->run("krypton").step("relax", {{"x", 1}}, work, options);
    BOOST_TEST(calls == 1);
    BOOST_TEST(second.recorded_before());
    BOOST_TEST((second.value() == particles(3)));
    BOOST_TEST((second.data() != first.data() && second.process() != first.process()));

    const Node data = store->get_node(second.data()), process = store->get_node(second.process());
    BOOST_TEST((data.run == "krypton" && process.run == "krypton"));
    BOOST_TEST((data.content == store->get_node(first.data()).content));
    BOOST_TEST(data.size_bytes == store->get_node(first.data()).size_bytes);
    BOOST_TEST((process.state == NodeState::finished && process.label == "relax" && process.code_version == "1"));
    std::vector<std::string> links;
    for (const Link& link : store->links(process.uuid)) links.push_back(std::string(link_name(link.type)) + " " + link.label);
    std::sort(links.begin(), links.end());
    BOOST_TEST((links == std::vector<std::string>{"call step", "create result", "input x", "reference reused_from"}));
    const auto is_origin = [](const Link& link) { return is_reuse(link); };
    const std::vector<Link> from = store->links(process.uuid), to = store->links(first.process());
    BOOST_TEST((std::ranges::find_if(from, is_origin)->target == first.process()));
    BOOST_TEST((std::ranges::find_if(to, is_origin)->source == process.uuid));
    BOOST_TEST(store->ancestors(second.data()).size() == 2u);  // which are its own

    const StepReason reason = store->run("krypton").why("relax").at(0);
    BOOST_TEST(!reason.done);
    BOOST_TEST((reason.step.reused_from == first.process()));
    BOOST_TEST(to_text(reason).starts_with("reused: equal to step " + first.process().text() + " of run argon, recorded "));
    BOOST_TEST(store->run("krypton").attempts("relax", {{"x", 1}}, options).empty());
    BOOST_TEST(!store->run("argon").why("relax").at(0).step.reused_from);
    store.reopen();
    BOOST_TEST(!does(*store, "krypton", "relax", {{"x", 1}}, particles(3), options));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(nothing_is_reused_unless_that_is_asked_for) {
  for_each_store([](TestStore& store) {
    BOOST_TEST(does(*store, "argon", "relax", {}, 1));
    BOOST_TEST(does(*store, "krypton", "relax", {}, 1, {}));
    BOOST_TEST(!does(*store, "neon", "relax", {}, 1));
  });
}

BOOST_AUTO_TEST_CASE(whatever_differs_is_not_reused) {
  for_each_store([](TestStore& store) {
    const StepOptions options{.code_version = "1", .parameters = Map{{"a", 1}}, .environment = Map{{"b", 1}}, .reuse = true};
    const auto with = [&](auto change) {
      StepOptions changed = options;
      change(changed);
      return changed;
    };
    BOOST_TEST(does(*store, "argon", "relax", {{"x", 1}}, 1, options));
    BOOST_TEST(does(*store, "other", "reduce", {{"x", 1}}, 1, options));
    BOOST_TEST(does(*store, "other", "relax", {{"x", 2}}, 1, options));
    BOOST_TEST(does(*store, "other", "relax", {{"y", 1}}, 1, options));
    BOOST_TEST(does(*store, "other", "relax", {}, 1, options));
    BOOST_TEST(does(*store, "other", "relax", {{"x", 1}}, 1, with([](auto& o) { o.code_version = "2"; })));
    BOOST_TEST(does(*store, "other", "relax", {{"x", 1}}, 1, with([](auto& o) { o.parameters = Map{{"a", 2}}; })));
    BOOST_TEST(does(*store, "other", "relax", {{"x", 1}}, 1, with([](auto& o) { o.environment = {}; })));
    BOOST_TEST(!does(*store, "other", "relax", {{"x", 1}}, 1, options));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_step_whose_key_is_that_of_another_one_is_not_reused) {
  on_disk([](TestStore& store) {
    const StepOptions options{.parameters = Map{{"a", 1}}, .environment = Map{{"b", 1}}, .reuse = true};
    does(*store, "argon", "relax", {}, 1, options);
    store.close();
    swap_parameters_and_environments(store.path());
    store.reopen();
    BOOST_TEST(does(*store, "krypton", "relax", {}, 1, options));
  });
}

BOOST_AUTO_TEST_CASE(artifacts_are_reused) {
  for_each_store([](TestStore& store) {
    int calls = 0;
    const auto work = [&] { return ++calls, store->add(store.write_file("out", "made")).id; };
    const auto first = store->run("argon").step("write", {}, work, kReuse);
    const auto second = store->run("krypton").step("write", {}, work, kReuse);
    BOOST_TEST(calls == 1);
    BOOST_TEST((first.value() == second.value()));
    BOOST_TEST(store->get_node(second.data()).size_bytes == 4u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_result_of_another_type_is_not_reused) {
  for_each_store([](TestStore& store) {
    does(*store, "argon", "relax", {}, 1);
    BOOST_TEST(does(*store, "krypton", "relax", {}, std::string("text")));
    BOOST_TEST(does(*store, "neon", "relax", {}, store->add(store.write_file("out", "made")).id));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_took_a_result_over_names_who_made_it) {
  for_each_store([](TestStore& store) {
    const auto first = store->run("a").step("relax", {}, [] { return 1; });
    for (const char* run : {"b", "c"}) {
      store->run(run).step("relax", {}, [] { return 2; }, kReuse);
      BOOST_TEST((store->run(run).why("relax").at(0).step.reused_from == first.process()));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_prediction_says_what_would_be_reused) {
  for_each_store([](TestStore& store) {
    const auto first = store->run("argon").step("relax", {}, [] { return 1; });
    const Run run = store->run("krypton");
    const StepReason predicted = run.predict_step("relax", {}, kReuse);
    BOOST_TEST(!predicted.done);
    BOOST_TEST(to_text(predicted).starts_with("reused: equal to step " + first.process().text() + " of run argon"));
    BOOST_TEST(run.predict_step("relax", {}).done);
    store->invalidate_steps({.name = "relax"});
    BOOST_TEST(run.predict_step("relax", {}, kReuse).done);
  });
}

BOOST_AUTO_TEST_CASE(what_was_invalidated_is_done_again) {
  const Timestamp later = Timestamp(std::chrono::nanoseconds(TestClock().now())) + std::chrono::minutes(1);
  const std::vector<std::pair<StepInvalidation, std::string>> cases = {
      {{.name = "a"}, "a1 a2"},
      {{.code_version = "1"}, "a1 b1"},
      {{.name = "a", .code_version = "1"}, "a1"},
      {{.code_version = ""}, ""},
      {{.recorded_before = later}, "a1 a2"},  // what is of b comes a minute later
      {{.code_version = "2", .recorded_before = later}, "a2"},
      {{.recorded_before = later - std::chrono::minutes(1)}, ""},
  };
  for (const auto& [invalidation, expected] : cases) {
    ClockedStore store;
    for (const char* name : {"a", "b"}) {
      for (const char* version : {"1", "2"}) does(*store, "argon", name, {}, 1, {.code_version = version});
      store.clock().move(std::chrono::minutes(1));
    }
    store->invalidate_steps(invalidation);
    std::string done;
    for (const char* name : {"a", "b"})
      for (const char* version : {"1", "2"})
        if (does(*store, "krypton", name, {}, 1, {.code_version = version, .reuse = true}))
          done += (done.empty() ? "" : " ") + std::string(name) + version;
    BOOST_TEST(done == expected);
    BOOST_TEST(!does(*store, "argon", "a", {}, 1, {.code_version = "1"}));  // its own stays
    check_clean(*store);
  }
}

BOOST_AUTO_TEST_CASE(what_is_recorded_after_an_invalidation_is_reused_again) {
  ClockedStore store;
  does(*store, "argon", "relax", {}, 1);
  store->invalidate_steps({.name = "relax"});
  store.clock().move(std::chrono::seconds(1));
  BOOST_TEST(does(*store, "krypton", "relax", {}, 2));
  BOOST_TEST(!does(*store, "neon", "relax", {}, 3));
  BOOST_TEST(store->run("neon").step("relax", {}, [] { return 4; }).value() == 2);
  BOOST_TEST(does(*store, "argon", "relax", {}, 1) == false);
}

BOOST_AUTO_TEST_CASE(an_invalidation_takes_the_place_of_those_that_said_less) {
  ClockedStore store;
  for (int i = 0; i < 20; ++i) {
    store->invalidate_steps({.name = "relax"});
    store->invalidate_steps({.code_version = "1"});
    store.clock().move(std::chrono::seconds(1));
  }
  const auto view = store.state().engine().view();
  const auto rows = view->rows(format::kReuseCell);
  int count = 0;
  for (bool more = rows->seek(""); more; more = rows->next()) ++count;
  BOOST_TEST(count == 2);
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(an_invalidation_of_nothing_is_refused) {
  on_disk([](TestStore& store) {
    BOOST_CHECK_EXCEPTION(store->invalidate_steps({}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(store->invalidate_steps({.name = "\xff"}), Error, has_code(ErrorCode::invalid_argument));
    store.close();
    Store reader = Store::open(store.path(), {.read_only = true});
    BOOST_CHECK_EXCEPTION(reader.invalidate_steps({.name = "a"}), Error, has_code(ErrorCode::read_only));
  });
}

BOOST_AUTO_TEST_CASE(an_invalidation_outlives_the_store_being_closed) {
  on_disk([](TestStore& store) {
    does(*store, "argon", "relax", {}, 1);
    store->invalidate_steps({.name = "relax"});
    store.reopen();
    BOOST_TEST(does(*store, "krypton", "relax", {}, 1));
  });
}

BOOST_AUTO_TEST_CASE(a_result_whose_bytes_are_gone_or_damaged_is_made_again) {
  const Numbers numbers(5000, 0x0123456789abcdef);
  const ObjectId object = Store::in_memory().put(numbers);
  const std::vector<std::function<void(const std::filesystem::path&)>> harms = {
      [&](const auto& path) { damage_chunk_of(path, object); },
      [&](const auto& path) { damage_blob(path, object.digest); },
      [&](const auto& path) { remove_blob_of(path, object, engine::BlobKind::object); },
      [&](const auto& path) { remove_blob_of(path, object, engine::BlobKind::chunk); },
  };
  for (const auto& harm : harms)
    on_disk([&](TestStore& store) {
      BOOST_TEST(does(*store, "argon", "make", {}, numbers));
      store.close();
      harm(store.path());
      store.reopen();
      BOOST_TEST(does(*store, "krypton", "make", {}, numbers));
      BOOST_TEST((store->run("krypton").step("make", {}, [] { return Numbers(); }).value() == numbers));
      BOOST_TEST(!store->run("krypton").why("make").at(0).step.reused_from);
      check_clean(*store);  // the bytes that were made again have taken their place
      BOOST_TEST(!does(*store, "neon", "make", {}, numbers));
    });
}

BOOST_AUTO_TEST_CASE(steps_of_older_formats_are_reused_after_the_store_was_compacted) {
  on_disk([](TestStore& store) {
    for (int i = 0; i < 5; ++i) does(*store, "argon", "relax", {{"x", i}}, i);
    store.close();
    forget_step_keys(store.path());
    store.reopen();
    check_clean(*store);
    BOOST_TEST(does(*store, "krypton", "relax", {{"x", 1}}, 1));
    store->compact();
    check_clean(*store);
    BOOST_TEST(!does(*store, "neon", "relax", {{"x", 1}}, 1));
    BOOST_TEST(!does(*store, "neon", "relax", {{"x", 4}}, 1));
    BOOST_TEST((store->run("neon").why("relax").at(0).compared->run == "argon"));
    BOOST_TEST(store->run("argon").why("relax").size() == 5u);
  });
}

BOOST_AUTO_TEST_CASE(verify_finds_entries_of_keys_that_are_missing_or_lead_nowhere) {
  on_disk([](TestStore& store) {
    for (int i = 0; i < 3; ++i) does(*store, "argon", "relax", {{"x", i}}, i);
    store.close();
    edit_records(store.path(), [](engine::Records& records) {
      for (const auto& [key, value] : rows_of(records, engine::Family::index))
        if (key[0] == format::index::kStepKey) {
          BOOST_REQUIRE(records.db().Delete({}, records.family(engine::Family::index), key).ok());
          const std::string stray = format::index::step_key(Digest{}, 7);
          BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::index), stray, value).ok());
          break;
        }
    });
    store.reopen();
    std::vector<std::string> problems;
    for (const Damage& damage : store->verify().damage) problems.push_back(damage.problem);
    BOOST_REQUIRE(problems.size() == 2u);
    BOOST_TEST(problems[0].find("index 'k'") != std::string::npos);
    BOOST_TEST(problems[1].find("an entry leads to a step") != std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(a_reuse_is_recorded_whole_or_not_at_all) {
  ClockedStore store;
  does(*store, "argon", "relax", {{"x", 1}}, 1);
  store->run("krypton");
  const std::size_t before = nodes_of(*store).size();
  store.fail_publish();
  BOOST_CHECK_EXCEPTION(does(*store, "krypton", "relax", {{"x", 1}}, 1), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(nodes_of(*store).size() == before);
  BOOST_TEST(!does(*store, "krypton", "relax", {{"x", 1}}, 1));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(what_was_left_open_here_is_interrupted_when_a_result_is_taken_over) {
  ClockedStore store;
  leave_open(store, "krypton", "relax", {.at_most_once = true});
  does(*store, "argon", "relax", {{"x", 1}}, 1);
  BOOST_TEST(!does(*store, "krypton", "relax", {{"x", 1}}, 1));  // nothing is done, so not twice either
  const auto attempts = store->run("krypton").attempts("relax", {{"x", 1}});
  BOOST_REQUIRE(attempts.size() == 1u);
  BOOST_TEST((attempts[0].end == StepEnd::interrupted));
  BOOST_TEST(nodes_of(*store, "state = running and type = step").empty());
  check_clean(*store);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
