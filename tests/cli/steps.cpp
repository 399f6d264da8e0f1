// steps and invalidate: what a run recorded, and what others must not take over.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

using namespace cairn::test;

namespace {

struct StepsFixture : CommandFixture {
  Outcome step(const std::string& run_name, const std::string& name, const std::string& line, Arguments more = {}) const {
    Arguments arguments{"run-step", run_name, name};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--", "sh", "-c", line});
    return run(std::move(arguments));
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(steps, StepsFixture)

BOOST_AUTO_TEST_CASE(the_steps_of_a_run_are_listed_with_how_they_ended) {
  const std::string once = "test -e " + (path() / "ready").string();
  step("r", "wait", once);
  file("ready", "");
  BOOST_TEST(step("r", "wait", once).status == 0);
  BOOST_TEST(step("r", "sort", "true", {"--code-version", "7"}).status == 0);
  step("r", "never", "exit 3");
  BOOST_TEST(step("other", "sort", "true", {"--code-version", "7", "--reuse"}).status == 0);

  const auto listed = run_json({"steps", "r"});
  BOOST_REQUIRE(listed.size() == 3u);
  BOOST_TEST(listed[0].at("name").as_string() == "wait");
  BOOST_TEST(listed[0].at("state").as_string() == "finished");
  const auto& attempts = listed[0].at("attempts").as_array();
  BOOST_REQUIRE(attempts.size() == 2u);
  BOOST_TEST(attempts[0].at("end").as_string() == "failed");
  BOOST_TEST(attempts[0].at("message").as_string() == "the command ended with status 1");
  BOOST_TEST(attempts[1].at("end").as_string() == "finished");
  BOOST_TEST(attempts[1].at("process") == listed[0].at("process"));
  BOOST_TEST(listed[1].at("code_version").as_string() == "7");
  BOOST_TEST(listed[2].at("state").as_string() == "failed");
  BOOST_TEST((listed[2].at("process").is_null() && listed[2].at("worker").is_null()));
  BOOST_TEST(run_json({"steps", "r", "sort"}).size() == 1u);
  BOOST_TEST(run_json({"steps", "other"}).at(0).at("state").as_string() == "reused");
  BOOST_TEST(run_json({"steps", "other"}).at(0).at("attempts").as_array().empty());

  const auto table = lines(run({"steps", "r"}).out);
  BOOST_REQUIRE(table.size() == 4u);
  BOOST_TEST((table[1].starts_with("wait ") && has(table[1], " finished  2 ")), table[1]);
  const auto tries = lines(run({"steps", "r", "wait"}).out);
  BOOST_REQUIRE(tries.size() == 3u);
  BOOST_TEST(tries[1].ends_with("  the command ended with status 1"), tries[1]);
  BOOST_TEST(has(run({"steps", "other", "sort"}).out, " reused "));
}

BOOST_AUTO_TEST_CASE(who_is_at_a_step_is_said) {
  const std::string fifo = (path() / "fifo").string();
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t process = start_command({"-s", store().string(), "run-step", "r", "s", "--", "cat", fifo}, null, null, null);
  const int writer = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);  // waits for the command
  const auto listed = run_json({"steps", "r"});
  BOOST_REQUIRE(listed.size() == 1u);
  BOOST_TEST(listed[0].at("state").as_string() == "running");
  BOOST_TEST(has(std::string(listed[0].at("worker").as_string()), "process " + std::to_string(process) + ", since "));
  BOOST_TEST(has(run({"steps", "r", "s"}).out, "process " + std::to_string(process)));
  ::close(writer);
  BOOST_TEST(wait_for(process) == 0);
  ::close(null);
  BOOST_TEST(run_json({"steps", "r"}).at(0).at("worker").is_null());
}

BOOST_AUTO_TEST_CASE(steps_of_what_is_not_there_are_not_found) {
  BOOST_TEST(run({"steps", "r"}).status == 4);
  step("r", "s", "true");
  BOOST_TEST(run({"steps", "r", "t"}).status == 4);
  BOOST_TEST(run({"steps"}).status == 2);
  run_line({"checkpoint", "empty", "--step", "1"});
  BOOST_TEST(run({"steps", "empty"}).status == 0);
  BOOST_TEST(run({"steps", "empty"}).out.empty());
}

BOOST_AUTO_TEST_CASE(what_was_invalidated_is_not_taken_over_any_more) {
  const Arguments version{"--code-version", "1", "--reuse"};
  const std::string line = "echo x >> " + (path() / "calls").string();
  const auto calls = [&] { return lines(read_all(path() / "calls")).size(); };
  step("a", "s", line, version);
  step("b", "s", line, version);
  BOOST_TEST(calls() == 1u);
  BOOST_TEST(run({"invalidate", "--name", "s", "--code-version", "1", "--before", "7d"}).status == 0);
  step("c", "s", line, version);
  BOOST_TEST(calls() == 1u);  // it is not so old
  const auto given = run_json({"invalidate", "--name", "s"}).at(0);
  BOOST_TEST(given.at("name").as_string() == "s");
  BOOST_TEST(given.at("code_version").is_null());
  step("d", "s", line, version);
  BOOST_TEST(calls() == 2u);
  step("a", "s", line, version);
  BOOST_TEST(calls() == 2u);  // its own stays
  run_line({"put", file("f", "x")});
  const auto listed = run_json({"invalidate", "--list"});
  BOOST_REQUIRE(listed.size() == 2u);
  BOOST_TEST(listed[0].at("code_version").as_string() == "1");
  BOOST_TEST(listed[0].at("recorded_before").is_string());
  BOOST_TEST(listed[1].at("recorded_before").is_null());
  const auto table = lines(run({"invalidate", "--list"}).out);
  BOOST_REQUIRE(table.size() == 3u);
  BOOST_TEST(has(table[2], "s     any      any"), table[2]);
}

BOOST_AUTO_TEST_CASE(an_invalidation_says_which_steps_are_meant) {
  for (const Arguments& wrong : {Arguments{"invalidate"}, {"invalidate", "--list", "--name", "s"}, {"invalidate", "--before", "yesterday"},
                                 {"invalidate", "s"}})
    BOOST_TEST(run(wrong).status == 2, wrong.back());
  BOOST_TEST(run({"invalidate", "--list"}).out.empty());
}

BOOST_AUTO_TEST_SUITE_END()
