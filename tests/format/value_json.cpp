// Values as JSON: nothing is lost, nothing is guessed.
#include <boost/test/unit_test.hpp>

#include <cairn/value_json.h>

#include <bit>
#include <cmath>
#include <limits>

#include "memory_objects.h"
#include "random_value.h"

using namespace cairn;
using namespace cairn::test;

namespace {

std::string refusal(std::string_view json) {
  return error_of(ErrorCode::invalid_argument, [&] { (void)from_json(json); });
}

Map map_of(Value key, Value value) {
  Map map;
  map.put(std::move(key), std::move(value));
  return map;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(value_json)

BOOST_AUTO_TEST_CASE(every_value_comes_back_from_its_json) {
  RandomValue random(6);
  for (int round = 0; round < 3'000; ++round) {
    const Value value = random();
    const std::string json = to_json(value);
    const Value loaded = from_json(json);
    BOOST_TEST_REQUIRE((loaded == value), "round " << round << ": " << json.substr(0, 500));
    BOOST_TEST_REQUIRE(to_json(loaded) == json);
    BOOST_TEST_REQUIRE((bytes_of(loaded) == bytes_of(value)));
  }
}

BOOST_AUTO_TEST_CASE(plain_values_are_plain_json) {
  BOOST_TEST(to_json(Value()) == "null");
  BOOST_TEST(to_json(true) == "true");
  BOOST_TEST(to_json(-5) == "-5");
  BOOST_TEST(to_json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  BOOST_TEST(to_json(1.0) == "1.0");
  BOOST_TEST(to_json(-0.0) == "-0.0");
  BOOST_TEST(to_json(0.1) == "0.1");
  BOOST_TEST(to_json(1e300) == "1e+300");
  BOOST_TEST(to_json("a\"b\n\xc3\xa9") == "\"a\\\"b\\u000a\xc3\xa9\"");
  BOOST_TEST(to_json(List{1, "a"}) == "[1,\"a\"]");
  BOOST_TEST(to_json(map_of("a", 1)) == "{\"a\":1}");
}

BOOST_AUTO_TEST_CASE(what_json_cannot_express_says_what_it_is) {
  BOOST_TEST(to_json(Bytes{std::byte{'h'}, std::byte{'e'}}) == R"({"$bytes":"aGU="})");
  BOOST_TEST(to_json(-std::numeric_limits<double>::infinity()) == R"({"$real":"-inf"})");
  BOOST_TEST(to_json(std::bit_cast<double>(std::uint64_t{0x7ff8000000000001})) == R"({"$real":"nan:7ff8000000000001"})");
  BOOST_TEST(to_json(map_of(1, 2)) == R"({"$map":[[1,2]]})");
  BOOST_TEST(to_json(map_of("$a", 2)) == R"({"$map":[["$a",2]]})");
  BOOST_TEST(to_json(Object("Point", 2, {{"x", 1.5}})) == R"({"$object":{"class":"Point","version":2,"fields":[["x",1.5]]}})");
  BOOST_TEST(to_json(Array{DType::uint8, {1, 2}, Bytes(2)}) == R"({"$array":{"dtype":"uint8","shape":[1,2],"data":"AAA="}})");
  BOOST_TEST(to_json(StoredArray{DType::uint8, {3}, 3}) == R"({"$storedArray":{"dtype":"uint8","shape":[3],"size":3}})");
  BOOST_TEST(to_json(ObjectId{}) == R"({"$objectRef":"00000000000000000000000000000000"})");
  BOOST_TEST(to_json(NodeRef{}) == R"({"$nodeRef":"00000000-0000-0000-0000-000000000000"})");
  Set set;
  for (const char* element : {"b", "a"}) set.insert(element);
  const std::pair<Value, const char*> forms[] = {
      {BigInteger::parse("18446744073709551616").value(), R"({"$integer":"18446744073709551616"})"},
      {Tuple{{1, 2.0}}, R"({"$tuple":[1,2.0]})"},
      {set, R"({"$set":["a","b"]})"},
      {Decimal::parse("1.10").value(), R"({"$decimal":"1.10"})"},
      {std::complex<double>(1, -0.0), R"({"$complex":[1.0,-0.0]})"},
      {Date::parse("2024-02-29").value(), R"({"$date":"2024-02-29"})"},
      {TimeOfDay::parse("23:59:59.5").value(), R"({"$time":"23:59:59.5"})"},
      {DateTime::parse("2024-02-29T23:59:59+01:00[Europe/Paris]").value(),
       R"({"$datetime":"2024-02-29T23:59:59+01:00[Europe/Paris]"})"},
      {Duration::parse("-PT1.5S").value(), R"({"$duration":"-PT1.5S"})"},
      {Uuid{}, R"({"$uuid":"00000000-0000-0000-0000-000000000000"})"},
      {Path{"/tmp/x"}, R"({"$path":"/tmp/x"})"},
      {Path{"\xff"}, R"({"$path":{"$bytes":"/w=="}})"},
      {Enumerator("Color", "red", 1), R"({"$enum":{"type":"Color","name":"red","value":1}})"},
      {Quantity(1.5, "eV"), R"({"$quantity":{"magnitude":1.5,"unit":"eV"}})"},
      {Identity{"id", "x"}, R"({"$identity":{"scope":"id","id":"x"}})"},
      {Lossy("F", "gone"), R"({"$lossy":{"type":"F","rest":"gone"}})"}};
  for (const auto& [value, json] : forms) {
    BOOST_TEST(to_json(value) == json);
    BOOST_TEST((from_json(json) == value), json);
  }
  for (const char* bad : {R"({"$integer":"1.5"})", R"({"$set":[1,1]})", R"({"$date":"2023-02-29"})", R"({"$complex":[1,2]})",
                          R"({"$enum":{"type":"Color"}})", R"({"$decimal":"x"})"})
    BOOST_TEST(refusal(bad) != "", bad);
  BOOST_TEST((from_json(to_json(StoredArray{DType::uint8, {3}, 3})) == Value(StoredArray{DType::uint8, {3}, 3})));
}

BOOST_AUTO_TEST_CASE(json_that_was_typed_by_hand_is_read) {
  BOOST_TEST((from_json(" [ 1 , 2.50, 1E2, \"\\u00e9\\ud83d\\ude00\" ]\n ") ==
              Value(List{1, 2.5, 100.0, "\xc3\xa9\xf0\x9f\x98\x80"})));
  BOOST_TEST((from_json("{\"b\":1,\"a\":{}}").get_if<Map>()->begin()->key == Value("a")));
}

BOOST_AUTO_TEST_CASE(doubles_are_read_exactly) {
  // Boost.JSON's own number parsing is off by one bit for some of these.
  for (const char* text : {"2.2250738585072011e-308", "1.7976931348623157e308", "5e-324", "0.1", "8.41e+21",
                           "9007199254740993.0", "7.2057594037927933e16", "123456789012345678901234567890.0"}) {
    BOOST_TEST((from_json(text) == Value(std::strtod(text, nullptr))), text);
  }
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_refused_not_rounded) {
  BOOST_TEST((from_json("-9223372036854775808") == Value(std::numeric_limits<std::int64_t>::min())));
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "1000000000000000000000000000000"})
    BOOST_TEST((from_json(text) == Value(BigInteger::parse(text).value())));
  BOOST_TEST(refusal("1e400").find("out of the range of a double") != std::string::npos);
  BOOST_TEST(refusal("1e99999999999999999999") != "");
}

BOOST_AUTO_TEST_CASE(a_key_that_is_there_twice_is_refused_with_its_position) {
  BOOST_TEST(refusal(R"({"a":1,"b":2,"a":3})").starts_with("line 1, column 14: "));
  BOOST_TEST(refusal(R"({"a":1,"a":3})").find("the key \"a\" is there twice") != std::string::npos);
  BOOST_TEST(refusal(R"({"$map":[[1,2],[1,3]]})").find("distinct keys") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_refused_with_its_position) {
  for (const char* text :
       {"", "[1,", "[1,]", "{a:1}", "nul", "1 2", "[1] x", "'a'", "\"\\ud800\"", "\"\xff\"", "01", "NaN", "// c\n1"})
    BOOST_TEST(refusal(text).starts_with("line "), text);
}

BOOST_AUTO_TEST_CASE(forms_that_are_wrong_are_refused) {
  for (const char* text :
       {R"({"$unknown":1})", R"({"$bytes":"a"})", R"({"$bytes":"aGV="})", R"({"$bytes":1})", R"({"$real":"nan"})",
        R"({"$real":"nan:0000000000000000"})", R"({"$bytes":"","a":1})", R"({"$map":[[1]]})", R"({"$map":{}})",
        R"({"$object":{"class":"A"}})", R"({"$object":{"class":"A","version":-1,"fields":[]}})",
        R"({"$object":{"class":"A","version":4294967296,"fields":[]}})", R"({"$array":{"dtype":"int7","shape":[],"data":""}})",
        R"({"$array":{"dtype":"int8","shape":[2],"data":"AA=="}})",
        R"({"$array":{"dtype":"int8","shape":[4294967296,4294967296],"data":""}})", R"({"$objectRef":"12"})",
        R"({"$nodeRef":"x"})"})
    BOOST_TEST(refusal(text).starts_with("JSON: "), text);
  BOOST_TEST(refusal(R"({"b/c": [[1, {}], {"a": 1, "b": [2, {"$unknown": 1}]}]})") ==
             "JSON at /b~1c/1/b/1: unknown form $unknown");
  BOOST_TEST(refusal(R"([{}, {"a": 1, "$bytes": ""}])") == "JSON at /1: the form $bytes beside other keys");
}

BOOST_AUTO_TEST_CASE(depth_has_a_limit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const Value deepest = from_json(nested(kDepthMax));
  BOOST_TEST(to_json(deepest) == nested(kDepthMax));
  (void)bytes_of(deepest);
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)from_json(nested(kDepthMax + 1)); }) != "");
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)from_json(nested(1'000'000)); }) != "");
  BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)to_json(List{deepest}); }) != "");
}

BOOST_AUTO_TEST_CASE(random_text_never_does_more_than_throw_an_error) {
  RandomValue random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string json = to_json(random(2)).substr(0, 2'000);
    for (auto count = 1 + random.below(3); count > 0; --count)
      json[random.below(json.size())] = "{}[]\",:$0-e.\\ \xff"[random.below(16)];
    try {
      (void)from_json(json);
    } catch (const Error&) {
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
