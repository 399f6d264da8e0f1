// What the shell is told: the exit status of every outcome. Numbers are stable.
#pragma once

#include <cairn/error.h>

#include <stdexcept>

namespace cairn::cli {

enum class ExitStatus : int {
  done = 0,
  failed = 1,
  usage = 2,
  damage_found = 3,  ///< by verify or repair
  not_found = 4,  ///< in the store; a missing input file is a failure
  no_store = 10,
  locked = 11,
  newer_format = 12,
  no_space = 13,
  interrupted = 130,
};

/// The statuses as people read them at the end of --help.
inline constexpr const char* kExitStatusHelp =
    "Exit status: 0 done, 1 failed (also: damaged data was met), 2 wrong usage, 3 damage was found,\n"
    "4 not found in the store, 10 no store there, 11 locked by another process, 12 newer format,\n"
    "13 no space, 130 interrupted.";

ExitStatus exit_status(ErrorCode code);

/// The command line is wrong; the message says how.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace cairn::cli
