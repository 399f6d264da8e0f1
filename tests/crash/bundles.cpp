// Kills a program that takes in bundles, of new runs and of runs that are there and grow. After each kill the store opens, verify finds
// nothing, and each bundle is there as a whole or not at all: there if that was acknowledged. Taking in the last one again finishes it.
#include "crash/taken_bundles.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(bundles)

BOOST_AUTO_TEST_CASE(a_bundle_is_taken_in_as_a_whole_or_not_at_all_however_often_its_program_is_killed) {
  const int kills = rounds("CAIRN_BUNDLE_KILLS", 12);
  TakenBundles bundles;
  kill_often(bundles, kills, 400, [&] { return bundles.lines_told(); });
  BOOST_TEST_MESSAGE(kills << " kills in " << bundles.bundles_taken() << " bundles, " << bundles.parts_found() << " times one was not there");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
