// Random damage to any file of a store: it is found, or harms nothing. No program that opens the store dies of it, and what it is
// told is what was stored. A repair then finds all of it, and what could be read before can be read after it.
// CAIRN_DAMAGES=N says how many (1000: ten minutes), CAIRN_DAMAGE_FIRST=N with which number to begin.
#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <set>
#include <sstream>

#include "damage/damages.h"
#include "support/temporary_directory.h"

extern char** environ;

namespace cairn::test {
namespace {

int number_from(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : otherwise;
}

std::vector<double> noise(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::vector<double> numbers(count);
  for (double& number : numbers) number = static_cast<double>(random()) / 1e9;
  return numbers;
}

// A part of the store: some of everything that there is.
void write_some(const fs::path& path, const fs::path& file, int part) {
  Store store = Store::open(path);
  const auto seed = static_cast<std::uint64_t>(part);
  Run run = store.run("run " + std::to_string(part % 2));
  for (int i = 0; i < 4; ++i) {
    std::ofstream(file) << std::string(static_cast<std::size_t>(20'000 * (i + 1)), static_cast<char>('a' + part)) << i;
    const std::int64_t step = part * 10 + i;
    run.checkpoint(step).save("array", noise(seed * 10 + static_cast<std::uint64_t>(i), 6000)).save("step", step).attach("file", file)
        .note("energy", static_cast<double>(step)).commit();
  }
  run.tag(run.latest()->id, "part " + std::to_string(part));
  run.put_writes(run.latest()->id, "task", {{"channel", Value("pending")}});
  const auto read = run.step("read " + std::to_string(part), {}, [&] { return noise(100 + seed, 50); });
  run.step("sum " + std::to_string(part), {{"numbers", read}}, [&] { return part; });
  run.fork("fork " + std::to_string(part)).checkpoint(500).save("step", part).commit();
  Transaction transaction = store.transaction();
  Uuid last{};
  for (int i = 0; i < 100; ++i) {
    NewNode node;
    node.type = "point";
    node.attributes = Map{{Value("energy"), Value(static_cast<double>(i) / 10)}};
    if (i % 2 == 0) node.tags = {"even"};
    const Uuid made = transaction.add(node);
    if (i % 7 == 1) transaction.link(last, made, LinkType::reference, "next");
    last = made;
  }
  transaction.commit();
  store.put_group("group " + std::to_string(part), "described");
  store.add_to_group("group " + std::to_string(part), std::vector<Uuid>{last});
  store.add(file);
}

struct Stores {
  Files older, newer;
};

// Two moments in the life of a store; at both it has tables, a log and packs.
Stores make_stores(const fs::path& directory) {
  Stores stores;
  const fs::path path = directory / "made", file = directory / "file";
  write_some(path, file, 0);
  Store::open(path).index_attribute("attributes.energy");
  write_some(path, file, 1);
  stores.older = read_files(path);
  Store::open(path).compact();
  for (int part = 2; part < 5; ++part) write_some(path, file, part);
  stores.newer = read_files(path);
  return stores;
}

// What a program was told that read the store.
struct Told {
  bool lived = false;
  bool is_clean = false;     // it was opened, and verify found nothing
  bool is_repaired = false;  // before it was opened
  std::set<std::string> facts;
  std::string errors;
};

std::string read_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

Told read_store(const fs::path& directory, const Files& files, const std::string& how) {
  const fs::path store = directory / "store", out = directory / "out", err = directory / "err";
  write_files(store, files);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::string program = CAIRN_DAMAGE_READER, path = store.string(), mode = how;
  char* const arguments[] = {program.data(), path.data(), mode.data(), nullptr};
  pid_t child = -1;
  BOOST_REQUIRE(::posix_spawn(&child, arguments[0], &actions, nullptr, arguments, environ) == 0);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  Told told;
  told.lived = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  told.errors = read_text(err);
  std::istringstream lines(read_text(out));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("! ")) continue;
    if (line.starts_with("verify ")) told.is_clean = line == "verify 0";
    else if (line.starts_with("repaired ")) told.is_repaired = true;
    else told.facts.insert(line);
  }
  return told;
}

// What of `facts` is not in `truth`, the first few.
std::string invented(const std::set<std::string>& facts, const std::set<std::string>& truth) {
  std::vector<std::string> wrong;
  std::ranges::set_difference(facts, truth, std::back_inserter(wrong));
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(wrong.size(), 3); ++i) text += "\n  " + wrong[i].substr(0, 300);
  return text;
}

BOOST_AUTO_TEST_SUITE(random_damage)

BOOST_AUTO_TEST_CASE(what_is_damaged_is_found_or_harms_nothing) {
  const TemporaryDirectory directory;
  const Stores stores = make_stores(directory.path());
  const Told whole = read_store(directory.path(), stores.newer, "read");
  BOOST_REQUIRE_MESSAGE(whole.lived && whole.is_clean, whole.errors);
  BOOST_REQUIRE(whole.facts.size() > 1000u);
  int found = 0, harmless = 0;
  const int first = number_from("CAIRN_DAMAGE_FIRST", 0), count = number_from("CAIRN_DAMAGES", 50);
  for (int i = first; i < first + count; ++i) {
    Files files = stores.newer;
    const std::string what = Damager(static_cast<std::uint64_t>(i)).damage(files, stores.older);
    for (const std::string how : {"read", "write"})
      BOOST_TEST_CONTEXT("damage " << i << ", to " << how << ": " << what) {
        const Told told = read_store(directory.path(), files, how);
        BOOST_TEST(told.lived, told.errors);
        BOOST_TEST(invented(told.facts, whole.facts) == "");
        if (told.is_clean) BOOST_TEST(invented(whole.facts, told.facts) == "", "lost, and not found by verify");
        ++(told.is_clean ? harmless : found);
      }
  }
  BOOST_TEST_MESSAGE(count << " damages, each to read and to write: " << found << " times found, " << harmless << " times harmless");
  BOOST_TEST(found > harmless);
}

// Records that RocksDB refuses as a whole are for a salvage. Names that a repair has to invent (of labels, groups) were never told before.
BOOST_AUTO_TEST_CASE(a_repair_mends_what_is_damaged_and_costs_nothing_else) {
  const TemporaryDirectory directory;
  const Stores stores = make_stores(directory.path());
  int repaired = 0, refused = 0;
  const int first = number_from("CAIRN_DAMAGE_FIRST", 0), count = number_from("CAIRN_DAMAGES", 50);
  for (int i = first; i < first + count; ++i) {
    Files files = stores.newer;
    const std::string what = Damager(static_cast<std::uint64_t>(i)).damage(files, stores.older);
    BOOST_TEST_CONTEXT("damage " << i << ": " << what) {
      const Told before = read_store(directory.path(), files, "read"), after = read_store(directory.path(), files, "repair");
      BOOST_TEST(after.lived, after.errors);
      BOOST_TEST((after.is_repaired || before.facts.empty()), "what can be read is not repaired: " << after.errors);
      ++(after.is_repaired ? repaired : refused);
      if (!after.is_repaired) BOOST_TEST_MESSAGE("not repaired: " << what << ": " << after.errors.substr(0, 300));
      if (!after.is_repaired) continue;
      BOOST_TEST(after.is_clean, after.errors);
      BOOST_TEST(invented(before.facts, after.facts) == "", "lost by the repair: " << after.errors);
    }
  }
  BOOST_TEST_MESSAGE(count << " damages: " << repaired << " repaired, " << refused << " not, since the records are lost as a whole");
  BOOST_TEST(repaired > refused);
}

BOOST_AUTO_TEST_CASE(an_older_copy_of_the_whole_store_is_whole) {
  const TemporaryDirectory directory;
  const Stores stores = make_stores(directory.path());
  for (const std::string how : {"read", "write"}) {
    const Told told = read_store(directory.path(), stores.older, how);
    BOOST_TEST((told.lived && told.is_clean), told.errors);
    BOOST_TEST(told.facts.size() > 300u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
