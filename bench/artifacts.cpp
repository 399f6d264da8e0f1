// Files and trees beside restic, borg, casync and cp, in turns: each is run as its users run it, see peers.h.
//
// For one large file of bytes that do not compress (large), and for many small files of text (small):
//
//   new         added to an empty repository
//   again       added once more, unchanged; who remembers unchanged files need not read them
//   again read  added once more, but the contents are read
//   edited      added after an edit of 1%: 4 KiB pages at random places, or a line in 1% of the small files
//   restore     what was added last, into an empty directory; then compared with the source
//
// Where files were deleted in the last minutes, ext4 looks at their inodes one by one whenever a file is created. So nothing is
// deleted within a round, and 100 s go by before the next.
//
// In a round everyone does one row before the next begins, in an order that changes with each row. Sources and
// repositories are in the page cache, everything is written back, and sources are two seconds old before a row: programs
// that remember files distrust younger ones. cp means cp -a and fsync (of a tree: syncfs) to add, plain cp -a to restore.
//
// Then what versions of the same data take in each repository: see deduplication.h.
//
// Ratios are taken within a round; a line shows their quartiles. Peer s / cairn s: above 1 cairn is faster. CPU is that of
// all threads and memory what the process held at most, file mappings included.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "deduplication.h"
#include "peers.h"
#include "report.h"
#include "timing.h"
#include "trees.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::uint64_t rounds = 3;
  std::uint64_t large_bytes = std::uint64_t{1} << 30;
  std::uint64_t small_count = 20000;
  std::string json;
  std::string part = "all";
};

constexpr double kEdited = 0.01;
constexpr std::chrono::milliseconds kTrustedAge{2100};
constexpr std::chrono::seconds kDeletedAge{100};

constexpr const char* kUsage =
    "usage: bench_artifacts [--directory DIR] [--rounds N] [--large BYTES] [--small COUNT] [--part speed|dedup|all]\n"
    "                       [--json FILE]\n"
    "  --rounds  default 3\n"
    "  --large   bytes of the large file (default 1 GiB); for deduplication a quarter, and a sixteenth for the array\n"
    "  --small   number of small files (default 20000); for deduplication a source tree of 3/20 as many\n";

using Peers = std::vector<std::unique_ptr<bench::Peer>>;

struct Subject {
  std::string name;
  std::function<void(const fs::path&)> make, edit;
};

// One subject in one round: everyone begins with an empty repository.
class SpeedRound {
 public:
  SpeedRound(const Peers& peers, const fs::path& directory, const Subject& subject, std::uint64_t round,
             bench::Report& report)
      : peers_(peers), directory_(directory), subject_(subject), report_(report), round_(round), turn_(round) {}

  void run_all() {
    subject_.make(source());
    for (const auto& peer : peers_) peer->prepare(directory_ / "peers" / peer->name());
    settle();
    add_row("new", bench::Reading::changed_files);
    add_row("again", bench::Reading::changed_files);
    add_row("again read", bench::Reading::contents);
    subject_.edit(source());
    settle();
    add_row("edited", bench::Reading::changed_files);
    row("restore", [&](bench::Peer& peer) { return restore(peer); });
    remove_all();
  }

 private:
  fs::path source() const { return directory_ / "source"; }

  void remove_all() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(directory_)) fs::remove_all(entry.path());
    bench::sync_file_system(directory_);
    std::this_thread::sleep_for(kDeletedAge);
  }

  void settle() const {
    bench::sync_file_system(directory_);
    std::this_thread::sleep_for(kTrustedAge);
  }

  void add_row(const std::string& name, bench::Reading reading) {
    row(name, [&](bench::Peer& peer) { return peer.add(source(), reading); });
  }

  bench::Cost restore(bench::Peer& peer) const {
    const fs::path target = directory_ / "target";
    fs::create_directory(target);
    const bench::Restored restored = peer.restore(target);
    bench::expect_same(source(), restored.path);
    bench::forget(restored.path);
    fs::rename(target, directory_ / fmt::format("restored {}", restored_count_++));
    return restored.cost;
  }

  void row(const std::string& name, const std::function<bench::Cost(bench::Peer&)>& work) {
    std::vector<bench::Cost> costs(peers_.size());
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      const std::size_t index = (turn_ + i) % peers_.size();
      bench::warm(source());
      bench::warm(peers_[index]->repository());
      bench::sync_file_system(directory_);
      costs[index] = work(*peers_[index]);
    }
    ++turn_;
    fmt::print(stderr, "round {}, {} {}, s:", round_ + 1, subject_.name, name);  // a run takes ten minutes a round
    for (std::size_t i = 0; i < peers_.size(); ++i) fmt::print(stderr, " {} {:.3f}", peers_[i]->name(), costs[i].seconds);
    fmt::print(stderr, "\n");
    add_figures(fmt::format("{} {}", subject_.name, name), costs);
  }

  void add_figures(const std::string& row, const std::vector<bench::Cost>& costs) {
    const double ours = costs.front().seconds;
    report_.add(row + ": cairn GB/s", 1e-9 * static_cast<double>(bench::apparent_bytes(source())) / ours);
    for (std::size_t i = 1; i < costs.size(); ++i)
      report_.add(fmt::format("{}: {} s / cairn s", row, peers_[i]->name()), costs[i].seconds / ours);
    for (std::size_t i = 0; i < costs.size(); ++i) {
      const std::string who = fmt::format("{}: {}", row, peers_[i]->name());
      report_.add(who + ", s", costs[i].seconds);
      report_.add(who + ", CPU s", costs[i].cpu_seconds);
      report_.add(who + ", peak MiB", static_cast<double>(costs[i].peak_bytes) / (1u << 20));
    }
  }

  const Peers& peers_;
  const fs::path& directory_;
  const Subject& subject_;
  bench::Report& report_;
  const std::uint64_t round_;
  std::uint64_t turn_;
  mutable std::size_t restored_count_ = 0;
};

void measure_speed(const Peers& peers, const fs::path& directory, const Options& options, bench::Report& report) {
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    const std::uint64_t seed = 2 * round + 1, edit_seed = seed + 1;
    const Subject large{"large",
                        [&](const fs::path& path) { bench::make_large_file(path, options.large_bytes, seed); },
                        [&](const fs::path& path) { bench::edit_large_file(path, kEdited, edit_seed); }};
    SpeedRound(peers, directory, large, round, report).run_all();
    const std::uint64_t count = options.small_count;
    const Subject small{"small",
                        [&](const fs::path& path) { bench::make_small_files(path, count, seed); },
                        [&](const fs::path& path) { bench::edit_small_files(path, count, kEdited, edit_seed); }};
    SpeedRound(peers, directory, small, round, report).run_all();
  }
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[i + 1];
    if (name == "--directory") options.directory = value;
    else if (name == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (name == "--large") options.large_bytes = bench::parse_number(value, kUsage);
    else if (name == "--small") options.small_count = bench::parse_number(value, kUsage);
    else if (name == "--json") options.json = value;
    else if (name == "--part") options.part = value;
    else throw std::invalid_argument(kUsage);
  }
  const bool known = options.part == "speed" || options.part == "dedup" || options.part == "all";
  if (!known || options.rounds == 0 || options.large_bytes < (1u << 24) || options.small_count < 1000)
    throw std::invalid_argument(kUsage);
  options.directory = fs::absolute(options.directory);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  fmt::print("{} rounds; a file of {} bytes, {} small files\n", options.rounds, options.large_bytes, options.small_count);
  const Peers peers = bench::find_peers();
  std::fflush(stdout);
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_artifacts");
  if (options.part != "dedup") measure_speed(peers, scratch.path(), options, report);
  const bench::DedupSizes sizes{options.large_bytes / 4, options.small_count * 3 / 20, options.large_bytes / 16};
  for (std::uint64_t round = 0; round < options.rounds && options.part != "speed"; ++round)
    bench::measure_deduplication(peers, scratch.path(), sizes, round + 1, report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
