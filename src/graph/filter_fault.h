// What is wrong with the text of a filter, and how that is shown.
#pragma once

#include <cairn/filter.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn::graph::filter {

/// A problem, and at which byte. Thrown while parsing, and caught where parsing was begun.
struct Fault {
  std::size_t at = 0;
  std::string problem;
};

/// Where the fault is, for programs.
FilterFault locate(std::string_view text, const Fault& fault);
/// The same for people, in three lines.
std::string describe(std::string_view text, const Fault& fault);

}  // namespace cairn::graph::filter
