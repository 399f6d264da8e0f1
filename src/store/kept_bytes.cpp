#include "store/kept_bytes.h"

#include <algorithm>

namespace cairn::store {
namespace {

constexpr std::size_t kReasonsMost = 50'000;  // some 10 MB
constexpr std::size_t kToldMost = 100;
constexpr std::string_view kOthers = "(others)";

}  // namespace

std::uint32_t KeptReasons::number(std::string_view kind, std::string_view name) {
  auto of_kind = numbers_.find(kind);
  if (of_kind == numbers_.end()) of_kind = numbers_.emplace(kind, std::map<std::string, std::uint32_t, std::less<>>()).first;
  auto found = of_kind->second.find(name);
  if (found != of_kind->second.end()) return found->second;
  if (kept_.size() >= kReasonsMost && name != kOthers) return number(kind, kOthers);
  const auto number = static_cast<std::uint32_t>(kept_.size());
  kept_.push_back({std::string(kind), std::string(name), 0});
  of_kind->second.emplace(name, number);
  return number;
}

std::vector<KeptBytes> KeptReasons::largest() const {
  std::vector<KeptBytes> largest;
  for (const KeptBytes& one : kept_)
    if (one.bytes != 0) largest.push_back(one);
  std::ranges::stable_sort(largest, std::ranges::greater(), &KeptBytes::bytes);
  if (largest.size() > kToldMost) largest.resize(kToldMost);
  return largest;
}

}  // namespace cairn::store
