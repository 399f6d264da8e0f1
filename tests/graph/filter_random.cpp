// Filters at random: against what is plainly computed beside them, and torn to pieces.
#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "graph/filter_subjects.h"

namespace cairn::graph {
namespace {

using namespace std::chrono_literals;

using Verdict = std::function<bool(const TestSubject&)>;

/// A filter as text, and what it means.
struct Sample {
  std::string text;
  Verdict verdict;
};

struct Number {
  const char* text;
  Value value;
  int rank;  // equal for equal numbers
};
const std::vector<Number>& numbers() {
  static const std::vector<Number> kNumbers = {
      {"-inf", -HUGE_VAL, 0},
      {"-1e300", -1e300, 1},
      {"-340282366920938463463374607431768211457",
       BigInteger::parse("-340282366920938463463374607431768211457").value(), 2},
      {"-340282366920938463463374607431768211456.0", -0x1p128, 3},
      {"-9223372036854775808", INT64_MIN, 4},
      {"-9223372036854775808.0", -0x1p63, 4},
      {"-1.5", -1.5, 5},
      {"-1", -1, 6},
      {"0", 0, 7},
      {"-0.0", -0.0, 7},
      {"0.1", 0.1, 8},
      {"1", 1, 9},
      {"0x1", 1, 9},
      {"1.0", 1.0, 9},
      {"9007199254740992.0", 0x1p53, 10},
      {"9007199254740992", 9007199254740992, 10},
      {"9007199254740993", 9007199254740993, 11},
      {"9223372036854775807", INT64_MAX, 12},
      {"9223372036854775808", 9223372036854775808u, 13},
      {"9223372036854775808.0", 0x1p63, 13},
      {"18446744073709551615", UINT64_MAX, 14},
      {"18446744073709551616", BigInteger::parse("18446744073709551616").value(), 15},
      {"18446744073709551616.0", 0x1p64, 15},
      {"18446744073709551617", BigInteger::parse("18446744073709551617").value(), 16},
      {"1e300", 1e300, 17},
      {"inf", HUGE_VAL, 18}};
  return kNumbers;
}
constexpr int kNanRank = -1;

const std::vector<std::string>& texts() {
  static const std::vector<std::string> kTexts = {"",
                                                  "a",
                                                  "ab",
                                                  "abab",
                                                  "b",
                                                  "A",
                                                  "a*",
                                                  "\xc3\xa9",
                                                  "\xc3\xa9"
                                                  "a",
                                                  "x y"};
  return kTexts;
}

constexpr const char* kOperators[] = {"=", "!=", "<", "<=", ">", ">="};

template <class T>
bool compare(const T& a, std::size_t comparison, const T& b) {
  switch (comparison) {
    case 0:
      return a == b;
    case 1:
      return a != b;
    case 2:
      return a < b;
    case 3:
      return a <= b;
    case 4:
      return a > b;
    default:
      return a >= b;
  }
}

// One letter after the other; texts() have no character of more than two bytes.
bool fits(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  const std::size_t first = text.starts_with('\xc3') ? 2 : 1;
  if (pattern[0] == '*')
    return fits(text, pattern.substr(1)) || (!text.empty() && fits(text.substr(first), pattern));
  if (text.empty()) return false;
  if (pattern[0] == '?') return fits(text.substr(first), pattern.substr(1));
  return pattern[0] == text[0] && fits(text.substr(1), pattern.substr(1));
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  template <class Choices>
  const auto& one_of(const Choices& choices) {
    return choices[below(std::size(choices))];
  }

  TestSubject subject() {
    TestSubject subject;
    subject.node.kind = static_cast<NodeKind>(1 + below(3));
    subject.node.state = static_cast<NodeState>(1 + below(7));
    subject.node.label = one_of(texts());
    subject.node.created = kNow - std::chrono::hours(below(4));
    subject.node.exit_status = static_cast<int>(below(3)) - 1;
    for (auto count = below(3); count > 0; --count) subject.tags.push_back(one_of(texts()));
    Map map;
    if (below(4) != 0)
      map.put("n", below(8) == 0   ? Value(std::nan(""))
                   : below(8) == 0 ? Value("1")
                                   : one_of(numbers()).value);
    if (below(4) != 0) map.put("t", below(8) == 0 ? Value(1) : Value(one_of(texts())));
    if (below(4) != 0) map.put("list", List{one_of(numbers()).value, Value(one_of(texts()))});
    subject.node.attributes = std::move(map);
    return subject;
  }

  Sample sample(unsigned depth) {
    switch (depth == 0 ? 3 : below(4)) {
      case 0:
        return combined(depth, " and ", [](bool a, bool b) { return a && b; });
      case 1:
        return combined(depth, " or ", [](bool a, bool b) { return a || b; });
      case 2: {
        const Sample inner = sample(depth - 1);
        return {"not (" + inner.text + ")",
                [=](const TestSubject& subject) { return !inner.verdict(subject); }};
      }
      default:
        return test();
    }
  }

 private:
  static std::string quoted(const std::string& text) { return '"' + text + '"'; }

  Sample combined(unsigned depth, const char* between, bool (*combine)(bool, bool)) {
    const Sample a = sample(depth - 1), b = sample(depth - 1);
    return {"(" + a.text + between + b.text + ")",
            [=](const TestSubject& subject) { return combine(a.verdict(subject), b.verdict(subject)); }};
  }

  Sample test() {
    switch (below(9)) {
      case 0:
        return number_test("attributes.n", [](const TestSubject& subject) { return find(subject, "n"); });
      case 1:
        return number_test("attributes.list[0]",
                           [](const TestSubject& subject) { return element(subject, 0); });
      case 2:
        return text_test("attributes.t", [](const TestSubject& subject) { return find(subject, "t"); });
      case 3:
        return text_test("attributes.\"list\"[1]",
                         [](const TestSubject& subject) { return element(subject, 1); });
      case 4:
        return label_test();
      case 5:
        return tag_test();
      case 6:
        return time_test();
      case 7:
        return state_test();
      default:
        return exit_status_test();
    }
  }

  static std::optional<Value> find(const TestSubject& subject, const char* name) {
    const Value* found = subject.node.attributes.get_if<Map>()->find(name);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  static std::optional<Value> element(const TestSubject& subject, std::size_t index) {
    const std::optional<Value> list = find(subject, "list");
    return list ? std::optional(list->get_if<List>()->at(index)) : std::nullopt;
  }
  // -2: no number.
  static int rank_of(const std::optional<Value>& value) {
    if (value && value->is<double>() && std::isnan(*value->get_if<double>())) return kNanRank;
    for (const Number& number : numbers())
      if (value && number.value == *value) return number.rank;
    return -2;
  }

  template <class Get>
  Sample number_test(const std::string& path, Get get) {
    const Number wanted = one_of(numbers());
    const std::size_t comparison = below(6);
    return {path + " " + kOperators[comparison] + wanted.text, [=](const TestSubject& subject) {
              const int rank = rank_of(get(subject));
              return rank >= 0 && compare(rank, comparison, wanted.rank);
            }};
  }

  template <class Get>
  Sample text_test(const std::string& path, Get get) {
    const std::string wanted = one_of(texts());
    const std::size_t comparison = below(8);
    const auto of_text = [=](auto judge) {
      return [=](const TestSubject& subject) {
        const std::optional<Value> value = get(subject);
        return value && value->template is<std::string>() && judge(*value->template get_if<std::string>());
      };
    };
    if (comparison == 6)
      return {path + " ~ " + quoted("*" + wanted + "?"),
              of_text([=](const std::string& text) { return fits(text, "*" + wanted + "?"); })};
    if (comparison == 7)
      return {path + " in (" + quoted(wanted) + ", 1)", [=](const TestSubject& subject) {
                const std::optional<Value> value = get(subject);
                return value == Value(wanted) || rank_of(value) == 9;
              }};
    return {path + kOperators[comparison] + quoted(wanted),
            of_text([=](const std::string& text) { return compare(text, comparison, wanted); })};
  }

  Sample label_test() {
    const std::string wanted = one_of(texts());
    const std::size_t comparison = below(6);
    return {"label " + std::string(kOperators[comparison]) + quoted(wanted),
            [=](const TestSubject& subject) { return compare(subject.node.label, comparison, wanted); }};
  }

  Sample tag_test() {
    const std::string wanted = one_of(texts());
    const bool is_pattern = below(2) == 0;
    return {(is_pattern ? "tag ~ " : "tag = ") + quoted(wanted), [=](const TestSubject& subject) {
              for (const std::string& tag : subject.tags)
                if (is_pattern ? fits(tag, wanted) : tag == wanted) return true;
              return false;
            }};
  }

  Sample time_test() {
    const std::size_t comparison = below(6), hours = below(4);
    const Timestamp wanted = kNow - std::chrono::hours(hours);
    const std::string text = below(2) == 0 ? "now-" + std::to_string(hours) + "h" : format_time(wanted);
    return {"created" + std::string(kOperators[comparison]) + text,
            [=](const TestSubject& subject) { return compare(subject.node.created, comparison, wanted); }};
  }

  Sample state_test() {
    const auto wanted = static_cast<NodeState>(1 + below(7)), other = static_cast<NodeState>(1 + below(7));
    return {"state in (" + std::string(state_name(wanted)) + "," + std::string(state_name(other)) + ")",
            [=](const TestSubject& subject) {
              return subject.node.state == wanted || subject.node.state == other;
            }};
  }

  Sample exit_status_test() {
    const std::size_t comparison = below(6);
    const int wanted = static_cast<int>(below(3)) - 1;
    return {
        "exit_status" + std::string(kOperators[comparison]) + std::to_string(wanted),
        [=](const TestSubject& subject) { return compare(subject.node.exit_status, comparison, wanted); }};
  }

  std::mt19937_64 random_;
};

BOOST_AUTO_TEST_SUITE(filter_random)

BOOST_AUTO_TEST_CASE(a_filter_says_what_is_plainly_computed) {
  int passed = 0, judged = 0;
  for (std::uint64_t seed = 0; seed < 5'000; ++seed) {
    Random random(seed);
    const Sample sample = random.sample(static_cast<unsigned>(seed % 5));
    const Filter filter = Filter::parse(sample.text);
    for (int i = 0; i < 20; ++i) {
      const TestSubject subject = random.subject();
      const bool expected = sample.verdict(subject);
      BOOST_REQUIRE_MESSAGE(filter::passes(filter::root_of(filter), subject, kNow) == expected, sample.text);
      passed += expected ? 1 : 0;
      ++judged;
    }
  }
  BOOST_TEST(passed > judged / 5);
  BOOST_TEST(passed < judged * 4 / 5);
}

BOOST_AUTO_TEST_CASE(a_text_torn_to_pieces_is_a_filter_or_has_its_fault_shown) {
  static const std::string kPieces[] = {"(",           ")",       "\"",          "\\",
                                        "\\u",         "\\ud83d", ".",           "[",
                                        "]",           "~",       "!",           "=",
                                        "<",           " and ",   " or ",        " not ",
                                        " in ",        "exists",  "attributes.", "\n",
                                        "\xc3",        "\xa9",    "\xff",        "now-",
                                        "1e9",         "0x",      "-",           std::string(1, '\0'),
                                        "2026-03-01T", "true",    ",",           "9999999999999999999999"};
  int parsed = 0;
  for (std::uint64_t seed = 0; seed < 30'000; ++seed) {
    Random random(seed);
    std::string text = random.sample(static_cast<unsigned>(seed % 4)).text;
    for (auto edits = 1 + random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(text.size() + 1);
      switch (random.below(3)) {
        case 0:
          text.insert(at, random.one_of(kPieces));
          break;
        case 1:
          text.erase(at, random.below(4));
          break;
        default:
          text.insert(at, text.substr(random.below(text.size() + 1), random.below(20)));
      }
    }
    const std::optional<FilterFault> fault = Filter::find_fault(text);
    BOOST_REQUIRE(!fault || (fault->column >= 1 && fault->column <= text.size() + 1));
    try {
      const Filter filter = Filter::parse(text);
      BOOST_REQUIRE(!fault);
      BOOST_REQUIRE_MESSAGE(Filter::parse(filter.text()) == filter, text);
      filter::passes(filter::root_of(filter), random.subject(), kNow);
      ++parsed;
    } catch (const Error& error) {
      BOOST_REQUIRE(fault.has_value());
      BOOST_REQUIRE(error.code() == ErrorCode::invalid_argument);
      BOOST_REQUIRE(std::string_view(error.what()).ends_with('^'));
    }
  }
  BOOST_TEST(parsed > 300);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph
