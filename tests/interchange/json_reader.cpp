// Plain JSON with the place of what is wrong.
#include "interchange/json_reader.h"

#include <cairn/error.h>

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>

#include "interchange/json_writer.h"
#include "support/errors.h"

namespace cairn::interchange {
namespace {

using test::has_code;

Value read(const std::string& text, std::uint64_t bytes_max = 1 << 20) {
  std::istringstream in(text);
  return read_json(in, bytes_max);
}

// Boost.JSON's own reals are not always the nearest.
bool is_near(double real, double other) {
  return std::abs(real - other) <= 1e-14 * std::abs(other);
}

bool says(const Value& value, const boost::json::value& other) {
  if (const List* list = value.get_if<List>()) return other.is_array() && std::ranges::equal(*list, other.get_array(), says);
  if (const Map* map = value.get_if<Map>()) {
    return other.is_object() && map->size() == other.get_object().size() &&
           std::ranges::all_of(*map, [&](const MapEntry& entry) {
             const boost::json::value* found = other.get_object().if_contains(*entry.key.get_if<std::string>());
             return found != nullptr && says(entry.value, *found);
           });
  }
  if (const auto* text = value.get_if<std::string>()) return other.is_string() && *text == std::string_view(other.get_string());
  if (const auto* integer = value.get_if<std::int64_t>()) return other.is_number() && *integer == other.to_number<std::int64_t>();
  if (const auto* natural = value.get_if<std::uint64_t>()) return other.is_uint64() && *natural == other.get_uint64();
  if (value.is<BigInteger>()) return other.is_double();
  if (const double* real = value.get_if<double>()) return other.is_double() && is_near(*real, other.get_double());
  if (const bool* flag = value.get_if<bool>()) return other.is_bool() && *flag == other.get_bool();
  return value.is<std::monostate>() && other.is_null();
}

// Mostly no JSON, but nearly.
std::string nearly_json(std::mt19937_64& random, int depth) {
  static constexpr std::array<std::string_view, 24> kLeaves = {"null",
                                                               "true",
                                                               "false",
                                                               "0",
                                                               "-0",
                                                               "1",
                                                               "-12",
                                                               "18446744073709551615",
                                                               "1.5",
                                                               "-2e3",
                                                               "1E-2",
                                                               "\"\"",
                                                               "\"a\"",
                                                               "\"\\u00e9\\n\"",
                                                               "\"\\ud83d\\ude00\"",
                                                               "\"\xC3\xA9\"",
                                                               "01",
                                                               "1.",
                                                               "-",
                                                               "\"\\ud83d\"",
                                                               "\"\\x\"",
                                                               "\"\xC3\"",
                                                               "nul",
                                                               "\"\t\""};
  static constexpr std::array<std::string_view, 4> kSpaces = {"", " ", "\n", "\t\r"};
  const auto any = [&](const auto& all) { return std::string(all[random() % all.size()]); };
  if (depth == 0 || random() % 3 == 0) return any(kSpaces) + std::string(kLeaves[random() % (random() % 4 == 0 ? 24 : 16)]);
  const bool is_object = random() % 2 == 0;
  std::string text = any(kSpaces) + (is_object ? '{' : '[');
  for (std::size_t i = random() % 4; i > 0; --i) {
    if (is_object) text += any(kSpaces) + '"' + static_cast<char>('a' + random() % 12) + '"' + any(kSpaces) + ':';
    text += nearly_json(random, depth - 1) + any(kSpaces);
    if (i > 1 || random() % 40 == 0) text += ',';
  }
  text += is_object ? '}' : ']';
  if (random() % 40 == 0) text[random() % text.size()] = "[]{},:\"\\ 1"[random() % 10];
  return text;
}

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(what_another_reader_takes_is_taken_and_says_the_same) {
  std::mt19937_64 random(1);
  unsigned taken = 0, refused = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = nearly_json(random, 4);
    boost::json::error_code ec;
    const boost::json::value other = boost::json::parse(text, ec);
    std::optional<Value> value;
    std::string problem;
    try {
      value = read(text);
    } catch (const Error& error) {
      problem = error.what();
      BOOST_REQUIRE((error.code() == ErrorCode::bad_document));
      BOOST_REQUIRE(problem.starts_with("line "));
    }
    const bool is_stricter = problem.find("is there twice") != std::string::npos || problem.find("range of a double") != std::string::npos;
    BOOST_REQUIRE_MESSAGE(is_stricter || value.has_value() == !ec, text << ": " << (value ? ec.message() : problem));
    if (value) BOOST_REQUIRE_MESSAGE(says(*value, other), text);
    ++(value ? taken : refused);
  }
  BOOST_TEST(taken > 10'000u);
  BOOST_TEST(refused > 10'000u);
}

BOOST_AUTO_TEST_CASE(no_beginning_of_a_document_is_one) {
  const std::string text = R"({"b":[1,-2.5e+3,true,null,"\u00e9\ud83d\ude00é\\"],"a":{"c":{},"d":[[]]}})";
  BOOST_CHECK_NO_THROW(read(text));
  for (std::size_t size = 0; size < text.size(); ++size)
    BOOST_CHECK_EXCEPTION(read(text.substr(0, size)), Error, has_code(ErrorCode::bad_document, "line 1, column "));
}

BOOST_AUTO_TEST_CASE(a_key_that_is_there_twice_has_the_place_of_the_second) {
  const auto twin = [](const std::string& place) { return has_code(ErrorCode::bad_document, place); };
  BOOST_CHECK_EXCEPTION(read(R"({"b":1,"a":2,"b":3})"), Error, twin("line 1, column 14: the key \"b\" is there twice (at /b)"));
  BOOST_CHECK_EXCEPTION(read("[{},{\"a\":1,\n\"a\":2,\"b\":3}]"), Error,
                        twin("line 2, column 1: the key \"a\" is there twice (at /1/a)"));
  BOOST_CHECK_EXCEPTION(read(R"({"b":1,"\u0062":2})"), Error, twin("the key \"b\" is there twice (at /b)"));
  BOOST_CHECK_EXCEPTION(read(R"({"":1,"":2})"), Error, twin("the key \"\" is there twice (at /)"));
}

BOOST_AUTO_TEST_CASE(values_are_read_and_written_as_they_were) {
  for (const char* text : {"null", "true", "-1", "18446744073709551615", "123456789012345678901234567890", "0.1", "1.0",
                           "1e+22", "\"\"", "[]", "{}", "[[],{},[{}]]", R"({"$":"1","a":[1,2],"é":"\u0001\n\"\\"})"})
    BOOST_TEST(json_line(read(text)) == text);
}

BOOST_AUTO_TEST_CASE(faults_have_line_and_column_and_the_pointer) {
  const auto wrong = [](const std::string& place) { return has_code(ErrorCode::bad_document, place); };
  BOOST_CHECK_EXCEPTION(read("{\n \"a\": [1,\n 2 3]}"), Error, wrong("line 3, column 4"));
  BOOST_CHECK_EXCEPTION(read("{\"a\": [1, x]}"), Error, wrong("(at /a/1)"));
  BOOST_CHECK_EXCEPTION(read("{\"a\": {\"b\": 1, \"b\": 2}}"), Error, wrong("the key \"b\" is there twice"));
  BOOST_CHECK_EXCEPTION(read("{\"a\": \"\\ud800\"}"), Error, wrong("half of a surrogate pair"));
  BOOST_CHECK_EXCEPTION(read("{\"a\": \"\\udc00 \"}"), Error, wrong("half of a surrogate pair"));
  BOOST_CHECK_EXCEPTION(read("{\"a\": 1"), Error, wrong("the document ends too early"));
  BOOST_CHECK_EXCEPTION(read("1\n\n 2"), Error, wrong("line 3, column 2: more than one value"));
  BOOST_CHECK_EXCEPTION(read("[1e400]"), Error, wrong("out of the range of a double"));
  BOOST_CHECK_EXCEPTION(read("[\"\xC3\x28\"]"), Error, wrong("line 1"));
  BOOST_CHECK_EXCEPTION(read("[NaN]"), Error, wrong("line 1, column 2"));
}

BOOST_AUTO_TEST_CASE(numbers_that_are_none_are_read_on_request_and_only_outside_of_strings) {
  const auto read_python = [](const std::string& text) { return from_plain_json(text, {.allow_nonfinite = true}); };
  for (const char* text :
       {"NaN", "[NaN,Infinity,-Infinity,-1,0.5]", R"({"NaN":"NaN, \"Infinity","a":[NaN],"b":{"c":-Infinity}})"})
    BOOST_TEST(json_line(read_python(text), Nonfinite::bare) == text);
  BOOST_CHECK_THROW(json_line(read_python("[NaN]")), Error);
  for (const char* text : {"[Nan]", "[--Infinity]", "[NaNNaN]", "[1NaN]", "[NaN 1]", "{NaN:1}", "[\"NaN", "[-NaN]", "tNaN"})
    BOOST_CHECK_EXCEPTION(read_python(text), Error, has_code(ErrorCode::bad_document, "line 1"));
  BOOST_CHECK_EXCEPTION(read_python("[NaN,\n NaN, x]"), Error, has_code(ErrorCode::bad_document, "line 2, column 7"));
}

BOOST_AUTO_TEST_CASE(a_deeper_document_is_read_on_request) {
  const auto nested = [](unsigned depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  BOOST_TEST(json_line(from_plain_json(nested(5000), {.depth_max = 5000})) == nested(5000));
  for (const unsigned depth : {5001u, 1'000'000u})
    BOOST_CHECK_EXCEPTION(from_plain_json(nested(depth), {.depth_max = 5000}), Error,
                          has_code(ErrorCode::limit, "deeper than 5000"));
}

BOOST_AUTO_TEST_CASE(places_are_right_beyond_the_first_piece_that_is_read) {
  std::string text = "[\n";
  for (int i = 0; i < 100'000; ++i) text += "1,\n";
  BOOST_CHECK_EXCEPTION(read(text + "  x]"), Error, has_code(ErrorCode::bad_document, "line 100002, column 3"));
}

BOOST_AUTO_TEST_CASE(limits_hold) {
  std::string deep = std::string(kPlainJsonDepthMax, '[') + std::string(kPlainJsonDepthMax, ']');
  BOOST_CHECK_NO_THROW(read(deep));
  BOOST_CHECK_EXCEPTION(read("[" + deep + "]"), Error, has_code(ErrorCode::limit, "deeper"));
  BOOST_CHECK_EXCEPTION(read(std::string(1'000'000, '[')), Error, has_code(ErrorCode::limit, "line 1, column"));
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  BOOST_CHECK_EXCEPTION(read(objects, UINT64_MAX), Error, has_code(ErrorCode::limit, "deeper"));
  BOOST_CHECK_EXCEPTION(read("[1, 2]", 5), Error, has_code(ErrorCode::limit, "longer than 5 bytes"));
}

BOOST_AUTO_TEST_CASE(what_has_no_plain_form_is_not_written) {
  for (const Value& value :
       {Value(Bytes{}), Value(Tuple{}), Value(std::numeric_limits<double>::infinity()), Value(Map{{1, 2}})})
    BOOST_CHECK_EXCEPTION(json_line(value), Error, has_code(ErrorCode::unstorable, "no plain form"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::interchange
