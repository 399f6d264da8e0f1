#include "interchange/airflow/times.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "interchange/airflow/wire.h"

namespace cairn::interchange::airflow {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr double kMicro = 1e6;
constexpr std::int64_t kFirstSecond = -62'135'596'800, kLastSecond = 253'402'300'799;  // of the years 1 to 9999
constexpr std::int64_t kDaySeconds = 86'400;

/// Zones that version 1 wrote by names which are none of the database.
constexpr std::array<std::pair<std::string_view, int>, 4> kOldZones = {{{"EDT", -4}, {"CDT", -5}, {"MDT", -6}, {"PDT", -7}}};

std::optional<double> real_of(const Value& value) {
  if (const auto* real = value.get_if<double>()) return *real;
  if (const auto* integer = value.get_if<std::int64_t>()) return static_cast<double>(*integer);
  return std::nullopt;
}

/// Seconds, rounded down, and microseconds: half to even, as Python rounds.
std::optional<std::pair<seconds, microseconds>> split(double total) {
  if (!(std::abs(total) < 1e14)) return std::nullopt;
  double whole = 0;
  double part = std::nearbyint(std::modf(total, &whole) * kMicro);
  if (part >= kMicro) {
    part -= kMicro;
    whole += 1;
  } else if (part < 0) {
    part += kMicro;
    whole -= 1;
  }
  return std::pair(seconds(static_cast<std::int64_t>(whole)), microseconds(static_cast<std::int64_t>(part)));
}

double joined(seconds whole, nanoseconds part) {
  const long double total = static_cast<long double>(whole.count()) * 1e6L + static_cast<long double>(part.count() / 1000);
  if (std::abs(total) < 0x1p53L) return static_cast<double>(total) / kMicro;  // the nearest, as of two doubles
  return static_cast<double>(total / 1e6L);
}

// "+01:00"
std::optional<seconds> offset_text(std::string_view text) {
  const auto time = TimeOfDay::parse("00:00:00" + std::string(text));
  if (!time || !time->zone.offset || !time->zone.name.empty() || text.starts_with('Z')) return std::nullopt;
  return std::chrono::duration_cast<seconds>(*time->zone.offset);
}

/// How Airflow names a zone: an offset in seconds, or a text.
std::optional<Zone> zone_of(const Value& name, sys_seconds at, Notes& notes) {
  if (const auto* offset = name.get_if<std::int64_t>())
    return std::abs(*offset) < kDaySeconds ? std::optional(Zone{seconds(*offset), ""}) : std::nullopt;
  const auto* text = name.get_if<std::string>();
  if (text == nullptr) return std::nullopt;
  if (text->empty()) {
    notes.altered.emplace_back("a time whose zone was lost when it was written: taken as UTC");
    return Zone{seconds(0), ""};
  }
  if (*text == "UTC") return Zone{seconds(0), *text};
  if (const auto offset = offset_text(*text)) return Zone{*offset, ""};
  Zone zone{seconds(0), *text};
  if (!zone.is_valid()) return std::nullopt;
  if (const auto offset = notes.zones.utc_offset(*text, at))
    zone.offset = *offset;
  else
    notes.altered.push_back(fmt::format("a time in the zone {}, which the system does not know: given in UTC", *text));
  return zone;
}

std::optional<Zone> old_zone(const Value& name, sys_seconds at, Notes& notes) {
  for (const auto& [abbreviation, hours] : kOldZones)
    if (name == Value(abbreviation)) return Zone{std::chrono::hours(hours), ""};
  return zone_of(name == Value("CEST") ? Value("CET") : name, at, notes);
}

/// `zone` is what stands behind "tz".
std::optional<Zone> stored_zone(std::uint32_t version, const Value& zone, sys_seconds at, Notes& notes) {
  if (version == 1) return old_zone(zone, at, notes);
  const List* parts = zone.get_if<List>();
  if (const auto* tuple = zone.get_if<Tuple>()) parts = &tuple->elements;
  if (parts == nullptr || parts->empty()) return std::nullopt;
  return zone_of(parts->front(), at, notes);
}

Value zone_tuple(Value name, const char* class_name) {
  return object_wire("builtins.tuple", 1, List{std::move(name), class_name, 1, true});
}

[[noreturn]] void refuse(std::string_view what) {
  throw Error(ErrorCode::unstorable, std::string(what));
}

Value write_time_zone(const Zone& zone, const char* named_zone) {
  if (!zone.offset) {
    if (!zone.name.empty()) refuse("a time in a zone without its offset");
    return {};
  }
  const auto offset = std::chrono::duration_cast<seconds>(*zone.offset);
  if (offset != *zone.offset) refuse("a time in a zone of parts of a second");
  const bool is_utc = offset.count() == 0 && (zone.name.empty() || zone.name == "UTC");
  if (is_utc) return zone_tuple("UTC", kFixedZone);
  return zone.name.empty() ? zone_tuple(offset.count(), kFixedZone) : zone_tuple(zone.name, named_zone);
}

}  // namespace

std::optional<DateTime> read_date_time(std::uint32_t version, const Value& data, Notes& notes) {
  const Map* map = data.get_if<Map>();
  const Value* stamp = map == nullptr ? &data : map->find("timestamp");
  const auto total = stamp == nullptr ? std::nullopt : real_of(*stamp);
  const auto parts = total ? split(*total) : std::nullopt;
  if (!parts || parts->first.count() < kFirstSecond || parts->first.count() > kLastSecond) return std::nullopt;
  const sys_seconds at(parts->first);
  std::optional<Zone> zone = Zone{seconds(0), "UTC"};
  if (map != nullptr) {
    const Value* stored = map->find("tz");
    const bool is_naive = stored == nullptr || stored->is<std::monostate>();
    zone = is_naive ? Zone{} : stored_zone(version, *stored, at, notes);
    if (is_naive)
      notes.altered.emplace_back(
          "a time of no zone, written as a timestamp by the clock of whoever wrote it: that clock is taken as UTC");
  }
  if (!zone) return std::nullopt;
  const auto offset = std::chrono::duration_cast<seconds>(zone->offset.value_or(nanoseconds(0)));
  return DateTime{std::chrono::local_seconds(parts->first + offset), parts->second, std::move(*zone)};
}

Value write_date_time(const DateTime& time, const char* named_zone, Notes& notes) {
  if (time.subsecond.count() % 1000 != 0) refuse("a time with nanoseconds");
  Value zone = write_time_zone(time.zone, named_zone);
  const auto offset = std::chrono::duration_cast<seconds>(time.zone.offset.value_or(nanoseconds(0)));
  const seconds at = time.local.time_since_epoch() - offset;
  if (at.count() < kFirstSecond || at.count() > kLastSecond) refuse("a time beyond the years 1 to 9999");
  const double stamp = joined(at, time.subsecond);
  if (split(stamp) != std::pair(at, std::chrono::duration_cast<microseconds>(time.subsecond)))
    refuse("a time whose microseconds a timestamp does not hold");
  if (time.zone == Zone{})
    notes.altered.emplace_back("a time of no zone is read by the clock of whoever reads it: written as if it were UTC");
  return dict_wire({{"timestamp", stamp}, {"tz", std::move(zone)}});
}

std::optional<Duration> read_duration(const Value& data) {
  const auto total = real_of(data);
  const auto parts = total ? split(*total) : std::nullopt;
  if (!parts) return std::nullopt;
  return Duration{parts->first, parts->second};
}

Value write_duration(const Duration& duration) {
  if (duration.subsecond.count() % 1000 != 0) refuse("a duration with nanoseconds");
  if (std::abs(duration.seconds.count()) >= 999'999'999 * kDaySeconds) refuse("a duration of more than 999,999,999 days");
  const double total = joined(duration.seconds, duration.subsecond);
  if (split(total) != std::pair(duration.seconds, std::chrono::duration_cast<microseconds>(duration.subsecond)))
    refuse("a duration whose microseconds a real does not hold");
  return total;
}

std::optional<Date> read_date(const Value& data) {
  const auto* text = data.get_if<std::string>();
  return text == nullptr ? std::nullopt : Date::parse(*text);
}

Value write_date(const Date& date) {
  const std::string text = date.text();
  if (text.size() != 10 || text.starts_with("0000")) refuse("a date beyond the years 1 to 9999");
  return text;
}

std::optional<Value> read_zone(std::string_view class_name, const Value& data) {
  const auto* text = data.get_if<std::string>();
  if (class_name != kFixedZone) {
    if (text == nullptr || text->empty()) return std::nullopt;
    return Object(std::string(class_name), 1, {{class_name == kZoneInfo ? "key" : "name", *text}});
  }
  const auto* offset = data.get_if<std::int64_t>();
  if (text != nullptr && *text == "UTC") return Object(kFixedZone, 1, {{"name", *text}, {"offset", Duration{}}});
  if (offset == nullptr || std::abs(*offset) >= kDaySeconds) return std::nullopt;
  const std::int64_t minutes = std::abs(*offset) / 60;
  std::string name = fmt::format("{}{:02}:{:02}", *offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return Object(kFixedZone, 1, {{"name", std::move(name)}, {"offset", Duration{seconds(*offset)}}});
}

std::optional<Value> write_zone(const Object& zone) {
  const Value *name = zone.find(zone.class_name == kZoneInfo ? "key" : "name"), *offset = zone.find("offset");
  if (name == nullptr || !name->is<std::string>()) return std::nullopt;
  if (zone.class_name != kFixedZone) return zone.fields.size() == 1 ? std::optional(*name) : std::nullopt;
  const Duration* east = offset == nullptr ? nullptr : offset->get_if<Duration>();
  if (zone.fields.size() != 2 || east == nullptr || east->subsecond.count() != 0) return std::nullopt;
  return east->seconds.count() == 0 ? Value("UTC") : Value(std::int64_t{east->seconds.count()});
}

}  // namespace cairn::interchange::airflow
