// Cuts the power of the file system under a running census: an ext4 in an image is shut down without writing its log
// (FS_IOC_SHUTDOWN), so that only what was synced is there after mounting it again. Needs root; skipped otherwise.
#include "crash/census.h"
#include "crash/disk.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(power_cut)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  CensusRuns runs(disk.path() / "store");
  const int cuts = rounds("CAIRN_POWER_CUTS", 20);
  for (int cut = 0; cut < cuts;) {
    const pid_t child = runs.go_on();
    runs.await_random_moment(child, random);
    const bool finished = !disk.cut_power_under(child);
    cut += finished ? 0 : 1;
    runs.check_store();
    if (finished) runs.next_run();
  }
  BOOST_REQUIRE(wait_for(runs.go_on()));
  runs.next_run();
  BOOST_TEST_MESSAGE(cuts << " cuts, " << runs.finished() << " runs finished between and after them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
