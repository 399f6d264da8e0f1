// How much memory this process takes at most.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace cairn::test {

/// Measures from its construction on. One at a time.
class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";  // proc(5): VmHWM becomes VmRSS
    before_ = bytes("VmRSS:");
  }

  /// At most, more than what there was at the beginning.
  std::uint64_t growth_bytes() const { return std::max(bytes("VmHWM:"), before_) - before_; }

  /// False if the memory of sanitizers would count as ours.
  static constexpr bool is_measured() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    return true;
#endif
  }

 private:
  static std::uint64_t bytes(std::string_view key) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with(key)) return std::stoull(line.substr(key.size())) * 1024;
    return 0;
  }

  std::uint64_t before_ = 0;
};

}  // namespace cairn::test
