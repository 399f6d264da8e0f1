// JSON documents in: plain, a line each, or with the forms of value_json.h.
#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "interchange/format.h"
#include "interchange/json/lines.h"
#include "interchange/json/values.h"
#include "interchange/json_reader.h"

namespace cairn::interchange {
namespace {

constexpr std::string_view kSpace = " \t\r";

PlainJsonOptions reading(const ImportOptions& options) {
  return {.allow_nonfinite = options.allow_nonfinite};
}

Value read_tagged(std::string_view text) {
  try {
    return from_json(text);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid_argument) throw;
    throw Error(ErrorCode::bad_document, error.what());
  }
}

// Of a line alone, every place is in the first.
Error at_line(std::uint64_t number, const Error& error) {
  static constexpr std::string_view kFirst = "line 1,";
  const std::string_view said = error.what();
  if (!said.starts_with(kFirst)) return {error.code(), fmt::format("line {}: {}", number, said)};
  return {error.code(), fmt::format("line {},{}", number, said.substr(kFirst.size()))};
}

// Empty for one that is left out.
std::optional<PlainJson> read_line(std::string line, std::uint64_t number, const ImportOptions& options, ImportReport& report) {
  try {
    return PlainJson(std::move(line), reading(options));
  } catch (const Error& error) {
    const Error placed = at_line(number, error);
    if (!options.partial || error.code() != ErrorCode::bad_document) throw placed;
    report.items.push_back({Outcome::refused, fmt::format("line {}", number), placed.what()});
    return std::nullopt;
  }
}

}  // namespace

ImportReport import_json(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  const PlainJson document(read_text(in, options.document_bytes_max), reading(options));
  json::ValuesImport values(store, options, report);
  values.add(document);
  values.commit();
  return report;
}

// Each line is stored before the next is read.
ImportReport import_json_lines(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  json::Lines lines(in, options.document_bytes_max);
  json::ValuesImport values(store, options, report);
  for (std::string line; lines.next(line);) {
    if (line.find_first_not_of(kSpace) == std::string::npos) continue;
    if (const auto value = read_line(std::move(line), lines.number(), options, report)) values.add(*value);
  }
  if (report.roots.empty()) throw Error(ErrorCode::bad_document, "line 1, column 1: the document has no value");
  values.commit();
  return report;
}

ImportReport import_cairn_json(Store& store, std::istream& in, const ImportOptions& options) {
  ImportReport report;
  const Value value = read_tagged(read_text(in, options.document_bytes_max));
  json::ValuesImport values(store, options, report);
  values.add(value);
  values.commit();
  return report;
}

}  // namespace cairn::interchange
