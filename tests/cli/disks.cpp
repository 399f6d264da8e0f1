// A disk that is full or may not be written: a clear error with its exit status, and the store as it was.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <map>

#include "command.h"
#include "support/small_disk.h"

using namespace cairn::test;
namespace fs = std::filesystem;

namespace {

// Every file below `directory` with its bytes; what nothing but a refused command may leave equal.
std::map<fs::path, std::string> contents(const fs::path& directory) {
  std::map<fs::path, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    files[entry.path()] = entry.is_regular_file() ? read_all(entry.path()) : "";
  return files;
}

// What a reader is told by each verb that looks at the whole store.
std::string whole_store(const std::string& store) {
  std::string all;
  for (const char* verb : {"runs", "nodes", "log"}) {
    Arguments arguments{verb, "--json", "--store", store};
    if (arguments.front() == "log") arguments.insert(arguments.begin() + 1, "r");
    const Outcome outcome = run_command(arguments);
    BOOST_TEST(outcome.status == 0, verb << ": " << outcome.err);
    all += outcome.out;
  }
  return all;
}

// A store on `disk` with one checkpoint of run r, whose state is that file.
std::string make_store(const SmallDisk& disk, const std::string& state) {
  const std::string store = (disk.path() / "s").string();
  BOOST_REQUIRE(run_command({"init", store}).status == 0);
  BOOST_REQUIRE(
      run_command({"checkpoint", "r", "--step", "1", "--state", "s=" + state, "--store", store}).status == 0);
  return store;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(disks, CommandFixture)

BOOST_AUTO_TEST_CASE(a_full_disk_has_its_exit_status_and_leaves_the_store_as_it_was) {
  const SmallDisk disk("60m");
  if (!disk.mounted()) return;
  const std::string state = file("state", "first"), store = make_store(disk, state);
  const std::string before = whole_store(store);
  fill_disk(disk.path() / "filler");

  const std::string other = file("other", std::string(300'000, 'o'));
  for (const Arguments& verb : {Arguments{"put", other},
                                {"add", other},
                                {"checkpoint", "r", "--step", "2", "--state", "s=" + other},
                                {"checkpoint", "new", "--step", "1", "--artifact", "a=" + other}}) {
    Arguments arguments = verb;
    arguments.insert(arguments.end(), {"--store", store});
    const Outcome outcome = run_command(arguments);
    BOOST_TEST(outcome.status == 13, verb.front() << ": " << outcome.err);
    BOOST_TEST(outcome.err.find(store) != std::string::npos, outcome.err);
    BOOST_TEST(outcome.out.empty());
  }
  BOOST_TEST(whole_store(store) == before);
  BOOST_TEST(run_command({"verify", "--store", store}).status == 0);
  fill_disk(disk.path() / "rest");  // what the store had in reserve
  BOOST_TEST(run_command({"init", (disk.path() / "t").string()}).status == 13);
  BOOST_TEST(!fs::exists(disk.path() / "t"));

  fs::remove(disk.path() / "filler");
  BOOST_TEST(run_command({"put", other, "--store", store}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_disk_that_may_not_be_written_is_read_and_refuses_the_rest) {
  const SmallDisk disk("60m");
  if (!disk.mounted()) return;
  const std::string state = file("state", "first"), store = make_store(disk, state);
  disk.make_read_only();
  const auto before = contents(store);

  for (const Arguments& verb : {Arguments{"put", state, "--store", store}, {"init", (disk.path() / "t").string()}}) {
    const Outcome outcome = run_command(verb);
    BOOST_TEST(outcome.status == 1, verb.front());
    BOOST_TEST(outcome.err.find(disk.path().string()) != std::string::npos, outcome.err);
    BOOST_TEST(outcome.err.find("Read-only") != std::string::npos, outcome.err);
  }
  whole_store(store);
  BOOST_TEST(run_command({"verify", "--store", store}).status == 0);
  const std::string out = (path() / "out").string();
  BOOST_TEST(run_command({"restart", "r", "--into", out, "--store", store}).status == 0);
  BOOST_TEST(read_all(fs::path(out) / "state" / "s") == "first");
  BOOST_TEST((contents(store) == before));
}

BOOST_AUTO_TEST_CASE(a_refused_store_is_not_touched) {
  run_line({"put", file("f", "x")});
  const std::string superblock = read_all(store() / "cairn");
  std::string newer = superblock;
  newer.replace(newer.find("format 8"), 8, "format 9");
  for (const std::string& wrong : {superblock.substr(0, superblock.size() / 2), std::string(), newer}) {
    write_all(store() / "cairn", wrong);
    const auto before = contents(store());
    for (const Arguments& verb : {Arguments{"put", file("f", "y")}, {"runs"}, {"verify"}, {"stats"}})
      BOOST_TEST(run(verb).status != 0, verb.front());
    BOOST_TEST((contents(store()) == before));
  }
  write_all(store() / "cairn", superblock);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
