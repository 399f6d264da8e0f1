// Plain JSON with the place of what is wrong.
#include "interchange/json_reader.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <sstream>
#include <string>

#include "interchange/json_writer.h"
#include "support/errors.h"

namespace cairn::interchange {
namespace {

using test::has_code;

Value read(const std::string& text, std::uint64_t bytes_max = 1 << 20) {
  std::istringstream in(text);
  return read_json(in, bytes_max);
}

BOOST_AUTO_TEST_SUITE(json_reader)

BOOST_AUTO_TEST_CASE(values_are_read_and_written_as_they_were) {
  for (const char* text :
       {"null", "true", "-1", "18446744073709551615", "123456789012345678901234567890", "0.1", "1.0", "1e+22", "\"\"", "[]", "{}",
        "[[],{},[{}]]", R"({"$":"1","a":[1,2],"é":"\u0001\n\"\\"})"})
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
  for (const char* text : {"NaN", "[NaN,Infinity,-Infinity,-1,0.5]", R"({"NaN":"NaN, \"Infinity","a":[NaN],"b":{"c":-Infinity}})"})
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
    BOOST_CHECK_EXCEPTION(from_plain_json(nested(depth), {.depth_max = 5000}), Error, has_code(ErrorCode::limit, "deeper than 5000"));
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
  for (const Value& value : {Value(Bytes{}), Value(Tuple{}), Value(std::numeric_limits<double>::infinity()), Value(Map{{1, 2}})})
    BOOST_CHECK_EXCEPTION(json_line(value), Error, has_code(ErrorCode::unstorable, "no plain form"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::interchange
