// Statistics as text, JSON, metrics of Prometheus and as a picture.
#include <cairn/store.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <sstream>

#include "command.h"
#include "exposition.h"

using namespace cairn::test;
namespace fs = std::filesystem;
namespace xml = boost::property_tree;

namespace {

struct StatisticsFixture : CommandFixture {
  // Of each checkpoint, so many bytes are new.
  void make_run(const std::string& name, int checkpoints) {
    for (int step = 1; step <= checkpoints; ++step)
      run_line({"checkpoint", name, "--step", std::to_string(step * 10), "--state", "s=" + file("s", std::string(100'000, 's')),
                "--artifact", "a=" + file("a", bytes(step))});
  }
  static std::string bytes(int seed) {
    std::string text(30'000, '\0');
    std::uint64_t state = static_cast<std::uint64_t>(seed) * 0x9e3779b97f4a7c15u + 1;
    for (char& c : text) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      c = static_cast<char>(state >> 32);
    }
    return text;
  }

  xml::ptree picture(const std::string& run, const std::string& name) const {
    const fs::path out = path() / name;
    const Outcome outcome = this->run({"stats", run, "--svg", out.string()});
    BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
    BOOST_TEST(outcome.out == "");
    const std::string parse = "/usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' '" + out.string() + "'";
    BOOST_TEST(std::system(parse.c_str()) == 0, "it is no XML");
    std::istringstream text(read_all(out));
    xml::ptree tree;
    xml::read_xml(text, tree);
    return tree.get_child("svg");
  }
};

// The last point of the line of that class.
std::pair<double, double> end_of(const xml::ptree& svg, const std::string& name) {
  for (const auto& [tag, element] : svg) {
    if (tag != "polyline" || element.get<std::string>("<xmlattr>.class") != name) continue;
    const std::string points = element.get<std::string>("<xmlattr>.points");
    const std::string last = points.substr(points.find_last_of(' ') + 1);
    return {std::stod(last), std::stod(last.substr(last.find(',') + 1))};
  }
  BOOST_FAIL("there is no line called " + name);
  return {};
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(statistics, StatisticsFixture)

BOOST_AUTO_TEST_CASE(usage_is_shown_by_run_type_and_artifact) {
  make_run("argon", 3);
  run_line({"add", file("frames", bytes(9))});
  const Outcome shown = run({"stats", "--usage"});
  for (const char* part : {"garbage", "RUN", "argon", "TYPE", "artifact", "ARTIFACT", "frames"})
    BOOST_TEST(shown.out.find(part) != std::string::npos, part);
  BOOST_TEST(run({"stats"}).out.find("garbage") == std::string::npos);
  const auto usage = run_json({"stats", "--usage"}).at(0).at("usage").as_object();
  BOOST_TEST(usage.at("garbage_bytes").to_number<int>() == 0);
  const auto& argon = usage.at("runs").at(0);
  BOOST_TEST(argon.at("name").as_string() == "argon");
  BOOST_TEST(argon.at("count").to_number<int>() == 3);
  BOOST_TEST(argon.at("logical_bytes").to_number<int>() > 3 * 130'000);
  BOOST_TEST(argon.at("stored_bytes").to_number<int>() < 200'000);
  BOOST_TEST(!run_json({"stats"}).at(0).contains("usage"));
}

BOOST_AUTO_TEST_CASE(a_run_is_shown_as_it_grew) {
  make_run("argon", 3);
  const auto growth = run_json({"stats", "argon"});
  BOOST_REQUIRE(growth.size() == 3u);
  BOOST_TEST(growth[0].at("step").to_number<int>() == 10);
  BOOST_TEST(growth[2].at("sequence").to_number<int>() == 3);
  BOOST_TEST(growth[0].at("new_bytes").to_number<int>() == growth[0].at("logical_bytes").to_number<int>());
  BOOST_TEST(growth[1].at("new_bytes").to_number<int>() < 32'000);
  BOOST_TEST(growth[1].at("new_bytes").to_number<int>() >= 30'000);
  const Outcome shown = run({"stats", "argon"});
  BOOST_TEST(lines(shown.out).size() == 5u);
  BOOST_TEST(lines(shown.out).back().starts_with("3 checkpoints: "));
  BOOST_TEST(run({"stats", "neon"}).status == 4);
}

BOOST_AUTO_TEST_CASE(metrics_are_what_the_format_allows) {
  make_run("argon", 2);
  run_line({"checkpoint", "odd \"name\" \\ é", "--step", "1", "--state", "s=" + file("s", "x")});
  run_line({"add", file("frames", bytes(9))});
  const auto stats = run_json({"stats"}).at(0);
  for (const Arguments& verb : {Arguments{"stats", "--prometheus"}, {"stats", "--prometheus", "--usage"}}) {
    const Outcome outcome = run(verb);
    BOOST_REQUIRE(outcome.status == 0);
    const auto samples = Exposition::parse(outcome.out);
    const auto value = [&](const std::string& name, const Exposition::Labels& labels = {}) { return samples.at({name, labels}); };
    BOOST_TEST(value("cairn_store_info", {{"uuid", std::string(stats.at("uuid").as_string())},
                                          {"format", std::to_string(stats.at("format").to_number<int>())}}) == 1);
    BOOST_TEST(value("cairn_store_checkpoints") == 3);
    BOOST_TEST(value("cairn_store_runs") == 2);
    BOOST_TEST(value("cairn_store_bytes", {{"kind", "chunk"}}) == stats.at("blobs").at("chunk").at("bytes").to_number<double>());
    BOOST_TEST(value("cairn_store_disk_bytes") > 0);
    BOOST_TEST(value("cairn_store_collisions_total") == 0);
    if (verb.size() == 2) continue;
    BOOST_TEST(value("cairn_store_garbage_bytes") == 0);
    BOOST_TEST(value("cairn_run_checkpoints", {{"run", "argon"}}) == 2);
    BOOST_TEST(value("cairn_run_checkpoints", {{"run", "odd \"name\" \\ é"}}) == 1);
    BOOST_TEST(value("cairn_run_stored_bytes", {{"run", ""}}) > 30'000);
    BOOST_TEST(value("cairn_artifact_uses", {{"artifact", "frames"}}) == 1);
    BOOST_TEST(value("cairn_artifact_uses", {{"artifact", "a"}}) == 2);
    BOOST_TEST(value("cairn_type_nodes", {{"type", "artifact"}}) == 1);
  }
  const auto samples = Exposition::parse(run({"stats", "argon", "--prometheus"}).out);
  BOOST_TEST(samples.at({"cairn_run_checkpoints", {{"run", "argon"}}}) == 2);
  BOOST_TEST(samples.at({"cairn_run_logical_bytes", {{"run", "argon"}}}) > samples.at({"cairn_run_content_bytes", {{"run", "argon"}}}));
}

BOOST_AUTO_TEST_CASE(the_reader_of_metrics_is_strict) {
  const std::string head = "# HELP a b\n# TYPE a gauge\n";
  BOOST_TEST(Exposition::parse(head + "a{x=\"1\",y=\"\\\\\\n\\\"\"} 2\n").size() == 1u);
  for (const std::string& wrong :
       {head + "a 1", head + "a one\n", head + "a 1\na 1\n", head + "b 1\n", head + "a{x=1} 1\n", head + "a{x=\"1\" 1\n",
        head + "a{x=\"\\t\"} 1\n", head + "a{x=\"1\",x=\"2\"} 1\n", head + "\n", head + "# a comment\n", std::string("a 1\n"),
        std::string("# TYPE a gauge\na 1\n"), std::string("# HELP a b\n# TYPE a counter\n"), std::string("# HELP a b\n# TYPE a number\n"),
        head + head, head + "1a 1\n", head + "a{1x=\"\"} 1\n", head + "a  1\n"})
    BOOST_CHECK_THROW(Exposition::parse(wrong), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_picture_shows_how_a_run_grows) {
  make_run("argon", 4);
  const xml::ptree svg = picture("argon", "growth.svg");
  BOOST_TEST(svg.get<std::string>("title") == "Growth of run argon");
  const auto saved = end_of(svg, "saved"), fresh = end_of(svg, "new");
  BOOST_TEST(saved.first == fresh.first);
  const double height = svg.get<double>("<xmlattr>.height");
  BOOST_TEST(saved.second < fresh.second);  // higher up
  BOOST_TEST(saved.second > 0);
  BOOST_TEST(fresh.second < height);
  const std::string text = read_all(path() / "growth.svg");
  BOOST_TEST(count(text, " KiB</text>") >= 3u);  // of the axis, and the legend
  for (const char* part : {">10</text>", ">20</text>", ">40</text>", ">step</text>", "saved: 50", "of these new: 21"})
    BOOST_TEST(text.find(part) != std::string::npos, part);
  BOOST_TEST(run({"stats", "argon", "--svg", "-"}).out == text);
}

BOOST_AUTO_TEST_CASE(a_picture_of_any_run_is_a_picture) {
  const std::string name = "<b> & \"odd\" \xe2\x80\xae" "txt";
  make_run(name, 1);
  const xml::ptree one = picture(name, "one.svg");
  BOOST_TEST(one.get<std::string>("title").starts_with("Growth of run <b> & \"odd\" "));
  BOOST_TEST(one.count("circle") == 2u);
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    opened.run("empty");
    cairn::Run back = opened.run("back");
    for (const std::int64_t step : {5, 3, 9}) back.checkpoint(step).save("s", step).commit();
    cairn::Run far = opened.run("far");
    for (const std::int64_t step : {INT64_MIN, std::int64_t{0}, INT64_MAX}) far.checkpoint(step).save("s", step).commit();
  }
  picture("empty", "empty.svg");
  BOOST_TEST(read_all(path() / "empty.svg").find("no checkpoints") != std::string::npos);
  picture("back", "back.svg");
  BOOST_TEST(read_all(path() / "back.svg").find(">checkpoint</text>") != std::string::npos);
  picture("far", "far.svg");
}

BOOST_AUTO_TEST_CASE(long_runs_make_small_pictures) {
  {
    cairn::Store opened = cairn::Store::open(store(), {.create = false});
    cairn::Run run = opened.run("long");
    for (std::int64_t step = 0; step < 3000; ++step) run.checkpoint(step).save("s", step).commit({.durability = cairn::Durability::on_close});
  }
  picture("long", "long.svg");
  BOOST_TEST(fs::file_size(path() / "long.svg") < 30'000u);
}

BOOST_AUTO_TEST_CASE(a_picture_replaces_no_file_and_options_that_do_not_fit_are_refused) {
  make_run("argon", 1);
  const std::string there = file("there", "x");
  BOOST_TEST(run({"stats", "argon", "--svg", there}).status == 1);
  BOOST_TEST(read_all(there) == "x");
  for (const Arguments& verb : {Arguments{"stats", "--svg", "x"},
                                {"stats", "argon", "--usage"},
                                {"stats", "argon", "--svg", "x", "--prometheus"},
                                {"stats", "argon", "--svg", "x", "--json"},
                                {"stats", "--json", "--prometheus"}})
    BOOST_TEST(run(verb).status == 2);
}

BOOST_AUTO_TEST_SUITE_END()
