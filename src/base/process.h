// Which process somebody is, so that others can tell later whether it still lives.
#pragma once

#include <cstdint>
#include <string>

namespace cairn::base {

std::string host_name();
/// Changes whenever the system of this host is booted. Empty if the system does not tell.
std::string boot_id();

struct ProcessIdentity {
  std::string host;
  std::string boot;
  std::uint64_t number = 0;   ///< given out again after the process has ended, but not with the same start
  std::uint64_t started = 0;  ///< clock ticks from boot; 0 if the system does not tell

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

ProcessIdentity this_process();
/// False if that process is known to have ended. Of processes of other hosts nothing is known.
bool may_live(const ProcessIdentity& process);

}  // namespace cairn::base
