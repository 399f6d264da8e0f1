// group, groups and violations.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(groups, CommandFixture)

BOOST_AUTO_TEST_CASE(a_group_is_made_filled_shown_and_removed) {
  const std::string one = run_line({"node", "--label", "one"}), two = run_line({"node", "--label", "two"});
  BOOST_TEST(run({"group", "iron"}).status == 4);
  BOOST_TEST(run_line({"group", "iron", "--add", one, "--add", two.substr(0, 30)}) == "2 nodes in group iron");
  BOOST_TEST(run_line({"group", "iron", "--description", "All of iron", "--remove", two}) == "1 node in group iron");
  const auto shown = run_json({"group", "iron"}).at(0);
  BOOST_TEST(shown.at("description").as_string() == "All of iron");
  BOOST_REQUIRE(shown.at("nodes").as_array().size() == 1u);
  BOOST_TEST(shown.at("nodes").as_array().at(0).as_string() == one);
  const auto text = lines(run({"group", "iron"}).out);
  BOOST_REQUIRE(text.size() == 4u);
  BOOST_TEST(text[0].starts_with("group iron, 1 node, made 20"), text[0]);
  BOOST_TEST(text[1] == "All of iron");
  BOOST_TEST(has(text[3], one));
  BOOST_TEST(run_json({"show", one}).at(0).at("groups").as_array().at(0).as_string() == "iron");
  BOOST_TEST(has(run({"show", one}).out, "group        iron"));
  BOOST_TEST(run_json({"nodes", "group = iron"}).size() == 1u);

  BOOST_TEST(run_json({"group", "iron", "--add", two}).at(0).at("description").as_string() == "All of iron");
  BOOST_TEST(run_json({"group", "empty", "--description", ""}).at(0).at("node_count").to_number<int>() == 0);
  const auto all = run_json({"groups"});
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[0].at("name").as_string() == "empty");
  BOOST_TEST(all[1].at("node_count").to_number<int>() == 2);
  BOOST_TEST(has(run({"groups"}).out, "All of iron"));
  BOOST_TEST(run({"group", "iron", "--delete"}).status == 0);
  BOOST_TEST(run_json({"groups"}).size() == 1u);
  BOOST_TEST(run_json({"nodes"}).size() == 2u);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(an_artifact_stands_for_the_nodes_that_have_it) {
  const std::string artifact = run_json({"add", file("f", "bytes")}).at(0).at("id").as_string().c_str();
  BOOST_TEST(run_line({"group", "files", "--add", artifact}) == "1 node in group files");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_changes_nothing) {
  const std::string one = run_line({"node", "--label", "one"});
  BOOST_TEST(run({"group", "g", "--add", one, "--add", "ffffffff"}).status == 4);
  BOOST_TEST(run({"group", "g", "--remove", one}).status == 4);
  BOOST_TEST(run({"group", "g", "--delete"}).status == 4);
  BOOST_TEST(run_json({"groups"}).empty());
  BOOST_TEST(run({"group", "a\nb", "--add", one}).status != 0);
  BOOST_TEST(run({"group", "g", "--delete", "--add", one}).status == 2);
  BOOST_TEST(run({"group"}).status == 2);
  BOOST_TEST(run_json({"groups"}).empty());
}

BOOST_AUTO_TEST_CASE(violations_that_came_in_are_listed) {
  BOOST_TEST(run({"violations"}).out.empty());
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::BulkLoad load = opened.run("imported").bulk_load();
    const auto label = load.label("x");
    const auto made = load.add({.label = "made"});
    for (int i = 0; i < 2; ++i)
      load.link(load.add({.kind = cairn::NodeKind::calculation, .state = cairn::NodeState::finished}), made, cairn::LinkType::create, label);
    load.commit(cairn::Violations::take);
  }
  const auto found = run_json({"violations"});
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].at("type").as_string() == "create");
  BOOST_TEST(found[0].at("label").as_string() == "x");
  BOOST_TEST(has(std::string(found[0].at("rule").as_string()), "at most one create link"));
  const auto table = lines(run({"violations"}).out);
  BOOST_REQUIRE(table.size() == 2u);
  BOOST_TEST(has(table[1], std::string(found[0].at("target").as_string())));
}

BOOST_AUTO_TEST_SUITE_END()
