// KeptReasons: what needs the bytes of a store, by the first that was found to.
#pragma once

#include <cairn/compaction.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::store {

class KeptReasons {
 public:
  /// A number for the reason. There are at most some ten thousand: those that come later are counted together by kind.
  std::uint32_t number(std::string_view kind, std::string_view name);
  void add(std::uint32_t reason, std::uint64_t bytes) { kept_[reason].bytes += bytes; }
  /// Largest first, at most 100.
  std::vector<KeptBytes> largest() const;

 private:
  std::vector<KeptBytes> kept_;
  std::map<std::string, std::map<std::string, std::uint32_t, std::less<>>, std::less<>> numbers_;
};

}  // namespace cairn::store
