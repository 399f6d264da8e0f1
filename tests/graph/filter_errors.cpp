// Texts that are no filter: where the fault is, and what is said of it.
#include <cairn/error.h>
#include <cairn/filter.h>

#include <boost/test/unit_test.hpp>

#include <string>

#include "support/errors.h"

namespace cairn {
namespace {

struct BadText {
  std::string text;
  std::size_t column;
  std::string problem;  // the beginning of it
};

void check_faults(std::initializer_list<BadText> rows) {
  for (const BadText& row : rows) {
    const std::optional<FilterFault> fault = Filter::find_fault(row.text);
    BOOST_TEST_CONTEXT(row.text) {
      BOOST_REQUIRE(fault.has_value());
      BOOST_TEST(fault->column == row.column);
      BOOST_TEST(fault->line == 1u);
      BOOST_TEST(fault->problem.substr(0, row.problem.size()) == row.problem);
      BOOST_CHECK_EXCEPTION(Filter::parse(row.text), Error,
                            test::has_code(ErrorCode::invalid_argument, row.problem));
    }
  }
}

std::string message_of(const std::string& text) {
  try {
    Filter::parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

BOOST_AUTO_TEST_SUITE(filter_errors)

BOOST_AUTO_TEST_CASE(a_fault_in_how_tests_are_combined_has_its_column) {
  check_faults({
      {"label", 6, "expected =, !=, <, <=, >, >=, ~, in or exists, found the end"},
      {"label = ", 9, "expected a word, or text in quotes, found the end"},
      {"label = a b", 11, "expected and, or or the end, found b"},
      {"label = a and", 14, "expected a field, not, true, false or (, found the end"},
      {"and label = a", 1, "there is no field and"},
      {"label = a or or label = b", 14, "there is no field or"},
      {"label = a AND label = b", 11, "expected and, or or the end, found AND"},
      {"(label = a", 11, "expected and, or or ), found the end"},
      {"label = a)", 10, "expected and, or or the end, found )"},
      {"()", 2, "expected a field, not, true, false or (, found )"},
      {"not", 4, "expected a field, not, true, false or (, found the end"},
      {"true label", 6, "expected and, or or the end, found label"},
      {"label == a", 8, "expected a word, or text in quotes, found ="},
      {"label = 'a'", 9, "expected a word, or text in quotes, found '"},
      {"label & a", 7, "expected =, !=, <, <=, >, >=, ~, in or exists, found &"},
      {"label in a", 10, "expected ( and values, separated by commas, found a"},
      {"label in ()", 11, "expected a word, or text in quotes, found )"},
      {"label in (a,)", 13, "expected a word, or text in quotes, found )"},
      {"label in (a b)", 13, "expected a comma or ), found b"},
      {"label not in (a)", 7, "expected =, !=, <, <=, >, >=, ~, in or exists, found not"},
  });
}

BOOST_AUTO_TEST_CASE(a_fault_in_a_path_has_its_column) {
  check_faults({
      {"stat = failed", 1, "there is no field stat: fields are id, kind, type, state, "},
      {"label = a and colour = red", 15, "there is no field colour"},
      {"attributes = 1", 11, "expected . and a name, such as .energy, found "},
      {"extras exists", 7, "expected . and a name"},
      {"attributes. = 1", 12, "expected a name, or one in quotes, found "},
      {"attributes.a..b = 1", 14, "expected a name, or one in quotes, found ."},
      {"attributes.a[-1] = 1", 14, "expected the number of an element, from 0, found -1"},
      {"attributes.a[] = 1", 14, "expected the number of an element, from 0, found ]"},
      {"attributes.a[x] = 1", 14, "expected the number of an element, from 0, found x"},
      {"attributes.a[99999999999999999999] = 1", 14, "expected the number of an element, from 0"},
      {"attributes.a[1 = 1", 15, "expected ], found "},
      {"attributes.\"a = 1", 12, "expected a closing \" to this one, found the end"},
      {"label.x = a", 6, "expected an operator (attributes and extras alone have parts), found .x"},
      {"tag[0] = a", 4, "expected an operator (attributes and extras alone have parts), found ["},
      {"uid.scope = a", 4, "expected an operator"},
  });
}

BOOST_AUTO_TEST_CASE(a_literal_that_a_field_cannot_have_has_its_column) {
  check_faults({
      {"kind = process", 8, "expected data, calculation or workflow, found process"},
      {"state = done", 9,
       "expected created, waiting, running, paused, finished, failed or killed, found done"},
      {"state in (failed, done)", 19, "expected created, waiting"},
      {"id = 12", 6, "expected a UUID, found 12"},
      {"content = abc", 11, "expected the id of an object or artifact, 32 hexadecimal digits, found abc"},
      {"size > big", 8, "expected a number, found big"},
      {"size > \"1\"", 8, "expected a number, found text in quotes"},
      {"size > 1e400", 8, "expected a number, found 1e400"},
      {"size > 0x", 8, "expected a number, found 0x"},
      {"size > .5", 8, "expected a number, found .5"},
      {"exit_status = null", 15, "expected a number, found null"},
      {"created > yesterday", 11,
       "expected a time such as 2026-03-01T12:00:00Z, 2026-03-01 or now-7d, found yester"},
      {"created > 2026-02-30", 11, "expected a time"},
      {"created > 2026-03-01T12:00:00", 11, "expected a time"},
      {"created > now-7", 11, "expected a time"},
      {"created > now-7y", 11, "expected a time"},
      {"created > now-d", 11, "expected a time"},
      {"created > now-99999999999999w", 11, "expected a time"},
      {"created > nowhere", 11, "expected a time"},
      {"attributes.x = Si", 16, "expected text in quotes, a number, true, false, null, or a time such as"},
      {"attributes.x = 1.2.3", 16, "expected text in quotes, a number"},
      {"attributes.x = 1e400", 16, "expected text in quotes, a number"},
      {"attributes.x in (1, Si)", 21, "expected text in quotes, a number"},
      {"label = exists", 9, "expected a word, or text in quotes, found exists"},
      {"attributes.x ~ and", 16, "expected a pattern such as relax*, or one in quotes, found and"},
  });
}

BOOST_AUTO_TEST_CASE(an_operator_that_does_not_fit_has_its_column) {
  check_faults({
      {"kind < data", 6, "expected =, !=, in or exists, found <"},
      {"id ~ 0190*", 4, "expected =, !=, in or exists, found ~"},
      {"size ~ 1*", 6, "expected =, !=, <, <=, >, >=, in or exists, found ~"},
      {"tag != a", 5, "expected =, ~, in or exists (not tag = x passes nodes without it), found !"},
      {"group <= a", 7, "expected =, ~, in or exists"},
      {"attributes.x != null", 14, "expected = before null"},
      {"attributes.x < true", 14, "expected = or != before true and false, found <"},
  });
}

BOOST_AUTO_TEST_CASE(a_fault_between_quotes_has_its_column) {
  check_faults({
      {"label = \"abc", 9, "expected a closing \" to this one, found the end"},
      {"label = \"a\\x\"", 11, "expected \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t or \\uXXXX"},
      {"label = \"a\\", 11, "expected \\\""},
      {"label = \"\\u12g4\"", 10, "expected four hexadecimal digits behind \\u"},
      {"label = \"\\u12", 10, "expected four hexadecimal digits behind \\u"},
      {"label = \"\\ud800\"", 10, "expected both halves of a surrogate pair"},
      {"label = \"\\udc00\\ud800\"", 10, "expected both halves of a surrogate pair"},
      {"label = \"\\ud800\\u0041\"", 10, "expected both halves of a surrogate pair"},
      {"label = \"a\tb\"", 11, "expected a character or an escape such as \\n, found \\x09"},
  });
}

BOOST_AUTO_TEST_CASE(columns_are_counted_in_characters) {
  check_faults({
      {"label = \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82\" x", 15, "expected and, or or the end, found x"},
      {"label = \xc3\xa9", 9, "expected a word, or text in quotes, found \xc3\xa9"},
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_utf_8_has_its_column) {
  check_faults({
      {"label = \"\xc3\xa9\xff\"", 11, "expected UTF-8"},
      {"label = \"\xc3", 10, "expected UTF-8"},
      {"\x80", 1, "expected UTF-8"},
  });
}

BOOST_AUTO_TEST_CASE(the_message_shows_the_line_with_a_caret_below_the_column) {
  BOOST_TEST(message_of("label = a b") ==
             "filter, column 11: expected and, or or the end, found b\n"
             "  label = a b\n"
             "            ^");
}

BOOST_AUTO_TEST_CASE(of_several_lines_the_one_with_the_fault_is_shown) {
  const std::string text = "label = a\n  and state = done\nor kind = data";
  const std::optional<FilterFault> fault = Filter::find_fault(text);
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST(fault->line == 2u);
  BOOST_TEST(fault->column == 15u);
  const std::string message = message_of(text);
  BOOST_TEST(message.starts_with("filter, line 2, column 15: expected created, "));
  BOOST_TEST(message.ends_with("\n    and state = done\n                ^"));
}

BOOST_AUTO_TEST_CASE(a_long_line_is_shown_around_the_column) {
  const std::string message =
      message_of("label = \"" + std::string(5000, 'a') + "\" b " + std::string(5000, 'c'));
  BOOST_TEST(message.starts_with("filter, column 5012: expected and, or or the end, found b\n  ...aaa"));
  BOOST_TEST(message.size() < 400u);
  const std::size_t caret_line = message.rfind('\n') + 1, shown_line = message.find('\n') + 1;
  BOOST_TEST(message[shown_line + message.size() - 1 - caret_line] == 'b');
}

BOOST_AUTO_TEST_CASE(the_message_does_not_steer_the_terminal) {
  BOOST_TEST(message_of("label = \x1b[2J") ==
             "filter, column 9: expected a word, or text in quotes, found \\x1b\n"
             "  label = \\x1b[2J\n"
             "          ^");
}

BOOST_AUTO_TEST_CASE(a_text_has_at_most_64_kibibytes) {
  const std::string name(64 * 1024 - 10, 'a');
  BOOST_CHECK_NO_THROW(Filter::parse("label = \"" + name + "\""));
  check_faults({{"label = \"" + name + "a\"", 1, "expected at most 65536 bytes, found 65537"}});
}

BOOST_AUTO_TEST_CASE(parentheses_nest_at_most_100_deep) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "label = a" + std::string(depth, ')');
  };
  BOOST_CHECK_NO_THROW(Filter::parse(nested(100)));
  check_faults({{nested(101), 101, "this nests deeper than 100"},
                {nested(20'000), 101, "this nests deeper than 100"}});
}

BOOST_AUTO_TEST_CASE(and_or_and_not_in_turn_nest_at_most_100_deep) {
  const auto nested = [](int depth) {
    std::string text = "label = a";
    for (int i = 1; i < depth; ++i)
      text = i % 2 == 1 ? "label = b and not (" + text + ")" : "(" + text + " or kind = data)";
    return text;
  };
  BOOST_CHECK_NO_THROW(Filter::parse(nested(40)));
  const std::optional<FilterFault> fault = Filter::find_fault(nested(90));
  BOOST_REQUIRE(fault.has_value());
  BOOST_TEST(fault->problem == "this nests deeper than 100");
}

BOOST_AUTO_TEST_CASE(a_path_has_at_most_512_steps) {
  const auto of_steps = [](std::size_t count) {
    std::string path = "attributes";
    for (std::size_t i = 0; i < count; ++i) path += ".a";
    return path;
  };
  BOOST_CHECK_NO_THROW(Filter::parse(of_steps(512) + " exists"));
  check_faults({{of_steps(513) + " exists", 11 + 2 * 512, "expected a path of at most 512 steps"},
                {of_steps(30'000) + " exists", 11 + 2 * 512, "expected a path of at most 512 steps"}});
  BOOST_CHECK_EXCEPTION(FilterPath(of_steps(512)).member("a"), Error,
                        test::has_code(ErrorCode::limit, "512"));
}

BOOST_AUTO_TEST_CASE(many_nots_do_not_nest) {
  std::string text = "label = a";
  for (int i = 0; i < 10'000; ++i) text = "not " + text;
  BOOST_TEST((Filter::parse(text) == Filter::parse("label = a")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn
