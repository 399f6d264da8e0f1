// The values of tests/fixtures/airflow/values.json before Airflow touched them.
#pragma once

#include <cairn/value.h>

#include <chrono>
#include <complex>
#include <limits>
#include <map>
#include <optional>
#include <string>

#include "store/python_values.h"

namespace cairn::test {

/// By the name of the entry; empty for an entry that has no value of its own: a document that is read only, or a rule.
using Originals = std::map<std::string, std::optional<Value>>;

inline const Originals& airflow_numbers() {
  using namespace python;
  static const Originals originals = {
      {"int", Value(10)},
      {"int_neg", Value(-1)},
      {"int_2p70", integer("1180591620717411303424")},
      {"float", Value(10.1)},
      {"nan", Value(std::numeric_limits<double>::quiet_NaN())},
      {"inf", Value(std::numeric_limits<double>::infinity())},
      {"decimal", decimal("12.34")},
      {"decimal_long", decimal("0.1234567890123456789012345")},
      {"decimal_inf", decimal("Infinity")},
      {"np_int8", scalar<std::int8_t>(DType::int8, 1)},
      {"np_uint64max", scalar<std::uint64_t>(DType::uint64, UINT64_MAX)},
      {"np_float16", scalar<std::uint16_t>(DType::float16, 0x4480)},
      {"np_float64", scalar<double>(DType::float64, 123.11241231351)},
      {"np_bool_true", scalar<bool>(DType::boolean, true)},
      {"np_complex", scalar<std::complex<double>>(DType::complex128, {1, 2})},
      {"np_array", array<std::int64_t>(DType::int64, {3}, {1, 2, 3})},
  };
  return originals;
}

inline const Originals& airflow_times() {
  using namespace python;
  static const Originals originals = {
      {"datetime_naive", datetime("2000-10-01T00:00:00")},
      {"datetime_pendulum_utc", datetime("2022-07-10T22:10:43+00:00[UTC]")},
      {"datetime_micro", datetime("2022-07-10T22:10:43.123457+00:00")},
      {"datetime_zoneinfo", datetime("2022-07-10T00:00:00+02:00[Europe/Paris]")},
      {"datetime_fixed", Object("pendulum.datetime.DateTime", 1, {{"time", datetime("2023-04-01T00:00:00-01:00")}})},
      {"datetime_year1", datetime("0001-01-01T00:00:00+00:00")},
      {"date", date("2022-07-10")},
      {"timedelta", timedelta("PT27648000S")},
      {"timedelta_us", timedelta("PT0.000001S")},
      {"pendulum_tz", Object("pendulum.tz.timezone.Timezone", 1, {{"name", "Europe/Paris"}})},
      {"fixed_tz0", Object("pendulum.tz.timezone.FixedTimezone", 1, {{"name", "+00:00"}, {"offset", timedelta("PT0S")}})},
  };
  return originals;
}

inline const Originals& airflow_containers() {
  using namespace python;
  static const Originals originals = {
      {"none", Value()},
      {"str", Value("test")},
      {"str_surrogate", Object("builtins.str", 1, {{"surrogatepass", bytes("\xED\xA0\x80")}})},
      {"bytes", bytes("ab")},
      {"list", List{1, 2}},
      {"set", set({2, 3})},
      {"frozenset", frozenset({6, 7})},
      {"nested_tuple", tuple({tuple({1, 2}), List{3, tuple({4})}})},
      {"dict", dict({{"a", 1}, {"b", List{Value(), dict({{"c", tuple({})}})}}})},
      {"range", Object("builtins.range", 1, {{"start", 0}, {"stop", 3}, {"step", 1}})},
      {"uuid", uuid("00000000-0000-0000-0000-000000000005")},
      {"reserved_id", dict({{"__id__", "x"}})},
      {"user_dict_with___version__", dict({{"__version__", 3}})},
      {"user_dict_like_old2", dict({{"__type", "foo.Bar"}, {"__var", 1}})},
  };
  return originals;
}

inline const Originals& airflow_classes() {
  using namespace python;
  const auto w = [](int x) { return Value(Object("__main__.W", 2, {{"x", x}})); };
  const auto y = [](int x) { return Value(Object("__main__.Y", 1, {{"x", x}})); };
  static const Originals originals = {
      {"namedtuple", Object("__main__.NT", 1, {{"id", 1}, {"value", "something"}})},
      {"intenum", Enumerator("__main__.Color", "RED", 1)},
      {"plain_enum", Enumerator("__main__.PE", "A", 1)},
      {"attr", y(10)},
      {"dataclass", w(12)},
      {"nested_attr", Object("__main__.T", 1, {{"x", 1}, {"y", y(2)}, {"u", tuple({1, 2})}, {"w", w(3)}})},
      {"plain_object", Object("__main__.X", 1, {})},
      // Code is no data: the store keeps what its owner can say of it, and that it was lost.
      {"function", Lossy("builtins.function", "<function <lambda> at 0x7f479b433880>")},
  };
  return originals;
}

inline const Originals& airflow_without_values() {
  static const Originals originals = {
      {"missing___version__ (dict kept)", {}},
      {"missing___data__", {}},
      {"version newer than serializer", {}},
      {"version bool", {}},
      {"classname int", {}},
      {"not allowed", {}},
      {"not allowed, full=False", {}},
      {"allowed, no deserializer", {}},
      {"dataclass newer", {}},
      {"dataclass extra field", {}},
      {"dataclass missing field", {}},
      {"extra keys beside data ignored", {}},
      {"old-style dict wrapper", {}},
      {"old-style class", {}},
      {"old-style short tuple", {}},
      {"datetime v1 UTC", {}},
      {"type_hint dataclass", {}},
      {"type_hint with __version__ key stringified", {}},
      {"full=False list leaks full deserialization", {}},
      {"full=False custom with list data", {}},
      {"full=False custom with dict data", {}},
      {"allowlist glob 'unit.airflow.*'", {}},
      {"allowlist exact glob", {}},
      {"allowlist regexp match() prefix hole", {}},
      {"allowlist glob that is an invalid regex '*.foo'", {}},
  };
  return originals;
}

/// Lists in lists, which are deeper than a store takes: their depths.
inline const std::map<std::string, unsigned>& airflow_deep_lists() {
  static const std::map<std::string, unsigned> depths = {{"nested list depth 300", 300},
                                                         {"nested list depth 480", 480},
                                                         {"nested list depth 998", 998},
                                                         {"nested list depth 1200", 1200}};
  return depths;
}

inline Originals airflow_values() {
  Originals all;
  for (const Originals& some : {airflow_numbers(), airflow_times(), airflow_containers(), airflow_classes(),
                                airflow_without_values()})
    all.insert(some.begin(), some.end());
  return all;
}

}  // namespace cairn::test
