#include "interchange/aiida/source.h"

#include <fmt/format.h>

#include "interchange/aiida/times.h"
#include "interchange/json_reader.h"

namespace cairn::interchange::aiida {
namespace {

constexpr std::string_view kNoTime = "1970-01-01 00:00:00.000000";

// What AiiDA itself puts there, but for times: it takes that of the migration.
Value in_place_of_null(const Column& column, const std::string& place, std::vector<ReportItem>& items) {
  if (column.is_name || column.kind == ColumnKind::reference) throw_bad(place, "is null");
  items.push_back({Outcome::altered, place, "is null, and came in as what AiiDA takes for it"});
  switch (column.kind) {
    case ColumnKind::time:
      return kNoTime;
    case ColumnKind::json:
      return Map();
    case ColumnKind::flag:
      return true;
    default:
      return "";
  }
}

Value checked_time(const Value& raw, const std::string& place) {
  const auto* text = raw.get_if<std::string>();
  const auto time = text == nullptr ? std::nullopt : time_text(*text);
  if (!time) throw_bad(place, "expected a time such as 2020-04-04 21:43:47.644608");
  return *time;
}

Value checked_flag(const Value& raw, const std::string& place) {
  if (raw.is<bool>()) return raw;
  const auto* number = raw.get_if<std::int64_t>();
  if (number == nullptr || (*number != 0 && *number != 1)) throw_bad(place, "expected true or false");
  return *number == 1;
}

}  // namespace

Value checked(const Column& column, Value raw, const std::string& place, std::vector<ReportItem>& items) {
  const auto here = [&] { return pointer_to(place, column.name); };
  if (raw.is<std::monostate>()) return column.may_be_null ? raw : in_place_of_null(column, here(), items);
  switch (column.kind) {
    case ColumnKind::time:
      return checked_time(raw, here());
    case ColumnKind::flag:
      return checked_flag(raw, here());
    case ColumnKind::json:
      return raw;
    case ColumnKind::reference:
      if (!raw.is<std::int64_t>()) throw_bad(here(), fmt::format("expected an id, got {}", raw.kind_name()));
      return raw;
    case ColumnKind::text:
      break;
  }
  if (raw.is<Bytes>()) throw_bad(here(), "is not UTF-8");
  if (!raw.is<std::string>()) throw_bad(here(), fmt::format("expected text, got {}", raw.kind_name()));
  return raw;
}

}  // namespace cairn::interchange::aiida
