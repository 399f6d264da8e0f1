// nodes, show of nodes, and lineage.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "command.h"

using namespace cairn::test;

namespace {

// Characters, not bytes.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

void check_fits_the_page(const std::string& text) {
  for (const std::string& line : lines(text)) BOOST_TEST(width(line) <= 80u, line);
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// Steps of a run: `parts` of them make a number each, one adds them up.
struct SummedRun {
  cairn::Uuid sum;
  cairn::Uuid part;
};

SummedRun add_up(const std::filesystem::path& path, std::int64_t parts) {
  cairn::Store store = cairn::Store::open(path, {.create = false});
  cairn::Run run = store.run("flow");
  cairn::Inputs inputs;
  cairn::Uuid part;
  for (std::int64_t i = 0; i < parts; ++i) {
    const auto made = run.step("make", {cairn::Input("index", i)}, [&] { return i * i + 1000; });
    inputs.emplace_back("part" + std::to_string(i), made);
    part = made.data();
  }
  return {run.step("add up", inputs, [] { return std::int64_t{-1}; }).data(), part};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(provenance, CommandFixture)

BOOST_AUTO_TEST_CASE(nodes_are_filtered_and_paged) {
  add_up(store(), 3);
  const auto all = run_json({"nodes"});
  const auto calculations = run_json({"nodes", "--kind", "calculation"});
  BOOST_TEST(calculations.size() == 4u);
  BOOST_TEST(run_json({"nodes", "--kind", "workflow", "--run", "flow"}).size() == 1u);
  BOOST_TEST(run_json({"nodes", "--state", "failed"}).empty());
  const std::string first(all.at(0).at("uuid").as_string());
  const auto rest = run_json({"nodes", "--after", first});
  BOOST_TEST(rest.size() == all.size() - 1);
  BOOST_TEST(run_json({"nodes", "--limit", "2"}).size() == 2u);
  BOOST_TEST(lines(run({"nodes"}).out).size() == all.size() + 1);
  BOOST_TEST(run({"nodes", "--run", "none"}).status == 4);
}

BOOST_AUTO_TEST_CASE(show_of_a_node_has_its_links) {
  const SummedRun made = add_up(store(), 2);
  const std::string text = run({"show", made.sum.text()}).out;
  BOOST_TEST(text.starts_with("data node " + made.sum.text()));
  BOOST_TEST(text.find("<- create") != std::string::npos);
  const auto document = run_json({"show", made.sum.text()}).at(0);
  BOOST_TEST(!document.at("links").as_array().empty());
  BOOST_TEST(document.at("kind").as_string() == "data");
}

BOOST_AUTO_TEST_CASE(lineage_tells_where_a_result_came_from) {
  const SummedRun made = add_up(store(), 2);
  const Outcome outcome = run({"lineage", made.sum.text()});
  BOOST_TEST(outcome.status == 0);
  check_fits_the_page(outcome.out);
  BOOST_TEST(count(outcome.out, "calculation") == 3u);
  BOOST_TEST(outcome.out.find("8 nodes") != std::string::npos, outcome.out);
  const std::string down = run({"lineage", made.part.text(), "--down"}).out;
  BOOST_TEST(down.find("input part1: calculation") != std::string::npos, down);
  BOOST_TEST(lines(run({"lineage", made.sum.text(), "--depth", "1"}).out).size() == 3u);
}

BOOST_AUTO_TEST_CASE(lineage_as_a_document_has_all_nodes_and_links) {
  const SummedRun made = add_up(store(), 2);
  const auto document = run_json({"lineage", made.sum.text()}).at(0);
  BOOST_TEST(document.at("start").as_array().at(0).as_string() == made.sum.text());
  BOOST_TEST(document.at("nodes").as_array().size() == 8u);
  BOOST_TEST(document.at("links").as_array().size() == 7u);
  BOOST_TEST(document.at("nodes").as_array().at(0).at("depth").to_number<int>() == 0);
  BOOST_TEST(run({"lineage", made.sum.text(), "--format", "json"}).out ==
             run({"lineage", made.sum.text(), "--json"}).out);
}

BOOST_AUTO_TEST_CASE(a_long_fan_is_folded_and_all_unfolds_it) {
  const SummedRun made = add_up(store(), 40);
  const std::string text = run({"lineage", made.sum.text()}).out;
  check_fits_the_page(text);
  BOOST_TEST(text.find("... and 32 more data nodes (use --all)") != std::string::npos, text);
  BOOST_TEST(lines(text).size() < 40u);
  BOOST_TEST(count(run({"lineage", made.sum.text(), "--all"}).out, "create") == 41u);
}

BOOST_AUTO_TEST_CASE(a_long_chain_continues_in_trees_of_its_own) {
  cairn::Uuid last;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Run run = opened.run("chain");
    std::optional<cairn::StepResult<std::int64_t>> before;
    for (std::int64_t i = 0; i < 20; ++i) {
      const cairn::Inputs inputs =
          before ? cairn::Inputs{cairn::Input("previous_value_of_the_chain", *before)} : cairn::Inputs{};
      before = run.step("advance " + std::to_string(i), inputs, [&] { return i; });
    }
    last = before->data();
  }
  const std::string text = run({"lineage", last.text()}).out;
  check_fits_the_page(text);
  BOOST_TEST(text.find("see below") != std::string::npos);
  BOOST_TEST(text.find("continued") != std::string::npos);
  BOOST_TEST(text.find("40 nodes, 39 links") != std::string::npos);
  // Each node once, and once more where its tree continues.
  BOOST_TEST(lines(text).size() == 40u + 2 * count(text, "continued") + 1, text);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_met_again_is_referred_to) {
  cairn::Uuid last;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Run run = opened.run("diamond");
    const auto top = run.step("top", {}, [] { return std::int64_t{1}; });
    const auto left = run.step("left", {cairn::Input("x", top)}, [] { return std::int64_t{2}; });
    const auto right = run.step("right", {cairn::Input("x", top)}, [] { return std::int64_t{3}; });
    last = run.step("join", {cairn::Input("l", left), cairn::Input("r", right)}, [] { return std::int64_t{4}; }).data();
  }
  const std::string text = run({"lineage", last.text()}).out;
  BOOST_TEST(count(text, "\"top\"") == 1u, text);
  BOOST_TEST(count(text, "see there") == 1u, text);
}

BOOST_AUTO_TEST_CASE(content_stands_for_the_nodes_that_hold_it) {
  const std::string object = run_line({"put", file("f", "x")});
  BOOST_TEST(run({"lineage", object}).out.find("1 node") != std::string::npos);
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("g", "only in a checkpoint")});
  const auto shown = run_json({"show", "r:latest"}).at(0);
  BOOST_TEST(run({"lineage", std::string(shown.at("state").at("s").as_string())}).status == 4);
}

BOOST_AUTO_TEST_SUITE_END()
