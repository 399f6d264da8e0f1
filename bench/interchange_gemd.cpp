#include "interchange_gemd.h"

#include <cairn/interchange.h>
#include <cairn/plain_json.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>

#include "timing.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr double kMilliseconds = 1e3;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", path.string()));
  return {std::istreambuf_iterator<char>(file), {}};
}

void measure_store(const std::string& where, cairn::Store store, const std::string& text, Report& report) {
  std::istringstream first(text), second(text);
  std::ostringstream out;
  cairn::ImportReport made;
  const double imported = seconds_of([&] { made = cairn::import_document(store, "gemd", first); });
  const double again = seconds_of([&] { cairn::import_document(store, "gemd", second); });
  const double exported = seconds_of([&] { cairn::export_document(store, "gemd", made.roots, out); });
  report.add(fmt::format("gemd {}: import, ms", where), kMilliseconds * imported);
  report.add(fmt::format("gemd {}: again, ms", where), kMilliseconds * again);
  report.add(fmt::format("gemd {}: export, ms", where), kMilliseconds * exported);
  report.add(fmt::format("gemd {}: nodes", where), static_cast<double>(made.nodes_new));
}

}  // namespace

void measure_gemd(const fs::path& directory, const fs::path& document, Report& report) {
  const std::string text = read_file(document);
  report.add("gemd: parse, ms", kMilliseconds * seconds_of([&] { (void)cairn::from_plain_json(text); }));
  measure_store("in memory", cairn::Store::in_memory(), text, report);
  const fs::path path = directory / "gemd.cairn";
  measure_store("on disk", cairn::Store::open(path), text, report);
  fs::remove_all(path);
}

}  // namespace bench
