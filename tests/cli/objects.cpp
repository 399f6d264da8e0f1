// put, get and show of objects.
#include <boost/test/unit_test.hpp>

#include "command.h"
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

BOOST_AUTO_TEST_CASE(show_prints_no_control_characters_of_others) {
  const std::string id = run_line({"put", "-", "--type", "text"}, {.input = "\x1B[2J"});
  BOOST_TEST(run({"show", id}).out.find('\x1B') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(put_as_a_document_names_the_id) {
  const auto document = run_json({"put", file("f", "x")}).at(0);
  BOOST_TEST(document.at("id").as_string() == run_line({"put", file("f", "x")}));
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
