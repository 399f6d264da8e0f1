// Checkpoints of 1 KB beside other ways to make 1 KB durable, in turns; several threads; and histories of any length.
//
//   commit   a checkpoint with a state of 1 KB of random bytes, against append + fdatasync to a plain file, SQLite (WAL,
//            synchronous=FULL, one INSERT a transaction) and LMDB (one put a transaction). Time for one: below 1 is faster
//   threads  8 threads that commit at once, each to a run of its own, against one thread: rate / rate
//   history  the newest page of 20, one in the middle, latest, and restart, of a run of 1, 100, ... --checkpoints checkpoints,
//            in us; and each against the same of the shortest run (pages: of the shortest that fills one)
//
// Each ratio is taken within one round; a line shows its quartiles over the rounds.
#include <cairn/cairn.h>

#include <fmt/format.h>
#include <lmdb.h>
#include <sqlite3.h>

#include <cstdio>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "plain_files.h"
#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::uint64_t rounds = 40;
  std::uint64_t checkpoints = 100'000;
  std::string json;
};

constexpr const char* kUsage =
    "usage: bench_runs [--directory DIR] [--rounds N] [--checkpoints N] [--json FILE]\n"
    "  --rounds       of 25 commits for every way (default 40); 0 leaves commits and threads out\n"
    "  --checkpoints  of the longest history (default 100000); 0 leaves histories out\n";

constexpr std::uint64_t kCommits = 25;
constexpr std::size_t kBytes = 1024, kThreads = 8, kPage = 20;

// ---- Peers ----

class Sqlite {
 public:
  explicit Sqlite(const fs::path& path) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) throw std::runtime_error("sqlite: open");
    for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE checkpoint (id INTEGER PRIMARY KEY, state BLOB)"})
      if (sqlite3_exec(database_, text, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
    if (sqlite3_prepare_v2(database_, "INSERT INTO checkpoint (state) VALUES (?)", -1, &insert_, nullptr) != SQLITE_OK) fail();
  }
  ~Sqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  Sqlite(const Sqlite&) = delete;

  void commit(std::span<const std::byte> record) {
    sqlite3_bind_blob(insert_, 1, record.data(), static_cast<int>(record.size()), SQLITE_STATIC);
    if (sqlite3_step(insert_) != SQLITE_DONE) fail();
    sqlite3_reset(insert_);
  }

 private:
  [[noreturn]] void fail() const { throw std::runtime_error(sqlite3_errmsg(database_)); }
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

class Lmdb {
 public:
  explicit Lmdb(const fs::path& path) {
    fs::create_directory(path);
    check(mdb_env_create(&environment_));
    check(mdb_env_set_mapsize(environment_, std::size_t{1} << 30));
    check(mdb_env_open(environment_, path.c_str(), 0, 0644));
    MDB_txn* transaction = nullptr;
    check(mdb_txn_begin(environment_, nullptr, 0, &transaction));
    check(mdb_dbi_open(transaction, nullptr, MDB_INTEGERKEY, &database_));
    check(mdb_txn_commit(transaction));
  }
  ~Lmdb() { mdb_env_close(environment_); }
  Lmdb(const Lmdb&) = delete;

  void commit(std::span<const std::byte> record) {
    MDB_txn* transaction = nullptr;
    check(mdb_txn_begin(environment_, nullptr, 0, &transaction));
    ++serial_;
    MDB_val key{sizeof serial_, &serial_}, value{record.size(), const_cast<std::byte*>(record.data())};
    check(mdb_put(transaction, database_, &key, &value, MDB_APPEND));
    check(mdb_txn_commit(transaction));
  }

 private:
  static void check(int status) {
    if (status != 0) throw std::runtime_error(mdb_strerror(status));
  }
  MDB_env* environment_ = nullptr;
  MDB_dbi database_ = 0;
  std::size_t serial_ = 0;
};

// ---- Commits ----

class CommitRounds {
 public:
  CommitRounds(const fs::path& directory, bench::Report& report)
      : report_(report), store_(cairn::Store::open(directory / "commits.cairn")), plain_(directory / "plain.log"),
        sqlite_(directory / "sqlite"), lmdb_(directory / "lmdb"), record_(kBytes) {
    for (std::size_t i = 0; i < kThreads; ++i) runs_.push_back(store_.run(fmt::format("run {}", i)));
  }

  void round(bool counts) {
    const double plain = block([&] { plain_.append(record_); });
    const double ours = block([&] { commit(0, record_); });
    const double sqlite = block([&] { sqlite_.commit(record_); });
    const double lmdb = block([&] { lmdb_.commit(record_); });
    const double together = bench::seconds_of([&] { commit_together(); }) / (kThreads * kCommits);
    if (!counts) return;
    report_.add("commit: append + fdatasync, us", 1e6 * plain);
    report_.add("commit: checkpoint, us", 1e6 * ours);
    report_.add("commit: time / append + fdatasync", ours / plain);
    report_.add("commit: SQLite time / time", sqlite / ours);
    report_.add("commit: LMDB time / time", lmdb / ours);
    report_.add("threads: rate of 8 / rate of one", ours / together);
  }

 private:
  // Seconds for one.
  double block(const std::function<void()>& commit_one) {
    double seconds = 0;
    for (std::uint64_t i = 0; i < kCommits; ++i) {
      bench::fill_random(record_, ++serial_);
      seconds += bench::seconds_of(commit_one);
    }
    return seconds / static_cast<double>(kCommits);
  }

  void commit(std::size_t run, const cairn::Bytes& record) {
    runs_[run].checkpoint(steps_[run]++).save("state", record).commit();
  }

  void commit_together() {
    std::vector<std::jthread> threads;
    for (std::size_t run = 0; run < kThreads; ++run)
      threads.emplace_back([this, run, seed = serial_ += kCommits] {
        cairn::Bytes record(kBytes);
        for (std::uint64_t i = 0; i < kCommits; ++i) {
          bench::fill_random(record, (seed + i) * 2 + 1);
          commit(run, record);
        }
      });
  }

  bench::Report& report_;
  cairn::Store store_;
  std::vector<cairn::Run> runs_;
  std::int64_t steps_[kThreads] = {};
  bench::AppendFile plain_;
  Sqlite sqlite_;
  Lmdb lmdb_;
  cairn::Bytes record_;
  std::uint64_t serial_ = 0;
};

// ---- Histories ----

void measure_histories(const fs::path& directory, std::uint64_t longest, bench::Report& report) {
  cairn::Store store = cairn::Store::open(directory / "histories.cairn");
  std::map<std::string, double> shortest;
  std::uint64_t length = 0;
  cairn::Run run = store.run("long");
  for (std::uint64_t target = 1; target <= longest; target = target == 1 ? 100 : target * 10) {
    for (; length < target; ++length) {
      run.checkpoint(static_cast<std::int64_t>(length)).save("state", static_cast<std::int64_t>(length)).commit(
          {.durability = cairn::Durability::async});
    }
    run.flush();
    const auto middle = run.at(static_cast<std::int64_t>(length / 2)).value().id;
    const auto question = [&](const std::string& name, const std::function<void()>& ask) {
      std::vector<double> times;
      for (int i = 0; i < 200; ++i) times.push_back(bench::seconds_of(ask));
      const double median = bench::quartiles(times).median;
      shortest.try_emplace(name, median);
      report.add(fmt::format("history: {}, {} checkpoints, us", name, target), 1e6 * median);
      report.add(fmt::format("history: {}, {} checkpoints, time / that of the shortest", name, target), median / shortest.at(name));
    };
    if (target >= kPage) question("newest page", [&] { run.history({.limit = kPage}); });
    if (target >= kPage) question("middle page", [&] { run.history({.before = middle, .limit = kPage}); });
    question("latest", [&] { run.latest(); });
    question("restart", [&] { run.restart<std::int64_t>("state"); });
  }
}

// ---- Command ----

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[i + 1];
    if (name == "--directory") options.directory = value;
    else if (name == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (name == "--checkpoints") options.checkpoints = bench::parse_number(value, kUsage);
    else if (name == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  fmt::print("{} rounds of {} commits; SQLite {}, {}\n", options.rounds, kCommits, sqlite3_libversion(), mdb_version(nullptr, nullptr, nullptr));
  std::fflush(stdout);
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_runs");
  if (options.rounds != 0) {
    CommitRounds commits(scratch.path(), report);
    commits.round(false);
    for (std::uint64_t i = 0; i < options.rounds; ++i) commits.round(true);
  }
  if (options.checkpoints != 0) measure_histories(scratch.path(), options.checkpoints, report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
