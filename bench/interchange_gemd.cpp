// A GEMD document in and out of a store, beside reading its JSON alone.
//
//   parse    the document's text as a value
//   import   into an empty store
//   again    into a store that has it: nothing is written
//   export   out of it
//
// Each in turns, in memory and on disk, where an import is one synced commit.
#include <cairn/cairn.h>
#include <cairn/interchange.h>
#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "report.h"
#include "timing.h"

namespace {

namespace fs = std::filesystem;

struct Options {
  fs::path directory = ".";
  fs::path document;
  std::uint64_t rounds = 100;
  std::string json;
};

constexpr const char* kUsage =
    "usage: bench_interchange_gemd --document FILE [--directory DIR] [--rounds N] [--json FILE]\n"
    "  --document  such as tests/fixtures/gemd/cake.json\n"
    "  --rounds    default 100\n";

constexpr double kMilliseconds = 1e3;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", path.string()));
  return {std::istreambuf_iterator<char>(file), {}};
}

void measure_store(const std::string& name, cairn::Store store, const std::string& text,
                   bench::Report& report) {
  std::istringstream first(text), second(text);
  std::ostringstream out;
  cairn::ImportReport made;
  const double import = bench::seconds_of([&] { made = cairn::import_document(store, "gemd", first); });
  const double again = bench::seconds_of([&] { cairn::import_document(store, "gemd", second); });
  const double exported = bench::seconds_of([&] { cairn::export_document(store, "gemd", made.roots, out); });
  report.add(name + ": import, ms", kMilliseconds * import);
  report.add(name + ": again, ms", kMilliseconds * again);
  report.add(name + ": export, ms", kMilliseconds * exported);
  report.add(name + ": nodes", static_cast<double>(made.nodes_new));
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (i + 1 >= count) throw std::invalid_argument(kUsage);
    const std::string_view value = words[++i];
    if (word == "--directory")
      options.directory = value;
    else if (word == "--document")
      options.document = value;
    else if (word == "--rounds")
      options.rounds = bench::parse_number(value, kUsage);
    else if (word == "--json")
      options.json = value;
    else
      throw std::invalid_argument(kUsage);
  }
  if (options.document.empty()) throw std::invalid_argument(kUsage);
  return options;
}

void run(const Options& options, const std::string& command) {
  const bench::Setting setting(command, options.directory);
  setting.print();
  const std::string text = read_file(options.document);
  bench::Report report;
  const bench::Scratch scratch(options.directory, "bench_interchange_gemd");
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    report.add("parse, ms", kMilliseconds * bench::seconds_of([&] { (void)cairn::from_plain_json(text); }));
    measure_store("in memory", cairn::Store::in_memory(), text, report);
    measure_store("on disk", cairn::Store::open(scratch.path() / fmt::format("{}.cairn", round)), text,
                  report);
    fs::remove_all(scratch.path() / fmt::format("{}.cairn", round));
  }
  report.print();
  bench::write_json(options.json, setting, report);
}

}  // namespace

int main(int count, char** words) {
  return bench::run_command(count, words, parse, run);
}
