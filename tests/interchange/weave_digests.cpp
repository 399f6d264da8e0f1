// Digests as Weave computes them, and the spelling of JSON that they are of.
#include "interchange/weave/digest.h"

#include <cmath>
#include <limits>

#include "interchange/base64.h"
#include "interchange/python_json.h"
#include "interchange/sha256.h"
#include "interchange/weave_documents.h"

namespace cairn::test {
namespace {

using namespace interchange;
using weave::bytes_digest;
using weave::table_digest;
using weave::value_digest;

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return bytes;
}

BOOST_AUTO_TEST_SUITE(weave_digests)

BOOST_AUTO_TEST_CASE(sha256_is_that_of_its_specification) {
  BOOST_TEST(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(sha256("abc").front() == 0xBA);
}

BOOST_AUTO_TEST_CASE(base64_is_read_as_it_is_written_and_in_one_spelling) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    BOOST_TEST((from_base64(base64(bytes)) == std::optional(bytes)));
    bytes += static_cast<char>(i * 7);
  }
  BOOST_TEST(base64("foob") == "Zm9vYg==");
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z!==", "=", "Zg==Zg=="}) BOOST_TEST(!from_base64(text), text);
}

BOOST_AUTO_TEST_CASE(json_is_spelled_as_python_spells_it) {
  const std::vector<std::pair<double, const char*>> reals = {{0.0, "0.0"},
                                                             {-0.0, "-0.0"},
                                                             {1.0, "1.0"},
                                                             {0.1, "0.1"},
                                                             {1e15, "1000000000000000.0"},
                                                             {1e16, "1e+16"},
                                                             {1e22, "1e+22"},
                                                             {123456789012345680.0, "1.2345678901234568e+17"},
                                                             {9007199254740993.0, "9007199254740992.0"},
                                                             {0.0001, "0.0001"},
                                                             {0.00001, "1e-05"},
                                                             {1.5e-7, "1.5e-07"},
                                                             {5e-324, "5e-324"},
                                                             {1.7976931348623157e308, "1.7976931348623157e+308"},
                                                             {std::numeric_limits<double>::infinity(), "Infinity"},
                                                             {-std::numeric_limits<double>::infinity(), "-Infinity"},
                                                             {std::nan(""), "NaN"}};
  for (const auto& [real, text] : reals) BOOST_TEST(python_json(real) == text);
  BOOST_TEST(python_json("\"\\/\n\r\t\b\f\x01\x7F\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8D\xB0") ==
             R"("\"\\/\n\r\t\b\f\u0001\u007f\u00e9\u20ac\ud83c\udf70")");
  BOOST_TEST(python_json(Map{{"b", List{}}, {"a", Map{}}, {"\xC3\xA9", Value()}, {"Z", true}}) ==
             R"({"Z": true, "a": {}, "b": [], "\u00e9": null})");
  BOOST_TEST(python_json(*BigInteger::parse("-1180591620717411303424")) == "-1180591620717411303424");
  BOOST_CHECK_EXCEPTION(python_json(Bytes(1)), Error, has_code(ErrorCode::unstorable));
  BOOST_CHECK_EXCEPTION(python_json(Map{{1, 2}}), Error, has_code(ErrorCode::unstorable));
}

BOOST_AUTO_TEST_CASE(all_vectors_are_reproduced) {
  const Value fixture = parsed_json(weave_fixture("digest_vectors.json"));
  const List& vectors = *fixture.get_if<List>();
  for (const Value& vector : vectors) {
    if (member(vector, "json").is<std::monostate>()) continue;
    const Value value = parsed_json(text_member(vector, "json"));
    BOOST_TEST_CONTEXT(text_member(vector, "json")) {
      BOOST_TEST(python_json(value) == text_member(vector, "json"));
      BOOST_TEST(value_digest(value) == text_member(vector, "object_digest"));
    }
  }
  BOOST_TEST(vectors.size() == 18u);
  const Value& tables = vectors.back();
  std::vector<std::string> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(value_digest(Map{{"i", i}}));
  BOOST_TEST((member(tables, "row_digests_for_{i:0..2}") == Value(List{rows[0], rows[1], rows[2]})));
  BOOST_TEST(table_digest(rows) == text_member(tables, "table_digest"));
  BOOST_TEST(table_digest({}) == text_member(tables, "empty_table"));
  BOOST_TEST(bytes_digest("") == text_member(tables, "file_digest_empty"));
  BOOST_TEST(bytes_digest("abc") == text_member(tables, "file_digest_abc"));
}

BOOST_AUTO_TEST_CASE(digests_of_recorded_values_are_reproduced) {
  const Value fixture = parsed_json(weave_fixture("values.json"));
  unsigned count = 0;
  for (const Value& entry : *fixture.get_if<List>()) {
    if (text_member(entry, "json").ends_with("...")) continue;  // cut by those who recorded it
    BOOST_TEST_CONTEXT(text_member(entry, "name")) {
      BOOST_TEST(python_json(member(entry, "to_json")) == text_member(entry, "json"));
      BOOST_TEST(value_digest(member(entry, "to_json")) == text_member(entry, "digest"));
      ++count;
    }
  }
  BOOST_TEST(count == 41u);
}

BOOST_AUTO_TEST_CASE(of_recorded_objects_all_but_those_of_older_rules_follow) {
  const Value fixture = parsed_json(weave_fixture("upstream_test_cases.json"));
  unsigned follow = 0, older = 0, files = 0;
  for (const Value& entry : *fixture.get_if<List>()) {
    if (const List* objects = member(entry, "exp_objects").get_if<List>())
      for (const Value& object : *objects)
        ++(value_digest(member(object, "exp_val")) == text_member(object, "digest") ? follow : older);
    const List* list = member(entry, "exp_files").get_if<List>();
    if (list == nullptr) continue;
    for (const Value& file : *list) {
      const Value& hex = member(member(file, "exp_content"), "$hex");
      if (!hex.is<std::string>()) continue;
      BOOST_TEST(bytes_digest(from_hex(*hex.get_if<std::string>())) == text_member(file, "digest"));
      ++files;
    }
  }
  BOOST_TEST(follow == 31u);
  BOOST_TEST(older == 12u);
  BOOST_TEST(files == 31u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
