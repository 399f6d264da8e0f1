// Makes the n-th call with which a writer changes files fail, for many n and in several ways. Whatever it is:
// the writer ends by itself and says what happened, and the store it leaves holds what was acknowledged.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "support/acknowledged_work.h"
#include "support/large_batch.h"
#include "support/temporary_directory.h"

extern char** environ;

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

struct Fault {
  const char* error;
  const char* mode;  // see failing_calls.cpp
  const char* files = "";
  bool passes() const { return std::string_view(mode) == "once" || std::string_view(mode) == "torn"; }
};
constexpr std::array<Fault, 6> kFaults = {{
    {"EIO", "once"},
    {"EIO", "torn"},
    {"EIO", "there"},
    {"EIO", "always"},
    {"ENOSPC", "once"},
    {"ENOSPC", "always"},
}};

constexpr std::string_view kTablesOfLoads = "/rows-";

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Memory rather than a disk: what counts is what the calls return, and syncs would take most of the time.
fs::path place_for_stores() {
  const fs::path memory = "/dev/shm";
  return fs::canonical(::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path());
}

// One writer, the store it works with, and what it and the failing calls reported.
class Trial {
 public:
  Trial() : directory_(place_for_stores()) {
    std::ofstream file(file_, std::ios::binary);
    const auto bytes = noise(7, 300'000);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  // Runs the writer to its end, its call `number` failing; 0: none. Its exit status as waitpid gives it.
  int run(const Fault& fault, std::uint64_t number) {
    const std::vector<std::string> command = {CAIRN_ACKNOWLEDGING_WRITER, store_, acknowledgements_, file_};
    std::vector<std::string> settings = {"LD_PRELOAD=" CAIRN_FAILING_CALLS,
                                         "FAILING_CALLS_BELOW=" + store_.string(),
                                         "FAILING_CALLS_NUMBER=" + std::to_string(number),
                                         std::string("FAILING_CALLS_ERROR=") + fault.error,
                                         std::string("FAILING_CALLS_MODE=") + fault.mode,
                                         std::string("FAILING_CALLS_FILES=") + fault.files,
                                         "FAILING_CALLS_REPORT=" + report_.string()};
    for (char** variable = environ; *variable != nullptr; ++variable) settings.emplace_back(*variable);
    pid_t child = -1;
    BOOST_REQUIRE(::posix_spawn(&child, command[0].c_str(), nullptr, nullptr, pointers(command).data(),
                                pointers(settings).data()) == 0);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
  }

  const fs::path& store() const { return store_; }
  const fs::path& file() const { return file_; }
  const fs::path& directory() const { return directory_.path(); }
  std::vector<std::string> acknowledgements() const { return lines_of(acknowledgements_); }

  std::uint64_t calls() const {
    const auto lines = lines_of(report_);
    BOOST_REQUIRE(!lines.empty());
    BOOST_REQUIRE(lines.back().starts_with("calls "));
    return std::stoull(lines.back().substr(6));
  }
  // Which call failed, for messages.
  std::string failed() const {
    for (const std::string& line : lines_of(report_))
      if (line.starts_with("failed ")) return line;
    return "nothing failed";
  }

 private:
  static std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
  }

  TemporaryDirectory directory_;
  const fs::path store_ = directory_.path() / "store", file_ = directory_.path() / "file";
  const fs::path acknowledgements_ = directory_.path() / "acknowledgements";
  const fs::path report_ = directory_.path() / "report";
};

// ---- What must hold afterwards ----

std::string read_bytes(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void check_checkpoint(const Store& store, const Trial& trial, std::istream& words) {
  std::string id;
  std::int64_t step = 0;
  std::size_t count = 0;
  words >> id >> step >> count;
  const auto checkpoint = store.find_checkpoint(CheckpointId::parse(id).value());
  BOOST_REQUIRE_MESSAGE(checkpoint.has_value(),
                        "acknowledged and lost: checkpoint " << id << ", step " << step);
  BOOST_TEST(checkpoint->step == step);
  BOOST_TEST((store.get<Numbers>(checkpoint->state.at(std::string(kWorkState))) == numbers(step, count)));
  for (const auto& [name, artifact] : checkpoint->artifacts)
    BOOST_TEST((store.read_file(artifact) == read_bytes(trial.file())));
}

void check_step(Store& store, std::istream& words) {
  std::string name;
  std::int64_t seed = 0;
  std::size_t count = 0;
  words >> name >> seed >> count;
  const auto result = store.run(kWorkRun).step(name, {Input("seed", seed)}, [] { return Numbers(); });
  BOOST_TEST(result.recorded_before(), "acknowledged and lost: " << name);
  BOOST_TEST((result.value() == numbers(seed, count)));
}

void check_object(const Store& store, std::istream& words) {
  std::string id;
  std::int64_t seed = 0;
  std::size_t count = 0;
  words >> id >> seed >> count;
  BOOST_TEST((store.get<Numbers>(ObjectId::parse(id).value()) == numbers(seed, count)));
}

void check_batch(const Store& store, std::istream& words) {
  std::int64_t seed = 0;
  words >> seed;
  std::vector<ObjectId> ids;
  for (std::string id; words >> id;) ids.push_back(ObjectId::parse(id).value());
  BOOST_TEST((store.get_all<Numbers>(ids) == batch(seed)), "acknowledged and lost: batch " << seed);
}

void check_large_batch(const Store& store, std::istream& words) {
  std::int64_t number = 0;
  words >> number;
  const auto objects = large_batch(number);
  BOOST_TEST((store.get_all<Reading>(Store::in_memory().put_all(objects)) == objects), "acknowledged and lost: large batch " << number);
}

void check_graph(const Store& store, std::istream& words) {
  std::int64_t number = 0;
  words >> number;
  BOOST_TEST(is_graph_there(store, number), "acknowledged and lost: graph " << number);
}

void check_artifact(const Store& store, const Trial& trial, std::istream& words) {
  std::string id;
  words >> id;
  const TemporaryDirectory restored(trial.directory());
  store.restore(ArtifactId::parse(id).value(), restored.path());
  BOOST_TEST((read_bytes(restored.path() / "file") == read_bytes(trial.file())));
}

// What was acknowledged is there, and restores to the same bytes.
void check_acknowledged(Store& store, const Trial& trial) {
  for (const std::string& line : trial.acknowledgements()) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    if (what == "checkpoint") check_checkpoint(store, trial, words);
    if (what == "step") check_step(store, words);
    if (what == "object") check_object(store, words);
    if (what == "batch") check_batch(store, words);
    if (what == "large") check_large_batch(store, words);
    if (what == "graph") check_graph(store, words);
    if (what == "artifact") check_artifact(store, trial, words);
  }
}

// "error CODE load-graph NUMBER: ...": nothing of that load is there, unless nobody knew whether it happened.
void check_failed_loads(const Store& store, const Trial& trial) {
  for (const std::string& line : trial.acknowledgements()) {
    std::istringstream words(line);
    std::string error, code, doing;
    std::int64_t number = 0;
    words >> error >> code >> doing >> number;
    if (error == "error" && doing == kLoading && is_graph_there(store, number))
      BOOST_TEST(code == "unknown_outcome", "refused and there: graph " << number << ", " << line);
  }
}

void check_verified(const Store& store) {
  for (const Damage& damage : store.verify().damage)
    BOOST_ERROR(damage.kind << " " << damage.id << ": " << damage.problem);
}

void check_store(const Trial& trial) {
  {
    Store store = Store::open(trial.store());
    check_verified(store);
    check_acknowledged(store, trial);
    check_failed_loads(store, trial);
    store.run(kWorkRun).checkpoint(1000).save(kWorkState, numbers(1000, kLarge)).commit();
  }
  const Store store = Store::open(trial.store(), {.create = false});
  BOOST_TEST((store.find_run(kWorkRun)->restart<Numbers>(kWorkState) == numbers(1000, kLarge)));
}

// ---- What the writer says ----

// The errors of one session.
struct SessionErrors {
  int count = 0;
  bool unknown = false;  // one was of a commit of unknown outcome

  void add(const std::string& line) {
    std::istringstream words(line);
    std::string error, code;
    words >> error >> code;
    // After an unknown outcome nothing is written any more, so of what comes later it is known.
    const bool first_unknown = code == "unknown_outcome" && !unknown;
    BOOST_TEST((code == "io" || code == "no_space" || first_unknown), line);
    unknown = unknown || first_unknown;
    ++count;
  }
};

void check_reports(const Trial& trial, const Fault& fault) {
  const auto lines = trial.acknowledgements();
  BOOST_TEST((!lines.empty() && lines.back() == "end"), "the writer did not come to its end");
  std::vector<SessionErrors> sessions;
  for (const std::string& line : lines) {
    if (line.starts_with("session ")) sessions.emplace_back();
    if (line.starts_with("error ")) sessions.back().add(line);
    for (const char* commit : {"checkpoint ", "step ", "object ", "batch ", "large ", "graph "})
      if (line.starts_with(commit))
        BOOST_TEST(!sessions.back().unknown, "acknowledged after an unknown outcome: " << line);
  }
  // Tables of a load are files of their own: nothing else fails with them.
  if (fault.files == kTablesOfLoads)
    for (const std::string& line : lines)
      if (line.starts_with("error ")) {
        const bool is_full = std::string_view(fault.error) == "ENOSPC";
        BOOST_TEST(line.starts_with(std::string(is_full ? "error no_space " : "error io ") + std::string(kLoading)), line);
      }
  if (!fault.passes()) return;
  // A store that is opened again has left the failure behind.
  const auto failed = [](const SessionErrors& session) { return session.count != 0; };
  BOOST_TEST(std::ranges::count_if(sessions, failed) <= 1);
  // A disk that was full costs one commit at most. Only after a failed sync nobody knows what is on it.
  if (std::string_view(fault.error) == "ENOSPC" && trial.failed().find("sync") == std::string::npos)
    for (const SessionErrors& session : sessions) BOOST_TEST(session.count <= 1);
}

void check_fault(const Fault& fault, std::uint64_t number) {
  Trial trial;
  const int status = trial.run(fault, number);
  BOOST_TEST_CONTEXT("call " << number << ", " << fault.error << " " << fault.mode << ": "
                             << trial.failed()) {
    BOOST_TEST(!WIFSIGNALED(status), "the writer died of signal " << WTERMSIG(status));
    BOOST_TEST((WIFSIGNALED(status) || WEXITSTATUS(status) == 0), "it failed with " << WEXITSTATUS(status));
    try {
      if (!WIFSIGNALED(status)) check_reports(trial, fault);
      check_store(trial);
    } catch (const Error& error) {
      BOOST_ERROR(error_name(error.code()) << ": " << error.what());
    }
  }
}

// How many calls fail in each way, spread over all that the writer makes; by hand up to every single one.
std::uint64_t calls_to_fail(std::uint64_t calls) {
  const char* text = std::getenv("CAIRN_FAULTS");
  return std::min<std::uint64_t>(text != nullptr ? std::stoull(text) : 8, calls);
}

BOOST_AUTO_TEST_SUITE(failing_calls)

BOOST_AUTO_TEST_CASE(a_writer_of_which_no_call_fails_acknowledges_all_its_work) {
  Trial trial;
  BOOST_REQUIRE(trial.run(kFaults[0], 0) == 0);
  BOOST_TEST(trial.calls() > 100u);
  for (const std::string& line : trial.acknowledgements()) BOOST_TEST(!line.starts_with("error "), line);
  check_reports(trial, kFaults[0]);
  check_store(trial);
}

void check_faults(std::span<const Fault> faults) {
  Trial whole;
  BOOST_REQUIRE(whole.run(faults[0], 0) == 0);
  const std::uint64_t calls = whole.calls(), count = calls_to_fail(calls);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE(calls << " calls, of which " << count << " fail in each way; seed " << seed);
  std::mt19937_64 random(seed);
  for (const Fault& fault : faults) {
    const std::uint64_t first = count == calls ? 0 : random() % (calls / count);
    for (std::uint64_t i = 0; i < count; ++i) check_fault(fault, 1 + first + i * calls / count);
  }
}

BOOST_AUTO_TEST_CASE(whichever_call_fails_the_error_is_reported_and_nothing_acknowledged_is_lost) { check_faults(kFaults); }

// A large batch is in the store once the manifest names its tables, and nobody knows what a failed sync has written.
BOOST_AUTO_TEST_CASE(a_failing_manifest_does_not_keep_a_store_from_being_opened) {
  check_faults(std::array<Fault, 2>{{{"EIO", "once", "/MANIFEST-"}, {"EIO", "always", "/MANIFEST-"}}});
}

// The files that a large batch is written to before the manifest names them.
BOOST_AUTO_TEST_CASE(a_large_batch_of_which_a_table_fails_leaves_the_store_as_it_was) {
  check_faults(std::array<Fault, 2>{{{"EIO", "once", "/commit-"}, {"ENOSPC", "always", "/commit-"}}});
}

// The files that nodes and links of a load are written to as they come.
BOOST_AUTO_TEST_CASE(a_load_of_a_graph_of_which_a_table_fails_leaves_the_store_as_it_was) {
  std::array<Fault, 4> faults{{{"EIO", "once"}, {"EIO", "torn"}, {"ENOSPC", "once"}, {"ENOSPC", "always"}}};
  for (Fault& fault : faults) fault.files = kTablesOfLoads.data();
  check_faults(faults);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
