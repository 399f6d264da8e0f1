// Documents of other systems in and out of a store; see the head of each part.
//
//   json   interchange_json.h
//
// Each ratio is taken within one round; a line shows its quartiles over the rounds. Ratios of time: below 1 is faster than the
// peer.
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "interchange_json.h"
#include "report.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::string part = "all";
  std::uint64_t rounds = 5;
  std::uint64_t bytes = 64'000'000;
  std::string json;
};

constexpr const char* kUsage =
    "usage: bench_interchange [--directory DIR] [--part json|all] [--rounds N] [--bytes N] [--json FILE]\n"
    "  --rounds  default 5\n"
    "  --bytes   of a document (default 64 MB)\n";

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (i + 1 >= count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[++i];
    if (word == "--directory")
      options.directory = value;
    else if (word == "--part")
      options.part = value;
    else if (word == "--rounds")
      options.rounds = bench::parse_number(value, kUsage);
    else if (word == "--bytes")
      options.bytes = bench::parse_number(value, kUsage);
    else if (word == "--json")
      options.json = value;
    else
      throw std::invalid_argument(kUsage);
  }
  if ((options.part != "json" && options.part != "all") || options.rounds == 0) throw std::invalid_argument(kUsage);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_interchange");
  for (std::uint64_t round = 0; round < options.rounds; ++round) bench::measure_json(scratch.path(), options.bytes, report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) {
  return bench::run_command(count, words, parse, run);
}
