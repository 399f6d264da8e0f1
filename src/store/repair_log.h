// RepairLog: what a repair did, or would do.
#pragma once

#include <cairn/repair.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace cairn::store {

/// Memory: at most kMost things by their ids; more, and those without one, are only counted.
class RepairLog {
 public:
  static constexpr std::size_t kMost = 10'000;

  void add(std::string_view action, std::string_view kind, std::string id, std::string problem);
  /// One of many that nobody looks at by itself.
  void count(std::string_view action, std::string_view kind, std::string_view problem);
  /// In the order in which they came, then the counts. Nothing may be added after it.
  std::vector<RepairItem> take();

 private:
  std::vector<RepairItem> items_;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> counts_;  // by action, kind, problem
};

}  // namespace cairn::store
