// Kills the census of headers with SIGKILL at random moments, its opening and recovery included. After each kill the
// store opens, verify finds nothing, and everything that was acknowledged is there.
#include <cairn/cairn.h>
#include <cairn/value_json.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "support/temporary_directory.h"

extern char** environ;

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kHeaders = "/usr/include/boost/mpl";  // about a thousand files, 75 steps

std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

pid_t start(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  BOOST_REQUIRE(::posix_spawn(&child, command[0].c_str(), &quiet, nullptr, arguments.data(), environ) == 0);
  ::posix_spawn_file_actions_destroy(&quiet);
  return child;
}

// True if the process ended by itself with status 0; any other end than that and SIGKILL fails the test.
bool wait_for(pid_t child) {
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) BOOST_REQUIRE_MESSAGE(WEXITSTATUS(status) == 0, "the census failed by itself");
  else BOOST_REQUIRE_MESSAGE(WTERMSIG(status) == SIGKILL, "the census died of signal " << WTERMSIG(status));
  return WIFEXITED(status);
}

// What one run has acknowledged so far.
struct Acknowledged {
  std::set<std::string> steps;
  std::vector<CheckpointId> checkpoints;
};

Acknowledged read_acknowledgements(const fs::path& path) {
  Acknowledged acknowledged;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;  // without its newline: cut by the kill
    if (line.starts_with("step ")) acknowledged.steps.insert(line.substr(5));
    if (line.starts_with("checkpoint "))
      acknowledged.checkpoints.push_back(CheckpointId::parse(line.substr(11)).value());
  }
  return acknowledged;
}

class KillLoop {
 public:
  KillLoop() {
    const auto begin = Clock::now();
    BOOST_REQUIRE(wait_for(start({CAIRN_CENSUS, (path() / "reference").string(), "r", kHeaders, report("reference").string()})));
    whole_ = Clock::now() - begin;
    reference_ = read_text(report("reference"));
    BOOST_REQUIRE(!reference_.empty());
  }

  void round(std::mt19937_64& random) {
    const std::string name = fmt::format("run-{}", runs_);
    const pid_t child = start({CAIRN_CENSUS, store_path().string(), name, kHeaders, report(name).string(), acks(name).string()});
    std::this_thread::sleep_for(std::chrono::nanoseconds(random() % static_cast<std::uint64_t>(whole_.count() * 11 / 10)));
    ::kill(child, SIGKILL);
    const bool finished = wait_for(child);
    interrupted_ += finished ? 0 : 1;
    if (!fs::exists(store_path() / "cairn")) return;  // killed before there was a store
    check(name);
    if (!finished) return;
    BOOST_TEST(read_text(report(name)) == reference_);
    ++runs_;
  }

  void finish_last_run() {
    const std::string name = fmt::format("run-{}", runs_);
    BOOST_REQUIRE(wait_for(start({CAIRN_CENSUS, store_path().string(), name, kHeaders, report(name).string()})));
    BOOST_TEST(read_text(report(name)) == reference_);
  }

  int interrupted() const { return interrupted_; }
  int runs() const { return runs_; }

 private:
  const fs::path& path() const { return directory_.path(); }
  fs::path store_path() const { return path() / "store"; }
  fs::path report(const std::string& name) const { return path() / (name + ".txt"); }
  fs::path acks(const std::string& name) const { return path() / (name + ".acks"); }

  void check(const std::string& name) {
    const Store store = Store::open(store_path(), {.create = false});
    const VerifyReport verified = store.verify();
    for (const Damage& damage : verified.damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const Acknowledged acknowledged = read_acknowledgements(acks(name));
    if (!acknowledged.steps.empty()) {
      std::set<std::string> recorded;
      for (const Node& node : store.nodes({.kind = NodeKind::calculation, .run = name})) recorded.insert(node.label);
      for (const std::string& step : acknowledged.steps)
        BOOST_TEST(recorded.contains(step), "acknowledged and lost: step " << step << " of " << name);
    }
    for (const CheckpointId& id : acknowledged.checkpoints) {
      const auto checkpoint = store.find_checkpoint(id);
      BOOST_REQUIRE_MESSAGE(checkpoint.has_value(), "acknowledged and lost: checkpoint " << id.hex());
      const std::string state = to_json(store.get_value(checkpoint->state.at("progress")));
      const auto [known, first] = states_.emplace(id.hex(), state);
      BOOST_TEST(known->second == state);
    }
    if (!acknowledged.checkpoints.empty())
      BOOST_TEST(store.find_run(name)->latest_valid()->sequence >= acknowledged.checkpoints.size());
  }

  TemporaryDirectory directory_;
  Clock::duration whole_{};
  std::string reference_;
  std::map<std::string, std::string> states_;  // of every checkpoint ever acknowledged, as first read
  int runs_ = 0, interrupted_ = 0;
};

BOOST_AUTO_TEST_SUITE(kill_loop)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_however_often_the_process_is_killed) {
  const char* kills = std::getenv("CAIRN_KILLS");
  const int rounds = kills != nullptr ? std::atoi(kills) : 200;
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  KillLoop loop;
  while (loop.interrupted() < rounds) loop.round(random);
  loop.finish_last_run();
  BOOST_TEST_MESSAGE(loop.interrupted() << " kills, " << loop.runs() << " runs finished between them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
