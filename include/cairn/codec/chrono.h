// Codecs of dates, durations and points in time.
#pragma once

#include <cairn/codec/core.h>
#include <cairn/codec/scalar.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string>
#include <utility>

namespace [[gnu::visibility("default")]] cairn {

namespace detail {

/// Ticks whose counts an std::int64_t holds, and that are whole numbers of nanoseconds.
template <class Rep, class Period>
concept ExactTicks = std::integral<Rep> && (sizeof(Rep) < 8 || (sizeof(Rep) == 8 && std::signed_integral<Rep>)) &&
                     (Period::num <= INTMAX_MAX / 1'000'000'000) && (std::ratio_divide<Period, std::nano>::den == 1);

/// `count` ticks of `tick` nanoseconds; empty if that is no valid Duration.
std::optional<Duration> duration_of_ticks(std::int64_t count, std::int64_t tick);
/// Throws type_mismatch unless it is a whole number of ticks that 64 bits hold.
std::int64_t ticks_of_duration(const Duration& value, std::int64_t tick);

template <class Period>
inline constexpr std::int64_t kTick = std::ratio_divide<Period, std::nano>::num;

template <class T, class Rep, class Period>
T checked_ticks(const Duration& value) {
  const std::int64_t count = ticks_of_duration(value, kTick<Period>);
  if (!std::in_range<Rep>(count)) throw_out_of_range(count, std::numeric_limits<Rep>::min(), std::numeric_limits<Rep>::max());
  return T(static_cast<Rep>(count));
}

}  // namespace detail

template <>
struct Codec<Duration> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Duration& value) { out.duration(value); }
  static Duration decode(const Decoder& in) { return in.duration(); }
  static std::string type_name() { return "duration"; }
};

/// A Duration if the ticks are integers and whole nanoseconds each, and there are not too many; else the count of ticks,
/// and the period is part of the type's name, not of the value. Loading takes the count of ticks in any case.
template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  static constexpr bool kNeverNull = true;
  using Ticks = std::chrono::duration<Rep, Period>;
  static constexpr bool kExact = detail::ExactTicks<Rep, Period>;

  static void encode(const Encoder& out, const Ticks& value) {
    if constexpr (kExact) {
      if (const auto duration = detail::duration_of_ticks(value.count(), detail::kTick<Period>))
        return out.duration(*duration);
    }
    cairn::encode(out, value.count());
  }
  static Ticks decode(const Decoder& in) {
    if constexpr (kExact) {
      if (in.kind() == ValueKind::duration) return detail::checked_ticks<Ticks, Rep, Period>(in.duration());
    }
    return Ticks(cairn::decode<Rep>(in));
  }
  static std::string type_name() {
    return "duration<" + cairn::type_name<Rep>() + ", " + std::to_string(Period::num) + "/" +
           std::to_string(Period::den) + " s>";
  }
};

template <>
struct Codec<Date> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Date& value) { out.date(value); }
  static Date decode(const Decoder& in) { return in.date(); }
  static std::string type_name() { return "date"; }
};

template <>
struct Codec<std::chrono::sys_days> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const std::chrono::sys_days& value) { out.date({value}); }
  static std::chrono::sys_days decode(const Decoder& in) {
    if (in.kind() == ValueKind::integer) return std::chrono::sys_days(std::chrono::days(in.integer()));  // of format 1
    return in.date().day;
  }
  static std::string type_name() { return "date"; }
};

/// Throws unstorable for one that is no date, such as 30 February.
template <>
struct Codec<std::chrono::year_month_day> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const std::chrono::year_month_day& value) {
    if (!value.ok()) throw Error(ErrorCode::unstorable, "a year, month and day that are no date");
    out.date({std::chrono::sys_days(value)});
  }
  static std::chrono::year_month_day decode(const Decoder& in) { return in.date().day; }
  static std::string type_name() { return "date"; }
};

template <>
struct Codec<TimeOfDay> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const TimeOfDay& value) { out.time_of_day(value); }
  static TimeOfDay decode(const Decoder& in) { return in.time_of_day(); }
  static std::string type_name() { return "time"; }
};

template <>
struct Codec<DateTime> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const DateTime& value) { out.date_time(value); }
  static DateTime decode(const Decoder& in) { return in.date_time(); }
  static std::string type_name() { return "date and time"; }
};

namespace detail {

/// The date and time that is so many ticks after the epoch of its clock; empty if that is no valid DateTime.
std::optional<DateTime> date_time_of_ticks(std::int64_t count, std::int64_t tick, const Zone& zone);
/// What date_time_since_epoch was given, with the zone's offset taken off.
Duration since_epoch(const DateTime& time);

// A time point whose ticks are exact is a date and time with this zone, if it is in the years that those have; any other
// is its count of ticks.
template <class Time, class Rep, class Period>
struct TimePointCodec {
  static constexpr bool kNeverNull = true;
  using Ticks = std::chrono::duration<Rep, Period>;

  static void encode(const Encoder& out, const Time& value, const Zone& zone) {
    if constexpr (ExactTicks<Rep, Period>) {
      if (const auto time = date_time_of_ticks(value.time_since_epoch().count(), kTick<Period>, zone))
        return out.date_time(*time);
    }
    cairn::encode(out, value.time_since_epoch().count());
  }
  static Time decode(const Decoder& in, bool has_offset) {
    if constexpr (ExactTicks<Rep, Period>) {
      if (in.kind() == ValueKind::date_time) {
        const DateTime time = in.date_time();
        if (time.zone.offset.has_value() != has_offset)
          in.mismatch(has_offset ? "a date and time with an offset" : "a date and time without an offset");
        return Time(checked_ticks<Ticks, Rep, Period>(since_epoch(time)));
      }
    }
    return Time(cairn::decode<Ticks>(in));
  }
};

}  // namespace detail

/// A date and time in UTC, if the ticks are exact as a Duration's are. Loading takes any offset.
template <class Rep, class Period>
struct Codec<std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<Rep, Period>>> {
  static constexpr bool kNeverNull = true;
  using Ticks = std::chrono::duration<Rep, Period>;
  using Time = std::chrono::time_point<std::chrono::system_clock, Ticks>;
  using Point = detail::TimePointCodec<Time, Rep, Period>;
  static void encode(const Encoder& out, const Time& value) {
    Point::encode(out, value, Zone{std::chrono::nanoseconds(0), {}});
  }
  static Time decode(const Decoder& in) { return Point::decode(in, true); }
  static std::string type_name() { return "time<" + cairn::type_name<Ticks>() + ">"; }
};

/// A naive date and time, if the ticks are exact as a Duration's are.
template <class Rep, class Period>
struct Codec<std::chrono::time_point<std::chrono::local_t, std::chrono::duration<Rep, Period>>> {
  static constexpr bool kNeverNull = true;
  using Ticks = std::chrono::duration<Rep, Period>;
  using Time = std::chrono::time_point<std::chrono::local_t, Ticks>;
  using Point = detail::TimePointCodec<Time, Rep, Period>;
  static void encode(const Encoder& out, const Time& value) { Point::encode(out, value, Zone{}); }
  static Time decode(const Decoder& in) { return Point::decode(in, false); }
  static std::string type_name() { return "local time<" + cairn::type_name<Ticks>() + ">"; }
};

}  // namespace cairn
