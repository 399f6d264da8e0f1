// Keys of values against what filters say of the same values.
#include "graph/value_key.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "graph/number_order.h"
#include "graph/scientific.h"

namespace cairn::graph::filter {
namespace {

Value big(std::string_view text) { return Value(BigInteger::parse(text).value()); }
Value dec(std::string_view text) { return Value(Decimal::parse(text).value()); }
std::string key_of(const Value& value) { return value_key(Held(&value)).value(); }

// An integer that is too long to be shown in decimal.
Value huge(bool is_negative, std::size_t bytes, unsigned char first) {
  std::vector<std::byte> text(bytes, std::byte{7});
  text.front() = static_cast<std::byte>(first);
  if (is_negative) text.front() |= std::byte{0x80};
  return Value(BigInteger::from_bytes(text));
}

std::string random_digits(std::mt19937_64& random, std::size_t most) {
  std::string digits(1 + random() % most, '0');
  for (char& c : digits) c = static_cast<char>('0' + random() % 10);
  return digits;
}

// Parentheses around comparisons: else Boost.Test compares texts by signed characters.

// Numbers that are close to each other more often than not.
Value random_number(std::mt19937_64& random) {
  static const double kReals[] = {0.0, -0.0, 0.1, 0.5, 1, 1.5, 2, 1e23, 1e22, 9007199254740992.0, 1e300, 1e-300,
                                  std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::max(),
                                  std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()};
  static const char* const kDecimals[] = {"0",    "0.0",  "0.1",      "0.10",     "1.5",      "1E+23",     "99999999999999991611392",
                                          "1E+400", "1E-400", "1E+999999", "Infinity", "NaN", "0.5", "9007199254740993",
                                          "0.1000000000000000055511151231257827021181583404541015625"};
  const bool is_negative = random() % 2 == 0;
  switch (random() % 8) {
    case 0: return static_cast<std::int64_t>(random() % 5) * (is_negative ? -1 : 1);
    case 1: return static_cast<std::int64_t>(random()) >> (random() % 64);
    case 2: return random() >> (random() % 8);
    case 3: {
      const double real = kReals[random() % std::size(kReals)];
      return is_negative ? -real : real;
    }
    case 4: {
      double real = kReals[random() % std::size(kReals)];
      for (std::uint64_t steps = random() % 3; steps != 0; --steps) real = std::nextafter(real, random() % 2 == 0 ? 1e308 : -1e308);
      return real;
    }
    case 5: return dec((is_negative ? "-" : "") + std::string(kDecimals[random() % std::size(kDecimals)]));
    case 6:
      return dec((is_negative ? "-" : "") + random_digits(random, 45) + "." + random_digits(random, 45) + "E" +
                 std::to_string(static_cast<int>(random() % 60) - 30));
    default:
      if (random() % 4 == 0) return huge(is_negative, 4097 + random() % 3, static_cast<unsigned char>(1 + random() % 3));
      return big((is_negative ? "-" : "") + std::string("1") + random_digits(random, 60));
  }
}

std::string random_text(std::mt19937_64& random) {
  static const std::string kParts[] = {std::string(1, '\0'), "a", "b", std::string(126, 'a'), "\xc3\xbf", "*", std::string("\0a", 2)};
  std::string text;
  for (std::uint64_t parts = random() % 5; parts != 0; --parts) text += kParts[random() % std::size(kParts)];
  return text;
}

Value random_value(std::mt19937_64& random) {
  switch (random() % 8) {
    case 0: return Value();
    case 1: return random() % 2 == 0;
    case 2:
    case 3: return random_text(random);
    case 4: return Value(*DateTime::parse("2026-03-01T12:00:0" + std::to_string(random() % 3) + (random() % 2 == 0 ? "Z" : "+02:00")));
    case 5: return Value(*Date::parse("2026-03-0" + std::to_string(1 + random() % 3)));
    default: return random_number(random);
  }
}

BOOST_AUTO_TEST_SUITE(value_key_order)

BOOST_AUTO_TEST_CASE(numbers_of_any_type_are_in_order_of_their_values) {
  const std::vector<Value> ascending = {
      -std::numeric_limits<double>::infinity(), huge(true, 4098, 0x81), huge(true, 4097, 0x81), huge(true, 4097, 0x82),
      dec("-1E+400"), -1e300, big("-123456789012345678901234567890"), std::int64_t{-10}, dec("-9.99"), std::int64_t{-9}, -1.5,
      dec("-1.4"), dec("-1E-400"), std::int64_t{0}, std::numeric_limits<double>::denorm_min(), dec("0.1"), 0.1,
      dec("0.1000000000000000055511151231257828"), std::int64_t{1}, std::nextafter(1.0, 2.0), dec("1.5"), std::int64_t{99},
      std::int64_t{100}, 9007199254740992.0, std::int64_t{9007199254740993}, std::numeric_limits<std::uint64_t>::max(),
      18446744073709551616.0, big("18446744073709551617"), 1e23, big("100000000000000000000000"), 1e300, dec("1E+400"),
      huge(false, 4097, 1), huge(false, 4097, 2), huge(false, 4098, 1), std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::quiet_NaN()};
  for (std::size_t i = 1; i < ascending.size(); ++i) BOOST_TEST((key_of(ascending[i - 1]) < key_of(ascending[i])), "number " << i);
  BOOST_TEST(key_of(dec("1.50")) == key_of(1.5));
  BOOST_TEST(key_of(std::int64_t{3}) == key_of(3.0));
  BOOST_TEST(key_of(dec("-0")) == key_of(-0.0));
}

BOOST_AUTO_TEST_CASE(what_compares_less_among_numbers_of_a_type_has_no_larger_key) {
  std::mt19937_64 random(1);
  int less = 0;
  for (int round = 0; round < 50'000; ++round) {
    const Value a = random_number(random), b = random_number(random);
    if (a.is<Decimal>() != b.is<Decimal>()) continue;  // the one way in which numbers of filters are in no single order
    const auto order = number_order(a, b);
    const std::string key_a = key_of(a), key_b = key_of(b);
    if (order < 0) BOOST_TEST_REQUIRE((key_a <= key_b));
    if (order == 0) BOOST_TEST_REQUIRE((key_a == key_b));
    less += order < 0 ? 1 : 0;
  }
  BOOST_TEST(less > 5000);
}

// Whether the value passes the test; it must then be in the range, if there is one.
bool check_range(const Value& held, Comparison comparison, const Operand& operand, bool& is_inside) {
  const Held view(&held);
  const bool passes = comparison == Comparison::matches ? fits(view, operand) : order_holds(comparison, order(view, operand, {}));
  const auto range = keys_that_pass(comparison, operand, {});
  BOOST_TEST_REQUIRE(range.has_value() == (comparison != Comparison::not_equal));
  if (!range) return false;
  const std::string key = key_of(held) + std::string(8, '\xff');
  is_inside = key >= range->begin && key < range->end;
  BOOST_TEST_REQUIRE((!passes || is_inside), "comparison " << static_cast<int>(comparison));
  if (range->is_one_key && is_inside) BOOST_TEST_REQUIRE((key_of(held) == range->begin));
  return passes;
}

// Each is beside a bound of the other's range, where rounding or cutting off could push it out.
BOOST_AUTO_TEST_CASE(numbers_that_are_nearly_equal_are_in_the_ranges_of_each_other) {
  std::mt19937_64 random(7);
  const std::string digits(39, '3');
  for (int round = 0; round < 3000; ++round) {
    const double real = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 200) - 100) * (random() % 2 == 0 ? 1 : -1);
    const std::string sign = random() % 2 == 0 ? "" : "-";
    std::vector<Value> close = {real, std::nextafter(real, 0.0), std::nextafter(real, 2 * real)};
    for (std::size_t i = 0; i < 3; ++i) close.emplace_back(*as_decimal(close[i]));
    for (const char* end : {"3", "4", "30", "31", "39", "40", "310"}) close.push_back(dec(sign + digits + end + (std::string(end).size() == 1 ? "E+1" : "")));
    for (const char* end : {"31", "39"}) close.push_back(big(sign + digits + end));
    for (const Value& held : close)
      for (const Value& wanted : close)
        for (int comparison = 0; comparison < 6; ++comparison) {
          bool is_inside = false;
          check_range(held, static_cast<Comparison>(comparison), wanted, is_inside);
        }
  }
}

BOOST_AUTO_TEST_CASE(every_value_of_which_a_test_is_true_is_in_its_range) {
  std::mt19937_64 random(2);
  int passed = 0, outside = 0;
  for (int round = 0; round < 100'000; ++round) {
    const Value held = random_value(random);
    Operand operand = random_value(random);
    auto comparison = static_cast<Comparison>(random() % 7);
    if (const auto time = instant_of(std::get<Value>(operand))) operand = *time;
    const auto* text = std::get_if<Value>(&operand);
    if (comparison == Comparison::matches && (text == nullptr || !text->is<std::string>())) comparison = Comparison::equal;
    bool is_inside = true;
    passed += check_range(held, comparison, operand, is_inside) ? 1 : 0;
    outside += is_inside ? 0 : 1;
  }
  BOOST_TEST(passed > 5000);
  BOOST_TEST(outside > 10'000);
}

BOOST_AUTO_TEST_CASE(no_key_begins_another) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50'000; ++round) {
    const std::string a = key_of(random_value(random)), b = key_of(random_value(random));
    BOOST_TEST_REQUIRE((a == b || (!a.starts_with(b) && !b.starts_with(a))));
  }
}

BOOST_AUTO_TEST_CASE(texts_are_in_order_of_their_bytes_up_to_where_they_are_cut) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 20'000; ++round) {
    const std::string a = random_text(random), b = random_text(random);
    const bool is_less = a.substr(0, kTextKeyBytes) < b.substr(0, kTextKeyBytes);
    if (is_less) BOOST_TEST_REQUIRE((key_of(a) < key_of(b)));
    const Held whole_a{std::string_view(a)}, whole_b{std::string_view(b)};
    BOOST_TEST_REQUIRE((value_key(whole_a, SIZE_MAX) < value_key(whole_b, SIZE_MAX)) == (a < b));
  }
  BOOST_TEST(key_of(std::string(128, 'x')) != key_of(std::string(129, 'x')));
  BOOST_TEST(key_of(std::string(129, 'x')) == key_of(std::string(1000, 'x')));
}

BOOST_AUTO_TEST_CASE(what_filters_do_not_compare_has_no_key) {
  for (const Value& value : {Value(List{1}), Value(Map{{"a", 1}}), Value(*DateTime::parse("2026-03-01T12:00:00"))})
    BOOST_TEST(!value_key(Held(&value)).has_value());
  BOOST_TEST(!value_key(Held()).has_value());
}

BOOST_AUTO_TEST_CASE(a_range_of_an_exact_number_leaves_it_out) {
  const auto range = keys_that_pass(Comparison::greater, Value(5), {});
  BOOST_TEST((key_of(5) < range->begin));
  BOOST_TEST((key_of(dec("5.0000000000000000000000000000000000000000001")) >= range->begin));
  const auto less = keys_that_pass(Comparison::less, Value(-5), {});
  BOOST_TEST((key_of(-5) >= less->end));
  BOOST_TEST((key_of(dec("-5.0000000000000000000000000000000000000000001")) < less->end));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph::filter
