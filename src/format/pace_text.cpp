#include <cairn/care_progress.h>
#include <cairn/text.h>

#include <fmt/format.h>

namespace cairn {
namespace {

// The two largest units that say something.
std::string time_text(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  const auto minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
  if (minutes == 0) return fmt::format("{} s", seconds);
  if (hours == 0) return fmt::format("{} min {} s", minutes, seconds % 60);
  if (days == 0) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", days, hours % 24);
}

}  // namespace

std::string pace_text(const CareProgress& progress) {
  std::string text;
  if (progress.bytes_per_second >= 1) text = human_size(static_cast<std::uint64_t>(progress.bytes_per_second)) + "/s";
  if (progress.time_left) text += fmt::format("{}{} left", text.empty() ? "" : ", ", time_text(*progress.time_left));
  return text;
}

}  // namespace cairn
