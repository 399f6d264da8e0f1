#include "report.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "timing.h"

namespace bench {

void Report::add(const std::string& name, double value) {
  for (auto& [known, values] : figures_)
    if (known == name) return values.push_back(value);
  figures_.push_back({name, {value}});
}

void Report::print() const {
  fmt::print("{:<52} {:>9} {:>9} {:>9} {:>6}\n", "", "median", "p25", "p75", "count");
  for (const auto& [name, values] : figures_) {
    const Quartiles found = quartiles(values);
    fmt::print("{:<52} {:>9.4g} {:>9.4g} {:>9.4g} {:>6}\n", name, found.median, found.p25, found.p75, found.count);
  }
}

boost::json::object Report::json() const {
  boost::json::object all;
  for (const auto& [name, values] : figures_) {
    const Quartiles found = quartiles(values);
    all[name] = {{"median", found.median}, {"p25", found.p25}, {"p75", found.p75}, {"count", found.count}};
  }
  return all;
}

Scratch::Scratch(const std::filesystem::path& below, std::string_view name) {
  std::string path = (below / name).string() + ".XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("make a directory in " + below.string());
  path_ = path;
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint64_t parse_number(std::string_view text, const char* usage) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) throw std::invalid_argument(usage);
  return number;
}

std::string command_line(int count, char** words) {
  std::string line = std::filesystem::path(words[0]).filename().string();
  for (int i = 1; i < count; ++i) line.append(" ").append(words[i]);
  return line;
}

}  // namespace bench
