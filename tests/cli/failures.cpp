// Stores that cannot be used, ids that name nothing or too much, and care of a sound store.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include "command.h"

using namespace cairn::test;
namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(failures, CommandFixture)

BOOST_AUTO_TEST_CASE(only_init_creates_a_store) {
  const std::string nowhere = (path() / "nowhere").string(), input = file("f", "x");
  for (const Arguments& verb : {Arguments{"runs"},
                                {"put", input},
                                {"add", input},
                                {"checkpoint", "r", "--step", "1"},
                                {"nodes"},
                                {"stats"},
                                {"types"},
                                {"verify"},
                                {"get", "00000000"}}) {
    Arguments arguments = verb;
    arguments.insert(arguments.end(), {"--store", nowhere});
    BOOST_TEST(run_command(arguments).status == 10, verb.front());
    BOOST_TEST(!fs::exists(nowhere));
  }
}

BOOST_AUTO_TEST_CASE(init_takes_a_new_or_empty_directory) {
  BOOST_TEST(run_command({"init", store().string()}).status == 1);
  BOOST_TEST(run_command({"init", path().string()}).status == 1);
  const std::string other = (path() / "other").string();
  const Outcome outcome = run_command({"init", other, "--mode", "0750", "--json"});
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(boost::json::parse(outcome.out).at("uuid").as_string().size() == 36u);
  BOOST_TEST(static_cast<unsigned>(fs::status(other).permissions() & fs::perms::mask) == 0750u);
}

BOOST_AUTO_TEST_CASE(beside_a_writer_readers_work_and_writers_are_told) {
  const std::string input = file("f", "x"), id = run_line({"put", input});
  const cairn::Store writer = cairn::Store::open(store(), {.create = false});
  const Outcome outcome = run({"put", input, "--wait", "0"});
  BOOST_TEST(outcome.status == 11);
  BOOST_TEST(outcome.err.find("process " + std::to_string(::getpid())) != std::string::npos, outcome.err);
  BOOST_TEST(run({"get", id}).out == "x");
  for (const char* verb : {"runs", "nodes", "stats", "verify"}) BOOST_TEST(run({verb}).status == 0, verb);
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_left_alone) {
  std::string superblock = read_all(store() / "cairn");
  const std::size_t format = superblock.find("format 8");
  BOOST_REQUIRE_NE(format, std::string::npos);
  write_all(store() / "cairn", superblock.replace(format, 8, "format 9"));
  for (const Arguments& verb : {Arguments{"runs"}, {"put", file("f", "x")}, {"verify"}})
    BOOST_TEST(run(verb).status == 12, verb.front());
}

BOOST_AUTO_TEST_CASE(a_truncated_superblock_is_damage) {
  for (const std::uintmax_t size : {50u, 5u, 0u}) {
    fs::resize_file(store() / "cairn", size);
    BOOST_TEST_CONTEXT(size << " bytes") {
      BOOST_TEST(run({"runs"}).status == 1);
      BOOST_TEST(run({"put", file("f", "x")}).status == 1);
      const Outcome verified = run({"verify", "--json"});
      BOOST_TEST(verified.status == 3);
      if (verified.status == 3) BOOST_TEST(boost::json::parse(verified.out).at("damage").as_array().size() == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_found) {
  const std::string id(32, '0');
  for (const Arguments& verb : {Arguments{"get", id},
                                {"show", id},
                                {"lineage", id},
                                {"log", "none"},
                                {"show", "none:latest"},
                                {"restore", id, "--into", (path() / "out").string()},
                                {"restart", "none", "--into", (path() / "out").string()}})
    BOOST_TEST(run(verb).status == 4, verb.front());
  BOOST_TEST(!fs::exists(path() / "out"));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_a_failure_of_every_verb_that_reads_it) {
  const std::string missing = (path() / "missing").string();
  for (const Arguments& verb : {Arguments{"put", missing},
                                {"put", missing, "--json-value"},
                                {"add", missing},
                                {"checkpoint", "r", "--step", "1", "--state", "s=" + missing},
                                {"checkpoint", "r", "--step", "1", "--state-json", "s=" + missing},
                                {"checkpoint", "r", "--step", "1", "--artifact", "a=" + missing}}) {
    const Outcome outcome = run(verb);
    BOOST_TEST(outcome.status == 1, verb.front() << ": " << outcome.status);
    BOOST_TEST(outcome.err.find(missing) != std::string::npos, outcome.err);
  }
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_wrong_usage) {
  for (const char* text : {"", "abc", "no hex digits", "--", "run@", "0123456789abcdef0123456789abcdef0"})
    BOOST_TEST(run({"show", text}).status == 2, text);
}

BOOST_AUTO_TEST_CASE(a_beginning_that_several_ids_share_lists_them) {
  run_line({"put", file("f", "1")});
  run_line({"put", file("f", "2")});
  const auto nodes = run_json({"nodes"});
  BOOST_REQUIRE_EQUAL(nodes.size(), 2u);
  // Ids of nodes begin with the time, so those of one second begin alike.
  const Outcome outcome = run({"show", std::string(nodes[0].at("uuid").as_string()).substr(0, 4), "--json"});
  BOOST_TEST(outcome.status == 1);
  for (const auto& node : nodes) BOOST_TEST(outcome.err.find(node.at("uuid").as_string()) != std::string::npos);
  BOOST_TEST(outcome.err.find("\"ambiguous\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(stats_count_and_verify_finds_nothing_in_a_sound_store) {
  run_line({"checkpoint", "r", "--step", "1", "--state", "s=" + file("s", std::string(200'000, 's'))});
  const auto stats = run_json({"stats"}).at(0);
  BOOST_TEST(stats.at("run_count").to_number<int>() == 1);
  BOOST_TEST(stats.at("checkpoint_count").to_number<int>() == 1);
  BOOST_TEST(stats.at("disk_bytes").is_number());
  BOOST_TEST(run({"stats"}).out.find("checkpoints") != std::string::npos);
  const auto report = run_json({"verify"}).at(0);
  BOOST_TEST(report.at("damage").as_array().empty());
  BOOST_TEST(report.at("checkpoint_count").to_number<int>() == 1);
  BOOST_TEST(run_json({"verify", "--no-data"}).at(0).at("damage").as_array().empty());
  BOOST_TEST(run({"verify"}).out.starts_with("no damage"));
}

BOOST_AUTO_TEST_SUITE_END()
