// Dates, times, durations and zones as Airflow's serializers write them. Those that read give nothing for what is none.
#pragma once

#include <cairn/time.h>
#include <cairn/value.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "interchange/airflow/notes.h"

namespace cairn::interchange::airflow {

inline constexpr const char* kFixedZone = "pendulum.tz.timezone.FixedTimezone";
inline constexpr const char* kPendulumZone = "pendulum.tz.timezone.Timezone";
inline constexpr const char* kZoneInfo = "zoneinfo.ZoneInfo";

/// From seconds since the epoch, as a map of "timestamp" and "tz" or (in UTC) alone. Microseconds are rounded as Python does.
std::optional<DateTime> read_date_time(std::uint32_t version, const Value& data, Notes& notes);
/// The map, in version 2, of a time that read_date_time gives again. Throws unstorable, without a place, for another.
/// `named_zone` is the class of its zone, if that has a name.
Value write_date_time(const DateTime& time, const char* named_zone, Notes& notes);

/// From seconds.
std::optional<Duration> read_duration(const Value& data);
Value write_duration(const Duration& duration);

std::optional<Date> read_date(const Value& data);
/// Throws unstorable for years that Python does not have.
Value write_date(const Date& date);

/// A zone of its own, an Object of its class: of {name, offset} if it is fixed, of {name} of pendulum, of {key} of zoneinfo.
std::optional<Value> read_zone(std::string_view class_name, const Value& data);
/// Nothing for what read_zone never gives.
std::optional<Value> write_zone(const Object& zone);

}  // namespace cairn::interchange::airflow
