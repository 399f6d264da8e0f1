// to_text: values as lines and on one line, in full and in part.
#include <boost/test/unit_test.hpp>

#include <cairn/text.h>
#include <cairn/value_json.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "random_value.h"

namespace cairn::test {
namespace {

constexpr TextOptions kLine{.form = TextForm::line};

std::string line(const Value& value, TextOptions options = kLine) { return to_text(value, options); }
std::string line_of(std::string_view json) { return line(from_json(json)); }

Value nested(unsigned depth) {
  List list;
  for (; depth > 1; --depth) list = List{Value(std::move(list))};
  return list;
}

// A value with something to leave out in every kind.
const char* const kLargeJson =
    R"({"bytes":{"$bytes":"YWJjZGVmZ2hpag=="},"list":[[1,[2,3]],"a long text",3,4,5],"set":{"$set":[1,2,3]},)"
    R"("tuple":{"$tuple":[1,2,3]},"object":{"$object":{"class":"Point","version":2,"fields":[["x",1.5],["y",[1]]]}},)"
    R"("array":{"$array":{"dtype":"int8","shape":[4],"data":"AQIDBA=="}},"integer":123456789012345678901234567890,)"
    R"("enum":{"$enum":{"type":"Color","name":"red","value":[1]}}})";

BOOST_AUTO_TEST_SUITE(value_text)

BOOST_AUTO_TEST_CASE(each_kind_has_its_form_on_one_line) {
  const std::pair<const char*, const char*> forms[] = {
      {"null", "null"},
      {"true", "true"},
      {"-12", "-12"},
      {"1.0", "1.0"},
      {"-0.0", "-0.0"},
      {"1e300", "1e+300"},
      {R"({"$real":"-inf"})", "-inf"},
      {R"({"$real":"nan:7ff8000000000000"})", "nan"},
      {R"({"$real":"nan:7ff0000000000001"})", "nan:7ff0000000000001"},
      {"18446744073709551616", "18446744073709551616"},
      {R"("a \"b\" \\ \n \u001b é")", "\"a \\\"b\\\" \\\\ \\n \\x1b é\""},
      {"[]", "[]"},
      {R"([1,"a",[2]])", R"([1, "a", [2]])"},
      {"{}", "{}"},
      {R"({"$map":[[1,"one"],["k",null],[[2],true]]})", R"({1: "one", "k": null, [2]: true})"},
      {R"({"$tuple":[]})", "tuple()"},
      {R"({"$tuple":[1]})", "tuple(1)"},
      {R"({"$set":[1,2]})", "set(1, 2)"},
      {R"({"$object":{"class":"m.Class","version":2,"fields":[["x",1],["y",[1,2]]]}})", "m.Class@version=2(x=1,y=[1, 2])"},
      {R"({"$object":{"class":"pair<int, int>","version":1,"fields":[["a=b",1],["",2]]}})",
       "\"pair<int, int>\"@version=1(\"a=b\"=1,\"\"=2)"},
      {R"({"$array":{"dtype":"float32","shape":[1,2],"data":"AACAPwAAAEA="}})", "float32[1, 2](1, 2)"},
      {R"({"$array":{"dtype":"boolean","shape":[],"data":"AQ=="}})", "boolean[](true)"},
      {R"({"$array":{"dtype":"int8","shape":[0,3],"data":""}})", "int8[0, 3]()"},
      {R"({"$storedArray":{"dtype":"float64","shape":[2,3],"size":48}})", "float64[2, 3](...)"},
      {R"({"$bytes":"YWI="})", "bytes(6162)"},
      {R"({"$decimal":"1.10"})", "decimal(1.10)"},
      {R"({"$complex":[1.0,-0.0]})", "complex(1.0, -0.0)"},
      {R"({"$date":"2024-02-29"})", "date(2024-02-29)"},
      {R"({"$time":"23:59:59.5"})", "time(23:59:59.5)"},
      {R"({"$datetime":"2024-02-29T23:59:59+01:00[Europe/Paris]"})", "datetime(2024-02-29T23:59:59+01:00[Europe/Paris])"},
      {R"({"$duration":"-PT1.5S"})", "duration(-PT1.5S)"},
      {R"({"$uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f"})", "uuid(00010203-0405-0607-0809-0a0b0c0d0e0f)"},
      {R"({"$path":"/tmp/x"})", "path(\"/tmp/x\")"},
      {R"({"$path":{"$bytes":"/w=="}})", "path(\"\\xff\")"},
      {R"({"$enum":{"type":"Color","name":"red","value":1}})", R"(enum("Color", "red", 1))"},
      {R"({"$quantity":{"magnitude":1.5,"unit":"eV"}})", R"(quantity(1.5, "eV"))"},
      {R"({"$identity":{"scope":"auto","id":"flour"}})", R"(identity("auto", "flour"))"},
      {R"({"$lossy":{"type":"std::function<void()>","rest":[1]}})", R"(lossy("std::function<void()>", [1]))"},
      {R"({"$objectRef":"000102030405060708090a0b0c0d0e0f"})", "object(000102030405060708090a0b0c0d0e0f)"},
      {R"({"$artifactRef":"000102030405060708090a0b0c0d0e0f"})", "artifact(000102030405060708090a0b0c0d0e0f)"},
      {R"({"$nodeRef":"00010203-0405-0607-0809-0a0b0c0d0e0f"})", "node(00010203-0405-0607-0809-0a0b0c0d0e0f)"},
  };
  for (const auto& [json, text] : forms) BOOST_TEST(line_of(json) == text);
}

BOOST_AUTO_TEST_CASE(values_that_differ_have_lines_that_differ) {
  std::map<std::string, Value> known;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Value value = RandomValue(seed)(3);
    const std::string text = line(value);
    const auto [found, is_new] = known.emplace(text, value);
    BOOST_TEST((is_new || found->second == value), to_json(value) << " and " << to_json(found->second) << " are " << text);
  }
}

BOOST_AUTO_TEST_CASE(texts_that_look_like_others_are_told_from_them) {
  const std::vector<Value> alike = {
      Value("1"), Value(1), Value("null"), Value(), Value("a\", \"b"), List{"a\", \"b"}, List{"a", "b"}, Value("..."),
      Value("\\n"), Value("\n"), Value("\\x1b"), Value("\x1b"), Object("tuple", 1, {}), Tuple{}, Set{}, List{}, Map{},
      Object("a(x=1)", 1, {}), Object("a", 1, {{"x", 1}}), Object("a", 1, {{"x=1,y", 2}}),
      Object("a", 1, {{"x", 1}, {"y", 2}}), Object("a@version=1", 1, {}), Path{"x"}, Path{"\xFF"}, Path{"\\xff"},
      Enumerator("a\", \"b", "c", 1), Enumerator("a", "b\", \"c", 1)};
  for (std::size_t i = 0; i < alike.size(); ++i)
    for (std::size_t k = 0; k < i; ++k) BOOST_TEST(line(alike[i]) != line(alike[k]));
}

BOOST_AUTO_TEST_CASE(neither_form_holds_control_characters_of_the_value) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const Value value = RandomValue(seed)();
    const std::string text = line(value);
    BOOST_TEST(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }), text);
  }
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_dots) {
  const Value value = from_json(kLargeJson);
  TextOptions options = kLine;
  options.elements_max = 1;
  BOOST_TEST(line(value, options) == "{\"array\": int8[4](1, ...), ...}");
  options.elements_max = 0;
  BOOST_TEST(line(from_json("[[1],{},[]]"), options) == "[...]");
  BOOST_TEST(line(Array{DType::int8, {1}, Bytes(1)}, options) == "int8[1](...)");
  options = kLine;
  options.text_max = 4;
  BOOST_TEST(line(value, options) ==
             R"({"arra"...: int8[4](1, 2, 3, 4), "byte"...: bytes(6162...), "enum": enum("Colo"..., "red", [1]), )"
             R"("inte"...: 1234..., "list": [[1, [2, 3]], "a lo"..., 3, 4, 5], )"
             R"("obje"...: "Poin"...@version=2(x=1.5,y=[1]), "set": set(1, 2, 3), "tupl"...: tuple(1, 2, 3)})");
  options = kLine;
  options.depth_max = 1;
  BOOST_TEST(line(value, options) ==
             R"({"array": int8[4](1, 2, 3, 4), "bytes": bytes(6162636465666768696a), "enum": enum("Color", "red", ...), )"
             R"("integer": 123456789012345678901234567890, "list": [...], "object": Point@version=2(...), )"
             R"("set": set(...), "tuple": tuple(...)})");
  options.depth_max = 0;
  BOOST_TEST(line(value, options) == "{...}");
}

BOOST_AUTO_TEST_CASE(the_bound_of_bytes_is_kept_but_for_dots_and_brackets) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Value value = List{RandomValue(seed)(), RandomValue(seed + 1)(), std::string(300, 'x')};
    const std::string full = line(value);
    for (const std::size_t bytes_max : {0, 1, 10, 100, 1000}) {
      TextOptions options = kLine;
      options.bytes_max = bytes_max;
      const std::string text = line(value, options);
      // A scalar of some 60 bytes may be the last; then a closing bracket and dots for each of five levels.
      BOOST_TEST(text.size() <= std::min(full.size(), bytes_max) + 150, text);
      if (full.size() <= bytes_max) BOOST_TEST(text == full);
    }
  }
}

BOOST_AUTO_TEST_CASE(as_lines_each_element_has_its_own) {
  BOOST_TEST(to_text(from_json(R"([1,{"a":"x"},{"$tuple":[]}])")) == "  - 1\n  -\n    a: \"x\"\n  - ()\n");
  BOOST_TEST(to_text(from_json(R"({"$object":{"class":"Point","version":2,"fields":[["x",1.5],["y",[]]]}})")) ==
             "Point (version 2)\n  x: 1.5\n  y: []\n");
  BOOST_TEST(to_text(Value("a\nb")) == "\"a\\nb\"\n");
}

BOOST_AUTO_TEST_CASE(lines_are_bounded_too) {
  const Value value = from_json(R"([[1,[2]],[3],4])");
  BOOST_TEST(to_text(value, {.elements_max = 1}) == "  -\n    - 1\n    ... and 1 more\n  ... and 2 more\n");
  BOOST_TEST(to_text(value, {.depth_max = 1}) == "  - ...\n  - ...\n  - 4\n");
  BOOST_TEST(to_text(std::string(100, 'x'), {.bytes_max = 5}) == "\"xx...\"\n");
  BOOST_TEST(to_text(value, {.bytes_max = 5}) == "  -\n    - 1\n    ... and 1 more\n  ... and 2 more\n");
  BOOST_TEST(to_text(from_json(R"({"$object":{"class":"P","version":1,"fields":[["x",[1]],["y",2]]}})"),
                     {.depth_max = 1, .bytes_max = 10}) == "P\n  x: ...\n  ... and 1 more\n");
}

BOOST_AUTO_TEST_CASE(the_deepest_values_have_a_text) {
  const std::string text = line(nested(kDepthMax));
  BOOST_TEST(text == std::string(kDepthMax, '[') + std::string(kDepthMax, ']'));
  BOOST_TEST(to_text(nested(kDepthMax)).ends_with("- []\n"));
}

BOOST_AUTO_TEST_CASE(shortened_text_counts_characters) {
  BOOST_TEST(shortened("grüße", 5) == "grüße");
  BOOST_TEST(shortened("grüße!", 5) == "gr...");
  BOOST_TEST(shortened("grüße", 2) == "..");
  BOOST_TEST(shortened("", 0) == "");
  BOOST_TEST(human_size(1023) == "1023 B");
  BOOST_TEST(human_size(1536) == "1.5 KiB");
  BOOST_TEST(printable("a\x1b\xC2\x9B\xFF") == "a\\x1b\\xc2\\x9b\\xff");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
