// Codecs of durations and of points in time.
#pragma once

#include <cairn/codec/core.h>

#include <chrono>
#include <string>

namespace [[gnu::visibility("default")]] cairn {

/// The count of ticks. The period is part of the type's name, not of the value: a field whose period changes needs a
/// new name or a new version of its class.
template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  static constexpr bool kNeverNull = true;
  using Duration = std::chrono::duration<Rep, Period>;
  static void encode(const Encoder& out, const Duration& value) { cairn::encode(out, value.count()); }
  static Duration decode(const Decoder& in) { return Duration(cairn::decode<Rep>(in)); }
  static std::string type_name() {
    return "duration<" + cairn::type_name<Rep>() + ", " + std::to_string(Period::num) + "/" +
           std::to_string(Period::den) + " s>";
  }
};

/// Ticks since the Unix epoch, UTC.
template <class Duration>
struct Codec<std::chrono::time_point<std::chrono::system_clock, Duration>> {
  static constexpr bool kNeverNull = true;
  using Time = std::chrono::time_point<std::chrono::system_clock, Duration>;
  static void encode(const Encoder& out, const Time& value) { cairn::encode(out, value.time_since_epoch()); }
  static Time decode(const Decoder& in) { return Time(cairn::decode<Duration>(in)); }
  static std::string type_name() { return "time<" + cairn::type_name<Duration>() + ">"; }
};

}  // namespace cairn
