// CareTeller: tells how far a long piece of work has come, with its rate and the time that is left.
#pragma once

#include <cairn/care_progress.h>

#include <chrono>
#include <mutex>

#include "base/care_pace.h"

namespace cairn::base {

/// Thread-safe: calls come one by one. Throws what `show` throws.
class CareTeller {
 public:
  /// `show` must outlive it, and may be empty.
  explicit CareTeller(const ShowProgress& show) : show_(show) {}

  bool is_needed() const { return static_cast<bool>(show_); }
  void tell(const CareProgress& progress) {
    if (!show_) return;
    const std::lock_guard lock(mutex_);
    show_(pace_.at(std::chrono::steady_clock::now().time_since_epoch(), progress));
  }

 private:
  const ShowProgress& show_;
  std::mutex mutex_;
  CarePace pace_;
};

}  // namespace cairn::base
