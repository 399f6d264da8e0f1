// Another program, run to its end.
#pragma once

#include <string>
#include <vector>

namespace cairn::cli {

/// Runs the program, found as a shell finds it, with our standard input, output and error. Its exit status; as a shell says it, 128
/// + the signal's number if one ended it, 127 or 126 if it could not be started. It is told to end if this process ends first.
/// Throws io if there can be no other process.
int run_child(const std::vector<std::string>& command);

}  // namespace cairn::cli
