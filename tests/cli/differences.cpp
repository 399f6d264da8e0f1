// diff of objects, checkpoints and runs, and why.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

void check_fits_the_page(const std::string& text) {
  for (const std::string& line : lines(text)) BOOST_TEST(line.size() <= 80u, line);
}

void record(cairn::Store& store, const std::string& run_name, std::int64_t input, const std::string& version, int cutoff) {
  cairn::Run run = store.run(run_name);
  run.step("relax", {{"structure", input}}, [&] { return input * 2; },
           {.code_version = version, .parameters = cairn::Map{{"cutoff", cutoff}}});
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(differences, CommandFixture)

BOOST_AUTO_TEST_CASE(two_objects_are_compared_by_path) {
  const std::string one = run_line({"put", "--json-value", file("a", R"({"cutoff": 30, "box": [1, 2], "old": 1})")});
  const std::string other = run_line({"put", "--json-value", file("b", R"({"cutoff": 40, "box": [1, 7, 2]})")});
  BOOST_TEST(run({"diff", one, other}).out == "+ box[1]: added 7\n~ cutoff: 30 -> 40\n- old: removed 1\n3 changes\n");
  BOOST_TEST(run({"diff", one, other.substr(0, 10), "--limit", "1"}).out ==
             "+ box[1]: added 7\nand 2 more changes (see --limit)\n3 changes\n");
  BOOST_TEST(run({"diff", one, one}).out == "0 changes\n");
  const auto document = run_json({"diff", one, other}).at(0);
  BOOST_TEST(document.at("kind").as_string() == "object");
  BOOST_TEST(document.at("from").as_string() == one);
  BOOST_TEST(document.at("change_count").to_number<int>() == 3);
  BOOST_TEST(document.at("changes").as_array().at(1).at("after").as_string() == "40");
}

BOOST_AUTO_TEST_CASE(two_checkpoints_are_compared) {
  run_line({"checkpoint", "argon", "--step", "1", "--state", "s=" + file("a", "one"), "--artifact", "f=" + file("f", "x"),
            "--tag", "t"});
  run_line({"checkpoint", "argon", "--step", "2", "--state", "s=" + file("a", "other"), "--artifact", "f=" + file("f", "yy"),
            "--metadata", "loss=1"});
  const std::string text = run({"diff", "argon@1", "argon:latest"}).out;
  check_fits_the_page(text);
  for (const char* part :
       {"~ state s  ", "~ artifact f  ", "~ metadata\n", "loss: added", "- tag t", "1 other state, 1 other artifact"})
    BOOST_TEST((text.find(part) != std::string::npos), part << " in " << text);
  const auto document = run_json({"diff", "argon@1", "argon@2"}).at(0);
  BOOST_TEST(document.at("kind").as_string() == "checkpoint");
  BOOST_TEST(document.at("before").at("step").to_number<int>() == 1);
  BOOST_TEST(document.at("states").as_array().at(0).at("difference").at("change_count").to_number<int>() == 1);
  BOOST_TEST(run({"diff", "argon@1", "argon@3"}).status == 4);
}

BOOST_AUTO_TEST_CASE(two_runs_are_compared_by_name_and_by_id) {
  std::string uuid;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    record(opened, "one", 1, "1.2", 30);
    record(opened, "other", 2, "1.3", 40);
    opened.run("other").step("extra", {}, [] { return 1; });
    uuid = opened.run("other").uuid().text();
  }
  const std::string text = run({"diff", "one", "other"}).out;
  check_fits_the_page(text);
  BOOST_TEST((text.find("+ step extra  ") != std::string::npos), text);
  BOOST_TEST((text.find("    code version 1.2 -> 1.3\n") != std::string::npos), text);
  BOOST_TEST((text.find("    parameters.cutoff: 30 -> 40\n") != std::string::npos), text);
  BOOST_TEST(text.ends_with("0 steps alike, 0 only in the first, 1 only in the second\n"
                            "1 not alike: 1 other code, 1 other inputs, 1 other parameters, 1 other outputs\n"), text);
  BOOST_TEST(run({"diff", "one", uuid}).out == text);
  const auto document = run_json({"diff", "one", "other"}).at(0);
  BOOST_TEST(document.at("kind").as_string() == "run");
  BOOST_TEST(document.at("changes").as_array().size() == 2u);
  BOOST_TEST(document.at("other_parameters_count").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_not_of_one_kind_is_refused_by_name) {
  const std::string object = run_line({"put", file("a", "x")});
  const std::string artifact = run_line({"add", file("b", "x")}).substr(0, 32);
  run_line({"checkpoint", "argon", "--step", "1", "--state", "s=" + file("c", "y")});
  const Outcome outcome = run({"diff", object, "argon"});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST((outcome.err.find("object " + object) != std::string::npos), outcome.err);
  BOOST_TEST((outcome.err.find("expected two of one kind") != std::string::npos), outcome.err);
  BOOST_TEST(run({"diff", object, artifact}).status == 2);
  BOOST_TEST(run({"diff", object, "no such"}).status == 4);
  BOOST_TEST(run({"diff", object, "ffffffff"}).status == 4);
}

BOOST_AUTO_TEST_CASE(a_data_node_stands_for_its_content) {
  std::string one, other;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Transaction transaction = opened.transaction();
    one = transaction.add({.content = transaction.put(std::int64_t{1})}).text();
    other = transaction.add({.content = transaction.put(std::int64_t{2})}).text();
    transaction.commit();
  }
  BOOST_TEST(run({"diff", one, other}).out == "~ the value: 1 -> 2\n1 change\n");
}

BOOST_AUTO_TEST_CASE(a_run_whose_name_is_also_an_id_is_told_by_the_other) {
  const std::string one = run_line({"put", file("a", "x")}), other = run_line({"put", file("b", "y")});
  for (const std::string& name : {one, std::string("plain")})
    run_line({"checkpoint", name, "--step", "1", "--state", "s=" + file("c", "y")});
  BOOST_TEST(run({"diff", one, "plain"}).out.starts_with("0 steps alike"));
  BOOST_TEST(run({"diff", one, other}).out.ends_with("1 change\n"));
  run_line({"checkpoint", other, "--step", "1", "--state", "s=" + file("c", "y")});
  const Outcome outcome = run({"diff", one, other});
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST((outcome.err.find("which two?") != std::string::npos), outcome.err);
}

BOOST_AUTO_TEST_CASE(why_tells_what_was_other_than_before) {
  std::string process;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    record(opened, "argon", 1, "1.2", 30);
    record(opened, "argon", 1, "1.3", 40);
    process = opened.run("argon").why("relax", 1).at(0).step.process.text();
  }
  const std::string text = run({"why", "argon", "relax"}).out;
  check_fits_the_page(text);
  BOOST_TEST((text.find("done because\n    code version 1.2 -> 1.3\n    parameters.cutoff: 30 -> 40\n") != std::string::npos),
             text);
  BOOST_TEST(run({"why", process}).out == text);
  const std::string all = run({"why", "argon", "relax", "--limit", "9"}).out;
  BOOST_TEST(all.starts_with(text + "\n"));
  BOOST_TEST(all.ends_with("first of its name\n"));
  const auto documents = run_json({"why", "argon", "relax", "--limit", "9"});
  BOOST_REQUIRE_EQUAL(documents.size(), 2u);
  BOOST_TEST(documents[0].at("reason").as_string() == "done because code version 1.2 -> 1.3; parameters.cutoff: 30 -> 40");
  BOOST_TEST(documents[0].at("step").at("parameters").at("cutoff").to_number<int>() == 40);
  BOOST_TEST(documents[1].at("compared").is_null());
  BOOST_TEST(run({"why", "argon", "none"}).status == 4);
  BOOST_TEST(run({"why", "none", "relax"}).status == 4);
}

BOOST_AUTO_TEST_SUITE_END()
