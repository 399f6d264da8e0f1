// What every benchmark prints: quartiles of its figures over the rounds, as a table and as JSON.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// How the program was called, without the directory it is in.
std::string command_line(int count, char** words);

}  // namespace bench
