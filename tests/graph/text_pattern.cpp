#include "graph/text_pattern.h"

#include <boost/test/unit_test.hpp>

#include <string>

namespace cairn::graph::filter {
namespace {

BOOST_AUTO_TEST_SUITE(text_pattern)

BOOST_AUTO_TEST_CASE(a_star_stands_for_any_characters_or_none) {
  for (const char* pattern : {"*", "**", "abc", "a*", "*c", "a*c", "*b*", "*abc*", "a*b*c", "**a**b**c**"})
    BOOST_TEST(fits_pattern("abc", pattern), pattern);
  for (const char* pattern : {"", "a", "b*", "*b", "a*b", "*abcd", "*a*a*", "abc*c", "ABC"})
    BOOST_TEST(!fits_pattern("abc", pattern), pattern);
}

BOOST_AUTO_TEST_CASE(an_earlier_place_is_given_up_for_a_later_one) {
  BOOST_TEST(fits_pattern("aabaac", "*aac"));
  BOOST_TEST(!fits_pattern("abababc", "*ab?c*"));
  BOOST_TEST(fits_pattern("ababdbxc", "*b?c"));
  BOOST_TEST(fits_pattern("a-b-c-d", "*-*-d"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_stands_for_one_character) {
  for (const char* text : {"abc",
                           "a\xc3\xa9"
                           "c",
                           "a\xe2\x82\xac"
                           "c",
                           "a\xf0\x9f\x99\x82"
                           "c",
                           "a*c"})
    BOOST_TEST(fits_pattern(text, "a?c"), text);
  for (const char* text : {"ac", "abbc", ""}) BOOST_TEST(!fits_pattern(text, "a?c"), text);
  BOOST_TEST(fits_pattern("\xc3\xa9\xc3\xa9", "*?"));
  BOOST_TEST(!fits_pattern("\xc3\xa9", "*??"));
  BOOST_TEST(!fits_pattern("\xe2\x82\xac", "?*?"));
}

BOOST_AUTO_TEST_CASE(nothing_fits_stars_alone) {
  BOOST_TEST(fits_pattern("", ""));
  BOOST_TEST(fits_pattern("", "***"));
  BOOST_TEST(!fits_pattern("", "?"));
  BOOST_TEST(!fits_pattern("", "a*"));
}

BOOST_AUTO_TEST_CASE(a_zero_byte_is_a_character) {
  const std::string text("a\0b", 3);
  BOOST_TEST(fits_pattern(text, "a?b"));
  BOOST_TEST(fits_pattern(text, text));
  BOOST_TEST(!fits_pattern(text, "a"));
}

// 2^100 ways to place the stars.
BOOST_AUTO_TEST_CASE(many_stars_cost_no_more_than_the_product_of_the_lengths) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  BOOST_TEST(!fits_pattern(std::string(10'000, 'a'), pattern + "*b"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph::filter
