// Which processes may still live.
#include "base/process.h"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

namespace cairn::base {
namespace {

BOOST_AUTO_TEST_SUITE(process)

BOOST_AUTO_TEST_CASE(this_process_lives) {
  const ProcessIdentity self = this_process();
  BOOST_TEST(self.number == static_cast<std::uint64_t>(::getpid()));
  BOOST_TEST(self.started > 0u);
  BOOST_TEST(!self.host.empty());
  BOOST_TEST(may_live(self));
  BOOST_TEST((self == this_process()));
}

BOOST_AUTO_TEST_CASE(a_process_of_the_same_number_and_another_start_is_another_one) {
  ProcessIdentity other = this_process();
  other.started -= 1;
  BOOST_TEST(!may_live(other));
}

BOOST_AUTO_TEST_CASE(nothing_outlives_a_boot) {
  ProcessIdentity other = this_process();
  other.boot = "another";
  BOOST_TEST(!may_live(other));
}

BOOST_AUTO_TEST_CASE(of_other_hosts_nothing_is_known) {
  BOOST_TEST(may_live({"far.example", "boot", 1, 1}));
}

// The child tells who it is, and ends when the pipe is closed.
BOOST_AUTO_TEST_CASE(a_child_lives_until_it_ends) {
  int up[2], down[2];
  BOOST_REQUIRE((::pipe(up) == 0 && ::pipe(down) == 0));
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(down[1]);
    const std::uint64_t started = this_process().started;
    char byte = 0;
    ::_exit(::write(up[1], &started, sizeof started) == sizeof started && ::read(down[0], &byte, 1) == 0 ? 0 : 1);
  }
  ::close(down[0]);
  ProcessIdentity other = this_process();
  other.number = static_cast<std::uint64_t>(child);
  BOOST_REQUIRE(::read(up[0], &other.started, sizeof other.started) == sizeof other.started);
  BOOST_TEST(may_live(other));
  for (const int descriptor : {down[1], up[0], up[1]}) ::close(descriptor);
  siginfo_t info{};
  BOOST_REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
  BOOST_TEST(!may_live(other));  // nobody has waited for it yet
  BOOST_REQUIRE(::waitpid(child, nullptr, 0) == child);
  BOOST_TEST(!may_live(other));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::base
