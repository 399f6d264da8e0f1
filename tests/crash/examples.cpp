// The example programs, killed in the middle and run again: they end as if they never had been.
#include <cairn/cairn.h>

#include <array>
#include <fstream>
#include <iterator>
#include <random>

#include "crash/process.h"

namespace cairn::test {
namespace {

using Clock = std::chrono::steady_clock;

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Runs a program until it has ended by itself, killing it `kills` times at a random moment before. The first moments are taken
// from how long `uninterrupted` takes, which is run before.
int run_killed(const std::vector<std::string>& uninterrupted, const std::vector<std::string>& interrupted, int kills) {
  const auto begin = Clock::now();
  BOOST_REQUIRE(wait_for(start(uninterrupted)));
  const auto time = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin);
  std::mt19937_64 random(std::random_device{}());
  int killed = 0;
  for (int attempt = 0; attempt < kills; ++attempt) {
    const pid_t child = start(interrupted);
    ends_within(child, time * static_cast<int>(random() % 60 + 10) / 100);
    ::kill(child, SIGKILL);
    killed += wait_for(child) ? 0 : 1;
  }
  BOOST_REQUIRE(wait_for(start(interrupted)));
  return killed;
}

BOOST_AUTO_TEST_SUITE(examples)

BOOST_AUTO_TEST_CASE(molecular_dynamics_ends_in_the_same_bits) {
  const TemporaryDirectory directory;
  const auto command = [&](const std::string& name) {
    return std::vector<std::string>{CAIRN_ARGON, directory.path() / (name + ".cairn"), directory.path() / (name + ".traj"), "120", "10"};
  };
  BOOST_TEST(run_killed(command("whole"), command("killed"), 4) > 0);
  const auto last = [&](const std::string& name) {
    const Store store = Store::open(directory.path() / (name + ".cairn"), {.read_only = true});
    BOOST_TEST(store.verify().damage.empty());
    return *store.find_run("argon")->latest();
  };
  const Checkpoint whole = last("whole"), killed = last("killed");
  BOOST_TEST(whole.step == 120);
  BOOST_TEST((whole.state == killed.state));
  BOOST_TEST((Value(whole.metadata) == Value(killed.metadata)));
  BOOST_TEST(whole.state.size() == 3u);
  const std::string trajectory = read_all(directory.path() / "whole.traj");
  BOOST_TEST(trajectory.size() == 12u * 864 * 3 * sizeof(double));
  BOOST_TEST((trajectory == read_all(directory.path() / "killed.traj")));
}

#ifdef CAIRN_FLOW_GRAPH
BOOST_AUTO_TEST_CASE(a_flow_graph_does_only_what_was_not_done) {
  const TemporaryDirectory directory;
  const auto command = [&](const std::string& name) {
    return std::vector<std::string>{CAIRN_FLOW_GRAPH, directory.path() / (name + ".cairn"), "200"};
  };
  BOOST_TEST(run_killed(command("whole"), command("killed"), 4) > 0);
  const auto result = [&](const std::string& name) {
    const Store store = Store::open(directory.path() / (name + ".cairn"), {.read_only = true});
    BOOST_TEST(store.verify().damage.empty());
    BOOST_TEST(store.count(Filter::parse("type = step and state = finished")) == 201u);
    return store.find_run("word counts")->why("add up").front().step.outputs.front().content;
  };
  BOOST_TEST(result("whole").hex() == result("killed").hex());
}
#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
