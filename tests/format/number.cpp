// Integers of any size, and exact decimals.
#include <cairn/number.h>

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <utility>

namespace cairn {
namespace {

__extension__ using Int128 = __int128;

std::string text_of(Int128 number) {
  if (number == 0) return "0";
  std::string digits;
  for (Int128 rest = number; rest != 0; rest /= 10) {
    const auto digit = static_cast<int>(rest % 10);
    digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
  }
  return number < 0 ? "-" + digits : digits;
}

std::string canonical(std::string_view text) {
  const auto decimal = Decimal::parse(text);
  return decimal ? decimal->text() : "no decimal";
}

BOOST_AUTO_TEST_SUITE(number)

BOOST_AUTO_TEST_CASE(big_integers_are_read_written_and_ordered_as_the_numbers_they_are) {
  std::mt19937_64 random(1);
  Int128 before = 0;
  for (int i = 0; i < 20'000; ++i) {
    const Int128 number =
        static_cast<Int128>((static_cast<unsigned __int128>(random()) << 64 | random())) >> (random() % 127);
    const auto parsed = BigInteger::parse(text_of(number));
    BOOST_REQUIRE(parsed.has_value());
    BOOST_REQUIRE_EQUAL(parsed->text(), text_of(number));
    BOOST_REQUIRE((BigInteger::from_bytes(parsed->bytes()) == *parsed));
    BOOST_REQUIRE(((*parsed <=> *BigInteger::parse(text_of(before))) == (number <=> before)));
    before = number;
  }
}

BOOST_AUTO_TEST_CASE(the_bytes_of_a_big_integer_are_as_few_as_can_be) {
  const std::pair<const char*, std::size_t> sizes[] = {{"0", 1},    {"127", 1},  {"128", 2},   {"-128", 1},
                                                       {"-129", 2}, {"255", 2},  {"32767", 2}, {"32768", 3},
                                                       {"-32768", 2}};
  for (const auto& [text, size] : sizes) BOOST_TEST(BigInteger::parse(text)->bytes().size() == size, text);
  const std::byte padded[] = {std::byte{0xff}, std::byte{0xff}, std::byte{0x80}};
  BOOST_TEST(BigInteger::from_bytes(padded).text() == "-128");
  BOOST_TEST(BigInteger::from_bytes({}).text() == "0");
}

BOOST_AUTO_TEST_CASE(hexadecimal_is_read_and_written_where_decimal_would_be_long) {
  BOOST_TEST(BigInteger::parse("0x1fF")->text() == "511");
  BOOST_TEST(BigInteger::parse("-0x0")->text() == "0");
  BOOST_TEST(BigInteger::parse("0010")->text() == "10");
  const std::string large = "-0x" + std::string(9000, 'a');
  BOOST_TEST(BigInteger::parse(large)->text() == large);
  for (const char* bad : {"", "-", "0x", "1.0", "1e3", "+1", " 1", "0xg", "--1"}) BOOST_TEST(!BigInteger::parse(bad), bad);
  BOOST_TEST(!BigInteger::parse(std::string(100'001, '1')));
}

// The table of "to-scientific-string" in the General Decimal Arithmetic Specification, and its neighbours.
BOOST_AUTO_TEST_CASE(a_decimal_has_one_scientific_string) {
  const std::pair<const char*, const char*> forms[] = {
      {"123", "123"},         {"-123", "-123"},           {"123E1", "1.23E+3"},   {"123E3", "1.23E+5"},
      {"123E-1", "12.3"},     {"123E-5", "0.00123"},      {"123E-10", "1.23E-8"}, {"-123E-12", "-1.23E-10"},
      {"0", "0"},             {"0E-2", "0.00"},           {"0E2", "0E+2"},        {"-0", "-0"},
      {"5E-6", "0.000005"},   {"50E-7", "0.0000050"},     {"5E-7", "5E-7"},       {"inf", "Infinity"},
      {"-INFINITY", "-Infinity"}, {"nan", "NaN"},         {"NaN0123", "NaN123"},  {"snan", "sNaN"},
      {"1.10", "1.10"},       {"00.10", "0.10"},          {".5", "0.5"},          {"5.", "5"},
      {"+1e+03", "1E+3"},     {"1E000000000000000000000004", "1E+4"}};
  for (const auto& [given, expected] : forms) BOOST_TEST(canonical(given) == expected, given);
  for (const char* bad : {"", ".", "-", "1e", "e1", "1.2.3", "0x1", "1 ", "infinite", "nano", "1E9999999999999999999", "1_0",
                          "Infinityx", "infinit", "12345E+999999999999999999", "0.1E-999999999999999999"})
    BOOST_TEST(!Decimal::parse(bad), bad);
}

BOOST_AUTO_TEST_CASE(the_scientific_string_of_a_decimal_is_read_back_as_it_is) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::string given = std::to_string(random() >> (random() % 64)) + "E" +
                              std::to_string(static_cast<std::int64_t>(random() % 60) - 30);
    const std::string once = canonical(given);
    BOOST_REQUIRE_EQUAL(canonical(once), once);
  }
}

BOOST_AUTO_TEST_CASE(decimals_that_are_written_otherwise_differ) {
  BOOST_TEST((Decimal::parse("1.10") != Decimal::parse("1.1")));
  BOOST_TEST((Decimal::parse("0") != Decimal::parse("-0")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn
