#include "report.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

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

Setting::Setting(std::string called, const std::filesystem::path& directory)
    : command(std::move(called)), machine(machine_facts(directory)) {}

void Setting::print() const {
  fmt::print("{}\n{} cores, {}; {}; {}\n", command, machine.cores, machine.processor, machine.kernel, machine.file_system);
}

void write_json(const std::string& path, const Setting& setting, const Report& report) {
  if (path.empty()) return;
  const Machine& machine = setting.machine;
  const boost::json::object all{{"command", setting.command}, {"cores", machine.cores}, {"processor", machine.processor},
                                {"kernel", machine.kernel}, {"file_system", machine.file_system},
                                {"figures", report.json()}};
  std::ofstream(path) << boost::json::serialize(all) << '\n';
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

}  // namespace bench
