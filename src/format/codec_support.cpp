// The parts of the codecs that do not depend on a type.
#include <cairn/codec.h>

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/bytes.h"

namespace cairn::detail {

namespace {

// An Error that knows which part of its message is the path, so that the path can grow while it travels up.
class LocatedError : public Error {
 public:
  LocatedError(ErrorCode code, std::string path, std::string problem)
      : Error(code, (path.starts_with('.') ? path.substr(1) : path) + ": " + problem),
        path_(std::move(path)),
        problem_(std::move(problem)) {}

  LocatedError below(std::string_view step) const { return {code(), std::string(step) + path_, problem_}; }

 private:
  std::string path_;
  std::string problem_;
};

[[noreturn]] void rethrow_below(const std::string& step) {
  try {
    throw;
  } catch (const LocatedError& error) {
    throw error.below(step);
  } catch (const Error& error) {
    throw LocatedError(error.code(), step, error.what());
  }
}

}  // namespace

std::string without_anonymous(std::string name) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  for (std::size_t at; (at = name.find(kAnonymous)) != std::string::npos;) name.erase(at, kAnonymous.size());
  return name;
}

bool is_text(std::string_view text) { return base::is_utf8(text); }

void rethrow_at_field(std::string_view name) { rethrow_below(fmt::format(".{}", name)); }
void rethrow_at_index(std::size_t index) { rethrow_below(fmt::format("[{}]", index)); }

void rethrow_at_key(const Decoder& key, std::size_t index) {
  if (key.kind() == ValueKind::text) rethrow_at_field(key.text());
  rethrow_at_index(index);
}

double widen(float value) {
  if (!std::isnan(value)) return value;
  const std::uint64_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint64_t sign = bits >> 31 << 63, exponent = std::uint64_t{0x7ff} << 52, payload = (bits & 0x7fffff) << 29;
  return std::bit_cast<double>(sign | exponent | payload);
}

float narrow(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto sign = static_cast<std::uint32_t>(bits >> 63 << 31);
  const auto payload = static_cast<std::uint32_t>((bits & 0xfffffffffffff) >> 29);
  const bool fits = (bits & 0x1fffffff) == 0 && payload != 0;
  if (std::isnan(value) && fits) return std::bit_cast<float>(sign | 0x7f800000u | payload);
  const auto narrowed = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(narrowed) != value)
    throw Error(ErrorCode::type_mismatch, fmt::format("expected a 32-bit float, found {}, which is none", value));
  return narrowed;
}

double decode_real(const Decoder& in) {
  constexpr std::int64_t kExactMost = std::int64_t{1} << 53;
  if (!in.type_hint() || in.kind() != ValueKind::integer) return in.real();
  const auto integer = in.integer<std::int64_t>();
  if (integer < -kExactMost || integer > kExactMost) in.mismatch("an integer that a float holds");
  return static_cast<double>(integer);
}

void throw_unknown_enumerator(std::string_view type, std::string_view found) {
  throw Error(ErrorCode::type_mismatch, fmt::format("expected an enumerator of {}, found {}", type, found));
}

ArrayDecoder expect_array(const Decoder& in, DType dtype, std::span<const std::uint64_t> inner_shape) {
  const auto refuse = [&]() {
    in.mismatch(fmt::format("array of {} with shape [*{}{}]", dtype_name(dtype), inner_shape.empty() ? "" : ", ",
                            fmt::join(inner_shape, ", ")));
  };
  if (in.kind() != ValueKind::array) refuse();
  ArrayDecoder array = in.array();
  const auto& shape = array.shape();
  if (array.dtype() != dtype || shape.size() != inner_shape.size() + 1 ||
      !std::equal(inner_shape.begin(), inner_shape.end(), shape.begin() + 1))
    refuse();
  return array;
}

ListDecoder expect_elements(const Decoder& in) {
  switch (in.kind()) {
    case ValueKind::list: return in.list();
    case ValueKind::tuple: return in.tuple();
    case ValueKind::set: return in.set();
    default: in.mismatch("a list, a tuple or a set");
  }
}

void expect_size(std::size_t expected, std::size_t found) {
  if (expected != found)
    throw Error(ErrorCode::type_mismatch, fmt::format("expected {} elements, found {}", expected, found));
}

void expect_stored(const ArrayDecoder& array) {
  constexpr std::uint64_t kTrustedBytes = std::uint64_t{64} << 20;  // a claim that can do no harm
  if (!array.is_chunked() || array.size_bytes() <= kTrustedBytes) return;
  std::byte last[16];
  array.read(array.element_count() - 1, std::span(last).first(dtype_size(array.dtype())));
}

Bytes read_booleans(const ArrayDecoder& array) {
  expect_stored(array);
  Bytes bytes(static_cast<std::size_t>(array.size_bytes()));
  array.read(bytes);
  return bytes;
}

namespace {

__extension__ using Int128 = __int128;  // nanoseconds of any Duration

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;

Int128 nanoseconds_of(const Duration& value) {
  return Int128{value.seconds.count()} * kNanosecondsPerSecond + value.subsecond.count();
}

std::optional<Duration> duration_of(Int128 nanoseconds) {
  Int128 seconds = nanoseconds / kNanosecondsPerSecond, rest = nanoseconds % kNanosecondsPerSecond;
  if (rest < 0) {
    rest += kNanosecondsPerSecond;
    --seconds;
  }
  const auto whole = static_cast<std::int64_t>(seconds);
  const Duration duration{std::chrono::seconds(whole), std::chrono::nanoseconds(static_cast<std::int64_t>(rest))};
  return whole == seconds && duration.is_valid() ? std::optional(duration) : std::nullopt;
}

}  // namespace

std::optional<Duration> duration_of_ticks(std::int64_t count, std::int64_t tick) { return duration_of(Int128{count} * tick); }

std::int64_t ticks_of_duration(const Duration& value, std::int64_t tick) {
  const Int128 nanoseconds = nanoseconds_of(value), count = nanoseconds / tick;
  if (nanoseconds % tick != 0 || count != static_cast<std::int64_t>(count))
    throw Error(ErrorCode::type_mismatch,
                fmt::format("expected a whole number of {} ns that 64 bits hold, found {}", tick, value.text()));
  return static_cast<std::int64_t>(count);
}

std::optional<DateTime> date_time_of_ticks(std::int64_t count, std::int64_t tick, const Zone& zone) {
  const auto since = duration_of_ticks(count, tick);
  if (!since) return std::nullopt;
  DateTime time{std::chrono::local_seconds(since->seconds), since->subsecond, zone};
  return time.is_valid() ? std::optional(std::move(time)) : std::nullopt;
}

Duration since_epoch(const DateTime& time) {
  const Duration local{time.local.time_since_epoch(), time.subsecond};
  // Years that a DateTime has are far inside of what a Duration holds.
  return duration_of(nanoseconds_of(local) - time.zone.offset.value_or(std::chrono::nanoseconds(0)).count()).value();
}

}  // namespace cairn::detail
