// Documents of other systems in and out of a store; see the head of each part.
//
//   archive   interchange_archive.h
//   gemd      interchange_gemd.h
//   json      interchange_json.h
//
// Each ratio is taken within one round; a line shows its quartiles over the rounds. Ratios of time: below 1 is faster than the
// peer.
#include "interchange_archive.h"
#include "interchange_gemd.h"
#include "interchange_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

#include "report.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  std::string part = "all";
  std::uint64_t rounds = 5;
  std::uint64_t nodes = 100'000;
  std::uint64_t bytes = 64'000'000;
  fs::path document;
  std::string json;
};

struct Part {
  std::string_view name;
  void (*measure)(const Options& options, const fs::path& directory, bench::Report& report);
};

constexpr std::array kParts{
    Part{"archive", [](const Options& options, const fs::path& directory,
                       bench::Report& report) { bench::measure_archives(directory, options.nodes, report); }},
    Part{"gemd", [](const Options& options, const fs::path& directory,
                    bench::Report& report) { bench::measure_gemd(directory, options.document, report); }},
    Part{"json", [](const Options& options, const fs::path& directory,
                    bench::Report& report) { bench::measure_json(directory, options.bytes, report); }},
};

constexpr const char* kUsage =
    "usage: bench_interchange [--directory DIR] [--part archive|gemd|json|all] [--rounds N] [--nodes N] [--bytes N]\n"
    "                         [--document FILE] [--json FILE]\n"
    "  --rounds    default 5\n"
    "  --nodes     of the largest archive (default 100000)\n"
    "  --bytes     of a JSON document (default 64 MB)\n"
    "  --document  of GEMD, such as tests/fixtures/gemd/cake.json; without it that part is left out of all\n";

bool is_asked_for(const Options& options, const Part& part) {
  if (options.part != "all") return options.part == part.name;
  return part.name != "gemd" || !options.document.empty();
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (i + 1 >= count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[++i];
    if (word == "--directory") options.directory = value;
    else if (word == "--part") options.part = value;
    else if (word == "--rounds") options.rounds = bench::parse_number(value, kUsage);
    else if (word == "--nodes") options.nodes = bench::parse_number(value, kUsage);
    else if (word == "--bytes") options.bytes = bench::parse_number(value, kUsage);
    else if (word == "--document") options.document = value;
    else if (word == "--json") options.json = value;
    else throw std::invalid_argument(kUsage);
  }
  const bool is_part = options.part == "all" || std::ranges::count(kParts, options.part, &Part::name) > 0;
  if (!is_part || options.rounds == 0 || options.nodes < 4) throw std::invalid_argument(kUsage);
  if (options.part == "gemd" && options.document.empty()) throw std::invalid_argument(kUsage);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_interchange");
  for (std::uint64_t round = 0; round < options.rounds; ++round)
    for (const Part& part : kParts)
      if (is_asked_for(options, part)) part.measure(options, scratch.path(), report);
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) { return bench::run_command(count, words, parse, run); }
