// Durable commits beside plain files on the same disk, in turns: what does the store cost over the disk itself?
//
//   small   a checkpoint with a state of 1 KB of random bytes, an object put, and a recorded step,
//           each against append of 1 KB + fdatasync to a plain file
//   new     --bytes of random numbers as an array in a checkpoint, and as an attached file (in the page cache, as if
//           just written), each against a file of the same bytes written with O_DIRECT, 4 MiB a write, + fdatasync
//   again   the same array and file saved once more, first with the packs out of the page cache, then as that left
//           them: every byte is read back and compared, none is stored
//   stall   how long commit_async holds the program up that saves --bytes of a protected region: the first one, which needs memory
//           for a copy, and later ones, which have it; and one that is handed the array over. Beside memcpy of the bytes into memory
//           whose pages are there, and into memory that is new. What is then written is waited for and not counted
//   restart the array read into a new vector, against read(2) of the plain file into one, both out of the page cache
//
// Each ratio is taken within one round; a line shows its quartiles over the rounds. Ratios of time: below 1 is faster
// than the peer. CPU is that of all threads. Memory is what the process held at most, beyond what the caller held.
#include <cairn/cairn.h>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "plain_files.h"
#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::uint64_t bytes = std::uint64_t{1} << 30;
  std::uint64_t rounds = 5;
  std::uint64_t stalls = 7;
  std::uint64_t blocks = 80;  // of small commits, each of kBlockCommits for every way
  std::string json;
};

constexpr std::uint64_t kBlockCommits = 25;
constexpr std::size_t kSmallBytes = 1024;

constexpr const char* kUsage =
    "usage: bench_commits [--directory DIR] [--bytes N] [--rounds N] [--stalls N] [--blocks N] [--json FILE]\n"
    "  --bytes   of each array and file, a multiple of 4096 (default 1 GiB)\n"
    "  --rounds  of large saves (default 5); 0 leaves them out\n"
    "  --stalls  rounds of checkpoints that another thread makes (default 7); 0 leaves them out\n"
    "  --blocks  of 25 small commits each (default 80); 0 leaves them out\n";

double gigabytes(std::uint64_t bytes) { return 1e-9 * static_cast<double>(bytes); }

// ---- Small commits ----

class SmallCommits {
 public:
  SmallCommits(const fs::path& directory, bench::Report& report)
      : report_(report),
        store_(cairn::Store::open(directory / "small.cairn")),
        run_(store_.run("small")),
        plain_(directory / "small.log"),
        record_(kSmallBytes) {}

  void round(bool counts) {
    const auto block = [&](auto commit) {
      return bench::measure([&] {
        for (std::uint64_t i = 0; i < kBlockCommits; ++i) {
          bench::fill_random(record_, ++serial_);
          commit();
        }
      });
    };
    const bench::Cost plain = block([&] { plain_.append(record_); });
    const bench::Cost checkpoint = block([&] { run_.checkpoint(next_step()).save("state", record_).commit(); });
    const bench::Cost put = block([&] { store_.put(record_); });
    const bench::Cost step = block([&] { run_.step(fmt::format("step {}", serial_), {}, [&] { return record_; }); });
    if (!counts) return;
    report_.add("small: peer, append + fdatasync, us", micros(plain.seconds));
    add("checkpoint", checkpoint, plain);
    add("put", put, plain);
    add("recorded step", step, plain);
  }

 private:
  static double micros(double block_seconds) { return 1e6 * block_seconds / static_cast<double>(kBlockCommits); }
  std::int64_t next_step() const { return static_cast<std::int64_t>(serial_); }

  void add(const std::string& what, const bench::Cost& ours, const bench::Cost& plain) {
    report_.add(fmt::format("small: {}, time / peer", what), ours.seconds / plain.seconds);
    report_.add(fmt::format("small: {}, CPU us", what), micros(ours.cpu_seconds));
  }

  bench::Report& report_;
  cairn::Store store_;
  cairn::Run run_;
  bench::AppendFile plain_;
  cairn::Bytes record_;
  std::uint64_t serial_ = 0;
};

void measure_small(const fs::path& directory, std::uint64_t blocks, bench::Report& report) {
  SmallCommits small(directory, report);
  small.round(false);
  for (std::uint64_t i = 0; i < blocks; ++i) small.round(true);
}

// ---- Large data ----

// One round: a new store, new data, and everything that is done with them.
class LargeRound {
 public:
  LargeRound(const fs::path& directory, bench::Buffer& buffer, std::uint64_t seed, bench::Report& report)
      : directory_(directory), buffer_(buffer), seed_(seed), report_(report),
        store_(cairn::Store::open(store_path())), run_(store_.run("large")) {}

  void run_all() {
    array_round();
    file_round();
    restart_round();
  }

 private:
  fs::path store_path() const { return directory_ / "large.cairn"; }
  fs::path array_path() const { return directory_ / "array.bin"; }
  fs::path file_path() const { return directory_ / "file.bin"; }
  std::size_t size() const { return buffer_.bytes().size(); }
  double size_gb() const { return gigabytes(size()); }

  void array_round() {
    bench::fill_random(buffer_.bytes(), 2 * seed_ + 1);
    array_.resize(size() / sizeof(double));
    std::memcpy(array_.data(), buffer_.bytes().data(), size());
    const auto save = [&] { run_.checkpoint(next_step_++).save("array", array_).commit(); };
    const bench::Cost plain = bench::measure([&] { bench::write_direct(array_path(), buffer_.bytes()); });
    add_new("array", bench::measure(save), plain);
    add_again("array", save);
    array_ = {};
  }

  void file_round() {
    bench::fill_random(buffer_.bytes(), 2 * seed_ + 2);
    const auto attach = [&] { run_.checkpoint(next_step_++).attach("file", file_path()).commit(); };
    const bench::Cost plain = bench::measure([&] { bench::write_direct(file_path(), buffer_.bytes()); });
    bench::read_plain(file_path(), buffer_.bytes());
    add_new("file", bench::measure(attach), plain);
    add_again("file", attach);
    fs::remove(file_path());
  }

  void restart_round() {
    run_.checkpoint(next_step_++).save("array", first_array()).commit();
    bench::evict(array_path());
    const bench::Cost plain = bench::measure([&] {
      std::vector<double> read(size() / sizeof(double));
      bench::read_plain(array_path(), std::as_writable_bytes(std::span(read)));
    });
    bench::evict_all(store_path());
    const bench::Cost ours = bench::measure([&] {
      if (run_.restart<std::vector<double>>("array").value().size() * sizeof(double) != size())
        throw std::runtime_error("restart: another size than was saved");
    });
    report_.add("restart: time / peer", ours.seconds / plain.seconds);
    report_.add("restart: CPU s/GB", ours.cpu_seconds / size_gb());
    report_.add("restart: memory beyond the array, MB",
                1e-6 * (static_cast<double>(ours.peak_bytes) - static_cast<double>(size())));
  }

  cairn::ObjectId first_array() const { return run_.at(0).value().state.at("array"); }

  void add_new(const std::string& what, const bench::Cost& ours, const bench::Cost& plain) {
    report_.add(fmt::format("new {}: peer, O_DIRECT write, GB/s", what), size_gb() / plain.seconds);
    report_.add(fmt::format("new {}: time / peer", what), ours.seconds / plain.seconds);
    report_.add(fmt::format("new {}: rate / peer", what), plain.seconds / ours.seconds);
    report_.add(fmt::format("new {}: CPU s/GB", what), ours.cpu_seconds / size_gb());
    report_.add(fmt::format("new {}: peak memory, MB", what), 1e-6 * static_cast<double>(ours.peak_bytes));
  }

  void add_again(const std::string& what, const std::function<void()>& save) {
    bench::evict_all(store_path());
    for (const char* how : {"cold", "once more"}) {
      const std::uint64_t before = bench::disk_bytes(store_path());
      const bench::Cost cost = bench::measure(save);
      const auto added = static_cast<double>(bench::disk_bytes(store_path())) - static_cast<double>(before);
      report_.add(fmt::format("again {} {}: GB/s", what, how), size_gb() / cost.seconds);
      report_.add(fmt::format("again {} {}: CPU s/GB", what, how), cost.cpu_seconds / size_gb());
      report_.add(fmt::format("again {} {}: bytes added / bytes", what, how), added / static_cast<double>(size()));
    }
  }

  const fs::path& directory_;
  bench::Buffer& buffer_;
  const std::uint64_t seed_;
  bench::Report& report_;
  cairn::Store store_;
  cairn::Run run_;
  std::vector<double> array_;
  std::int64_t next_step_ = 0;
};

void measure_large(const fs::path& directory, const Options& options, bench::Report& report) {
  bench::Buffer buffer(options.bytes);
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    LargeRound(directory, buffer, round, report).run_all();
    fs::remove_all(directory / "large.cairn");
    fs::remove(directory / "array.bin");
  }
}

// ---- Checkpoints that another thread makes ----

// Called so that nobody finds out that nothing is read of what it copies, and leaves it out.
void* (*volatile copy_bytes)(void*, const void*, std::size_t) = std::memcpy;

class StallRounds {
 public:
  StallRounds(const fs::path& directory, std::uint64_t bytes, bench::Report& report)
      : report_(report),
        store_(cairn::Store::open(directory / "stall.cairn", {.background_bytes = bytes})),
        run_(store_.run("stall")),
        region_(bytes / sizeof(double)),
        warm_(bytes) {
    run_.protect("region", std::span(region_));
  }

  void round() {
    const auto from = std::as_writable_bytes(std::span(region_));
    bench::fill_random(from, 1000 + static_cast<std::uint64_t>(step_));
    const double warm = bench::measure([&] { copy_bytes(warm_.bytes().data(), from.data(), from.size()); }).seconds;
    const double fresh = bench::measure([&] {
      const std::unique_ptr<std::byte, void (*)(void*)> copy(static_cast<std::byte*>(std::malloc(from.size())), std::free);
      copy_bytes(copy.get(), from.data(), from.size());
    }).seconds;
    cairn::PendingCommit pending;
    const double stall = bench::measure([&] { pending = run_.commit_async(step_++); }).seconds;
    pending.get();
    std::vector<double> array = region_;
    array[0] = -1;
    const double handed_over = bench::measure([&] {
      pending = run_.checkpoint(step_++, {.background = true}).save("array", std::move(array)).commit_async();
    }).seconds;
    pending.get();
    report_.add("stall: peer, memcpy into warm memory, GB/s", gigabytes(from.size()) / warm);
    report_.add("stall: memcpy into fresh memory / warm", fresh / warm);
    const std::string which = step_ == 2 ? "first" : "later";
    report_.add(fmt::format("stall: {} commit_async / memcpy into warm memory", which), stall / warm);
    report_.add(fmt::format("stall: {} commit_async / memcpy into fresh memory", which), stall / fresh);
    report_.add("stall: array handed over, ms", 1e3 * handed_over);
  }

 private:
  bench::Report& report_;
  cairn::Store store_;
  cairn::Run run_;
  std::vector<double> region_;
  bench::Buffer warm_;
  std::int64_t step_ = 0;
};

void measure_stalls(const fs::path& directory, const Options& options, bench::Report& report) {
  StallRounds rounds(directory, options.bytes, report);
  for (std::uint64_t i = 0; i < options.stalls; ++i) rounds.round();
}

// ---- Command ----

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[i + 1];
    if (name == "--directory") options.directory = value;
    else if (name == "--bytes") options.bytes = bench::parse_number(value, kUsage);
    else if (name == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (name == "--stalls") options.stalls = bench::parse_number(value, kUsage);
    else if (name == "--blocks") options.blocks = bench::parse_number(value, kUsage);
    else if (name == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  if (options.bytes == 0 || options.bytes % 4096 != 0) throw std::invalid_argument(kUsage);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  fmt::print("{} rounds of {} bytes, {} stalls, {} blocks of {} small commits\n", options.rounds, options.bytes, options.stalls,
             options.blocks, kBlockCommits);
  std::fflush(stdout);
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_commits");
  if (options.blocks != 0) measure_small(scratch.path(), options.blocks, report);
  if (options.stalls != 0) measure_stalls(scratch.path(), options, report);
  if (options.rounds != 0) measure_large(scratch.path(), options, report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
