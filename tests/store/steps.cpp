// Recorded steps: done once, found again, and linked into the graph.
#include <boost/test/unit_test.hpp>

#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {

struct OddlyNamed {
  int x = 0;
};
BOOST_DESCRIBE_STRUCT(OddlyNamed, (), (x))

}  // namespace cairn::test

template <>
struct cairn::ClassTraits<cairn::test::OddlyNamed> {
  static std::string name() { return std::string(2000, 'N'); }
  static constexpr std::uint32_t version = 1;
};

namespace cairn::test {
namespace {

// Work that counts how often it is done.
struct Doubling {
  int* calls;
  int input;
  int operator()() const {
    ++*calls;
    return 2 * input;
  }
};

Uuid only_input(const Store& store, const Uuid& process) {
  for (const Link& link : store.links(process))
    if (link.type == LinkType::input) return link.source;
  return {};
}

BOOST_AUTO_TEST_SUITE(steps)

BOOST_AUTO_TEST_CASE(a_step_is_done_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const auto first = run.step("double", {{"x", 4}}, Doubling{&calls, 4});
    const auto second = run.step("double", {{"x", 4}}, Doubling{&calls, 4});
    BOOST_TEST(calls == 1);
    BOOST_TEST(first.value() == 8);
    BOOST_TEST(second.value() == 8);
    BOOST_TEST(!first.recorded_before());
    BOOST_TEST(second.recorded_before());
    BOOST_TEST((first.data() == second.data() && first.process() == second.process()));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_recorded_result_is_there_after_the_store_was_closed) {
  for_each_store([](TestStore& store) {
    int calls = 0;
    const auto work = [&] { ++calls; return particles(3); };
    const Uuid data = store->run("argon").step("relax", {{"x", 1}}, work).data();
    store.reopen();
    const auto again = store->run("argon").step("relax", {{"x", 1}}, work);
    BOOST_TEST(calls == 1);
    BOOST_TEST((again.value() == particles(3)));
    BOOST_TEST((again.data() == data));
  });
}

BOOST_AUTO_TEST_CASE(a_step_without_inputs_is_done_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    for (int i = 0; i < 3; ++i) BOOST_TEST(run.step("begin", {}, Doubling{&calls, 1}).value() == 2);
    BOOST_TEST(calls == 1);
  });
}

BOOST_AUTO_TEST_CASE(whatever_differs_makes_another_step) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const Doubling work{&calls, 1};
    run.step("double", {{"x", 1}}, work);
    run.step("double", {{"x", 2}}, work);                              // another value
    run.step("double", {{"x", std::int64_t{1} << 40}}, work);
    run.step("double", {{"x", "1"}}, work);                            // another type
    run.step("double", {{"y", 1}}, work);                              // another label
    run.step("double", {{"x", 1}, {"y", 1}}, work);                    // more of them
    run.step("twice", {{"x", 1}}, work);                               // another name
    run.step("double", {{"x", 1}}, work, {.code_version = "2"});       // other code
    store->run("other").step("double", {{"x", 1}}, work);              // another run
    BOOST_TEST(calls == 9);
    run.step("double", {{"y", 1}, {"x", 1}}, work);                    // the order of inputs says nothing
    BOOST_TEST(calls == 9);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(names_and_labels_do_not_run_into_each_other) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    run.step("ab", {{"c", 1}}, Doubling{&calls, 1});
    run.step("a", {{"bc", 1}}, Doubling{&calls, 1});
    run.step("a", {{"c", 1}}, Doubling{&calls, 1}, {.code_version = "b"});
    BOOST_TEST(calls == 3);
  });
}

BOOST_AUTO_TEST_CASE(a_value_a_node_and_a_result_of_equal_content_are_one_input) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const auto made = run.step("make", {}, [] { return 7; });
    run.step("double", {{"x", made}}, Doubling{&calls, 7});
    run.step("double", {{"x", made.data()}}, Doubling{&calls, 7});
    run.step("double", {{"x", store->get_node(made.data())}}, Doubling{&calls, 7});
    run.step("double", {{"x", 7}}, Doubling{&calls, 7});
    BOOST_TEST(calls == 1);
  });
}

BOOST_AUTO_TEST_CASE(an_exception_is_passed_on_and_no_result_is_recorded) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto failing = []() -> int { throw std::domain_error("no convergence"); };
    BOOST_CHECK_THROW(run.step("double", {{"x", 1}}, failing), std::domain_error);
    BOOST_TEST(nodes_of(*store, "label = result").empty());
    int calls = 0;
    BOOST_TEST(run.step("double", {{"x", 1}}, Doubling{&calls, 1}).value() == 2);
    BOOST_TEST(calls == 1);
  });
}

BOOST_AUTO_TEST_CASE(a_step_may_give_an_artifact) {
  for_each_store([](TestStore& store) {
    int calls = 0;
    const auto work = [&] { ++calls; return store->add(store.write_file("out", "made")).id; };
    const auto first = store->run("argon").step("write", {{"x", 1}}, work);
    store.reopen();
    const auto second = store->run("argon").step("write", {{"x", 1}}, work);
    BOOST_TEST(calls == 1);
    BOOST_TEST(store->read_file(second.value()) == "made");
    const Node data = store->get_node(second.data());
    BOOST_TEST((data.content == Content(first.value())));
    BOOST_TEST(data.size_bytes == 4u);
  });
}

BOOST_AUTO_TEST_CASE(an_artifact_that_is_not_in_the_store_is_no_result) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    BOOST_CHECK_EXCEPTION(run.step("write", {}, [] { return ArtifactId{}; }), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(nodes_of(*store, "kind = data").empty());
  });
}

BOOST_AUTO_TEST_CASE(a_recorded_result_of_another_type_is_named_and_not_given) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const ArtifactId artifact = store->add(store.write_file("a", "x")).id;
    run.step("value", {}, [] { return 1; });
    run.step("file", {}, [&] { return artifact; });
    const auto mismatch = has_code(ErrorCode::type_mismatch);
    BOOST_CHECK_EXCEPTION(run.step("value", {}, [] { return particles(1); }), Error, mismatch);
    BOOST_CHECK_EXCEPTION(run.step("value", {}, [&] { return artifact; }), Error, mismatch);
    BOOST_CHECK_EXCEPTION(run.step("file", {}, [] { return 1; }), Error, mismatch);
  });
}

BOOST_AUTO_TEST_CASE(a_step_is_linked_with_its_inputs_its_result_and_its_run) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto step = run.step("relax", {{"structure", particles(1)}, {"cutoff", 2.5}}, [] { return 1; }, {.code_version = "v3"});
    const Node process = store->get_node(step.process());
    BOOST_TEST((process.kind == NodeKind::calculation && process.state == NodeState::finished));
    BOOST_TEST(process.label == "relax");
    BOOST_TEST(process.code_version == "v3");
    BOOST_TEST(process.run == "argon");
    std::vector<std::string> seen;
    for (const Link& link : store->links(step.process())) seen.push_back(std::string(link_name(link.type)) + " " + link.label);
    std::sort(seen.begin(), seen.end());
    BOOST_TEST((seen == std::vector<std::string>{"call step", "create result", "input cutoff", "input structure"}));
    const Node data = store->get_node(step.data());
    BOOST_TEST((data.kind == NodeKind::data && data.label == "result" && data.run == "argon"));
    BOOST_TEST(store->get<int>(std::get<ObjectId>(data.content)) == 1);
  });
}

BOOST_AUTO_TEST_CASE(the_ancestors_of_a_result_are_what_it_was_made_from) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto first = run.step("first", {{"x", 1}}, [] { return 10; });
    const auto second = run.step("second", {{"y", first}, {"z", 2}}, [] { return 20; });
    std::map<std::string, std::uint64_t> depths;
    for (const Reached& reached : store->ancestors(second.data())) depths[reached.node.label] = reached.depth;
    BOOST_TEST((depths == std::map<std::string, std::uint64_t>{{"second", 1}, {"result", 2}, {"z", 2}, {"first", 3}, {"x", 4}}));
    const auto below = store->descendants(only_input(*store, first.process()));
    BOOST_TEST(below.size() == 4u);
    BOOST_TEST((below.back().node.uuid == second.data()));
    BOOST_TEST(below.back().depth == 4u);
  });
}

BOOST_AUTO_TEST_CASE(an_input_given_twice_is_one_node) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto first = run.step("first", {{"x", 1}}, [] { return 1; });
    const auto second = run.step("second", {{"x", 1}}, [] { return 1; });
    BOOST_TEST((only_input(*store, first.process()) == only_input(*store, second.process())));
    BOOST_TEST((first.data() != second.data()));  // a result has one creator, whatever it is equal to
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_value_that_happens_to_equal_a_result_does_not_come_from_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto made = run.step("make", {}, [] { return 7; });
    const auto used = run.step("use", {{"result", 7}}, [] { return 8; });
    BOOST_TEST((only_input(*store, used.process()) != made.data()));
    BOOST_TEST(store->descendants(made.data()).empty());
  });
}

BOOST_AUTO_TEST_CASE(a_node_of_another_run_may_be_an_input) {
  for_each_store([](TestStore& store) {
    const auto made = store->run("a").step("make", {}, [] { return 1; });
    const auto used = store->run("b").step("use", {{"x", made}}, [] { return 2; });
    BOOST_TEST((only_input(*store, used.process()) == made.data()));
    BOOST_TEST(store->descendants(made.data()).size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(bad_inputs_are_refused_before_the_work) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    int calls = 0;
    const Doubling work{&calls, 1};
    for (const char* label : {"", "1x", "a b", "_x", "class", "\u00e9"})
      BOOST_CHECK_EXCEPTION(run.step("s", {{label, 1}}, work), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(run.step("s", {{"x", 1}, {"x", 2}}, work), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.step("s", {{"x", Uuid::generate()}}, work), Error, has_code(ErrorCode::not_found));
    for (const std::string& name : {std::string(), std::string(4097, 'n'), std::string("\xff")})
      BOOST_CHECK_EXCEPTION(run.step(name, {{"x", 1}}, work), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.step("s", {{"x", 1}}, work, {.code_version = "\xff"}), Error,
                          has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.step("s", {}, [&] { return ++calls, OddlyNamed{}; }), Error,
                          has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(run.step("s", {{"x", run.uuid()}}, work), Error, has_code(ErrorCode::rule_violation));
    BOOST_TEST(calls == 0);
    BOOST_TEST(nodes_of(*store).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_damaged_result_is_repaired_by_doing_the_work_again) {
  on_disk([](TestStore& store) {
    using Numbers = std::vector<std::int64_t>;
    const Numbers numbers(5000, 0x0123456789abcdef);
    int calls = 0;
    const auto work = [&](const Numbers& result) {
      return store->run("argon").step("make", {}, [&] { return ++calls, result; });
    };
    const Uuid data = work(numbers).data();
    store.close();
    damage_chunk_of(store.path(), Store::in_memory().put(numbers));
    store.reopen();
    BOOST_CHECK_EXCEPTION(work(Numbers(5000, 1)), Error, has_code(ErrorCode::damaged, "gives another one"));
    BOOST_TEST(!store->verify().damage.empty());
    BOOST_TEST((work(numbers).data() == data));
    BOOST_TEST(calls == 3);
    store.reopen();
    BOOST_TEST((work({}).value() == numbers));
    BOOST_TEST(calls == 3);
    BOOST_TEST(store->verify().damage.empty());
    store.close();
    remove_blob_of(store.path(), Store::in_memory().put(numbers), engine::BlobKind::object);
    store.reopen();
    BOOST_TEST((work(numbers).data() == data));
    BOOST_TEST(calls == 4);
    BOOST_TEST(store->verify().damage.empty());
  });
}

BOOST_AUTO_TEST_CASE(many_steps_lease_many_nodes) {
  for_each_store([](TestStore& store) {
    for (int i = 0; i < 150; ++i) {  // more than one block of ids, in two openings
      if (i == 70) store.reopen();
      Run run = store->run("argon");
      run.step("double", {{"x", i}}, [&] { return 2 * i; });
    }
    BOOST_TEST(nodes_of(*store, "run = argon").size() == 1u + 3 * 150);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
