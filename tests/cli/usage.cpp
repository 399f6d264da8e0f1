// How the command is called: help, wrong arguments, which store, closed outputs, signals.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <sched.h>

#include "command.h"

using namespace cairn::test;

BOOST_AUTO_TEST_SUITE(usage)

BOOST_AUTO_TEST_CASE(version_and_help_are_results) {
  BOOST_TEST(run_command({"--version"}).out.starts_with("cairn 0."));
  const Outcome help = run_command({"--help"});
  BOOST_TEST(help.status == 0);
  for (const char* verb : {"init", "put", "get", "add", "restore", "checkpoint", "restart", "runs", "log", "show",
                           "nodes", "lineage", "paths", "common", "impact", "closure", "types", "stats", "verify", "Exit status"}) {
    BOOST_TEST(help.out.find(verb) != std::string::npos, verb);
    if (std::string(verb) != "Exit status") BOOST_TEST(run_command({verb, "--help"}).status == 0, verb);
  }
}

BOOST_AUTO_TEST_CASE(wrong_arguments_end_with_status_2_and_say_why) {
  const std::vector<Arguments> wrong = {{},
                                        {"frobnicate"},
                                        {"--frobnicate"},
                                        {"log"},
                                        {"put"},
                                        {"checkpoint", "r"},
                                        {"checkpoint", "r", "--step", "x"},
                                        {"get", "0000", "--depth", "1"},
                                        {"put", "-", "--type", "image"},
                                        {"lineage", "0000", "--up", "--down"},
                                        {"restart", "r", "--into", "d", "--step", "1", "--tag", "t"},
                                        {"init", "d", "--mode", "0444"},
                                        {"nodes", "--kind", "thing"},
                                        {"lineage", "0000", "--links", "input,friend"},
                                        {"log", "a", "b"}};
  for (const Arguments& arguments : wrong) {
    const Outcome outcome = run_command(arguments, {.store = "/nonexistent"});
    BOOST_TEST_CONTEXT((arguments.empty() ? "no arguments" : arguments.front())) {
      BOOST_TEST(outcome.status == 2);
      BOOST_TEST(outcome.out == "");
      BOOST_TEST(outcome.err.starts_with("cairn"));
      BOOST_TEST(outcome.err.find("--help") != std::string::npos);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(numbers_are_whole_decimal_texts_in_range, CommandFixture) {
  run_line({"checkpoint", "r", "--step", "9223372036854775807"});
  const std::string into = (path() / "out").string();
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "99999999999999999999", "", " 1", "1 ",
                           "+1", "0x10", "1e3", "1.0", "--1", "-", "1_000", "one"}) {
    BOOST_TEST_CONTEXT("'" << text << "'") {
      const Outcome outcome = run({"checkpoint", "r", "--step", text});
      BOOST_TEST(outcome.status == 2);
      BOOST_TEST(outcome.err.find("--step: expected a whole number from -9223372036854775808 to ") !=
                     std::string::npos, outcome.err);
      BOOST_TEST(run({"restart", "r", "--into", into, "--step", text}).status == 2);
    }
  }
  BOOST_TEST(run_json({"log", "r"}).size() == 1u);
  for (const char* text : {"-1", "", "18446744073709551616", "99999999999999999999", "1k"})
    for (const Arguments& verb : {Arguments{"log", "r", "--limit"}, {"nodes", "--limit"}, {"lineage", "0000", "--depth"}}) {
      Arguments arguments = verb;
      arguments.push_back(text);
      BOOST_TEST(run(arguments).status == 2, verb.front() << " '" << text << "'");
    }
}

BOOST_FIXTURE_TEST_CASE(zeros_before_a_number_do_not_make_it_octal, CommandFixture) {
  run_line({"checkpoint", "r", "--step", "010"});
  run_line({"checkpoint", "r", "--step", "-9223372036854775808"});
  const auto log = run_json({"log", "r", "--limit", "02"});
  BOOST_REQUIRE_EQUAL(log.size(), 2u);
  BOOST_TEST(log[0].at("step").as_int64() == INT64_MIN);
  BOOST_TEST(log[1].at("step").as_int64() == 10);
}

BOOST_AUTO_TEST_CASE(without_a_store_both_ways_to_name_it_are_told) {
  const Outcome outcome = run_command({"runs"});
  BOOST_TEST(outcome.status == 2);
  BOOST_TEST(outcome.err.find("--store") != std::string::npos);
  BOOST_TEST(outcome.err.find("CAIRN_STORE") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(the_environment_names_the_store_and_the_option_wins, CommandFixture) {
  BOOST_TEST(run_command({"runs"}, {.store = store().string()}).status == 0);
  BOOST_TEST(run_command({"runs", "-s", store().string()}, {.store = "/nonexistent"}).status == 0);
  BOOST_TEST(run_command({"-s", store().string(), "runs"}).status == 0);
}

BOOST_AUTO_TEST_CASE(errors_are_documents_too) {
  const Outcome outcome = run_command({"runs", "--json", "--store", "/nonexistent/store"});
  BOOST_TEST(outcome.status == 10);
  const auto said = lines(outcome.err);
  BOOST_REQUIRE_EQUAL(said.size(), 2u);
  BOOST_TEST(said[0].starts_with("cairn runs: "));
  const auto error = boost::json::parse(said[1]).at("error");
  BOOST_TEST(error.at("code").as_string() == "no_store");
  BOOST_TEST(std::string(error.at("message").as_string()) == said[0].substr(12));
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_goes_away_ends_it_quietly, CommandFixture) {
  const std::string id = run_line({"put", file("large", std::string(4 << 20, 'x'))});
  std::array<int, 2> pipe{};
  BOOST_REQUIRE_EQUAL(::pipe2(pipe.data(), O_CLOEXEC), 0);
  ::close(pipe[0]);
  const int error = ::open((path() / "err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const pid_t process = start_command({"get", id, "-s", store().string()}, STDIN_FILENO, pipe[1], error);
  ::close(pipe[1]);
  ::close(error);
  BOOST_TEST(wait_for(process) == 1);
  BOOST_TEST(read_all(path() / "err") == "");
}

BOOST_FIXTURE_TEST_CASE(without_a_standard_output_nothing_is_printed_into_the_store, CommandFixture) {
  const std::string input = file("f", "content");
  const Outcome outcome = run({"put", input}, {.close_output = true});
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err.find("standard output") != std::string::npos);
  BOOST_TEST(run({"verify"}).status == 0);
  BOOST_TEST(run_line({"get", run_line({"put", input})}) == "content");
}

BOOST_FIXTURE_TEST_CASE(an_interrupt_ends_it_with_status_130, CommandFixture) {
  std::array<int, 2> pipe{};
  BOOST_REQUIRE_EQUAL(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const pid_t process = start_command({"put", "-", "-s", store().string()}, pipe[0], STDERR_FILENO, STDERR_FILENO);
  // It is at work once it has read what was written; it then waits for more.
  BOOST_REQUIRE_EQUAL(::write(pipe[1], "x", 1), 1);
  for (int left = 1; left != 0; ::sched_yield()) BOOST_REQUIRE_EQUAL(::ioctl(pipe[0], FIONREAD, &left), 0);
  ::kill(process, SIGINT);
  BOOST_TEST(wait_for(process) == 130);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

BOOST_AUTO_TEST_SUITE_END()
