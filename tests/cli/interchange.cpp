// import and export.
#include <boost/test/unit_test.hpp>

#include <filesystem>

#include "command.h"

using namespace cairn::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

constexpr const char* kDocument =
    R"({"prefix": {"ex": "http://example.org/"}, "entity": {"ex:cake": {}, "ex:flour": {}}, "activity": {"ex:bake": {}},
        "used": {"_:1": {"prov:activity": "ex:bake", "prov:entity": "ex:flour", "prov:role": "dough"}},
        "wasGeneratedBy": {"_:2": {"prov:entity": "ex:cake", "prov:activity": "ex:bake"}}})";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(interchange, CommandFixture)

BOOST_AUTO_TEST_CASE(a_document_comes_in_and_goes_out) {
  const std::string path = file("cake.json", kDocument);
  const auto report = run_json({"import", "--format", "prov", "--run", "bakery", path}).at(0);
  BOOST_TEST(report.at("nodes_new").to_number<int>() == 4);
  BOOST_TEST(report.at("items").as_array().at(0).at("place").as_string() == "/used/_:1");
  const std::string root(report.at("roots").as_array().at(0).as_string());
  const Outcome back = run({"export", "--format", "prov", root});
  BOOST_TEST(back.status == 0);
  BOOST_TEST((boost::json::parse(back.out) == boost::json::parse(kDocument)));
  BOOST_TEST(back.err.empty());
  BOOST_TEST(run_line({"nodes", "label = \"cake.json\" and run = bakery", "--count"}) == "1");
  const Outcome again = run({"import", "--format", "prov", "-"}, {.input = kDocument});
  BOOST_TEST(has(again.out, root));
  BOOST_TEST(has(again.out, "in the store already"));
}

BOOST_AUTO_TEST_CASE(a_report_is_text_for_people) {
  const Outcome outcome = run({"import", "--format", "prov", "-"}, {.input = kDocument});
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(has(outcome.out, "4 nodes and 5 links new, 0 known, 1 opaque\n"));
  BOOST_TEST(has(outcome.out, "opaque      /used/_:1  kept with the document: prov:role\n"));
}

BOOST_AUTO_TEST_CASE(a_bad_document_fails_with_its_place_and_changes_nothing) {
  for (const auto& [text, place] : {std::pair("{\"entity\": {\n \"ex:e\": }}", "line 2, column 10"), {"{\"entity\": 3}", "/entity"},
                                    {"", "line 1, column 1"}, {"\xFF\xFE", "line 1, column 1"}}) {
    const Outcome outcome = run({"import", "--format", "prov", "--json", "-"}, {.input = text});
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(has(outcome.err, std::string("standard input: ") + place), outcome.err);
    BOOST_TEST(has(outcome.err, "\"code\":\"bad_document\""));
    BOOST_TEST(outcome.out.empty());
  }
  BOOST_TEST(run_line({"nodes", "--count"}) == "0");
  const Outcome partial = run({"import", "--format", "prov", "--partial", "-"}, {.input = R"({"entity": 3, "agent": {"x": {}}})"});
  BOOST_TEST(partial.status == 0);
  BOOST_TEST(has(partial.out, "refused     /entity"));
}

BOOST_AUTO_TEST_CASE(wrong_arguments_are_usage) {
  const std::string path = file("cake.json", kDocument);
  const std::string node = run_line({"node", "--label", "x"});
  for (const Arguments& wrong : {Arguments{"import", path}, {"import", "--format", "word", path}, {"import", "--format", "prov"},
                                 {"export", node}, {"export", "--format", "prov"}, {"import", "--format", "ro-crate", path},
                                 {"export", "--format", "prov", "--into", (this->path() / "out").string(), node}})
    BOOST_TEST(run(wrong).status == 2, wrong.at(1));
  BOOST_TEST(run({"export", "--format", "prov", "ffffffff"}).status == 4);
  BOOST_TEST(run({"import", "--format", "prov", "absent.json"}).status == 1);
  BOOST_TEST(has(run({"import", "--format", "prov", "--bytes-max", "10", path}).err, "longer than 10 bytes"));
}

BOOST_AUTO_TEST_CASE(a_crate_is_complete_or_not_there) {
  const std::string node = run_line({"node", "--file", file("in.txt", "Fe")});
  const auto out = path() / "crate";
  const auto report = run_json({"export", "--format", "ro-crate", "--into", out.string(), node}).at(0);
  BOOST_TEST(report.at("files").to_number<int>() == 2);
  BOOST_TEST(read_all(out / "data" / node / "in.txt") == "Fe");
  BOOST_TEST(run({"export", "--format", "ro-crate", "--into", out.string(), node}).status == 1);
  BOOST_TEST(run({"export", "--format", "ro-crate", "--into", (path() / "no" / "such").string(), node}).status == 1);
  BOOST_TEST(!std::filesystem::exists(path() / "no"));
}

BOOST_AUTO_TEST_SUITE_END()
