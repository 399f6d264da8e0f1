// put, get and show of objects.
#include <boost/test/unit_test.hpp>

#include "command.h"
#include "random_value.h"
#include "store/damage.h"

using namespace cairn::test;

BOOST_FIXTURE_TEST_SUITE(objects, CommandFixture)

BOOST_AUTO_TEST_CASE(bytes_come_back_as_they_are) {
  const std::string bytes("a\0b\xFF\n\x1B[31m", 11);
  const std::string id = run_line({"put", file("f", bytes)});
  BOOST_TEST(id.size() == 32u);
  BOOST_TEST(run({"get", id}).out == bytes);
  BOOST_TEST(run({"get", id.substr(0, 8)}).out == bytes);
  BOOST_TEST(run_line({"put", "-"}, {.input = bytes}) == id);
  BOOST_TEST(run_json({"get", id}).at(0).contains("$bytes"));
}

BOOST_AUTO_TEST_CASE(text_is_told_from_bytes) {
  const std::string id = run_line({"put", "-", "--type", "text"}, {.input = "gr\xC3\xBC\xC3\x9F"});
  BOOST_TEST(run({"get", id}).out == "gr\xC3\xBC\xC3\x9F");
  BOOST_TEST(run({"get", id, "--json"}).out == "\"gr\xC3\xBC\xC3\x9F\"\n");
  BOOST_TEST(run({"put", "-", "--type", "text"}, {.input = "\xFF"}).status == 1);
}

BOOST_AUTO_TEST_CASE(tagged_json_comes_back_equal) {
  const std::string value = R"({"a":1,"b":1.0,"big":18446744073709551615,"list":[null,true,"x",0.1],)"
                            R"("odd":{"$map":[[1,"one"],["$k",{"$bytes":"aGVsbG8="}]]},)"
                            R"("nan":{"$real":"nan:7ff8000000000001"},)"
                            R"("points":{"$array":{"dtype":"float32","shape":[1,2],"data":"AACAPwAAAEA="}},)"
                            R"("what":{"$object":{"class":"Point","version":2,"fields":[["x",1.5],["y",-0.0]]}}})";
  const std::string id = run_line({"put", "-", "--json-value"}, {.input = value});
  const std::string back = run({"get", id, "--json"}).out;
  BOOST_TEST(run_line({"put", "-", "--json-value"}, {.input = back}) == id);
  const std::string text = run({"get", id}).out;
  for (const char* part : {"a: 1\n", "float32[1, 2]", "1, 2", "Point (version 2)", "x: 1.5", "18446744073709551615"})
    BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
}

BOOST_AUTO_TEST_CASE(what_is_no_tagged_json_is_refused) {
  BOOST_TEST(run({"put", "-", "--json-value"}, {.input = "{"}).status == 2);
  BOOST_TEST(run({"put", "/nonexistent/file"}).status == 1);
}

BOOST_AUTO_TEST_CASE(show_abbreviates_and_its_document_does_not) {
  std::string list = "[0";
  for (int i = 1; i < 100; ++i) list += "," + std::to_string(i);
  const std::string id = run_line({"put", "-", "--json-value"}, {.input = list + "]"});
  BOOST_TEST(run({"show", id}).out.find("... and 92 more") != std::string::npos);
  const auto document = run_json({"show", id}).at(0);
  BOOST_TEST(document.at("kind").as_string() == "object");
  BOOST_TEST(document.at("id").as_string() == id);
  BOOST_TEST(document.at("value").as_array().size() == 100u);
}

BOOST_AUTO_TEST_CASE(show_says_that_an_object_is_lossy_and_where) {
  std::string list = R"([{"solver":{"callback":{"$lossy":{"type":"std::function<void()>","rest":null}}}})";
  for (int i = 0; i < 20; ++i) list += ",0";
  const std::string lossy = R"({"$lossy":{"type":"Handle","rest":{"descriptor":3}}})";
  const std::string nested = run_line({"put", "-", "--json-value"}, {.input = list + "," + lossy + "]"});
  const std::string text = run({"show", nested}).out;
  for (const char* part : {" (lossy list)\n", "lossy        [0].solver.callback  was std::function<void()>\n",
                           "lossy        [21]  was Handle\n", "callback: lossy, was std::function<void()>\n"})
    BOOST_TEST(text.find(part) != std::string::npos, part << " in\n" << text);
  const auto document = run_json({"show", nested}).at(0);
  BOOST_TEST(document.at("is_lossy").as_bool());
  BOOST_TEST(document.at("lossy").at(1).at("path").as_string() == "[21]");
  BOOST_TEST(document.at("lossy").at(1).at("type").as_string() == "Handle");
  const std::string whole = run_line({"put", "-", "--json-value"}, {.input = lossy});
  BOOST_TEST(run({"show", whole}).out.find("(lossy value)\nlossy, was Handle\n") != std::string::npos);
  BOOST_TEST(!run_json({"show", run_line({"put", "-", "--json-value"}, {.input = "[1]"})}).at(0).at("is_lossy").as_bool());
}

BOOST_AUTO_TEST_CASE(show_prints_no_control_characters_of_others) {
  const std::string id = run_line({"put", "-", "--type", "text"}, {.input = "\x1B[2J"});
  BOOST_TEST(run({"show", id}).out.find('\x1B') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_is_shown_by_a_program_that_has_not_its_schema) {
  const std::string json(kSampleMessage);
  const std::string id = run_line({"put", "-", "--json-value"}, {.input = json});
  BOOST_TEST(run({"show", id}).out == "object " + id + " (message)\norders.capnp:Sample (Cap'n Proto message)\n  name: \"argon\"\n");
  BOOST_TEST(run({"get", id, "--json"}).out == json + "\n");
  const std::string inside = run_line({"put", "-", "--json-value"}, {.input = "{\"best\":" + json + "}"});
  BOOST_TEST(run({"get", inside}).out == "  best: orders.capnp:Sample (Cap'n Proto message)\n    name: \"argon\"\n");
  std::string broken = json;
  broken.replace(broken.find("ad1d"), 4, "0000");
  BOOST_TEST(run({"put", "-", "--json-value"}, {.input = broken}).status == 2);
  BOOST_TEST(run({"verify"}).status == 0);
}

BOOST_AUTO_TEST_CASE(put_as_a_document_names_the_id) {
  const auto document = run_json({"put", file("f", "x")}).at(0);
  BOOST_TEST(document.at("id").as_string() == run_line({"put", file("f", "x")}));
}

BOOST_AUTO_TEST_CASE(values_of_every_kind_are_put_shown_and_got) {
  const std::pair<const char*, const char*> values[] = {
      {R"({"$integer":"18446744073709551616"})", "18446744073709551616"},
      {R"({"$tuple":[1,"two"]})", "tuple\n  - 1\n  - \"two\""},
      {R"({"$set":[1,2]})", "set\n  - 1\n  - 2"},
      {R"({"$decimal":"1.10"})", "decimal 1.10"},
      {R"({"$complex":[1.0,-0.0]})", R"({"$complex":[1.0,-0.0]})"},
      {R"({"$date":"2024-02-29"})", "2024-02-29"},
      {R"({"$time":"23:59:59.5"})", "23:59:59.5"},
      {R"({"$datetime":"2024-02-29T23:59:59+01:00[Europe/Paris]"})", "2024-02-29T23:59:59+01:00[Europe/Paris]"},
      {R"({"$duration":"-PT1.5S"})", "-PT1.5S"},
      {R"({"$uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f"})", "00010203-0405-0607-0809-0a0b0c0d0e0f"},
      {R"({"$path":"/tmp/x"})", "path \"/tmp/x\""},
      {R"({"$enum":{"type":"Color","name":"red","value":1}})", "Color::red (1)"},
      {R"({"$quantity":{"magnitude":1.5,"unit":"eV"}})", "1.5 eV"},
      {R"({"$identity":{"scope":"auto","id":"flour"}})", "flour in scope auto"},
      {R"({"$lossy":{"type":"std::function<void()>","rest":"gone"}})",
       "lossy, was std::function<void()>\n  rest: \"gone\""},
      {R"({"$graph":{"shared":["twice"],"root":[{"$shared":0},{"$shared":0}]}})",
       "  - shared 0\n  - shared 0\n  shared 0: \"twice\""}};
  for (const auto& [json, text] : values) {
    const std::string id = run_line({"put", "--json-value", file("value", json)});
    BOOST_TEST(run_line({"get", id, "--json"}) == json);
    BOOST_TEST(run({"show", id}).out.find(text) != std::string::npos, run({"show", id}).out);
  }
}

BOOST_AUTO_TEST_CASE(text_is_one_line_without_large_arrays) {
  const std::string id = run_line({"put", "-", "--json-value"},
                                  {.input = R"({"$object":{"class":"Point","version":2,"fields":[["x",1.5],["y",[1,"a\n"]]]}})"});
  BOOST_TEST(run({"get", id, "--text"}).out == "Point@version=2(x=1.5,y=[1, \"a\\n\"])\n");
  BOOST_TEST(run({"get", id, "--text", "--json"}).out == "\"Point@version=2(x=1.5,y=[1, \\\"a\\\\n\\\"])\"\n");
  const std::string zeros(4 * 5462, 'A');  // 16,386 bytes: kept outside of its object
  const std::string large = run_line(
      {"put", "-", "--json-value"}, {.input = R"({"$array":{"dtype":"int16","shape":[8193],"data":")" + zeros + "\"}}"});
  BOOST_TEST(run_line({"get", large, "--text"}) == "int16[8193](...)");
  BOOST_TEST(run({"get", "0000", "--text"}).status == 4);
}

BOOST_AUTO_TEST_CASE(types_are_counted_by_class_and_version) {
  const auto put = [&](const std::string& name, const std::string& json) {
    return run_line({"put", "--json-value", file(name, json)});
  };
  put("a", R"({"$object":{"class":"Point","version":1,"fields":[["x",1.5]]}})");
  put("b", R"({"$object":{"class":"Point","version":1,"fields":[["x",2.5]]}})");
  put("c", R"({"$object":{"class":"Point","version":2,"fields":[["x",1.5]]}})");
  const std::string damaged = put("d", R"({"$tuple":[1,"a rather long text"]})");
  put("e", R"({"map":1})");
  const auto types = run_json({"types"});
  BOOST_REQUIRE_EQUAL(types.size(), 4u);
  BOOST_TEST(types[0].at("type").as_string() == "map");
  BOOST_TEST(types[0].at("version").is_null());
  BOOST_TEST(types[1].at("type").as_string() == "tuple");
  BOOST_TEST(types[2].at("type").as_string() == "Point");
  BOOST_TEST(types[2].at("count").to_number<int>() == 2);
  BOOST_TEST(types[3].at("version").to_number<int>() == 2);
  BOOST_TEST(lines(run({"types"}).out).at(3).find("Point") == 0u);
  damage_blob(store(), cairn::Digest::parse(damaged).value());
  const Outcome outcome = run({"types"});
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.err.find("1 object cannot be read") != std::string::npos, outcome.err);
  BOOST_TEST(lines(outcome.out).size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()
