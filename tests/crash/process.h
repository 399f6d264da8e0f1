// A program that is started in order to be killed.
#pragma once

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

extern char** environ;

namespace cairn::test {

namespace fs = std::filesystem;
inline pid_t start(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  ::posix_spawn_file_actions_init(&quiet);
  ::posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  pid_t child = -1;
  BOOST_REQUIRE(::posix_spawn(&child, command[0].c_str(), &quiet, nullptr, arguments.data(), environ) == 0);
  ::posix_spawn_file_actions_destroy(&quiet);
  return child;
}

/// True if the process ends within `time`; it is still to be waited for.
inline bool ends_within(pid_t child, std::chrono::nanoseconds time) {
  // The header of glibc 2.36 declares pidfd_open without C linkage.
  pollfd ended{.fd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), .events = POLLIN, .revents = 0};
  BOOST_REQUIRE(ended.fd >= 0);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (time - seconds).count()};
  const int ready = ::ppoll(&ended, 1, &timeout, nullptr);
  ::close(ended.fd);
  BOOST_REQUIRE(ready >= 0);
  return ready > 0;
}

/// True if the process ended by itself with status 0; any other end than that and SIGKILL fails the test.
inline bool wait_for(pid_t child) {
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  if (WIFEXITED(status)) BOOST_REQUIRE_MESSAGE(WEXITSTATUS(status) == 0, "the program failed by itself");
  else BOOST_REQUIRE_MESSAGE(WTERMSIG(status) == SIGKILL, "the program died of signal " << WTERMSIG(status));
  return WIFEXITED(status);
}

/// Starts a program with `program.go_on()`, kills it after up to `longest` milliseconds, and calls `program.check()`: again and again, until
/// `kills` times it had made `progress()`, which grows, before. On a machine that is busy it must first come to begin, and gets longer.
template <class Program, class Progress>
void kill_often(Program& program, int kills, unsigned longest, const Progress& progress) {
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  for (int killed = 0; killed < kills;) {
    const auto before = progress();
    const pid_t child = program.go_on();
    ends_within(child, std::chrono::milliseconds(random() % longest));
    ::kill(child, SIGKILL);
    BOOST_REQUIRE(!wait_for(child));
    program.check();
    if (progress() != before) ++killed;
    else longest += 100;
  }
}

/// How often to kill: what the environment says, or `otherwise`.
inline int rounds(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace cairn::test
