// Ctrl-C and its relatives: unfinished files are removed, and the exit status says what happened.
#pragma once

#include <filesystem>
#include <memory>

namespace cairn::cli {

/// Waits for SIGINT, SIGTERM and SIGHUP in a thread of its own, and ends the process with 128 + the signal's number.
/// A store needs no goodbye, so nothing else is waited for. Make it before any other thread: the signals are blocked
/// in those that come later. Signals that were ignored (nohup) stay ignored.
class Interrupts {
 public:
  Interrupts();

  /// The tree to remove if a signal comes; an empty path for none. There is one at a time.
  void set_unfinished(const std::filesystem::path& tree);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace cairn::cli
