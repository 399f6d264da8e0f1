// add, show and restore of files and trees.
#include <boost/test/unit_test.hpp>

#include "command.h"

using namespace cairn::test;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(artifacts, CommandFixture)

BOOST_AUTO_TEST_CASE(a_tree_comes_back) {
  fs::create_directories(path() / "tree" / "sub");
  const std::string content(100'000, 'q');
  file("tree/a", "alpha");
  file("tree/sub/b", content);
  fs::create_symlink("a", path() / "tree" / "link");
  const auto added = run_json({"add", (path() / "tree").string()}).at(0);
  BOOST_TEST(added.at("size_bytes").to_number<std::uint64_t>() == 100'005u);
  const std::string id(added.at("id").as_string());

  const std::string into = (path() / "out").string();
  BOOST_TEST(run_line({"restore", id.substr(0, 10), "--into", into}) == into + "/tree");
  BOOST_TEST(read_all(path() / "out/tree/a") == "alpha");
  BOOST_TEST(read_all(path() / "out/tree/sub/b") == content);
  BOOST_TEST(fs::read_symlink(path() / "out/tree/link") == "a");
  BOOST_TEST(run({"restore", id, "--into", into}).status == 1);  // the name is taken
  const auto restored = run_json({"restore", id, "--into", into + "2"}).at(0);
  BOOST_TEST(restored.at("path").as_string() == into + "2/tree");
}

BOOST_AUTO_TEST_CASE(several_paths_print_a_line_each) {
  const std::string a = file("a", "1"), b = file("b", "2");
  BOOST_TEST(lines(run({"add", a, b}).out).size() == 2u);
  const auto documents = run_json({"add", a, b});
  BOOST_REQUIRE_EQUAL(documents.size(), 2u);
  BOOST_TEST(documents[1].at("path").as_string() == b);
  BOOST_TEST(documents[1].at("bytes_new").to_number<std::uint64_t>() == 0u);
}

BOOST_AUTO_TEST_CASE(show_lists_the_entries) {
  fs::create_directories(path() / "tree");
  file("tree/name\x1B[2J", "x");
  const std::string id = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  const std::string text = run({"show", id}).out;
  BOOST_TEST(text.starts_with("artifact " + id));
  BOOST_TEST(text.find("name\\x1b[2J") != std::string::npos);
  BOOST_TEST(run_json({"show", id}).at(0).at("entries").as_array().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_not_utf8_is_kept_exactly_beside_its_text) {
  fs::create_directories(path() / "tree");
  file("tree/\xFFname", "x");
  const std::string id = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  const auto entry = run_json({"show", id}).at(0).at("entries").as_array().at(1).as_object();
  BOOST_TEST(entry.at("path").as_string() == "\xEF\xBF\xBDname");
  BOOST_TEST(entry.at("path_hex").as_string() == "ff6e616d65");
}

BOOST_AUTO_TEST_CASE(an_artifact_is_not_taken_for_an_object) {
  const std::string id = run_line({"add", file("a", "1")}).substr(0, 32);
  const Outcome outcome = run({"get", id});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(outcome.err.find("artifact " + id) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
