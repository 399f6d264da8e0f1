// A progress bar on standard error, if that is a terminal.
#pragma once

#include <cairn/care_progress.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace cairn::cli {

class Progress {
 public:
  explicit Progress(std::string title);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Erases the bar.
  ~Progress();

  void update(std::uint64_t done, std::uint64_t total) { update({.stage = {}, .done = done, .total = total}); }
  /// Also shows the rate, and the time that is left.
  void update(const CareProgress& progress);

 private:
  std::string title_;
  bool enabled_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace cairn::cli
