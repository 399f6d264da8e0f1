// add, show and restore of files and trees.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

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

BOOST_AUTO_TEST_CASE(parts_of_an_artifact_are_listed_read_and_restored) {
  fs::create_directories(path() / "tree" / "sub");
  file("tree/a.txt", "alpha");
  file("tree/sub/b.txt", "0123456789");
  const std::string id = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  BOOST_TEST(run({"cat", id, "sub/b.txt"}).out == "0123456789");
  BOOST_TEST(run({"cat", id, "sub/b.txt", "--offset", "3", "--length", "4"}).out == "3456");
  BOOST_TEST(run({"cat", id, "sub/b.txt", "--offset", "30"}).out == "");
  BOOST_TEST(run({"cat", id, "sub"}).status == 1);
  BOOST_TEST(run({"cat", id, "none"}).status == 4);
  BOOST_TEST(run({"cat", id, "a.txt", "--json"}).status == 2);
  BOOST_TEST(run_json({"list", id}).size() == 4u);
  BOOST_TEST(run_json({"list", id, "sub"}).at(1).at("path").as_string() == "sub/b.txt");
  BOOST_TEST(run_json({"list", id, "--match", "a.*"}).at(0).at("path").as_string() == "a.txt");
  BOOST_TEST(run({"list", id}).out.find("sub/b.txt") != std::string::npos);
  const std::string into = (path() / "out").string();
  BOOST_TEST(run_line({"restore", id, "--path", "sub", "--name", "part", "--into", into}) == into + "/part");
  BOOST_TEST(read_all(path() / "out/part/b.txt") == "0123456789");
}

BOOST_AUTO_TEST_CASE(what_is_there_is_kept_or_overwritten_as_asked) {
  fs::create_directories(path() / "tree");
  file("tree/a", "alpha");
  file("tree/b", "beta");
  const std::string id = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  const std::string into = (path() / "out").string();
  run_line({"restore", id, "--into", into});
  file("out/tree/a", "other");
  BOOST_TEST(run({"restore", id, "--into", into}).status == 1);
  BOOST_TEST(read_all(path() / "out/tree/a") == "other");
  const auto receipt = run_json({"restore", id, "--into", into, "--existing", "keep-equal", "--sync"}).at(0);
  BOOST_TEST(receipt.at("kept_count").to_number<int>() == 1);
  BOOST_TEST(read_all(path() / "out/tree/a") == "alpha");
  BOOST_TEST(run({"restore", id, "--into", into, "--existing", "sometimes"}).status == 2);
  run_line({"restore", id, "--into", into, "--existing", "overwrite"});
}

BOOST_AUTO_TEST_CASE(standard_input_and_several_paths_make_one_artifact) {
  const Outcome piped = run({"add", "-", "--name", "piped"}, {.input = "through a pipe"});
  BOOST_TEST(piped.status == 0);
  BOOST_TEST(run({"cat", piped.out.substr(0, 32)}).out == "through a pipe");
  BOOST_TEST(run({"add", "-"}).status == 2);
  const std::string a = file("a", "1"), b = file("b", "2");
  const std::string id = run_line({"add", a, b, "--together", "--name", "both"}).substr(0, 32);
  BOOST_TEST(run({"cat", id, "b"}).out == "2");
  BOOST_TEST(run({"add", a, b, "--name", "both"}).status == 2);
  BOOST_TEST(run({"add", a, b, "--together"}).status == 2);
}

BOOST_AUTO_TEST_CASE(a_tree_is_added_as_the_options_say) {
  fs::create_directories(path() / "tree");
  file("tree/a.c", "source");
  file("tree/a.o", "object");
  file("tree/.ignore", "*.tmp\n");
  file("tree/x.tmp", "x");
  const std::string patterns = file("patterns", "# not these\n*.o\n");
  BOOST_REQUIRE(::mkfifo((path() / "tree/pipe").c_str(), 0600) == 0);
  const std::string tree = (path() / "tree").string();
  BOOST_TEST(run({"add", tree}).status == 1);
  const auto receipt = run_json({"add", tree, "--skip-special", "--ignore-from", patterns, "--ignore-file", ".ignore",
                                 "--compression", "zstd", "--owner", "--attributes", "user", "--no-hard-links", "--threads", "2"}).at(0);
  BOOST_TEST(receipt.at("skipped").as_array().at(0).as_string() == "pipe");
  BOOST_TEST(receipt.at("entry_count").to_number<int>() == 3);
  const auto entries = run_json({"list", receipt.at("id").as_string().c_str()});
  BOOST_TEST(entries.at(0).contains("user"));
  BOOST_TEST(run({"add", tree, "--attributes", "some"}).status == 2);
}

BOOST_AUTO_TEST_CASE(two_artifacts_are_compared) {
  fs::create_directories(path() / "tree");
  file("tree/a", "alpha");
  file("tree/b", "beta");
  const std::string before = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  file("tree/a", "ALPHA!");
  fs::remove(path() / "tree/b");
  file("tree/c", "gamma");
  const std::string after = run_line({"add", (path() / "tree").string()}).substr(0, 32);
  std::string changes;
  for (const auto& change : run_json({"diff", before, after}))
    changes += std::string(change.at("change").as_string()) + ":" + std::string(change.at("path").as_string()) + " ";
  BOOST_TEST(changes == "changed: changed:a removed:b added:c ");
  const std::string text = run({"diff", before, after}).out;
  BOOST_TEST(text.find("4 changes") != std::string::npos);
  BOOST_TEST(run({"diff", before, before}).out == "0 changes, 0 B of chunks added, 0 B removed\n");
}

BOOST_AUTO_TEST_SUITE_END()
