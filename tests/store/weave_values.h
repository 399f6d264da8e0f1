// The values of tests/fixtures/weave/values.json before Weave touched them. Of four the file does not tell everything:
// how many bytes long_bytes_repr had, and what was in the audio, the picture and the file of custom_file (which hashes
// as "5" does).
#pragma once

#include <cairn/value.h>

#include <limits>
#include <string>

#include "store/airflow_values.h"
#include "store/python_values.h"

namespace cairn::test {

inline const Originals& weave_plain_values() {
  using namespace python;
  static const Originals originals = {
      {"int", Value(10)},
      {"int_2p63", integer("9223372036854775808")},
      {"int_2p70", integer("1180591620717411303424")},
      {"float", Value(1.5)},
      {"float_1.0", Value(1.0)},
      {"nan", Value(std::numeric_limits<double>::quiet_NaN())},
      {"inf", Value(std::numeric_limits<double>::infinity())},
      {"bool", Value(true)},
      {"none", Value()},
      {"str", Value("x")},
      {"unicode", Value("caf\xC3\xA9 \xF0\x9F\x8D\xB0")},
      {"str_like_ref", Value("weave:///ent/proj/object/foo:abc")},
      {"str_bad_ref", Value("weave://foo")},
      {"bytes", bytes(std::string_view("ab\0", 3))},
      {"long_bytes_repr", bytes(std::string(2000, 'z'))},
      {"complex", Value(std::complex<double>(1, 2))},
      {"decimal", decimal("1.10")},
      {"uuid", uuid("00000000-0000-0000-0000-000000000007")},
      {"datetime_naive", datetime("2020-01-01T01:02:03.000004")},
      {"datetime_utc", datetime("2020-01-01T00:00:00+00:00")},
      {"datetime_off", datetime("2020-01-01T00:00:00+05:30")},
      {"date", date("2020-01-01")},
      {"timedelta", timedelta("PT5S")},
      {"list", List{1, List{2}}},
      {"tuple", tuple({1, 2})},
      {"set", set({1, 2})},
      {"frozenset", frozenset({1})},
      {"dict", dict({{"b", 1}, {"a", dict({{"c", Value()}})}})},
      {"dict_int_key", dict({{1, 2}})},
      {"dict_with__type", dict({{"_type", "Foo"}, {"x", 1}})},
      {"dict_with_CustomWeaveType",
       dict({{"_type", "CustomWeaveType"}, {"weave_type", dict({{"type", "os.system"}})}, {"val", 1}})},
  };
  return originals;
}

inline const Originals& weave_classes() {
  using namespace python;
  static const Originals originals = {
      {"namedtuple", Object("__main__.NT", 1, {{"a", 1}, {"b", List{2}}})},
      {"enum", Enumerator("__main__.PE", "A", 1)},
      {"dataclass", Object("__main__.DC", 1, {{"a", 1}, {"b", "x"}})},
      {"custom_file", Object("__main__.Pt", 1, {{"x", 5}})},
      {"custom_inline", Object("__main__.Inl", 1, {{"x", 6}})},
      {"to_dict_obj", Object("__main__.WithDict", 1, {{"x", 3}})},
      {"plain_obj", type("builtins.object")},
      {"weave_Object",
       Object("__main__.M", 1, {{"name", "m"}, {"description", Value()}, {"name2", "n"}, {"k", 3}})},
      {"wave", Object("wave.Wave_read", 1,
                      {{"framerate", 44100}, {"frames", array<std::int16_t>(DType::int16, {2, 1}, {0, -32768})}})},
      {"pil_image", Object("PIL.Image.Image", 1,
                           {{"mode", "RGB"},
                            {"pixels", array<std::uint8_t>(DType::uint8, {2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255})}})},
  };
  return originals;
}

inline Originals weave_values() {
  Originals all = weave_plain_values();
  all.insert(weave_classes().begin(), weave_classes().end());
  return all;
}

}  // namespace cairn::test
