// The options of lineage, and paths, common, impact and closure.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "command.h"

using namespace cairn::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Two steps use one input; a third adds their results up; the sum is referred to by its input, and that by the sum.
struct Diamond {
  std::string input, left, right, sum, flow;
};

Diamond make_diamond(const std::filesystem::path& path) {
  cairn::Store store = cairn::Store::open(path, {.create = false});
  cairn::Run run = store.run("flow");
  cairn::Transaction transaction = run.transaction();
  const auto data = [&](const std::string& label) {
    return transaction.add({.kind = cairn::NodeKind::data, .type = "number", .label = label, .tags = {label}, .content = transaction.put(label)});
  };
  const auto step = [&](const std::string& label) {
    const cairn::Uuid made = transaction.add({.kind = cairn::NodeKind::calculation, .type = "step", .label = label, .code_version = "7"});
    transaction.link(run.uuid(), made, cairn::LinkType::call, label);
    return made;
  };
  const cairn::Uuid input = data("input"), left = step("left"), right = step("right"), a = data("a"), b = data("b"), add = step("add"),
                    sum = data("sum");
  for (const auto& [source, target, type, label] :
       {std::tuple(input, left, cairn::LinkType::input, "x"), std::tuple(input, right, cairn::LinkType::input, "x"),
        std::tuple(left, a, cairn::LinkType::create, "a"), std::tuple(right, b, cairn::LinkType::create, "b"),
        std::tuple(a, add, cairn::LinkType::input, "a"), std::tuple(b, add, cairn::LinkType::input, "b"),
        std::tuple(add, sum, cairn::LinkType::create, "sum"), std::tuple(input, sum, cairn::LinkType::reference, "about"),
        std::tuple(sum, input, cairn::LinkType::reference, "about"), std::tuple(a, b, cairn::LinkType::mutual, "twin")})
    transaction.link(source, target, type, label);
  transaction.commit();
  return {input.text(), left.text(), right.text(), sum.text(), run.uuid().text()};
}

std::vector<std::string> labels(const boost::json::array& nodes) {
  std::vector<std::string> labels;
  for (const auto& node : nodes) labels.emplace_back(node.at("label").as_string());
  std::ranges::sort(labels);
  return labels;
}

using Labels = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(lineages, CommandFixture)

BOOST_AUTO_TEST_CASE(a_lineage_goes_over_chosen_links_and_nodes) {
  const Diamond made = make_diamond(store());
  const auto found = [&](Arguments options) {
    options.insert(options.begin(), {"lineage", made.sum});
    return labels(run_json(options).at(0).at("nodes").as_array());
  };
  const auto per = boost::test_tools::per_element();
  BOOST_TEST(found({"--within", "not label = left"}) == (Labels{"a", "add", "b", "input", "right", "sum"}), per);
  BOOST_TEST(found({"--stop-at", "tag = a or tag = b"}) == (Labels{"a", "add", "b", "sum"}), per);
  BOOST_TEST(found({"--down", "--links", "reference"}) == (Labels{"input", "sum"}), per);
  BOOST_TEST(found({"--both", "--links", "all", "--depth", "1"}) == (Labels{"add", "input", "sum"}), per);
  BOOST_TEST(found({"--links", "mutual,input"}) == (Labels{"sum"}), per);
  BOOST_TEST(run_json({"lineage", made.left, "--both"}).at(0).at("direction").as_string() == "both");
  BOOST_TEST(run_json({"lineage", made.left, "--both"}).at(0).at("links").as_array().size() == 7u);
  BOOST_TEST(has(run({"lineage", made.left, "--both"}).out, "7 nodes, 7 links"));
}

BOOST_AUTO_TEST_CASE(roots_and_leaves_are_listed) {
  const Diamond made = make_diamond(store());
  const auto roots = run_json({"lineage", made.sum, "--roots"});
  BOOST_TEST_REQUIRE(roots.size() == 1u);
  BOOST_TEST(roots[0].at("uuid").as_string() == made.input);
  BOOST_TEST(roots[0].at("depth").to_number<int>() == 4);
  BOOST_TEST(run_json({"lineage", made.input, "--leaves"}).at(0).at("uuid").as_string() == made.sum);
  BOOST_TEST(run_json({"lineage", made.sum, "--roots", "--stop-at", "type = step"}).at(0).at("label").as_string() == "add");
  BOOST_TEST(run_json({"lineage", made.left, "--roots", "--links", "call"}).at(0).at("uuid").as_string() == made.flow);
  BOOST_TEST(has(run({"lineage", made.sum, "--roots"}).out, made.input));
  BOOST_TEST(run_json({"nodes", "kind = data", "--roots"}).at(0).at("uuid").as_string() == made.input);
  BOOST_TEST(run_json({"nodes", "run = flow", "--leaves"}).size() == 2u);  // the sum, and the run
  BOOST_TEST(run_json({"nodes", "run = flow", "--leaves", "--links", "all"}).empty());
}

BOOST_AUTO_TEST_CASE(paths_are_listed_from_the_shortest_on) {
  const Diamond made = make_diamond(store());
  const auto document = run_json({"paths", made.input, made.sum}).at(0);
  BOOST_TEST_REQUIRE(document.at("paths").as_array().size() == 2u);
  BOOST_TEST(!document.at("more").as_bool());
  const auto& first = document.at("paths").as_array().at(0).as_object();
  BOOST_TEST(first.at("length").to_number<int>() == 4);
  BOOST_TEST(first.at("nodes").as_array().at(1).at("label").as_string() == "left");
  BOOST_TEST(first.at("links").as_array().at(0).at("type").as_string() == "input");
  BOOST_TEST(run_json({"paths", made.input, made.sum, "--most", "1"}).at(0).at("more").as_bool());
  BOOST_TEST(run_json({"paths", made.input, made.sum, "--within", "not label = left"}).at(0).at("paths").as_array().size() == 1u);
  const std::string text = run({"paths", made.input, made.sum, "--links", "all", "--length", "1"}).out;
  BOOST_TEST(has(text, "-> reference about: data number \"sum\" " + made.sum), text);
  BOOST_TEST(has(text, "\n1 path\n"), text);
  BOOST_TEST(has(run({"paths", made.sum, made.input, "--up"}).out, "<- create sum: calculation step \"add\""));
  BOOST_TEST(run({"paths", made.sum, made.input}).out == "no path along the arrows; see --help for others\n");
  BOOST_TEST(has(run({"paths", made.left, made.right, "--both"}).out, "2 paths"));
}

BOOST_AUTO_TEST_CASE(what_nodes_have_in_common_is_listed) {
  const Diamond made = make_diamond(store());
  const auto common = run_json({"common", made.left, made.right});
  BOOST_TEST_REQUIRE(common.size() == 1u);
  BOOST_TEST(common[0].at("uuid").as_string() == made.input);
  BOOST_TEST(common[0].at("nearest").as_bool());
  const auto down = run_json({"common", made.left, made.right, "--down"});
  BOOST_TEST(down.size() == 2u);
  const auto nearest = run_json({"common", made.left, made.right, "--down", "--nearest"});
  BOOST_TEST_REQUIRE(nearest.size() == 1u);
  BOOST_TEST(nearest[0].at("label").as_string() == "add");
  BOOST_TEST(has(run({"common", made.left, made.right, "--links", "call"}).out, made.flow));
}

BOOST_AUTO_TEST_CASE(impact_is_counted_by_run_and_type_or_listed) {
  const Diamond made = make_diamond(store());
  const Outcome counted = run({"impact", made.left});
  BOOST_TEST(has(counted.out, "3 nodes affected, called by 1 workflow"), counted.out);
  const auto document = run_json({"impact", made.left, "--list"}).at(0);
  BOOST_TEST(labels(document.at("affected").as_array()) == (Labels{"a", "add", "sum"}), boost::test_tools::per_element());
  BOOST_TEST(labels(document.at("callers").as_array()) == Labels{"flow"}, boost::test_tools::per_element());
  BOOST_TEST(document.at("affected_totals").as_array().size() == 2u);
  BOOST_TEST(run_json({"impact", made.left}).at(0).at("affected").as_array().empty());
  BOOST_TEST(has(run({"impact", made.left, "--list"}).out, made.sum));
  // What the workflow called, once calls are followed.
  BOOST_TEST(run_json({"impact", made.flow}).at(0).at("affected_totals").as_array().empty());
  const Outcome called = run({"impact", made.flow, "--links", "input,create,return,call"});
  BOOST_TEST(has(called.out, "6 nodes affected, called by 0 workflows"), called.out);
}

BOOST_AUTO_TEST_CASE(a_closure_has_nodes_inputs_contents_and_code) {
  const Diamond made = make_diamond(store());
  const auto document = run_json({"closure", made.sum}).at(0);
  BOOST_TEST(document.at("nodes").as_array().size() == 7u);
  BOOST_TEST_REQUIRE(document.at("inputs").as_array().size() == 1u);
  BOOST_TEST(document.at("inputs").as_array().at(0).as_string() == made.input);
  BOOST_TEST(document.at("workflows").as_array().at(0).at("uuid").as_string() == made.flow);
  BOOST_TEST(document.at("objects").as_array().size() == 4u);
  BOOST_TEST(document.at("size_bytes").to_number<int>() > 0);
  const Outcome text = run({"closure", made.sum});
  BOOST_TEST(has(text.out, made.input), text.out);
  BOOST_TEST(has(text.out, "7 nodes"), text.out);
  BOOST_TEST(has(run({"closure", made.sum, "--list"}).out, made.left));
}

BOOST_AUTO_TEST_CASE(wrong_questions_are_usage_or_not_found) {
  const Diamond made = make_diamond(store());
  for (const Arguments& wrong : {Arguments{"lineage", made.sum, "--up", "--both"}, {"lineage", made.sum, "--roots", "--down"},
                                 {"lineage", made.sum, "--roots", "--leaves"}, {"paths", made.sum}, {"common"}, {"impact"}, {"closure"},
                                 {"paths", made.sum, made.input, "--links", "friend"}, {"paths", made.sum, made.input, "--most", "x"}})
    BOOST_TEST(run(wrong).status == 2, wrong.front() << " " << wrong.back());
  const Outcome filter = run({"lineage", made.sum, "--within", "state = finishd"});
  BOOST_TEST(filter.status == 2);
  BOOST_TEST(has(filter.err, "column 9"), filter.err);
  for (const Arguments& unknown : {Arguments{"paths", made.sum, "ffffffff"}, {"common", made.sum, "ffffffff"}, {"impact", "ffffffff"},
                                   {"closure", made.sum, "ffffffff"}, {"lineage", "ffffffff", "--roots"}})
    BOOST_TEST(run(unknown).status == 4, unknown.front());
  // All ids of one moment begin alike.
  for (const char* verb : {"common", "impact", "closure"}) {
    const Outcome ambiguous = run({verb, made.sum.substr(0, 6)});
    BOOST_TEST(ambiguous.status == 1);
    BOOST_TEST(has(ambiguous.err, "ids begin with"), ambiguous.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
