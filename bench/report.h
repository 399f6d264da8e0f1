// What every benchmark prints: quartiles of its figures over the rounds, as a table and as JSON.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "timing.h"

namespace bench {

/// Figures by name, in the order in which they came first.
class Report {
 public:
  void add(const std::string& name, double value);
  void print() const;
  boost::json::object json() const;

 private:
  std::vector<std::pair<std::string, std::vector<double>>> figures_;
};

/// Where the figures come from.
struct Setting {
  std::string command;
  Machine machine;

  Setting(std::string command, const std::filesystem::path& directory);
  void print() const;
};

/// Writes both to `path`; does nothing if that is empty.
void write_json(const std::string& path, const Setting& setting, const Report& report);

/// A directory of our own below the given one; removed at the end.
class Scratch {
 public:
  Scratch(const std::filesystem::path& below, std::string_view name);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Throws invalid_argument with `usage` if `text` is no number.
std::uint64_t parse_number(std::string_view text, const char* usage);

/// Calls `run(parse(count, words), how the program was called)` and returns its exit status.
template <class Parse, class Run>
int run_command(int count, char** words, Parse&& parse, Run&& run) {
  try {
    std::string line = std::filesystem::path(words[0]).filename().string();
    for (int i = 1; i < count; ++i) line.append(" ").append(words[i]);
    run(parse(count, words), line);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

}  // namespace bench
