// node, link and the filters of nodes.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// A calculation that made data of other data.
struct Bands {
  std::string structure, relax, energy;
};

Bands make_bands(const CommandFixture& fixture) {
  Bands made;
  made.structure = fixture.run_line({"node", "--run", "bands", "--label", "structure", "--file", fixture.file("iron.in", "Fe bcc"),
                                     "--attributes", R"({"formula":"Fe","cell":2.87})", "--tag", "bcc", "--unique-id", "lims:E-7"});
  made.relax = fixture.run_line({"node", "--run", "bands", "--kind", "calculation", "--type", "relax", "--state", "running", "--input",
                                 "structure=" + made.structure, "--code-version", "7"});
  made.energy = fixture.run_line({"node", "--run", "bands", "--type", "energy", "--attributes", R"({"energy":-8.31})", "--creator",
                                  "energy=" + made.relax});
  return made;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(graph, CommandFixture)

BOOST_AUTO_TEST_CASE(nodes_are_made_with_their_links_and_changed) {
  const Bands bands = make_bands(*this);
  const auto structure = run_json({"show", bands.structure}).at(0);
  BOOST_TEST(structure.at("run").as_string() == "bands");
  BOOST_TEST(structure.at("size_bytes").to_number<int>() == 6);
  BOOST_TEST(structure.at("tags").as_array().size() == 1u);
  BOOST_TEST(structure.at("unique_ids").as_array().at(0).at("id").as_string() == "E-7");
  BOOST_TEST(run_json({"lineage", bands.energy}).at(0).at("nodes").as_array().size() == 3u);
  BOOST_TEST(run_line({"node", bands.relax, "--state", "finished", "--extras", R"({"cost":3})", "--tag", "done", "--tag", "cheap"}) ==
             bands.relax);
  run_line({"node", bands.relax, "--remove-tag", "cheap", "--label", "the first"});
  const auto relax = run_json({"show", bands.relax}).at(0);
  BOOST_TEST(relax.at("state").as_string() == "finished");
  BOOST_TEST(relax.at("label").as_string() == "the first");
  BOOST_TEST(relax.at("code_version").as_string() == "7");
  BOOST_TEST(relax.at("tags").as_array().size() == 1u);
  BOOST_TEST(has(run({"show", bands.relax}).out, "cost: 3"));
}

BOOST_AUTO_TEST_CASE(nodes_are_linked_and_rules_are_told) {
  const Bands bands = make_bands(*this);
  BOOST_TEST(run({"link", bands.energy, bands.structure, "--label", "about"}).status == 0);
  BOOST_TEST(run({"link", bands.energy, bands.structure, "--type", "mutual", "--label", "twin"}).status == 0);
  BOOST_TEST(has(run({"show", bands.energy}).out, "-> mutual"));
  const Outcome twice = run({"link", bands.energy, bands.structure, "--label", "about"});
  BOOST_TEST(twice.status == 1);
  BOOST_TEST(has(twice.err, bands.energy));
  BOOST_TEST(has(twice.err, bands.structure));
  BOOST_TEST(has(twice.err, "reference link \"about\""));
  BOOST_TEST(run({"node", bands.relax, "--state", "failed"}).status == 0);
  const Outcome sealed = run({"node", "--run", "bands", "--creator", "more=" + bands.relax});
  BOOST_TEST(sealed.status == 1);
  BOOST_TEST(has(sealed.err, "sealed"));
  BOOST_TEST(run({"node", bands.structure, "--attributes", "{}"}).status == 1);
  const Outcome taken = run({"node", "--unique-id", "LIMS:E-7"});
  BOOST_TEST(taken.status == 1);
  BOOST_TEST(has(taken.err, bands.structure));
}

BOOST_AUTO_TEST_CASE(wrong_arguments_of_nodes_and_links_are_usage) {
  const Bands bands = make_bands(*this);
  for (const Arguments& wrong :
       {Arguments{"node", bands.relax, "--kind", "data"}, {"node", bands.relax, "--run", "x"}, {"node", "--kind", "thing"},
        {"node", "--unique-id", "no colon"}, {"node", "--input", "no equals"}, {"link", bands.relax}, {"nodes", "--order", "luck"},
        {"link", bands.relax, bands.energy, "--label", "x", "--type", "create"}, {"nodes", "--count", "--totals"}})
    BOOST_TEST(run(wrong).status == 2, wrong.at(0) << " " << wrong.back());
  BOOST_TEST(run({"node", "ffffffff"}).status == 4);
  BOOST_TEST(run({"link", bands.relax, "ffffffff", "--label", "x"}).status == 4);
  BOOST_TEST(run({"link", bands.relax, bands.energy, "--label", "a b"}).status == 1);
  BOOST_TEST(run({"node", "--attributes", "[1]"}).status == 2);
  BOOST_TEST(run({"node", "--attributes", "{"}).status == 2);
}

BOOST_AUTO_TEST_CASE(nodes_are_found_by_filters) {
  const Bands bands = make_bands(*this);
  const auto found = [&](const std::string& filter) {
    std::vector<std::string> ids;
    for (const auto& node : run_json({"nodes", filter})) ids.emplace_back(node.at("uuid").as_string());
    return ids;
  };
  using Ids = std::vector<std::string>;
  BOOST_TEST(found("attributes.energy < -1.5") == Ids{bands.energy}, boost::test_tools::per_element());
  BOOST_TEST(found("tag = bcc or type = relax") == (Ids{bands.structure, bands.relax}), boost::test_tools::per_element());
  BOOST_TEST(found("uid = \"lims:E-7\"") == Ids{bands.structure}, boost::test_tools::per_element());
  BOOST_TEST(found("run = bands and created > now-1h and not kind = workflow").size() == 3u);
  BOOST_TEST(run_line({"nodes", "kind = data", "--count"}) == "2");
  BOOST_TEST(run_json({"nodes", "--totals"}).size() == 4u);
  const auto by_type = run_json({"nodes", "--order", "type", "--descending"});
  BOOST_TEST(by_type.front().at("type").as_string() == "run");
  const Outcome wrong = run({"nodes", "state = finishd"});
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(has(wrong.err, "column 9"));
  BOOST_TEST(has(wrong.err, "finished"));
}

BOOST_AUTO_TEST_CASE(attributes_are_indexed_on_request) {
  const Bands bands = make_bands(*this);
  BOOST_TEST(run_json({"index"}).empty());
  BOOST_TEST(run_json({"nodes", "attributes.energy < 0", "--explain"}).at(0).at("source").as_string() == "every node");
  BOOST_TEST(run({"index", "attributes.energy"}).status == 0);
  BOOST_TEST(run({"index", "extras.cost"}).status == 0);
  run_line({"node", bands.relax, "--extras", R"({"cost":3})"});
  const auto indexes = run_json({"index"});
  BOOST_TEST_REQUIRE(indexes.size() == 2u);
  BOOST_TEST(indexes[0].at("path").as_string() == "attributes.energy");
  BOOST_TEST(indexes[0].at("state").as_string() == "ready");
  BOOST_TEST(indexes[1].at("entry_count").to_number<int>() == 1);
  BOOST_TEST(has(run({"index"}).out, "attributes.energy  ready"));
  const auto plan = run_json({"nodes", "attributes.energy < 0", "--explain"}).at(0);
  BOOST_TEST(plan.at("source").as_string() == "attributes.energy");
  BOOST_TEST(plan.at("nodes_read").to_number<int>() == 1);
  BOOST_TEST(run_line({"nodes", "attributes.energy < 0", "--explain"}) == "by attributes.energy: 1 entry and 1 node read, 1 found");
  BOOST_TEST(run_json({"nodes", "--order", "attributes.energy"}).at(0).at("uuid").as_string() == bands.energy);
  BOOST_TEST(run_json({"nodes", "--order", "extras.cost", "--limit", "1"}).at(0).at("uuid").as_string() == bands.relax);
  BOOST_TEST(run({"index", "extras.cost", "--drop"}).status == 0);
  BOOST_TEST(run_json({"index"}).size() == 1u);
  BOOST_TEST(run({"index", "extras.cost", "--drop"}).status == 4);
  for (const Arguments& wrong : {Arguments{"index", "attributes..x"}, {"index", "--drop"}, {"index", "label"}, {"nodes", "--order", "attributes.[0]"}})
    BOOST_TEST(run(wrong).status == 2);
}

BOOST_AUTO_TEST_CASE(a_listing_is_gone_on_with) {
  make_bands(*this);
  for (const Arguments& order : {Arguments{}, {"--order", "label"}, {"--order", "created", "--descending"}, {"--order", "attributes.energy"}}) {
    Arguments first{"nodes", "--limit", "3"};
    first.insert(first.end(), order.begin(), order.end());
    const Outcome page = run(first);
    BOOST_TEST(lines(page.out).size() == 4u);
    const std::size_t at = page.err.find("--after ");
    BOOST_REQUIRE_NE(at, std::string::npos);
    Arguments second{"nodes", "--after", lines(page.err.substr(at + 8)).at(0)};
    second.insert(second.end(), order.begin(), order.end());
    BOOST_TEST(run_json(second).size() == 1u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
