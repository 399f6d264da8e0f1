// Headers and items of bundles.
#include "format/bundle.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include "support/errors.h"

namespace cairn::format {
namespace {

using test::has_code;

template <std::size_t Size>
std::array<std::byte, Size> flipped(std::array<std::byte, Size> bytes, std::size_t at) {
  bytes[at] ^= std::byte{0x10};
  return bytes;
}

BOOST_AUTO_TEST_SUITE(bundle)

BOOST_AUTO_TEST_CASE(a_header_says_what_it_is_and_of_which_version) {
  const auto header = encode_bundle_header();
  check_bundle_header(header);
  for (std::size_t i = 0; i < header.size(); ++i)
    BOOST_CHECK_EXCEPTION(check_bundle_header(flipped(header, i)), Error,
                          has_code(i < 8 ? ErrorCode::bad_document : ErrorCode::damaged));
}

BOOST_AUTO_TEST_CASE(a_frame_header_comes_back_and_a_changed_one_does_not) {
  const FrameHeader header{BundleSection::rows, 0x123456789a, kFrameBytesMax, 0xfedcba9876543210};
  const auto bytes = encode_frame_header(header);
  BOOST_TEST((decode_frame_header(bytes) == header));
  for (std::size_t i = 0; i < bytes.size(); ++i) BOOST_TEST(!decode_frame_header(flipped(bytes, i)));
  BOOST_TEST(!decode_frame_header(std::span(bytes).first(bytes.size() - 1)));
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_too_long_or_of_no_section_is_none) {
  BOOST_TEST(!decode_frame_header(encode_frame_header({BundleSection::rows, 24, kFrameBytesMax + 1, 0})));
  BOOST_TEST(!decode_frame_header(encode_frame_header({static_cast<BundleSection>(0), 24, 1, 0})));
  BOOST_TEST(!decode_frame_header(encode_frame_header({static_cast<BundleSection>(11), 24, 1, 0})));
}

BOOST_AUTO_TEST_CASE(a_trailer_leads_to_the_index) {
  const auto bytes = encode_bundle_trailer(4711);
  BOOST_TEST(decode_bundle_trailer(bytes).value() == 4711u);
  for (std::size_t i = 0; i < bytes.size(); ++i) BOOST_TEST(!decode_bundle_trailer(flipped(bytes, i)));
}

BOOST_AUTO_TEST_CASE(fields_of_an_item_come_back_and_no_field_goes_beyond_its_end) {
  const std::string item = ItemWriter().number(300).text("two").rest("and the rest").bytes();
  ItemReader in(item);
  BOOST_TEST(in.number() == 300u);
  BOOST_TEST(in.text() == "two");
  BOOST_TEST(in.rest() == "and the rest");
  in.require_end();
  BOOST_CHECK_EXCEPTION(in.number(), Error, has_code(ErrorCode::damaged));
  const std::string lying = ItemWriter().number(UINT64_MAX).rest("x").bytes();
  BOOST_CHECK_EXCEPTION(ItemReader(lying).text(), Error, has_code(ErrorCode::damaged));
  BOOST_CHECK_EXCEPTION(ItemReader("x").take(2), Error, has_code(ErrorCode::damaged));
  BOOST_CHECK_EXCEPTION(ItemReader("x").require_end(), Error, has_code(ErrorCode::damaged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::format
