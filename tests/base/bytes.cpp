#include "base/bytes.h"

#include <boost/test/unit_test.hpp>

#include <random>

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(a_varint_reads_back) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = random() >> (random() % 64);
    std::string text;
    base::append_varint(text, value);
    std::string_view in = text;
    BOOST_TEST(base::take_varint(in).value() == value);
    BOOST_TEST(in.empty());
    in = std::string_view(text).substr(0, text.size() - 1);
    BOOST_TEST(!base::take_varint(in).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_varint_of_more_than_64_bits_is_refused) {
  std::string_view in("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  BOOST_TEST(!base::take_varint(in).has_value());
  in = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";
  BOOST_TEST(!base::take_varint(in).has_value());
}

BOOST_AUTO_TEST_CASE(hexadecimal_reads_back_in_either_case) {
  const std::array<std::uint8_t, 4> bytes = {0x00, 0x9f, 0xab, 0xff};
  BOOST_TEST(base::hex(bytes) == "009fabff");
  std::array<std::uint8_t, 4> read{};
  BOOST_TEST(base::parse_hex("009FabFF", read));
  BOOST_TEST((read == bytes));
  BOOST_TEST(!base::parse_hex("009fabf", read));
  BOOST_TEST(!base::parse_hex("009fabfg", read));
}

BOOST_AUTO_TEST_CASE(well_formed_utf8_is_told_from_the_rest) {
  for (const char* good : {"", "plain ascii, longer than a word", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\xaa\xa8", "\xf4\x8f\xbf\xbf"})
    BOOST_TEST(base::is_utf8(good));
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "12345678\xff", "\xf0\x80\x80\x80"})
    BOOST_TEST(!base::is_utf8(bad));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
