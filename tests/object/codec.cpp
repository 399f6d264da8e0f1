// Codecs: every storable type comes back as it was, and nothing else is taken for it.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/value_json.h>

#include <boost/describe.hpp>

#include <bit>
#include <cmath>
#include <limits>

#include "memory_objects.h"

using namespace cairn;
using namespace cairn::test;

namespace {

enum class Colour { red = 1, green = 2 };
BOOST_DESCRIBE_ENUM(Colour, red, green)
enum class Plain : std::uint8_t { one = 1 };

template <class T>
bool survives(const T& value) {
  return round_trip(value) == value;
}

float float_with(std::uint32_t bits) { return std::bit_cast<float>(bits); }

}  // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(integers_of_every_width_survive_at_their_limits) {
  const auto check = [](auto zero) {
    using T = decltype(zero);
    BOOST_TEST(survives(std::numeric_limits<T>::min()));
    BOOST_TEST(survives(std::numeric_limits<T>::max()));
    BOOST_TEST(survives(T{7}));
  };
  check(std::int8_t{}), check(std::int16_t{}), check(std::int32_t{}), check(std::int64_t{});
  check(std::uint8_t{}), check(std::uint16_t{}), check(std::uint32_t{}), check(std::uint64_t{});
  check(char{}), check(char32_t{}), check(wchar_t{}), check(0LL), check(0ULL);
  BOOST_TEST(survives(true));
  BOOST_TEST(survives(false));
}

BOOST_AUTO_TEST_CASE(an_integer_that_does_not_fit_is_refused) {
  BOOST_TEST(mismatch_of<std::int8_t>(300) == "expected an integer from -128 to 127, found 300");
  BOOST_TEST(mismatch_of<std::uint8_t>(-1) == "expected an integer from 0 to 255, found -1");
  BOOST_TEST(mismatch_of<std::int64_t>(UINT64_MAX) ==
             "expected an integer from -9223372036854775808 to 9223372036854775807, found 18446744073709551615");
  BOOST_TEST(mismatch_of<int>("text") == "expected integer, found text");
  BOOST_TEST(mismatch_of<int>(true) == "expected integer, found boolean");
}

BOOST_AUTO_TEST_CASE(doubles_keep_their_bits) {
  for (const std::uint64_t bits : {std::bit_cast<std::uint64_t>(-0.0), std::uint64_t{0x7ff0000000000001},
                                   std::uint64_t{0xfff8000000abcdef}, std::uint64_t{1}}) {
    BOOST_TEST(std::bit_cast<std::uint64_t>(round_trip(std::bit_cast<double>(bits))) == bits);
  }
}

BOOST_AUTO_TEST_CASE(floats_keep_their_bits_even_signalling_nans) {
  for (const std::uint32_t bits : {0x80000000u, 0x7f800001u, 0xffc12345u, 0x7f800000u, 1u, 0x3f99999au})
    BOOST_TEST(std::bit_cast<std::uint32_t>(round_trip(float_with(bits))) == bits);
}

BOOST_AUTO_TEST_CASE(a_double_that_is_no_float_is_not_loaded_as_one) {
  BOOST_TEST(mismatch_of<float>(0.1) == "expected a 32-bit float, found 0.1, which is none");
  BOOST_TEST(mismatch_of<float>(1e300) != "");
  BOOST_TEST(mismatch_of<float>(std::bit_cast<double>(std::uint64_t{0x7ff0000000000001})) != "");
}

BOOST_AUTO_TEST_CASE(text_survives_whatever_its_bytes) {
  BOOST_TEST(survives(std::string()));
  BOOST_TEST(survives(std::string("caf\xc3\xa9")));
  BOOST_TEST(survives(std::string("not \xff utf-8")));
  BOOST_TEST(survives(std::string("with \0 in it", 12)));
  BOOST_TEST(survives(std::filesystem::path("/tmp/\xff\xfe")));
  BOOST_TEST((bytes_of("abc") == bytes_of(std::string("abc"))));
  BOOST_TEST((bytes_of(std::string_view("abc")) == bytes_of(std::string("abc"))));
  const char* pointer = "abc";
  BOOST_TEST((bytes_of(pointer) == bytes_of(std::string("abc"))));
}

BOOST_AUTO_TEST_CASE(a_char_buffer_is_not_taken_for_a_literal) {
  char buffer[8] = "abc";
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(buffer); }) != "");
}

BOOST_AUTO_TEST_CASE(bytes_survive) {
  BOOST_TEST(survives(Bytes{}));
  BOOST_TEST(survives(Bytes{std::byte{0}, std::byte{255}}));
}

BOOST_AUTO_TEST_CASE(sequences_of_numbers_survive_as_arrays) {
  BOOST_TEST(survives(std::vector<double>{}));
  BOOST_TEST(survives(std::vector<double>{1.5, -0.0, 1e300}));
  BOOST_TEST(survives(std::vector<float>{1.5f}));
  BOOST_TEST(survives(std::vector<std::int16_t>{-3, 7}));
  BOOST_TEST(survives(std::vector<char>{'a', '\xff'}));
  BOOST_TEST(survives(std::vector<bool>{true, false, true}));
  BOOST_TEST(survives(std::vector<std::complex<float>>{{1, 2}, {3, 4}}));
  BOOST_TEST(survives(std::array<std::uint64_t, 2>{1, UINT64_MAX}));
  BOOST_TEST(survives(std::array<bool, 2>{true, false}));
  const Value stored = to_value(encodable(std::vector<float>{1, 2}));
  BOOST_REQUIRE(stored.is<Array>());
  BOOST_TEST((stored.get_if<Array>()->dtype == DType::float32));
  BOOST_TEST((stored.get_if<Array>()->shape == std::vector<std::uint64_t>{2}));
}

BOOST_AUTO_TEST_CASE(blocks_of_numbers_are_one_array_of_more_dimensions) {
  const std::vector<std::array<double, 3>> positions{{1, 2, 3}, {4, 5, 6}};
  BOOST_TEST(survives(positions));
  const Value stored = to_value(encodable(positions));
  BOOST_TEST((stored.get_if<Array>()->shape == std::vector<std::uint64_t>{2, 3}));
  const std::array<std::array<int, 2>, 3> matrix{{{1, 2}, {3, 4}, {5, 6}}};
  BOOST_TEST(survives(matrix));
  BOOST_TEST((mismatch_of<std::vector<std::array<double, 2>>>(positions) ==
              "expected array of float64 with shape [*, 2], found array of float64 with shape [2, 3]"));
}

BOOST_AUTO_TEST_CASE(an_array_of_another_element_type_is_refused) {
  BOOST_TEST(mismatch_of<std::vector<double>>(std::vector<float>{1}) ==
             "expected array of float64 with shape [*], found array of float32 with shape [1]");
  BOOST_TEST(mismatch_of<std::vector<double>>("x") == "expected array of float64 with shape [*], found text");
}

BOOST_AUTO_TEST_CASE(a_list_of_numbers_is_taken_for_an_array) {
  MemoryObjects objects;
  const Value typed_in(List{1.5, 2.5});
  BOOST_TEST((objects.decode<std::vector<double>>(objects.encode(encodable(typed_in))) == std::vector{1.5, 2.5}));
  BOOST_TEST(mismatch_of<std::vector<double>>(Value(List{1.5, "x"})) == "[1]: expected real, found text");
}

BOOST_AUTO_TEST_CASE(a_fixed_size_must_agree) {
  BOOST_TEST((mismatch_of<std::array<int, 2>>(std::vector<int>{1, 2, 3}) == "expected 2 elements, found 3"));
  BOOST_TEST((mismatch_of<std::pair<int, int>>(std::tuple<int, int, int>{}) == "expected 2 elements, found 3"));
}

BOOST_AUTO_TEST_CASE(lists_survive) {
  BOOST_TEST(survives(std::vector<std::string>{}));
  BOOST_TEST(survives(std::vector<std::string>{"a", "", "b"}));
  BOOST_TEST(survives(std::vector<std::vector<int>>{{}, {1}, {2, 3}}));
  BOOST_TEST(survives(std::deque<std::string>{"a"}));
  BOOST_TEST(survives(std::array<std::string, 2>{"a", "b"}));
  BOOST_TEST(survives(std::pair<int, std::string>{1, "a"}));
  BOOST_TEST(survives(std::tuple<int, std::string, double>{1, "a", 2.5}));
  BOOST_TEST(survives(std::tuple<>{}));
}

BOOST_AUTO_TEST_CASE(maps_and_sets_survive) {
  BOOST_TEST(survives(std::map<std::string, int>{}));
  BOOST_TEST(survives(std::map<std::string, int>{{"b", 1}, {"a", 2}, {"", 3}}));
  BOOST_TEST(survives(std::map<std::string, int>{{"a\xff", 1}, {"a", 2}, {"\xc3\xa9", 3}}));
  BOOST_TEST(survives(std::map<std::int64_t, std::string>{{-5, "a"}, {3, "b"}}));
  BOOST_TEST(survives(std::map<std::uint64_t, int>{{UINT64_MAX, 1}, {1, 2}}));
  BOOST_TEST(survives(std::map<double, int>{{-1.0, 1}, {1.0, 2}, {0.5, 3}}));
  BOOST_TEST(survives(std::map<int, int, std::greater<>>{{1, 1}, {2, 2}}));
  BOOST_TEST(survives(std::map<std::pair<int, std::string>, int>{{{2, "a"}, 1}, {{1, "b"}, 2}}));
  BOOST_TEST(survives(std::map<std::vector<int>, int>{{{256}, 1}, {{1}, 2}, {{}, 3}}));
  BOOST_TEST(survives(std::map<Colour, int>{{Colour::red, 1}, {Colour::green, 2}}));
  BOOST_TEST(survives(std::unordered_map<std::string, std::vector<int>>{{"b", {1}}, {"a", {}}}));
  BOOST_TEST(survives(std::set<std::string>{"b", "a"}));
  BOOST_TEST(survives(std::set<double>{-1, 1}));
  BOOST_TEST(survives(std::unordered_set<int>{3, 1, 2}));
}

BOOST_AUTO_TEST_CASE(keys_that_are_text_and_keys_that_are_bytes_are_sorted_as_stored) {
  // As std::string, "\xff" is the greatest; as values, all text comes before all bytes.
  const std::map<std::string, int> mixed{{"\xc3\xa9", 1}, {"\xa0", 2}, {"z", 3}, {"\xff", 4}};
  BOOST_TEST(survives(mixed));
}

BOOST_AUTO_TEST_CASE(a_map_has_the_same_bytes_hashed_or_not) {
  std::map<std::string, int> ordered;
  std::unordered_map<std::string, int> hashed;
  for (int i = 0; i < 1000; ++i) {
    ordered.emplace("key" + std::to_string(i * 7919 % 1000), i);
    hashed.emplace("key" + std::to_string(i * 7919 % 1000), i);
  }
  BOOST_TEST((bytes_of(ordered) == bytes_of(hashed)));
  const std::map<int, int, std::greater<>> down{{1, 1}, {2, 2}, {3, 3}};
  const std::map<int, int> up{{1, 1}, {2, 2}, {3, 3}};
  BOOST_TEST((bytes_of(down) == bytes_of(up)));
}

BOOST_AUTO_TEST_CASE(an_optional_of_an_optional_loses_nothing) {
  using Twice = std::optional<std::optional<int>>;
  BOOST_TEST((round_trip(Twice{}) == Twice{}));
  BOOST_TEST((round_trip(Twice{std::optional<int>{}}) == Twice{std::optional<int>{}}));
  BOOST_TEST((round_trip(Twice{5}) == Twice{5}));
  using Any = std::optional<Value>;
  BOOST_TEST((round_trip(Any{}) == Any{}));
  BOOST_TEST((round_trip(Any{Value()}) == Any{Value()}));
  BOOST_TEST((round_trip(Any{Value(List{Value()})}) == Any{Value(List{Value()})}));
  BOOST_TEST(survives(std::optional<std::string>{"x"}));
}

BOOST_AUTO_TEST_CASE(what_a_unique_pointer_owns_survives) {
  BOOST_TEST((round_trip(std::unique_ptr<int>()) == nullptr));
  BOOST_TEST((*round_trip(std::make_unique<int>(5)) == 5));
}

BOOST_AUTO_TEST_CASE(a_variant_keeps_its_alternative) {
  using Either = std::variant<std::monostate, int, std::int64_t, std::string>;
  BOOST_TEST((round_trip(Either{}) == Either{}));
  BOOST_TEST((round_trip(Either{5}) == Either{5}));
  BOOST_TEST((round_trip(Either{std::int64_t{5}}) == Either{std::int64_t{5}}));
  BOOST_TEST((round_trip(Either{"x"}) == Either{"x"}));
  BOOST_TEST((mismatch_of<std::variant<int>>(Either{"x"}) == "expected one of 1 alternatives, found number 3"));
}

BOOST_AUTO_TEST_CASE(times_and_durations_survive) {
  using namespace std::chrono;
  BOOST_TEST((round_trip(nanoseconds(-5)) == nanoseconds(-5)));
  BOOST_TEST((round_trip(duration<double>(0.25)) == duration<double>(0.25)));
  const auto now = system_clock::now();
  BOOST_TEST((round_trip(now) == now));
}

BOOST_AUTO_TEST_CASE(ids_and_complex_numbers_survive) {
  BOOST_TEST((survives(Uuid::generate())));
  BOOST_TEST((survives(ObjectId{*Digest::parse("000102030405060708090a0b0c0d0e0f")})));
  BOOST_TEST((survives(ArtifactId{})));
  BOOST_TEST((survives(std::complex<double>(1, -0.0))));
  BOOST_TEST(mismatch_of<ArtifactId>(ObjectId{}) == "expected artifact reference, found object reference");
}

BOOST_AUTO_TEST_CASE(enumerators_are_stored_by_name_if_they_are_described) {
  BOOST_TEST((survives(Colour::green)));
  BOOST_TEST((survives(static_cast<Colour>(9))));
  BOOST_TEST((to_value(encodable(Colour::green)) == Value(Enumerator("Colour", "green", 2))));
  BOOST_TEST((to_value(encodable(Plain::one)) == Value(1)));
  BOOST_TEST(mismatch_of<Colour>("blue").ends_with("found blue"));
  BOOST_TEST(mismatch_of<Plain>(256) != "");
}

BOOST_AUTO_TEST_CASE(types_are_named_for_people) {
  BOOST_TEST(type_name<std::int64_t>() == "int64");
  BOOST_TEST(type_name<double>() == "float64");
  BOOST_TEST(type_name<std::string>() == "text");
  BOOST_TEST(type_name<std::vector<std::int64_t>>() == "list<int64>");
  BOOST_TEST((type_name<std::map<std::string, double>>() == "map<text, float64>"));
  BOOST_TEST((type_name<std::optional<std::vector<bool>>>() == "optional<list<boolean>>"));
  BOOST_TEST((type_name<std::variant<int, std::string>>() == "variant<int32, text>"));
  BOOST_TEST((type_name<std::array<float, 3>>() == "array<float32, 3>"));
  BOOST_TEST(type_name<std::chrono::milliseconds>() == "duration<int64, 1/1000 s>");
  BOOST_TEST(type_name<Value>() == "value");
  BOOST_TEST(type_name<char[4]>() == "text");
}

BOOST_AUTO_TEST_CASE(standard_types_are_stored_as_what_they_are) {
  using namespace std::chrono_literals;
  Set set;
  for (const char* element : {"a", "b"}) set.insert(element);
  const auto time = std::chrono::sys_days(std::chrono::year(2024) / 2 / 29) + 1500ms;
  const std::pair<Value, Value> forms[] = {
      {to_value(encodable(std::tuple(1, 2.0))), Tuple{{1, 2.0}}},
      {to_value(encodable(std::pair("a", 2))), Tuple{{"a", 2}}},
      {to_value(encodable(std::set<std::string>{"b", "a"})), set},
      {to_value(encodable(std::unordered_set<std::string>{"b", "a"})), set},
      {to_value(encodable(std::complex<float>(1, -0.0F))), std::complex<double>(1, -0.0)},
      {to_value(encodable(std::filesystem::path("/tmp/\xff"))), Path{"/tmp/\xff"}},
      {to_value(encodable(Colour::green)), Enumerator("Colour", "green", 2)},
      {to_value(encodable(Plain::one)), 1},
      {to_value(encodable(-1500ms)), Duration::parse("-PT1.5S").value()},
      {to_value(encodable(std::chrono::duration<double>(0.5))), 0.5},
      {to_value(encodable(time)), DateTime::parse("2024-02-29T00:00:01.5+00:00").value()},
      {to_value(encodable(std::chrono::local_time<std::chrono::milliseconds>(-500ms))),
       DateTime::parse("1969-12-31T23:59:59.5").value()},
      {to_value(encodable(std::chrono::sys_days(std::chrono::days(-1)))), Date::parse("1969-12-31").value()},
      {to_value(encodable(Uuid{})), Uuid{}},
      {to_value(encodable(NodeRef{})), NodeRef{}}};
  for (const auto& [found, expected] : forms) BOOST_TEST((found == expected), to_json(found));
}

BOOST_AUTO_TEST_CASE(times_of_any_count_survive) {
  using namespace std::chrono;
  using Unsigned = duration<std::uint64_t, std::nano>;
  const auto at_limits = []<class Time>(Time) {
    BOOST_TEST((survives(Time::min())));
    BOOST_TEST((survives(Time::max())));
  };
  at_limits(seconds{}), at_limits(nanoseconds{}), at_limits(years{}), at_limits(Unsigned{});
  at_limits(duration<std::int8_t>{}), at_limits(duration<std::int64_t, std::tera>{}), at_limits(duration<double>{});
  at_limits(sys_time<nanoseconds>{}), at_limits(sys_seconds{}), at_limits(sys_time<microseconds>{});
  at_limits(local_seconds{}), at_limits(time_point<system_clock, Unsigned>{});
}

BOOST_AUTO_TEST_CASE(what_was_stored_before_kinds_were_told_apart_is_loaded) {
  using namespace std::chrono_literals;
  MemoryObjects objects;
  const auto load = [&]<class T>(const Value& stored, const T& expected) {
    BOOST_TEST((objects.decode<T>(objects.encode(encodable(stored))) == expected), to_json(stored));
  };
  load(List{1, 2.0}, std::tuple(1, 2.0));
  load(List{"a", "b"}, std::set<std::string>{"a", "b"});
  load("red", Colour::red);
  load(1, Colour::red);
  load(-1500, std::chrono::milliseconds(-1500));
  load(1500, std::chrono::system_clock::time_point(std::chrono::system_clock::duration(1500)));
  load("/tmp/x", std::filesystem::path("/tmp/x"));
  load(19'000, std::chrono::sys_days(std::chrono::days(19'000)));
  load(NodeRef{}, Uuid{});
  const std::complex<double> number(1, -0.0);
  const auto bytes = std::as_bytes(std::span(&number, 1));
  load(Array{DType::complex128, {}, Bytes(bytes.begin(), bytes.end())}, number);
}

BOOST_AUTO_TEST_CASE(times_that_a_type_cannot_hold_are_refused) {
  using namespace std::chrono_literals;
  BOOST_TEST(mismatch_of<std::chrono::seconds>(1500ms) ==
             "expected a whole number of 1000000000 ns that 64 bits hold, found PT1.5S");
  BOOST_TEST((mismatch_of<std::chrono::duration<std::int8_t>>(200s) != ""));
  BOOST_TEST((mismatch_of<std::chrono::nanoseconds>(std::chrono::years(1000)) != ""));
  BOOST_TEST(mismatch_of<std::chrono::sys_seconds>(DateTime{}) ==
             "expected a date and time with an offset, found date and time");
  BOOST_TEST((mismatch_of<std::chrono::local_seconds>(std::chrono::sys_seconds(1s)) != ""));
  const auto none = std::chrono::year(2023) / 2 / 29;
  BOOST_TEST(error_of(ErrorCode::unstorable, [&] { (void)bytes_of(none); }) != "");
  BOOST_TEST(error_of(ErrorCode::invalid_argument, [] { (void)bytes_of(TimeOfDay{24h, {}}); }) != "");
}

BOOST_AUTO_TEST_SUITE_END()
