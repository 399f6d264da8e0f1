// The words of SCALE-MS documents.
#include <boost/test/unit_test.hpp>

#include "interchange/scalems/grammar.h"
#include "interchange/scalems/places.h"
#include "interchange/scalems/shapes.h"

namespace cairn::test {

using namespace interchange::scalems;

BOOST_AUTO_TEST_SUITE(scalems_grammar)

BOOST_AUTO_TEST_CASE(uids_have_64_digits_of_one_case) {
  const std::string upper = "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF";
  BOOST_TEST(parse_uid(upper).value.is_global);
  BOOST_TEST(parse_uid(upper).value.name == "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
  BOOST_TEST((parse_uid(upper).value == parse_uid(parse_uid(upper).value.name).value));
  BOOST_TEST(parse_uid("0123456789ABCDEf" + upper.substr(16)).fault ==
             "column 16: expected hexadecimal digits of one case, found \"f\"");
  BOOST_TEST(parse_uid(upper.substr(1)).fault == "column 64: expected a hexadecimal digit (64 of 64), found the end");
  BOOST_TEST(parse_uid(upper + "0").fault == "column 65: expected the end of the uid, found \"0\"");
  BOOST_TEST(parse_uid("").fault == "column 1: expected a hexadecimal digit (1 of 64), found the end");
  BOOST_TEST(parse_uid("ab\xC3\xA9").fault == "column 3: expected a hexadecimal digit (3 of 64), found \"\xC3\xA9\"");
  BOOST_TEST(parse_uid("ab\n").fault == "column 3: expected a hexadecimal digit (3 of 64), found \"\\x0a\"");
}

BOOST_AUTO_TEST_CASE(identities_may_be_uuids) {
  const Uid uid = parse_uid("832df1a2-1f0b-4024-a4ab-4160717b8a8c").value;
  BOOST_TEST((uid.is_global && uid.name == "832df1a21f0b4024a4ab4160717b8a8c"));
  BOOST_TEST((parse_uid("832df1a21f0b4024a4ab4160717b8a8c").value == uid));
  BOOST_TEST((parse_uid("832DF1A2-1F0B-4024-A4AB-4160717B8A8C").value == uid));
  BOOST_TEST(!parse_uid("832df1a2-1f0b-4024-a4ab-4160717b8a8"));
  BOOST_TEST(!parse_uid("832df1a2-1f0b-4024-a4ab4-160717b8a8c"));
  BOOST_TEST(!parse_uid("832df1a2-1f0b-4024-a4ab-4160717b8a8cc"));
}

BOOST_AUTO_TEST_CASE(abbreviations_name_nothing_elsewhere) {
  const Uid uid = parse_uid("AAAA...").value;
  BOOST_TEST((!uid.is_global && uid.name == "aaaa..."));
  BOOST_TEST(!parse_uid("..."));
  BOOST_TEST(!parse_uid("aaaa.."));
  BOOST_TEST(!parse_uid("aaaa...."));
}

BOOST_AUTO_TEST_CASE(references_are_uids_with_steps_behind) {
  const std::string uid(64, 'A');
  const Parsed<Reference> parsed = parse_reference(uid + ".result[3].std-out_1.x[0]");
  BOOST_TEST(parsed.fault == "");
  BOOST_TEST((parsed.value.steps == std::vector<Step>{{"result", 3u}, {"std-out_1", {}}, {"x", 0u}}));
  BOOST_TEST(meaning_of(parsed.value) == std::string(64, 'a') + ".result[3].std-out_1.x[0]");
  BOOST_TEST((parse_reference("aaaa....x").value.steps == std::vector<Step>{{"x", {}}}));
  BOOST_TEST(!parse_reference(".a.b[1]").value.uid.has_value());
  BOOST_TEST(parse_reference(uid + "[0]").fault == "column 65: expected \".\", or the end of the reference, found \"[\"");
  BOOST_TEST(parse_reference(uid + ".").fault ==
             "column 66: expected a letter, a digit, \"_\" or \"-\" of a label, found the end");
  BOOST_TEST(parse_reference(uid + ".a[-1]").fault == "column 68: expected a digit of a subscript, found \"-\"");
  BOOST_TEST(parse_reference(uid + ".a[0][1]").fault == "column 70: expected the end of the reference, found \"[\"");
  BOOST_TEST(parse_reference(uid + ".a[1").fault == "column 69: expected \"]\", found the end");
  BOOST_TEST(parse_reference(uid + ".a[18446744073709551616]").fault ==
             "column 68: expected a subscript below 2^64, found \"1\"");
  BOOST_TEST(parse_reference(uid + ".a..b").fault.starts_with("column 68"));
  BOOST_TEST(parse_reference(".").fault.starts_with("column 2"));
  BOOST_TEST(!parse_reference(""));
}

BOOST_AUTO_TEST_CASE(labels_and_types_have_letters_of_their_own) {
  for (const char* label : {"a", "-i", "_", "1", "A-b_9"}) BOOST_TEST(parse_label(label).fault == "", label);
  BOOST_TEST(parse_label("").fault.starts_with("column 1"));
  BOOST_TEST(parse_label("a.b").fault == "column 2: expected the end of the label, found \".\"");
  for (const char* type : {"a", "scalems.Integer64", "__main__.f.<locals>.X"}) BOOST_TEST(parse_type(type).fault == "", type);
  BOOST_TEST(parse_type("a-b").fault == "column 2: expected the end of the type identifier, found \"-\"");
  BOOST_TEST(parse_type("a.").fault == "column 3: expected a letter of a name, found the end");
  BOOST_TEST(!parse_type("a.1"));
  BOOST_TEST(!parse_type(""));
}

BOOST_AUTO_TEST_CASE(numbers_are_packed_if_they_are_of_one_type_and_all_lists_of_one_length) {
  const Value integers = List{List{1, 2, 3}, List{4, 5, 6}}, reals = List{1.0, -0.0};
  BOOST_TEST((packed(integers).get_if<Array>()->shape == std::vector<std::uint64_t>{2, 3}));
  BOOST_TEST((packed(reals).get_if<Array>()->dtype == DType::float64));
  for (const Value& value : {integers, reals}) BOOST_TEST((unpacked(packed(value)) == value));
  for (const Value& value :
       {Value(List{1, 1.0}), Value(List{List{1}, List{1, 2}}), Value(List{List{1}, 2}), Value(List()), Value(5),
        Value(List{List()}), Value(List{true}), Value(List{UINT64_MAX}), Value(List{List{List{1}}, List{1}})})
    BOOST_TEST((packed(value) == value));
}

BOOST_AUTO_TEST_CASE(shapes_are_those_of_the_outer_dimensions) {
  const Value data = List{List{1, 2}, List{3, 4}, List{5, 6}};
  for (const List& shape : {List{3}, List{3, 2}, List{"constraints.OneOrMore", 2}, List{"other.Name"}})
    BOOST_TEST(has_shape(data, shape));
  for (const List& shape : {List{2}, List{3, 3}, List{3, 2, 1}, List{-3}}) BOOST_TEST(!has_shape(data, shape));
  BOOST_TEST(!has_shape(List(), List{"constraints.OneOrMore"}));
  BOOST_TEST(has_shape(List(), List{0}));
  BOOST_TEST(has_shape("one", List{1}));
  BOOST_TEST(!has_shape(Map(), List{1, 1}));
  BOOST_TEST(shape_text(data) == "[3, 2]");
  BOOST_TEST(shape_text(List{List{1}, List{1, 2}}) == "[2]");
}

BOOST_AUTO_TEST_CASE(places_are_in_order_of_their_numbers) {
  const std::vector<std::string> places{
      "", "/referents", "/referents/2", "/referents/2/of", "/referents/10", "/referents/x", "/types"};
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = 0; j < places.size(); ++j)
      BOOST_TEST(is_place_before(places[i], places[j]) == (i < j), places[i] << " " << places[j]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace cairn::test
