// run-step: commands that are run once.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

struct RunStepFixture : CommandFixture {
  // Runs a shell's line as step "s" of run "r", with more arguments before it.
  Outcome step(const std::string& line, Arguments more = {}, const std::string& run_name = "r") const {
    Arguments arguments{"run-step", run_name, "s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.insert(arguments.end(), {"--", "sh", "-c", line});
    return run(std::move(arguments));
  }
  std::string at(const char* name) const { return (path() / name).string(); }
  // How often the lines were run that say so.
  std::size_t count() const { return fs::exists(path() / "calls") ? lines(read_all(path() / "calls")).size() : 0; }
  std::string counting(const std::string& line) const { return "echo x >> " + at("calls") + "; " + line; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(run_steps, RunStepFixture)

BOOST_AUTO_TEST_CASE(a_command_is_run_once_and_what_it_made_is_brought_back) {
  const std::string input = file("in", "alpha");
  const std::string line = counting("mkdir -p " + at("deep") + "; tr a-z A-Z < " + input + " > " + at("deep/out"));
  const Arguments files{"--in", input, "--out", at("deep/out"), "--param", "k=v", "--code-version", "1"};
  const Outcome first = step(line, files);
  BOOST_TEST(first.status == 0, first.err);
  BOOST_TEST(read_all(path() / "deep/out") == "ALPHA");
  fs::remove_all(path() / "deep");
  const Outcome second = step(line, files);
  BOOST_TEST(second.status == 0, second.err);
  BOOST_TEST(read_all(path() / "deep/out") == "ALPHA");
  BOOST_TEST(count() == 1u);
  BOOST_TEST(second.err.find("s is recorded; 1 file brought back") != std::string::npos, second.err);
  const auto why = run_json({"why", "r", "s"}).at(0);
  BOOST_TEST(why.at("step").at("inputs").as_array().size() == 1u);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(it_is_run_again_when_something_differs) {
  const std::string input = file("in", "1");
  const std::string line = counting("cat " + input + " > " + at("out"));
  const Arguments files{"--in", input, "--out", at("out")};
  const auto with = [&](Arguments more) {
    more.insert(more.end(), files.begin(), files.end());
    BOOST_TEST(step(line, more).status == 0);
    return count();
  };
  BOOST_TEST(with({}) == 1u);
  fs::last_write_time(input, fs::file_time_type::clock::now() + std::chrono::hours(1));
  BOOST_TEST(with({}) == 1u);  // the same bytes
  BOOST_TEST(with({"--param", "k=1"}) == 2u);
  BOOST_TEST(with({"--param", "k=2"}) == 3u);
  BOOST_TEST(with({"--code-version", "2"}) == 4u);
  file("in", "2");
  BOOST_TEST(with({}) == 5u);
  BOOST_TEST(read_all(path() / "out") == "2");
  file("in", "1");
  BOOST_TEST(with({}) == 5u);  // recorded before
  BOOST_TEST(read_all(path() / "out") == "1");
}

BOOST_AUTO_TEST_CASE(an_output_that_is_there_is_replaced_and_made_newer) {
  const std::string line = counting("printf new > " + at("out"));
  BOOST_TEST(step(line, {"--out", at("out")}).status == 0);
  for (const char* content : {"old", "new"}) {
    file("out", content);
    const auto past = fs::file_time_type::clock::now() - std::chrono::hours(1);
    fs::last_write_time(path() / "out", past);
    BOOST_TEST(step(line, {"--out", at("out")}).status == 0);
    BOOST_TEST(read_all(path() / "out") == "new");
    BOOST_TEST((fs::last_write_time(path() / "out") > past));
  }
  BOOST_TEST(count() == 1u);
}

BOOST_AUTO_TEST_CASE(the_status_of_a_command_that_fails_is_passed_on_and_recorded) {
  for (int call = 1; call <= 2; ++call) {
    BOOST_TEST(step(counting("exit 37")).status == 37);
    BOOST_TEST(count() == static_cast<std::size_t>(call));  // it is tried again
  }
  BOOST_TEST(step("kill -9 $$").status == 128 + SIGKILL);
  BOOST_TEST(step("true", {"--out", at("none")}).status == 1);
  BOOST_TEST(run({"run-step", "r", "s", "--", "/no/such/program"}).status == 127);
  const auto failed = run_json({"nodes", "state = failed"});
  BOOST_TEST(failed.size() == 5u);
  BOOST_TEST(failed.at(0).at("exit_status").as_int64() == 37);
  BOOST_TEST(failed.at(0).at("exit_message").as_string() == "the command ended with status 37");
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(the_store_is_there_for_others_while_the_command_runs) {
  const std::string command = CAIRN_COMMAND;
  const std::string line = command + " -s " + store().string() + " run-step r inner --out " + at("inner") + " -- sh -c 'echo in > " +
                           at("inner") + "' && cp " + at("inner") + " " + at("out");
  const Outcome outcome = step(line, {"--out", at("out"), "--wait", "0"});
  BOOST_TEST(outcome.status == 0, outcome.err);
  BOOST_TEST(read_all(path() / "out") == "in\n");
  BOOST_TEST(run_json({"nodes", "type = step and state = finished"}).size() == 2u);
}

BOOST_AUTO_TEST_CASE(who_comes_to_a_step_that_is_run_is_told_by_whom) {
  const std::string fifo = at("fifo");
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Arguments arguments{"-s", store().string(), "run-step", "r", "s", "--", "cat", fifo};
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t first = start_command(arguments, null, null, null);
  const int writer = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);  // waits for the command
  Arguments impatient{"run-step", "r", "s", "--wait", "0", "--", "cat", fifo};
  const Outcome second = run(impatient);
  BOOST_TEST(second.status == 11);
  BOOST_TEST(second.err.find("process " + std::to_string(first)) != std::string::npos, second.err);
  ::close(writer);
  BOOST_TEST(wait_for(first) == 0);
  BOOST_TEST(run(impatient).status == 0);
  ::close(null);
}

BOOST_AUTO_TEST_CASE(a_step_whose_process_was_killed_is_taken_over_at_once) {
  const std::string fifo = at("fifo");
  BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const Arguments arguments{"-s", store().string(), "run-step", "r", "s", "--wait", "0", "--", "cat", fifo};
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const bool killed : {true, false}) {
    const pid_t process = start_command(arguments, null, null, null);
    const int writer = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
    if (killed) ::kill(process, SIGKILL);
    if (killed) BOOST_TEST(wait_for(process) == 1000 + SIGKILL);
    ::close(writer);
    if (!killed) BOOST_TEST(wait_for(process) == 0);
  }
  ::close(null);
  const auto steps = run_json({"nodes", "type = step"});
  BOOST_REQUIRE(steps.size() == 2u);
  BOOST_TEST(steps[0].at("state").as_string() == "killed");
  BOOST_TEST(steps[1].at("state").as_string() == "finished");
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(files_of_another_run_are_taken_if_that_is_asked_for) {
  const std::string line = counting("echo made > " + at("out"));
  BOOST_TEST(step(line, {"--out", at("out")}).status == 0);
  fs::remove(path() / "out");
  const Outcome outcome = run({"run-step", "other", "s", "--reuse", "--json", "--out", at("out"), "--", "sh", "-c", line});
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  const auto told = boost::json::parse(outcome.out).as_object();
  BOOST_TEST(told.at("recorded_before").as_bool());
  BOOST_TEST(told.at("run").as_string() == "other");
  BOOST_TEST(read_all(path() / "out") == "made\n");
  BOOST_TEST(count() == 1u);
  BOOST_TEST(run({"why", "other", "s"}).out.find("reused: equal to step") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_lineage_shows_what_a_step_was_taken_over_from) {
  const std::string line = counting("echo made > " + at("out"));
  step(line, {"--out", at("out")});
  run({"run-step", "other", "s", "--reuse", "--out", at("out"), "--", "sh", "-c", line});
  const auto process = [&](const char* name) { return std::string(run_json({"steps", name}).at(0).at("process").as_string()); };
  const std::string made = process("r"), taken = process("other");
  const auto result = run_json({"nodes", "run = other and label = result"}).at(0);
  const std::string id(result.at("uuid").as_string());

  const auto text = lines(run({"lineage", id}).out);
  BOOST_REQUIRE(text.size() == 4u);
  BOOST_TEST(text[1].find(taken.substr(0, 13)) != std::string::npos, text[1]);
  BOOST_TEST(text[2].starts_with("   `- reference reused_from: calculation step \"s\" " + made.substr(0, 13)), text[2]);
  BOOST_TEST(text[3] == "3 nodes, 2 links");
  for (const char* format : {"dot", "html", "json"}) {
    const Outcome picture = run({"lineage", id, "--format", format});
    BOOST_TEST(picture.out.find(made) != std::string::npos, format);
    BOOST_TEST(picture.out.find("reused_from") != std::string::npos, format);
  }
  const auto nodes_of = [&](Arguments more) {
    Arguments arguments{"lineage", id};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_json(std::move(arguments)).at(0).at("nodes").as_array().size();
  };
  BOOST_TEST(nodes_of({"--depth", "1"}) == 2u);
  BOOST_TEST(nodes_of({"--depth", "2"}) == 3u);
  BOOST_TEST(nodes_of({"--both"}) == 3u);
  BOOST_TEST(nodes_of({"--down"}) == 1u);
  BOOST_TEST(nodes_of({"--within", "run = other"}) == 2u);
  BOOST_TEST(nodes_of({"--both", "--links", "all", "--depth", "2"}) == 4u);  // once, however it is reached; and the run
  BOOST_TEST(lines(run({"lineage", taken}).out).size() == 3u);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_told_before_anything_is_run) {
  const std::string line = counting("true");
  BOOST_TEST(run({"run-step", "r", "s"}).status == 2);
  BOOST_TEST(run({"run-step", "r"}).status == 2);
  BOOST_TEST(step(line, {"--param", "novalue"}).status == 2);
  BOOST_TEST(step(line, {"--param", "a=1", "--param", "a=2"}).status == 2);
  BOOST_TEST(step(line, {"--param", "command=1"}).status == 2);
  BOOST_TEST(step(line, {"--out", at("a"), "--out", at("./a")}).status == 2);
  BOOST_TEST(step(line, {"--out", "."}).status == 2);
  BOOST_TEST(step(line, {"--lease", "0"}).status == 2);
  BOOST_TEST(step(line, {"--in", at("none")}).status == 1);
  BOOST_TEST(run({"run-step", "", "s", "--", "sh", "-c", line}).status == 2);
  BOOST_TEST(count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_verb_that_writes_waits_for_another_writer) {
  const std::string input = file("f", "x");
  auto writer = std::make_unique<cairn::Store>(cairn::Store::open(store(), {.create = false}));
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const pid_t waiting = start_command({"-s", store().string(), "put", input}, null, null, null);
  writer.reset();
  BOOST_TEST(wait_for(waiting) == 0);
  ::close(null);
}

BOOST_AUTO_TEST_SUITE_END()
