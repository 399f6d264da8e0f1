// What every benchmark needs: a clock, what a piece of work cost, and quartiles of many pieces.
//
// Figures are ratios to a peer that ran in the same minute. A shared machine changes its speed by a factor of two
// within an hour, so a figure alone says nothing; two that were taken in turns can be divided.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// What one piece of work took, all threads of the process together.
struct Cost {
  double seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t peak_bytes = 0;  ///< memory in use at most, above what was in use before
};

Cost measure(const std::function<void()>& work);
/// By the clock alone: to ask for the rest takes as long as a small commit, and leaves the caches cold.
double seconds_of(const std::function<void()>& work);

struct Quartiles {
  double p25 = 0, median = 0, p75 = 0;
  std::size_t count = 0;
};

/// Of at least one value.
Quartiles quartiles(std::vector<double> values);

/// Cores, kernel and processor, and the type of the file system of `directory`: what a reader of a figure asks first.
struct Machine {
  std::size_t cores = 0;
  std::string processor, kernel, file_system;
};

Machine machine_facts(const std::filesystem::path& directory);

}  // namespace bench
