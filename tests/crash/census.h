// The census of headers as a process to be killed, and what must hold of the store it leaves.
#pragma once

#include <cairn/cairn.h>
#include <cairn/value_json.h>

#include <boost/test/unit_test.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "crash/process.h"

namespace cairn::test {

using Clock = std::chrono::steady_clock;

inline constexpr const char* kHeaders = "/usr/include/boost/mpl";  // about a thousand files, 75 steps

inline std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What one run has acknowledged so far.
struct Acknowledged {
  std::set<std::string> steps;
  std::vector<CheckpointId> checkpoints;
};

inline Acknowledged read_acknowledgements(const fs::path& path) {
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

/// Runs of the census one after the other, with a directory of their own for acknowledgements and reports. They share a store,
/// but a new one is begun now and then, so that checking everything in it stays quick however many runs there are.
class CensusRuns {
 public:
  explicit CensusRuns(fs::path store) : store_(std::move(store)) {
    const auto begin = Clock::now();
    BOOST_REQUIRE(wait_for(start({CAIRN_CENSUS, (directory_.path() / "reference").string(), "r", kHeaders, report("reference").string()})));
    whole_ = Clock::now() - begin;
    reference_ = read_text(report("reference"));
    BOOST_REQUIRE(!reference_.empty());
  }

  /// Starts the current run, or continues it.
  pid_t go_on() const {
    return start({CAIRN_CENSUS, store_.string(), name(), kHeaders, report(name()).string(), acks(name()).string()});
  }

  /// Waits for a moment in the life of a run, or a little after it; not longer than `child` lives.
  void await_random_moment(pid_t child, std::mt19937_64& random) {
    const auto begin = Clock::now();
    const bool ended = ends_within(child, std::chrono::nanoseconds(random() % static_cast<std::uint64_t>(whole_.count() * 11 / 10)));
    // One run that was slow, with files that were not yet in memory, must not put all the moments behind the end.
    if (ended && !interrupted_) whole_ = std::min<Clock::duration>(whole_, Clock::now() - begin);
    interrupted_ = true;
  }

  /// The store opens, verify finds nothing, and everything that was acknowledged is there.
  void check_store() {
    if (!fs::exists(store_ / "cairn")) {  // killed before there was a store
      BOOST_TEST(read_acknowledgements(acks(name())).steps.empty());
      return;
    }
    const Store store = Store::open(store_, {.create = false});
    const VerifyReport verified = store.verify();
    for (const Damage& damage : verified.damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    for (int run = finished_ / kRunsPerStore * kRunsPerStore; run <= finished_; ++run) check_run(store, fmt::format("run-{}", run));
  }

  /// The current run has ended by itself: its report is right, and the next one begins.
  void next_run() {
    BOOST_TEST(read_text(report(name())) == reference_);
    ++finished_;
    interrupted_ = false;
    if (finished_ % kRunsPerStore != 0) return;
    fs::remove_all(store_);
    states_.clear();
  }

  int finished() const { return finished_; }

 private:
  static constexpr int kRunsPerStore = 16;

  std::string name() const { return fmt::format("run-{}", finished_); }
  fs::path report(const std::string& name) const { return directory_.path() / (name + ".txt"); }
  fs::path acks(const std::string& name) const { return directory_.path() / (name + ".acks"); }

  void check_run(const Store& store, const std::string& name) {
    const Acknowledged acknowledged = read_acknowledgements(acks(name));
    if (!acknowledged.steps.empty()) {
      const Filter filter = Filter::where("kind", Comparison::equal, NodeKind::calculation) &&
                            Filter::where("run", Comparison::equal, name);
      std::set<std::string> recorded;
      for (const Node& node : store.query({.filter = filter}).nodes) recorded.insert(node.label);
      for (const std::string& step : acknowledged.steps)
        BOOST_TEST(recorded.contains(step), "acknowledged and lost: step " << step << " of " << name);
    }
    for (const CheckpointId& id : acknowledged.checkpoints) {
      const auto checkpoint = store.find_checkpoint(id);
      BOOST_REQUIRE_MESSAGE(checkpoint.has_value(), "acknowledged and lost: checkpoint " << id.hex());
      const std::string state = to_json(store.get_value(checkpoint->state.at("progress")));
      BOOST_TEST(states_.emplace(id.hex(), state).first->second == state);
    }
    if (!acknowledged.checkpoints.empty())
      BOOST_TEST(store.find_run(name)->latest_valid()->sequence >= acknowledged.checkpoints.size());
  }

  const fs::path store_;
  TemporaryDirectory directory_;
  Clock::duration whole_{};   // what a run takes that is not interrupted
  bool interrupted_ = false;  // the current run was
  std::string reference_;
  std::map<std::string, std::string> states_;  // of every checkpoint ever acknowledged, as first read
  int finished_ = 0;
};

}  // namespace cairn::test
