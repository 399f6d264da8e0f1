// Offsets of named time zones, from the system's database.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::interchange::airflow {

/// Files that were read are kept.
/// Source: RFC 9636 (TZif), files below /usr/share/zoneinfo.
class ZoneDatabase {
 public:
  /// How far the clocks of the zone were east of UTC at that time; empty for a zone that the system does not have.
  std::optional<std::chrono::seconds> utc_offset(const std::string& zone, std::chrono::sys_seconds at);

 private:
  std::map<std::string, std::string> files_;  // empty for what is not there
};

/// The same from the bytes of a file; empty for what is none.
std::optional<std::chrono::seconds> utc_offset_in(std::string_view tzif, std::chrono::sys_seconds at);

}  // namespace cairn::interchange::airflow
