#include "object/ignore_rules.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "support/errors.h"

namespace cairn::object {
namespace {

using test::has_code;

bool is_ignored(std::string_view lines, std::string_view path) {
  IgnoreRules rules;
  rules.add_lines(lines);
  const bool is_directory = path.ends_with('/');
  return rules.matches(path.substr(0, path.size() - is_directory), is_directory);
}

struct Row {
  std::string_view lines;
  std::vector<std::string_view> ignored;  // directories end with '/'
  std::vector<std::string_view> kept;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    for (const std::string_view path : row.ignored)
      BOOST_TEST(is_ignored(row.lines, path), row.lines << " should leave out " << path);
    for (const std::string_view path : row.kept)
      BOOST_TEST(!is_ignored(row.lines, path), row.lines << " should keep " << path);
  }
}

BOOST_AUTO_TEST_SUITE(ignore_rules)

BOOST_AUTO_TEST_CASE(without_rules_nothing_is_left_out) {
  BOOST_TEST(IgnoreRules().empty());
  check({{"", {}, {"a", "a/"}}});
}

BOOST_AUTO_TEST_CASE(a_name_matches_at_any_depth) { check({{"a", {"a", "a/", "x/a", "x/y/a"}, {"b", "aa", "a/b"}}}); }

BOOST_AUTO_TEST_CASE(a_slash_at_the_beginning_or_in_the_middle_binds_to_the_base) {
  check({{"/a", {"a", "a/"}, {"x/a"}},
         {"x/a", {"x/a"}, {"a", "y/x/a"}},
         {"/x/a", {"x/a"}, {"y/x/a"}},
         {"x\\/a", {"x/a"}, {"y/x/a"}},
         {"//a", {}, {"a"}}});
}

BOOST_AUTO_TEST_CASE(a_slash_at_the_end_matches_directories_only) {
  check({{"a/", {"a/", "x/a/"}, {"a", "x/a"}},
         {"/a/", {"a/"}, {"a", "x/a/"}},
         {"x/a/", {"x/a/"}, {"x/a", "y/x/a/"}},
         {"a//", {}, {"a", "a/"}},
         {"/", {}, {"a", "a/"}}});
}

BOOST_AUTO_TEST_CASE(a_later_pattern_takes_back_an_earlier_one) {
  check({{"*.o\n!a.o", {"b.o", "x/b.o"}, {"a.o", "x/a.o"}},
         {"!a.o\n*.o", {"a.o"}, {}},
         {"*\n!a\n/a", {"a", "b"}, {"x/a"}},
         {"a\n!a/", {"a"}, {"a/"}},
         {"!!a\n*\n!!a", {"a"}, {"!a"}},
         {"a\n!", {"a"}, {}}});
}

BOOST_AUTO_TEST_CASE(comments_and_empty_lines_add_nothing) {
  IgnoreRules rules;
  rules.add_lines("# a\n\n   \n#b\n\r\n!\n/\n");
  rules.add("");
  rules.add("#");
  BOOST_TEST(rules.empty());
  check({{"\\#a\nb#", {"#a", "b#"}, {"a", "\\#a", "b"}}, {"\\!a", {"!a"}, {"a"}}, {" #a", {" #a"}, {"#a"}}});
}

BOOST_AUTO_TEST_CASE(only_spaces_at_the_end_are_cut_off_and_only_without_a_backslash) {
  check({{"a  ", {"a"}, {"a  "}},
         {"a\\ ", {"a "}, {"a"}},
         {"a\\  ", {"a "}, {"a", "a  "}},
         {"a \\ ", {"a  "}, {"a", "a "}},
         {"a\\\\ ", {"a\\"}, {"a\\ "}},
         {"a\t", {"a\t"}, {"a"}},
         {" a b", {" a b"}, {"a b"}},
         {"a/ ", {"a/"}, {"a"}}});
}

BOOST_AUTO_TEST_CASE(lines_end_as_on_any_system) {
  check({{"a\r\nb\r\n", {"a", "b"}, {"a\r"}},
         {"a\r", {"a"}, {"a\r"}},
         {"a\r\r\n", {"a\r"}, {"a"}},
         {"a \r\n", {"a"}, {"a "}},
         {"\xef\xbb\xbf#a\nb", {"b"}, {"a"}},
         {"a\n\xef\xbb\xbf"
          "b",
          {"\xef\xbb\xbf"
           "b"},
          {"b"}}});
}

BOOST_AUTO_TEST_CASE(a_nul_ends_a_pattern_as_in_git) { check({{std::string_view("a\0b\nc", 5), {"a", "c"}, {"b"}}}); }

BOOST_AUTO_TEST_CASE(a_star_stays_in_one_part_of_the_path) {
  check({{"*", {"a", "x/a"}, {}},
         {"*.o", {".o", "a.o", "x/a.o"}, {"a.oo", "o"}},
         {"a*b*c", {"abc", "axbxc", "abcbc"}, {"ab", "abcd"}},
         {"/*", {"a", "x/"}, {"x/a"}},
         {"x/*", {"x/a"}, {"x/y/a", "x"}},
         {"x*y/a", {"xy/a", "xzy/a"}, {"x/y/a"}},
         {"*/a", {"x/a"}, {"a", "x/y/a"}},
         {"/x*a", {"xa", "xya"}, {"x/a"}}});
}

BOOST_AUTO_TEST_CASE(two_stars_between_slashes_go_beyond_them) {
  check({{"**/a", {"a", "x/a", "x/y/a"}, {"xa"}},
         {"**/x/a", {"x/a", "y/x/a"}, {"a", "yx/a", "x/y/a"}},
         {"x/**", {"x/a", "x/y/a"}, {"x/", "y/x/a"}},
         {"x/**/a", {"x/a", "x/y/a", "x/y/z/a"}, {"xa", "x/ya", "y/x/a"}},
         {"x/**/y*/**/a", {"x/y/a", "x/z/yy/z/a"}, {"x/z/a"}},
         {"**", {"a", "x/a"}, {}},
         {"**/", {"a/", "x/a/"}, {"a"}},
         {"/**/", {"a/", "x/a/"}, {"a"}},
         {"x/**\\/a", {"x/y/a", "x/y/z/a"}, {"x/a"}},
         {"x/***/a", {"x/a", "x/y/z/a"}, {}}});
}

BOOST_AUTO_TEST_CASE(two_stars_elsewhere_are_one_star) {
  check({{"x/*y**/a", {"x/y/a", "x/yz/a"}, {"x/y/z/a"}},
         {"x/**y/a", {"x/y/a", "x/zy/a"}, {"x/z/y/a"}},
         {"a**b", {"ab", "axb"}, {"a/b"}},
         {"x/?**", {"x/a", "x/ab"}, {"x/a/b"}}});
}

BOOST_AUTO_TEST_CASE(two_stars_after_plain_characters_go_beyond_slashes_as_in_git) {
  check({{"/a**/b", {"ab", "a/b", "ax/b", "a/x/b"}, {"x/a/b"}}, {"/a**", {"a", "ab", "ab/c"}, {"b"}}});
}

BOOST_AUTO_TEST_CASE(a_question_mark_is_one_byte_but_no_slash) {
  check({{"a?c",
          {"abc", "x/a?c"},
          {"ac", "abbc", "a/c",
           "a\xc3\xa4"
           "c"}},
         {"x/?", {"x/a"}, {"x/", "x/ab"}},
         {"/a?c",
          {"a\xff"
           "c"},
          {"a/c"}}});
}

BOOST_AUTO_TEST_CASE(a_set_is_one_of_its_bytes) {
  check({{"[ab]", {"a", "b"}, {"c", "ab", "[ab]"}},
         {"[a-c]x", {"ax", "bx", "cx"}, {"dx", "-x", "x"}},
         {"[!a]", {"b", "\xff"}, {"a", "bb"}},
         {"[^a-c]", {"d", "^"}, {"a", "b"}},
         {"[]a]", {"]", "a"}, {"b"}},
         {"[!]a]", {"b"}, {"]", "a"}},
         {"[a!]", {"a", "!"}, {"b"}},
         {"[-a]", {"-", "a"}, {"b"}},
         {"[a-]", {"-", "a"}, {"b"}},
         {"[a-c-e]", {"b", "-", "e"}, {"d"}},
         {"[c-a]", {"c"}, {"a", "b"}},
         {"[--0]", {"-", ".", "0"}, {"1", ","}},
         {"[\\]]", {"]"}, {"\\"}},
         {"[a\\-c]", {"a", "-", "c"}, {"b", "\\"}},
         {"[\\a-\\c]", {"b"}, {"\\", "-"}},
         {"[\x80-\xff]", {"\x80", "\xc4", "\xff"}, {"a"}},
         {"x[/]a", {}, {"x/a"}},
         {"/x[!b]a", {"xca"}, {"x/a"}},
         {"/x[.-0]a", {"x.a"}, {"x/a"}}});
}

BOOST_AUTO_TEST_CASE(a_set_may_hold_named_classes) {
  check({{"[[:alpha:]]", {"a", "Z"}, {"1", ":", "\xe4"}},
         {"[[:digit:]x]", {"0", "9", "x"}, {"a"}},
         {"[![:space:]]", {"a", "\v", "\f"}, {" ", "\t", "\r", "\n"}},
         {"[^[:upper:][:digit:]]", {"a"}, {"A", "1"}},
         {"[[:alpha:]-z]", {"a", "-"}, {"1"}},
         {"[[:x]", {"[", ":", "x"}, {"]"}},
         {"[[:]", {"[", ":"}, {"]"}},
         {"[[:]x]", {"[x]", ":x]"}, {"x"}},
         {"[a-[:digit:]]", {":]", "d]"}, {"1"}}});
}

BOOST_AUTO_TEST_CASE(a_backslash_takes_the_meaning_of_what_follows) {
  check({{"\\*", {"*"}, {"a", "\\*"}},
         {"\\a\\?", {"a?"}, {"ab"}},
         {"\\[a]", {"[a]"}, {"a"}},
         {"\\\\a", {"\\a"}, {"a"}},
         {"\\**", {"*", "*a"}, {"a"}}});
}

BOOST_AUTO_TEST_CASE(a_pattern_that_nothing_matches_is_dropped) {
  for (const std::string_view pattern : {"a\\", "a\\/", "[", "[a", "[]", "[!]", "[^", "[a-", "[\\", "[a-\\", "[[:alpha:]",
                                         "[[:nonsense:]]", "[[::]]", "[[:ALPHA:]]", "*[", "a/["}) {
    IgnoreRules rules;
    rules.add(pattern);
    BOOST_TEST(rules.empty(), pattern);
  }
}

BOOST_AUTO_TEST_CASE(names_are_bytes) {
  check({{"\xff*", {"\xff", "\xff\xfe", "x/\xff"}, {"\xfe"}}});
  IgnoreRules rules;
  rules.add("a\nb");
  BOOST_TEST(rules.matches("a\nb", false));
}

BOOST_AUTO_TEST_CASE(rules_of_a_directory_hold_below_it_alone) {
  IgnoreRules rules;
  rules.add("*.o");
  rules.add("!a.o", "x/y");
  rules.add("/b", "x/y");
  rules.add("c/d", "x/y");
  BOOST_TEST(rules.matches("a.o", false));
  BOOST_TEST(rules.matches("x/a.o", false));
  BOOST_TEST(!rules.matches("x/y/a.o", false));
  BOOST_TEST(!rules.matches("x/y/z/a.o", false));
  BOOST_TEST(rules.matches("x/yz/a.o", false));
  BOOST_TEST(rules.matches("x/y/b", false));
  BOOST_TEST(!rules.matches("b", false));
  BOOST_TEST(!rules.matches("x/y/z/b", false));
  BOOST_TEST(rules.matches("x/y/c/d", false));
  BOOST_TEST(!rules.matches("c/d", false));
  BOOST_TEST(!rules.matches("x/y", true));
}

BOOST_AUTO_TEST_CASE(a_walk_drops_the_rules_of_a_directory_it_leaves) {
  IgnoreRules rules;
  rules.add("a");
  const std::size_t size = rules.size();
  rules.add_lines("!a\nb\n", "x");
  BOOST_TEST(!rules.matches("x/a", false));
  rules.truncate(size);
  BOOST_TEST(rules.size() == 1u);
  BOOST_TEST(rules.matches("x/a", false));
  BOOST_TEST(!rules.matches("x/b", false));
  rules.truncate(5);
  BOOST_TEST(rules.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_pattern_that_is_too_long_is_named) {
  IgnoreRules rules;
  const std::string longest = "long" + std::string(IgnoreRules::kPatternBytesMax - 4, 'x');
  rules.add(longest + "   ");
  rules.add('#' + longest);
  BOOST_TEST(rules.matches(longest, false));
  BOOST_CHECK_EXCEPTION(rules.add(longest + "x"), Error, has_code(ErrorCode::invalid_argument, "\"longxxx"));
  BOOST_CHECK_EXCEPTION(rules.add_lines("a\n" + longest + "x\n"), Error, has_code(ErrorCode::invalid_argument));
  BOOST_TEST(rules.size() == 1u);
}

// Each would take for ever if every star tried every place for every place of the others.
BOOST_AUTO_TEST_CASE(many_stars_cost_no_more_than_a_product) {
  const auto repeated = [](std::string_view part, std::size_t bytes) {
    std::string text;
    while (text.size() + part.size() <= bytes) text += part;
    return text;
  };
  constexpr std::size_t kBytes = IgnoreRules::kPatternBytesMax - 8;
  const std::string name(kBytes, 'a');
  const std::string path = repeated("a/", kBytes) + "a";
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(!is_ignored("a*a*a*a*a*a*a*a*b", std::string(255, 'a')));
  BOOST_TEST(!is_ignored(repeated("a*", kBytes / 2) + "b", name));
  BOOST_TEST(!is_ignored(repeated("*?", kBytes / 2) + "b", name));
  BOOST_TEST(!is_ignored("*" + std::string(kBytes / 2, 'a') + "b", name));
  BOOST_TEST(!is_ignored(repeated("**/a/", kBytes / 2) + "b", path));
  BOOST_TEST(!is_ignored(repeated("**/*/", kBytes / 2) + "b", path));
  BOOST_TEST(!is_ignored("**/" + repeated("*/", kBytes / 2) + "b", path));
  BOOST_TEST(!is_ignored(repeated("**/*a*/", kBytes / 2) + "b", path));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  BOOST_TEST_MESSAGE("took " << seconds.count() << " s");
  BOOST_TEST(seconds.count() < 20);  // 0.05 s; far more for slow machines and sanitizers
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
