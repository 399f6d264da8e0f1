// Kills a writer, takes its records away, and salvages what is in the packs, which is killed as well. All that was acknowledged
// and went to a pack is there then, whole, and the writer goes on from it.
#include "crash/salvaged_work.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(salvage)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_in_packs_is_salvaged_however_often_writer_and_salvage_are_killed) {
  const int kills = rounds("CAIRN_SALVAGE_KILLS", 10);
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  SalvagedWork work;
  int cut_short = 0;
  for (int killed = 0, longest = 400; killed < kills; longest += work.restored() == 0 ? 200 : 0) {
    const pid_t writer = work.work(random());
    ends_within(writer, std::chrono::milliseconds(random() % static_cast<unsigned>(longest)));
    ::kill(writer, SIGKILL);
    BOOST_REQUIRE(!wait_for(writer));
    if (!work.has_store()) continue;
    work.lose_records(random);
    for (bool done = false; !done;) {
      const pid_t salvager = work.salvage();
      const bool is_killed = random() % 3 != 0;
      if (is_killed && !ends_within(salvager, std::chrono::milliseconds(random() % 150))) ::kill(salvager, SIGKILL);
      done = wait_for(salvager);
      cut_short += done ? 0 : 1;
    }
    work.check();
    ++killed;
  }
  BOOST_TEST(work.restored() > 0u);
  BOOST_TEST_MESSAGE(work.restored() << " checkpoints restored in " << kills << " rounds, salvage killed " << cut_short << " times");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
