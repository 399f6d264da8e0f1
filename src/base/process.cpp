#include "base/process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace cairn::base {
namespace {

// Field 22 of /proc/N/stat. Empty if there is no such process, or it has ended and was not waited for yet.
std::optional<std::uint64_t> start_of(std::uint64_t number) {
  std::ifstream file(fmt::format("/proc/{}/stat", number));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');  // the name before it may have blanks and brackets of its own
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state, passed_over;
  fields >> state;
  for (int field = 4; field < 22; ++field) fields >> passed_over;
  std::uint64_t started = 0;
  if (!(fields >> started) || state == "Z" || state == "X") return std::nullopt;
  return started;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

ProcessIdentity this_process() {
  const auto number = static_cast<std::uint64_t>(::getpid());
  return {host_name(), boot_id(), number, start_of(number).value_or(0)};
}

bool may_live(const ProcessIdentity& process) {
  const ProcessIdentity self = this_process();
  if (process.host != self.host || self.started == 0) return true;
  if (process.boot != self.boot) return false;
  return start_of(process.number) == process.started;
}

}  // namespace cairn::base
