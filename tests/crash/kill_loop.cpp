// Kills the census of headers with SIGKILL at random moments, its opening and recovery included. After each kill the
// store opens, verify finds nothing, and everything that was acknowledged is there.
#include "crash/census.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(kill_loop)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_however_often_the_process_is_killed) {
  const int kills = rounds("CAIRN_KILLS", 200);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  const TemporaryDirectory directory;
  CensusRuns runs(directory.path() / "store");
  for (int killed = 0; killed < kills;) {
    const pid_t child = runs.go_on();
    runs.await_random_moment(child, random);
    ::kill(child, SIGKILL);
    const bool finished = wait_for(child);
    killed += finished ? 0 : 1;
    runs.check_store();
    if (finished) runs.next_run();
  }
  BOOST_REQUIRE(wait_for(runs.go_on()));
  runs.next_run();
  BOOST_TEST_MESSAGE(kills << " kills, " << runs.finished() << " runs finished between and after them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
