// The formats of lineage.
#include <cairn/store.h>

#include <boost/algorithm/string/replace.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "command.h"

#ifdef CAIRN_HAS_GRAPHVIZ
#include <cgraph.h>
#endif

using namespace cairn::test;
using cairn::LinkType;
using cairn::NodeKind;
using cairn::NodeState;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// Columns of a terminal, for text of ASCII and characters of East Asia: those take three bytes and two columns.
std::size_t columns(const std::string& line) {
  const auto bytes = static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0x80) != 0; }));
  return line.size() - bytes + bytes / 3 * 2;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

// How visible text shows them comes second.
const std::vector<std::pair<std::string, std::string>> kHarmful{
    {"<img src=x onerror=\"alert(1)\">", "<img src=x onerror=\"alert(1)\">"},
    {"</script><!-- ]]>", "</script><!-- ]]>"},
    {R"(a "quoted" \N \G \ back\)", R"(a "quoted" \N \G \ back\)"},
    {"&lt;b&gt; &#65; & &amp;", "&lt;b&gt; &#65; & &amp;"},
    {"two\nlines\ttab\x1b[31m\x7f", "two\\x0alines\\x09tab\\x1b[31m\\x7f"},
    {"photo\u202Egnp.exe", "photo\\xe2\\x80\\xaegnp.exe"},
    {"not XML: \uFFFE\uFFFF", "not XML: \\xef\\xbf\\xbe\\xef\\xbf\\xbf"},
    {"\u6E2C\u5B9A of \u00E9t\u00E9", "\u6E2C\u5B9A of \u00E9t\u00E9"},
};

struct PicturesFixture : CommandFixture {
  // A calculation with so many inputs, and what it made. Labels of its inputs are those that are harmful, if so asked.
  cairn::Uuid make_fan(int inputs, bool harmful = false) {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Transaction transaction = opened.run("fan").transaction();
    const cairn::Uuid sum = transaction.add({.kind = NodeKind::calculation, .type = "sum", .state = NodeState::finished});
    for (int i = 0; i < inputs; ++i) {
      const std::string& label = harmful ? kHarmful.at(static_cast<std::size_t>(i)).first : "part " + std::to_string(i);
      transaction.link(transaction.add({.type = "part", .label = label}), sum, LinkType::input, "part" + std::to_string(i));
    }
    const cairn::Uuid made = transaction.add({.type = "total", .label = "the total"});
    transaction.link(sum, made, LinkType::create, "total");
    transaction.commit();
    return made;
  }
  cairn::Uuid make_harmful() { return make_fan(static_cast<int>(kHarmful.size()), true); }

  std::string picture(const cairn::Uuid& node, const std::string& format, Arguments more = {}) const {
    Arguments arguments{"lineage", node.text(), "--format", format};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run(arguments);
    BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
    BOOST_TEST(outcome.err == "");
    return outcome.out;
  }
};

// As the command tells them.
std::vector<std::string> formats() {
  const std::string message = run_command({"lineage", "0", "--format", "unknown"}).err;
  constexpr std::string_view kBefore = "expected one of ";
  const std::size_t begin = message.find(kBefore);
  BOOST_REQUIRE_MESSAGE(begin != std::string::npos, message);
  std::istringstream names(message.substr(begin + kBefore.size(), message.find(';') - begin - kBefore.size()));
  std::vector<std::string> list;
  for (std::string name; names >> name;) list.push_back(name.substr(0, name.find(',')));
  return list;
}

#ifdef CAIRN_HAS_GRAPHVIZ
// What Graphviz makes of the text: names of nodes with their labels as written.
std::map<std::string, std::string> read_dot(const std::string& text, std::size_t* edges = nullptr) {
  Agraph_t* graph = agmemread(text.c_str());
  BOOST_REQUIRE_MESSAGE(graph != nullptr, text);
  std::map<std::string, std::string> labels;
  for (Agnode_t* node = agfstnode(graph); node != nullptr; node = agnxtnode(graph, node)) {
    std::string attribute = "label";
    labels[agnameof(node)] = agget(node, attribute.data());
  }
  if (edges != nullptr) *edges = static_cast<std::size_t>(agnedges(graph));
  agclose(graph);
  return labels;
}

using NodeTexts = std::map<std::string, std::vector<std::string>>;

void add_node_texts(const boost::property_tree::ptree& tree, NodeTexts& nodes) {
  for (const auto& [name, child] : tree) {
    if (name == "g" && child.get("<xmlattr>.class", "") == "node")
      for (const auto& [part, content] : child)
        if (part == "text") nodes[child.get("title", "")].push_back(content.data());
    add_node_texts(child, nodes);
  }
}

// The texts of each node of an SVG, by its title.
NodeTexts read_svg(const std::string& text) {
  std::istringstream stream(text);
  boost::property_tree::ptree document;
  boost::property_tree::read_xml(stream, document);
  NodeTexts nodes;
  add_node_texts(document, nodes);
  return nodes;
}
#endif

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pictures, PicturesFixture)

BOOST_AUTO_TEST_CASE(each_format_shows_every_node_whatever_its_label) {
  const cairn::Uuid made = make_harmful();
  const auto document = run_json({"lineage", made.text()}).at(0);
  const std::vector<std::string> all = formats();
  BOOST_TEST(all == (std::vector<std::string>{"text", "json", "dot", "svg", "html"}), boost::test_tools::per_element());
  for (const std::string& format : all) {
#ifndef CAIRN_HAS_GRAPHVIZ
    if (format == "svg") continue;
#endif
    std::string shown = picture(made, format);
    boost::algorithm::replace_all(shown, "&#45;", "-");  // in XML
    for (const auto& node : document.at("nodes").as_array())
      BOOST_TEST(has(shown, std::string(node.at("uuid").as_string()).substr(0, 18)), format);
    BOOST_TEST(!has(shown, "\x1b"), format);
  }
}

BOOST_AUTO_TEST_CASE(a_format_that_is_none_is_usage) {
  const Outcome outcome = run_command({"lineage", "0", "--store", "/nowhere", "--format", "png"});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(has(outcome.err, "--format png: expected one of text, json, dot, svg, html"), outcome.err);
}

// --- text

BOOST_AUTO_TEST_CASE(wide_and_long_labels_fit_the_page) {
  cairn::Uuid last;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Transaction transaction = opened.run("wide").transaction();
    last = transaction.add({.type = repeated("\u578B", 30), .label = repeated("\u6E2C\u5B9A", 300)});
    for (std::size_t i = 0; i < 12; ++i) {
      const cairn::Uuid step = transaction.add({.kind = NodeKind::calculation, .type = "t" + repeated("\u578B", i),
                                                .label = repeated("\u5B9A", 60), .state = NodeState::running});
      transaction.link(last, step, LinkType::input, repeated("long_label_", 20) + "x");
      last = transaction.add({.type = "result", .label = repeated("\u6E2C", 3 * i)});
      transaction.link(step, last, LinkType::create, repeated("x", 255));
    }
    transaction.commit();
  }
  for (const char* direction : {"--up", "--both"})
    for (const std::string& line : lines(picture(last, "text", {direction}))) BOOST_TEST(columns(line) <= 80u, line);
}

BOOST_AUTO_TEST_CASE(a_tree_of_both_directions_has_an_arrow_for_each_link) {
  cairn::Uuid step;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Transaction transaction = opened.transaction();
    const cairn::Uuid given = transaction.add({.label = "given"}), made = transaction.add({.label = "made"});
    step = transaction.add({.kind = NodeKind::calculation, .type = "relax"});
    const cairn::Uuid other = transaction.add({.kind = NodeKind::calculation, .type = "dos"});
    transaction.link(given, step, LinkType::input, "x");
    transaction.link(given, other, LinkType::input, "x");
    transaction.link(step, made, LinkType::create, "y");
    transaction.link(given, made, LinkType::mutual, "twin");
    transaction.commit();
  }
  const auto text = lines(picture(step, "text", {"--both", "--links", "all"}));
  const std::vector<std::string> expected{"|- <- input x: data \"given\" ", "|  |- <-> mutual twin: data \"made\" ",
                                          "|  `- -> input x: calculation dos", "`- -> create y: data \"made\" "};
  BOOST_TEST_REQUIRE(text.size() == expected.size() + 2);
  for (std::size_t i = 0; i < expected.size(); ++i) BOOST_TEST(text[i + 1].starts_with(expected[i]), text[i + 1]);
  BOOST_TEST(text.back() == "4 nodes, 4 links; <- came from, -> led to");
  for (const char* direction : {"--up", "--down"}) BOOST_TEST(!has(picture(step, "text", {direction, "--links", "all"}), "-> "));
}

BOOST_AUTO_TEST_CASE(joined_characters_do_not_make_a_line_without_end) {
  cairn::Store opened = cairn::Store::open(store(), {.create = false});
  cairn::Transaction transaction = opened.transaction();
  const cairn::Uuid node = transaction.add({.label = "e" + repeated("\u0301", 2'000)});
  transaction.commit();
  for (const char* format : {"text", "dot"})
    for (const std::string& line : lines(picture(node, format))) BOOST_TEST(line.size() < 1000u, format);
}

BOOST_AUTO_TEST_CASE(the_state_of_a_process_is_never_cut) {
  cairn::Store opened = cairn::Store::open(store(), {.create = false});
  cairn::Transaction transaction = opened.transaction();
  const cairn::Uuid node = transaction.add({.kind = NodeKind::calculation, .label = repeated("long ", 100),
                                            .state = NodeState::failed, .exit_status = 7});
  transaction.commit();
  BOOST_TEST(has(lines(picture(node, "text")).at(0), "... [failed, exit 7] "));
}

BOOST_AUTO_TEST_CASE(mutual_links_are_shown_from_both_ends_and_once) {
  cairn::Store opened = cairn::Store::open(store(), {.create = false});
  cairn::Transaction transaction = opened.transaction();
  const cairn::Uuid one = transaction.add({.label = "one"}), other = transaction.add({.label = "other"});
  transaction.link(one, other, LinkType::mutual, "twin");
  transaction.commit();
  for (const auto& [start, end] : {std::pair{one, "other"}, {other, "one"}})
    for (const char* direction : {"--up", "--down"}) {
      const auto text = lines(picture(start, "text", {"--links", "all", direction}));
      BOOST_REQUIRE_EQUAL(text.size(), 3u);
      BOOST_TEST(has(text[1], "`- mutual twin: data \"" + std::string(end) + "\""), text[1]);
    }
}

BOOST_AUTO_TEST_CASE(cycles_through_references_end) {
  cairn::Store opened = cairn::Store::open(store(), {.create = false});
  cairn::Transaction transaction = opened.transaction();
  const cairn::Uuid one = transaction.add({.label = "one"}), other = transaction.add({.label = "other"});
  transaction.link(one, other, LinkType::reference, "a");
  transaction.link(other, one, LinkType::reference, "b");
  transaction.commit();
  for (const std::string& format : formats()) BOOST_TEST(!picture(one, format, {"--links", "all"}).empty());
  BOOST_TEST(count(picture(one, "text", {"--links", "all"}), "see there") == 1u);
}

BOOST_AUTO_TEST_CASE(starts_share_what_they_have_in_common) {
  const std::string object = run_line({"put", file("content", "x")});
  const std::string source = run_line({"node", "--label", "source"});
  const std::string step = run_line({"node", "--kind", "calculation", "--state", "running", "--input", "given=" + source});
  for (const char* name : {"one", "two"})
    run_line({"node", "--label", name, "--content", object, "--creator", std::string(name) + "=" + step});
  const std::string text = run({"lineage", object}).out;
  // `put` made a node of its own.
  BOOST_TEST(count(text, "data \"source\"") == 1u, text);
  BOOST_TEST(count(text, "see there") == 1u, text);
  BOOST_TEST(has(text, "5 nodes, 3 links"), text);
  BOOST_TEST(run_json({"lineage", object}).at(0).at("nodes").as_array().size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_folded_list_shows_one_of_each_sort_and_counts_what_is_left_out) {
  cairn::Uuid start;
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Transaction transaction = opened.transaction();
    start = transaction.add({.label = "shared"});
    for (int i = 0; i < 50; ++i)
      transaction.link(start,
                       transaction.add({.kind = NodeKind::calculation, .type = "use", .label = "use " + std::to_string(i),
                                        .state = i == 40 ? NodeState::failed : NodeState::finished}),
                       LinkType::input, "given");
    transaction.commit();
  }
  const std::string text = picture(start, "text", {"--down"});
  BOOST_TEST(has(text, "\"use 40\" [failed]"), text);
  BOOST_TEST(has(text, "... and 42 more calculation nodes (use --all)"), text);
  BOOST_TEST(has(text, "51 nodes, 50 links, 42 not shown"), text);
  BOOST_TEST(!has(picture(start, "text", {"--down", "--all"}), "not shown"));
}

// --- html

BOOST_AUTO_TEST_CASE(a_page_holds_its_data_as_json_that_cannot_end_it) {
  const cairn::Uuid made = make_harmful();
  const std::string page = picture(made, "html");
  constexpr std::string_view kBegin = "<script id=\"lineage\" type=\"application/json\">";
  const std::size_t begin = page.find(kBegin) + kBegin.size(), end = page.find("</script>", begin);
  const std::string data = page.substr(begin, end - begin);
  BOOST_TEST(!has(data, "<"));
  const auto document = boost::json::parse(data).as_object();
  std::set<std::string> labels;
  for (const auto& node : document.at("nodes").as_array()) labels.emplace(node.at("label").as_string());
  for (const auto& harmful : kHarmful) BOOST_TEST(labels.contains(harmful.first), harmful.first);
  BOOST_TEST(document.at("links").as_array().size() == kHarmful.size() + 1);
  BOOST_TEST(count(page, "<script") == 2u);
  BOOST_TEST(has(page, "default-src 'none'; script-src 'sha256-"));
  for (const char* outside : {"http:", "https:", " src=", " href=", "url(", "@import"}) {
    std::string without = page;
    without.erase(begin, end - begin);
    BOOST_TEST(!has(without, outside), outside);
  }
}

// --- dot and svg

#ifdef CAIRN_HAS_GRAPHVIZ

BOOST_AUTO_TEST_CASE(graphviz_reads_every_label_back) {
  const cairn::Uuid made = make_harmful();
  std::size_t edges = 0;
  const auto labels = read_dot(picture(made, "dot"), &edges);
  BOOST_TEST(labels.size() == kHarmful.size() + 2);
  BOOST_TEST(edges == kHarmful.size() + 1);
  BOOST_TEST(labels.at(made.text()).starts_with("the total\\ndata total\\n"));
  const auto shown = read_svg(picture(made, "svg"));
  BOOST_TEST(shown.size() == labels.size());
  std::set<std::string> texts;
  for (const auto& node : shown) texts.insert(node.second.begin(), node.second.end());
  for (const auto& harmful : kHarmful) BOOST_TEST(texts.contains(harmful.second), harmful.second);
}

BOOST_AUTO_TEST_CASE(kinds_states_and_links_are_told_apart) {
  const std::string source = run_line({"node", "--run", "r", "--label", "source"});
  const std::string flow = run_line({"node", "--run", "r", "--kind", "workflow", "--type", "flow", "--state", "running"});
  const std::string step = run_line({"node", "--run", "r", "--kind", "calculation", "--type", "relax", "--state", "running",
                                     "--input", "structure=" + source, "--caller", "first=" + flow});
  run_line({"node", step, "--state", "failed", "--exit-status", "3"});
  const std::string result = run_line({"node", "--run", "r", "--label", "result"});
  BOOST_TEST(run({"link", flow, result, "--type", "return", "--label", "result"}).status == 0);
  BOOST_TEST(run({"link", result, source, "--type", "mutual", "--label", "twin"}).status == 0);
  const std::string dot = picture(*cairn::Uuid::parse(source), "dot", {"--down", "--links", "all"});
  for (const char* part : {"shape=ellipse style=filled", "label=\"structure\" style=solid",
                           "label=\"mutual twin\" style=dotted", "calculation relax\\nfailed, exit 3  "})
    BOOST_TEST(has(dot, part), part << " in " << dot);
  const std::string up = picture(*cairn::Uuid::parse(step), "dot", {"--links", "all"});
  for (const char* part : {"peripheries=2", "running  ", "label=\"call first\" style=dashed arrowhead=empty",
                           "shape=box style=filled", "label=\"return result\" style=dashed"})
    BOOST_TEST(has(up, part), part << " in " << up);
}

BOOST_AUTO_TEST_CASE(a_fan_is_one_node_unless_all_are_asked_for) {
  const cairn::Uuid twenty = make_fan(20), many = make_fan(21);
  BOOST_TEST(read_dot(picture(twenty, "dot")).size() == 22u);
  const auto folded = read_dot(picture(many, "dot"));
  BOOST_TEST(folded.size() == 3u);
  BOOST_TEST(std::ranges::any_of(folded, [](const auto& node) { return node.second == "21 data nodes\\npart"; }));
  BOOST_TEST(has(picture(many, "dot"), "label=\"part* (21)\""));
  BOOST_TEST(read_dot(picture(many, "dot", {"--all"})).size() == 23u);
  BOOST_TEST(read_svg(picture(many, "svg")).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_graph_too_large_for_graphviz_is_refused_with_what_to_do) {
  const cairn::Uuid made = make_fan(1000);
  BOOST_TEST(read_svg(picture(made, "svg")).size() == 3u);
  const Outcome outcome = run({"lineage", made.text(), "--format", "svg", "--all"});
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.out == "");
  BOOST_TEST(has(outcome.err, "1002 nodes"), outcome.err);
  BOOST_TEST(has(outcome.err, "use --format html or dot"), outcome.err);
}

#else

BOOST_AUTO_TEST_CASE(svg_says_that_it_is_not_built_in) {
  const Outcome outcome = run({"lineage", make_fan(2).text(), "--format", "svg"});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(has(outcome.err, "built without Graphviz"), outcome.err);
}

#endif

BOOST_AUTO_TEST_SUITE_END()
