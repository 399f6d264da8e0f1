// Cuts the power under bundles, backups and salvages, also right behind their end: what they said they have done is on disk. A kill alone
// would leave what was written and not synced. Needs root; skipped otherwise.
#include <cairn/bundle.h>

#include <fstream>
#include <random>
#include <sstream>

#include "crash/backed_up_store.h"
#include "crash/disk.h"
#include "crash/salvaged_work.h"
#include "crash/taken_bundles.h"

namespace cairn::test {
namespace {

std::mt19937_64 make_random() {
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  return std::mt19937_64(seed);
}

// Lets it work for some time and cuts the power; or behind its end, if it comes to that before. True if it came to its end.
bool cut_within(const Disk& disk, pid_t child, std::chrono::milliseconds time) {
  const bool has_ended = ends_within(child, time);
  if (!has_ended && disk.cut_power_under(child)) return false;
  if (has_ended) BOOST_REQUIRE(wait_for(child));
  disk.cut_power_and_mount();
  return true;
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return std::move(text).str();
}

BOOST_AUTO_TEST_SUITE(power_cuts_of_care)

BOOST_AUTO_TEST_CASE(the_file_of_a_bundle_is_whole_or_not_there) {
  const Disk disk;
  if (!disk.usable()) return;
  std::mt19937_64 random = make_random();
  const TemporaryDirectory directory;
  std::string whole;
  {
    Store store = Store::open(directory.path() / "store");
    for (std::int64_t step = 1; step <= 8; ++step) store.run("run").checkpoint(step).save("state", numbers(step)).commit();
    std::ostringstream out;
    store.bundle({.everything = true}, out, {});
    whole = std::move(out).str();
  }
  const int cuts = rounds("CAIRN_BUNDLE_CUTS", 8);
  int finished = 0;
  for (int cut = 0; cut < cuts; ++cut) {
    const fs::path file = disk.path() / "bundle";
    const pid_t child = start({CAIRN_COMMAND, "bundle", "--store", (directory.path() / "store").string(), "--everything", "--output", file.string()});
    const bool has_ended = cut_within(disk, child, cut % 2 == 0 ? std::chrono::minutes(1) : std::chrono::milliseconds(random() % 300));
    finished += has_ended ? 1 : 0;
    BOOST_TEST((fs::exists(file) || !has_ended), "it was said to be there");
    if (fs::exists(file)) BOOST_TEST((text_of(file) == whole), "a bundle of " << fs::file_size(file) << " bytes, and not of " << whole.size());
    fs::remove(file);
    fs::remove(file.string() + ".tmp");
  }
  BOOST_TEST(finished > 0);
}

BOOST_AUTO_TEST_CASE(a_bundle_that_was_taken_in_is_there_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  std::mt19937_64 random = make_random();
  TakenBundles bundles(disk.path());
  const int cuts = rounds("CAIRN_TAKING_CUTS", 8);
  for (int cut = 0; cut < cuts;) {
    const std::size_t before = bundles.lines_told();
    const pid_t child = bundles.go_on();
    ends_within(child, std::chrono::milliseconds(200 + random() % 1000));
    BOOST_REQUIRE(disk.cut_power_under(child));
    cut += bundles.lines_told() != before ? 1 : 0;
    bundles.check();
  }
  BOOST_TEST_MESSAGE(bundles.bundles_taken() << " bundles, " << bundles.parts_found() << " times one was not there");
}

BOOST_AUTO_TEST_CASE(what_a_backup_shows_is_whole_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  std::mt19937_64 random = make_random();
  BackedUpStore store(disk.path());
  const int cuts = rounds("CAIRN_BACKUP_CUTS", 10);
  for (int cut = 0; cut < cuts; ++cut) {
    store.check(cut_within(disk, store.back_up(), cut % 2 == 0 ? std::chrono::minutes(1) : std::chrono::milliseconds(random() % 400)));
    if (random() % 6 == 0) store.begin_anew();
    store.go_on();
  }
}

BOOST_AUTO_TEST_CASE(what_was_salvaged_is_there_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  std::mt19937_64 random = make_random();
  SalvagedWork work(disk.path());
  const int cuts = rounds("CAIRN_SALVAGE_CUTS", 5);
  for (int cut = 0, longest = 600; cut < cuts; longest += work.restored() == 0 ? 200 : 0) {
    const pid_t writer = work.work(random());
    ends_within(writer, std::chrono::milliseconds(random() % static_cast<unsigned>(longest)));
    BOOST_REQUIRE(disk.cut_power_under(writer));
    if (!work.has_store()) continue;
    work.lose_records(random);
    for (bool done = false; !done;)
      done = cut_within(disk, work.salvage(), random() % 2 == 0 ? std::chrono::minutes(1) : std::chrono::milliseconds(random() % 150));
    work.check();
    ++cut;
  }
  BOOST_TEST(work.restored() > 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
