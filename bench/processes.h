// Programs run as child processes, and what each cost.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "timing.h"

namespace bench {

struct Command {
  std::vector<std::string> words;             ///< the program, looked for in PATH, and its arguments
  std::filesystem::path directory = ".";      ///< to run it in
  std::vector<std::string> environment = {};  ///< NAME=value, beside our own
};

struct Finished {
  Cost cost;           ///< of all its threads, and of processes that it waited for
  std::string output;  ///< what it printed on standard output
};

/// Runs the program to its end. Throws runtime_error with what it said on standard error unless its status is 0.
Finished run_process(const Command& command);

/// Where PATH has the program.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace bench
