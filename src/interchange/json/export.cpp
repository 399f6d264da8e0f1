// The contents of nodes out as JSON: plain, or with the forms of value_json.h. Several nodes are a document a line.
#include <cairn/error.h>
#include <cairn/plain_json.h>
#include <cairn/text.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <cmath>
#include <ostream>
#include <string>

#include "interchange/format.h"
#include "interchange/json/values.h"
#include "interchange/json_writer.h"

namespace cairn::interchange {
namespace {

[[noreturn]] void refuse(const std::string& place, std::string_view what) {
  throw Error(ErrorCode::unstorable, fmt::format("{}{} has no plain form: cairn-json has one for every value",
                                                 place.empty() ? "" : printable(place) + ": ", what));
}

// Throws unstorable with the place of what plain JSON cannot say.
void expect_plain(const Value& value, const std::string& place) {
  if (const List* list = value.get_if<List>()) {
    for (std::size_t i = 0; i < list->size(); ++i) expect_plain((*list)[i], pointer_to(place, i));
  } else if (const Map* map = value.get_if<Map>()) {
    for (const MapEntry& entry : *map) {
      const auto* key = entry.key.get_if<std::string>();
      if (key == nullptr) refuse(place, "a key that is no text");
      expect_plain(entry.value, pointer_to(place, *key));
    }
  } else if (!value.is<std::monostate>() && !value.is<bool>() && !value.is<std::int64_t>() && !value.is<std::uint64_t>() &&
             !value.is<BigInteger>() && !value.is<double>() && !value.is<std::string>()) {
    refuse(place, fmt::format("a value of kind {}", value.kind_name()));
  }
}

bool has_nonfinite(const Value& value) {
  if (const double* real = value.get_if<double>()) return !std::isfinite(*real);
  if (const List* list = value.get_if<List>()) {
    for (const Value& element : *list)
      if (has_nonfinite(element)) return true;
  } else if (const Map* map = value.get_if<Map>()) {
    for (const MapEntry& entry : *map)
      if (has_nonfinite(entry.value)) return true;
  }
  return false;
}

}  // namespace

ExportReport export_json(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions&) {
  ExportReport report;
  for (const Uuid& uuid : nodes) {
    const Value value = json::value_of(store, uuid);
    try {
      expect_plain(value, "");
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("node {}: {}", uuid.text(), error.what()));
    }
    if (has_nonfinite(value))
      report.items.push_back({Outcome::altered, uuid.text(), "NaN or Infinity, which is no JSON: to be read on request"});
    out << json_line(value, Nonfinite::bare) << '\n';
    ++report.nodes;
    ++report.statements;
  }
  return report;
}

ExportReport export_cairn_json(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions&) {
  ExportReport report;
  for (const Uuid& uuid : nodes) {
    out << to_json(json::value_of(store, uuid)) << '\n';
    ++report.nodes;
    ++report.statements;
  }
  return report;
}

}  // namespace cairn::interchange
