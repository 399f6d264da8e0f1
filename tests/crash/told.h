// What a program told in a file outside of the store before it was killed, see support/acknowledgements.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace cairn::test {

/// What was done, and the numbers that it was done with.
using Told = std::map<std::string, std::set<std::int64_t>>;

/// Whole lines alone. `last_line` gets what the last of them says was done, and may be null.
inline Told read_told(const std::filesystem::path& path, std::string* last_line = nullptr) {
  Told told;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line) && !file.eof();) {
    const std::size_t blank = line.rfind(' ');
    told[line.substr(0, blank)].insert(std::stoll(line.substr(blank + 1)));
    if (last_line != nullptr) *last_line = line.substr(0, blank);
  }
  return told;
}

/// The largest of all numbers; 0 if nothing was told.
inline std::int64_t last(const Told& told) {
  std::int64_t last = 0;
  for (const auto& [what, numbers] : told) last = std::max(last, *numbers.rbegin());
  return last;
}

inline std::size_t count_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
}

}  // namespace cairn::test
