#include "timing.h"

#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The value behind `key` in a file of "key: value" lines; empty if there is none.
std::string field_of(const char* file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

std::uint64_t memory_bytes(std::string_view key) {
  const std::string text = field_of("/proc/self/status", key);
  return text.empty() ? 0 : std::stoull(text) * 1024;
}

void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }  // proc(5): VmHWM becomes VmRSS

std::string file_system_name(long type) {
  static const std::map<long, std::string> names = {{0xef53, "ext4"},      {0x58465342, "xfs"},  {0x9123683e, "btrfs"},
                                                    {0x01021994, "tmpfs"}, {0x6969, "nfs"},      {0x794c7630, "overlay"},
                                                    {0x2fc12fc1, "zfs"},   {0x0bd00bd0, "lustre"}};
  const auto name = names.find(type);
  return name == names.end() ? "type " + std::to_string(type) : name->second;
}

}  // namespace

Cost measure(const std::function<void()>& work) {
  reset_peak();
  const std::uint64_t memory = memory_bytes("VmRSS");
  const double cpu = cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  const std::uint64_t peak = memory_bytes("VmHWM");
  return {time.count(), cpu_seconds() - cpu, peak > memory ? peak - memory : 0};
}

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Quartiles quartiles(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("quartiles of no values");
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    const double position = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.25), at(0.5), at(0.75), values.size()};
}

Machine machine_facts(const std::filesystem::path& directory) {
  utsname system{};
  ::uname(&system);
  struct statfs status {};
  ::statfs(directory.c_str(), &status);
  return {std::thread::hardware_concurrency(), field_of("/proc/cpuinfo", "model name"),
          std::string(system.sysname) + " " + system.release, file_system_name(static_cast<long>(status.f_type))};
}

}  // namespace bench
