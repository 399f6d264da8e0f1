// Kills a writer whose commits wait for another thread, with SIGKILL and with the power of its disk. What is there then is the
// beginning of what it committed, each checkpoint whole, and everything of which it was told that it is on disk.
#include <cairn/cairn.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "crash/disk.h"
#include "crash/process.h"
#include "support/acknowledged_work.h"

namespace cairn::test {
namespace {

constexpr int kKillsPerStore = 5;  // so that looking at a store does not take ever longer

class WaitingCommits {
 public:
  explicit WaitingCommits(fs::path directory) : directory_(std::move(directory)) {}

  pid_t go_on(std::uint64_t seed) const {
    return start({CAIRN_ASYNC_WRITER, store().string(), acknowledgements().string(), std::to_string(seed)});
  }

  void check() {
    if (!fs::exists(store() / "cairn")) {  // killed before there was a store
      BOOST_TEST(acknowledged("done") == 0);
      return;
    }
    const Store store = Store::open(this->store(), {.create = false});
    for (const Damage& damage : store.verify().damage) BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
    const std::optional<Run> run = store.find_run(kWorkRun);
    const std::vector<Checkpoint> history = run ? run->history() : std::vector<Checkpoint>();
    const auto count = static_cast<std::int64_t>(history.size());
    BOOST_TEST(count >= acknowledged("done"));
    for (std::int64_t i = 0; i < count; ++i) check(store, history[static_cast<std::size_t>(i)], count - i);
    lost_ += std::max<std::int64_t>(acknowledged("told") - count, 0);
    seen_ = count;
    total_ += count;
    fs::remove(acknowledgements());  // the next process goes on from what is there
  }

  void next_store() {
    ++stores_;
    seen_ = 0;
  }
  std::int64_t total() const { return total_; }
  std::int64_t lost() const { return lost_; }

 private:
  fs::path store() const { return directory_ / std::to_string(stores_); }
  fs::path acknowledgements() const { return outside_.path() / std::to_string(stores_); }

  // Steps and sequences are the same, without gaps. What was looked at before is not looked at again.
  void check(const Store& store, const Checkpoint& checkpoint, std::int64_t number) const {
    BOOST_TEST(checkpoint.step == number);
    BOOST_TEST(checkpoint.sequence == static_cast<std::uint64_t>(number));
    if (number > seen_)
      BOOST_TEST((store.get<Numbers>(checkpoint.state.at(std::string(kWorkState))) == numbers(number, work_count(number))));
  }

  // The largest step in a line that begins with `word`.
  std::int64_t acknowledged(const std::string& word) const {
    std::int64_t largest = 0;
    std::ifstream file(acknowledgements());
    for (std::string line; std::getline(file, line) && !file.eof();)
      if (line.starts_with(word)) largest = std::max<std::int64_t>(largest, std::stoll(line.substr(word.size())));
    return largest;
  }

  const fs::path directory_;
  const TemporaryDirectory outside_;
  int stores_ = 0;
  std::int64_t seen_ = 0;   // of this store
  std::int64_t total_ = 0;  // of all that were looked at
  std::int64_t lost_ = 0;   // told of, and not there
};

// Longer and longer until there is something, on a machine that is busy.
void await_random_moment(pid_t child, std::mt19937_64& random, const WaitingCommits& commits, int round) {
  const unsigned longest = commits.total() == 0 ? 300u * (1u + static_cast<unsigned>(round)) : 300u;
  BOOST_REQUIRE(!ends_within(child, std::chrono::milliseconds(random() % longest)));
}

BOOST_AUTO_TEST_SUITE(waiting_commits)

BOOST_AUTO_TEST_CASE(a_killed_writer_leaves_the_beginning_of_what_it_committed) {
  const int kills = rounds("CAIRN_WAITING_KILLS", 40);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  WaitingCommits commits(directory.path());
  for (int killed = 0; killed < kills; ++killed) {
    if (killed % kKillsPerStore == 0) commits.next_store();
    const pid_t child = commits.go_on(random());
    await_random_moment(child, random, commits, killed);
    ::kill(child, SIGKILL);
    BOOST_REQUIRE(!wait_for(child));
    commits.check();
  }
  BOOST_TEST(commits.total() > 0);
  BOOST_TEST_MESSAGE(commits.total() << " checkpoints looked at, " << commits.lost() << " that waited were lost");
}

BOOST_AUTO_TEST_CASE(a_power_cut_leaves_the_beginning_of_what_was_committed) {
  const Disk disk;
  if (!disk.usable()) return;
  const int cuts = rounds("CAIRN_POWER_CUTS", 8);
  std::mt19937_64 random(std::random_device{}());
  WaitingCommits commits(disk.path());
  for (int cut = 0; cut < cuts; ++cut) {
    if (cut % kKillsPerStore == 0) commits.next_store();
    const pid_t child = commits.go_on(random());
    await_random_moment(child, random, commits, cut);
    BOOST_REQUIRE(disk.cut_power_under(child));
    commits.check();
  }
  BOOST_TEST(commits.total() > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
