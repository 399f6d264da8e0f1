// Kills backups at random moments. What was shown before is shown, or what was to be; the next one comes to its end.
#include "crash/backed_up_store.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(backups)

BOOST_AUTO_TEST_CASE(what_a_backup_shows_is_whole_however_often_one_is_killed) {
  const int kills = rounds("CAIRN_BACKUP_KILLS", 20);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  BackedUpStore store;
  const auto begin = std::chrono::steady_clock::now();
  BOOST_REQUIRE(wait_for(store.back_up()));
  std::chrono::nanoseconds longest = 2 * (std::chrono::steady_clock::now() - begin);
  store.check(true);
  int finished = 0;
  for (int killed = 0; killed < kills;) {
    const pid_t child = store.back_up();
    ends_within(child, std::chrono::nanoseconds(random() % static_cast<std::uint64_t>(longest.count())));
    ::kill(child, SIGKILL);
    const bool is_finished = wait_for(child);
    (is_finished ? finished : killed) += 1;
    store.check(is_finished);
    if (random() % 8 == 0) store.begin_anew();
    if (random() % 2 == 0) store.go_on();
  }
  BOOST_REQUIRE(wait_for(store.back_up()));
  store.check(true);
  BOOST_TEST_MESSAGE(kills << " kills, " << finished << " backups finished between them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
