#include "interchange_json.h"

#include <cairn/cairn.h>

#include <fmt/format.h>
#include <boost/json.hpp>

#include <sched.h>

#include <functional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

#include "timing.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

/// Until it is gone: this thread, and those that it starts, on the core that it is on.
class OneCore {
 public:
  OneCore() {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    if (::sched_getaffinity(0, sizeof(before_), &before_) != 0 || ::sched_setaffinity(0, sizeof(one), &one) != 0)
      throw std::runtime_error("sched_setaffinity");
  }
  ~OneCore() { ::sched_setaffinity(0, sizeof(before_), &before_); }
  OneCore(const OneCore&) = delete;
  OneCore& operator=(const OneCore&) = delete;

 private:
  cpu_set_t before_;
};

std::string record(std::mt19937_64& random, std::uint64_t number) {
  std::uniform_real_distribution<double> real(-1000, 1000);
  return fmt::format(
      R"({{"id": {}, "name": "sample {}", "ok": {}, "energy": {}, "charge": {}, "note": null, "tags": ["relaxed", "bulk"], )"
      R"("at": {{"x": {}, "y": {}}}}})",
      number, random() % 100'000, random() % 2 == 0, real(random), static_cast<int>(random() % 9) - 4, real(random),
      real(random));
}

std::string reals(std::mt19937_64& random) {
  std::uniform_real_distribution<double> real(-1000, 1000);
  std::string row;
  for (int i = 0; i < 16; ++i) row += fmt::format("{}{}", i == 0 ? "[" : ", ", real(random));
  return row + "]";
}

std::string text(std::mt19937_64& random) {
  std::string text = "\"";
  for (int i = 0; i < 100; ++i) text += static_cast<char>('a' + random() % 26);
  return text + (random() % 4 == 0 ? "\\n\\u00e9\"" : "\"");
}

std::string document(std::uint64_t bytes, const std::function<std::string()>& element) {
  std::string all = "[";
  while (all.size() < bytes) all.append(all.size() == 1 ? "" : ",\n").append(element());
  return all + "]\n";
}

std::string lines(std::uint64_t bytes, const std::function<std::string()>& element) {
  std::string all;
  while (all.size() < bytes) (all += element()) += '\n';
  return all;
}

double parse_all(const std::string& document, bool is_lines) {
  return seconds_of([&] {
    std::istringstream in(document);
    if (!is_lines) return void(boost::json::parse(document));
    for (std::string line; std::getline(in, line);) boost::json::parse(line);
  });
}

void measure_document(const fs::path& directory, const std::string& name, const char* format, const std::string& document,
                      Report& report) {
  const double megabytes = 1e-6 * static_cast<double>(document.size());
  const double peer = parse_all(document, std::string_view(format) == "json-lines");
  const fs::path path = directory / (name + ".cairn");
  Cost cost;
  {
    cairn::Store store = cairn::Store::open(path);
    std::istringstream in(document);
    cost = measure([&] { cairn::import_document(store, format, in, {.document_bytes_max = UINT64_MAX}); });
  }
  fs::remove_all(path);
  report.add(name + ": import, MB/s", megabytes / cost.seconds);
  report.add(name + ": import, MB/s of CPU", megabytes / cost.cpu_seconds);
  report.add(name + ": import, memory/document", static_cast<double>(cost.peak_bytes) * 1e-6 / megabytes);
  report.add(name + ": Boost.JSON parses, MB/s", megabytes / peer);
  report.add(name + ": import/parse, time", cost.seconds / peer);
}

}  // namespace

void measure_json(const fs::path& directory, std::uint64_t bytes, Report& report) {
  const OneCore one_core;
  std::mt19937_64 random(1);
  std::uint64_t number = 0;
  const auto next_record = [&] { return record(random, number++); };
  measure_document(directory, "records", "json", document(bytes, next_record), report);
  measure_document(directory, "reals", "json", document(bytes, [&] { return reals(random); }), report);
  measure_document(directory, "texts", "json", document(bytes, [&] { return text(random); }), report);
  measure_document(directory, "lines", "json-lines", lines(bytes / 16, next_record), report);
}

}  // namespace bench
