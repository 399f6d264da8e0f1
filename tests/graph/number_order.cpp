// Numbers of different types, in order by value.
#include "graph/number_order.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace cairn::graph::filter {
namespace {

__extension__ using Int128 = __int128;

Value big(const std::string& text) {
  return BigInteger::parse(text).value();
}
Value decimal(const std::string& text) {
  return Decimal::parse(text).value();
}

BOOST_AUTO_TEST_SUITE(number_order)

BOOST_AUTO_TEST_CASE(numbers_of_any_type_are_in_order_by_value) {
  const std::vector<std::vector<Value>> ascending = {
      {-HUGE_VAL, decimal("-Infinity")},
      {decimal("-1E+400")},
      {big("-1" + std::string(350, '0')), decimal("-1E+350")},
      {-1e300, big("-0x17e43c8800759c" + std::string(236, '0'))},
      {big("-18446744073709551617")},
      {-0x1p64, big("-18446744073709551616")},
      {std::nextafter(-0x1p63, -HUGE_VAL), big("-9223372036854777856")},
      {big("-9223372036854775809")},
      {INT64_MIN, -0x1p63},
      {INT64_MIN + 1},
      {decimal("-12.5"), -12.5},
      {-12, -12.0, decimal("-12"), decimal("-1.2E+1"), decimal("-12.00")},
      {decimal("-1E-400")},
      {0, 0.0, -0.0, decimal("0"), decimal("-0.00"), decimal("0E+17")},
      {decimal("1E-400")},
      {std::numeric_limits<double>::denorm_min()},
      {decimal("0.09999")},
      {0.1, decimal("0.1"), decimal("0.100")},
      {decimal("0.10001")},
      {0.5, decimal("0.5")},
      {1, 1.0, decimal("1")},
      {std::nextafter(1.0, 2.0)},
      {0x1p53, 9007199254740992, decimal("9007199254740992")},
      {9007199254740993, decimal("9007199254740993")},
      {INT64_MAX},
      {0x1p63, std::uint64_t{1} << 63},
      {(std::uint64_t{1} << 63) + 1},
      {UINT64_MAX, decimal("18446744073709551615")},
      {0x1p64, big("18446744073709551616")},
      {big("18446744073709551617")},
      {1e300},
      {std::numeric_limits<double>::max(), big("0x" + std::string("fffffffffffff8") + std::string(242, '0'))},
      {big("0x1" + std::string(256, '0'))},
      {decimal("1E+5000")},
      {HUGE_VAL, decimal("Infinity")}};
  for (std::size_t i = 0; i < ascending.size(); ++i)
    for (std::size_t j = 0; j < ascending.size(); ++j)
      for (const Value& a : ascending[i])
        for (const Value& b : ascending[j])
          BOOST_TEST((filter::number_order(a, b) == (i <=> j)), "at " << i << " and " << j);
}

BOOST_AUTO_TEST_CASE(reals_and_integers_of_two_words_are_in_order) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto word = [&] { return static_cast<unsigned __int128>(random()); };
    const Int128 integer = static_cast<Int128>(word() << 64 | word()) >> (random() % 127);
    const double real = static_cast<double>(integer + static_cast<Int128>(random() % 3) - 1);
    if (real >= 0x1p127) continue;  // rounded up to what is no Int128
    const auto whole = static_cast<Int128>(real);
    std::vector<std::byte> bytes;
    for (int shift = 120; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::byte>(integer >> shift));
    const Value value(BigInteger::from_bytes(bytes));
    BOOST_REQUIRE((filter::number_order(value, real) == (integer <=> whole)));
    BOOST_REQUIRE((filter::number_order(real, value) == (whole <=> integer)));
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_unordered) {
  const Value numbers[] = {1, UINT64_MAX, 1.0, big("18446744073709551616"), decimal("1")};
  const Value others[] = {std::nan(""), decimal("NaN"), decimal("-sNaN12"),        Value(), true,
                          "1",          List{},         std::complex<double>(1, 0)};
  for (const Value& other : others) {
    for (const Value& number : numbers) {
      BOOST_TEST((filter::number_order(number, other) == std::partial_ordering::unordered));
      BOOST_TEST((filter::number_order(other, number) == std::partial_ordering::unordered));
    }
    BOOST_TEST((filter::number_order(other, other) == std::partial_ordering::unordered));
  }
}

BOOST_AUTO_TEST_CASE(an_integer_whose_text_is_not_decimal_is_unordered_with_decimals_alone) {
  const Value huge = big("0x1" + std::string(10'000, '0'));
  BOOST_TEST((filter::number_order(huge, decimal("1")) == std::partial_ordering::unordered));
  BOOST_TEST((filter::number_order(huge, 1e300) == std::partial_ordering::greater));
}

BOOST_AUTO_TEST_CASE(decimals_of_any_exponent_are_compared_at_once) {
  const Value tiny = decimal("1E-999999999999999998"), huge = decimal("9.99E+999999999999999998");
  BOOST_TEST((filter::number_order(tiny, 0) == std::partial_ordering::greater));
  BOOST_TEST((filter::number_order(huge, UINT64_MAX) == std::partial_ordering::greater));
  BOOST_TEST((filter::number_order(huge, HUGE_VAL) == std::partial_ordering::less));
  BOOST_TEST((filter::number_order(tiny, huge) == std::partial_ordering::less));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::graph::filter
