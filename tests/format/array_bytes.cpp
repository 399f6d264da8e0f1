// Raw elements in either order of bytes, and the names NumPy has for them.
#include <boost/test/unit_test.hpp>

#include <cairn/error.h>
#include <cairn/numpy_dtype.h>
#include <cairn/text.h>

#include <string_view>

#include "support/errors.h"

namespace cairn::test {
namespace {

Bytes bytes(std::initializer_list<int> numbers) {
  Bytes bytes;
  for (const int number : numbers) bytes.push_back(static_cast<std::byte>(number));
  return bytes;
}

Bytes data(DType dtype, std::vector<std::uint64_t> shape, const Bytes& raw, std::endian order) {
  return Array::from_bytes(dtype, std::move(shape), raw, order).data;
}

BOOST_AUTO_TEST_SUITE(array_bytes)

BOOST_AUTO_TEST_CASE(big_endian_numbers_are_turned_round) {
  const auto big = std::endian::big;
  BOOST_TEST((data(DType::uint16, {2}, bytes({1, 2, 3, 4}), big) == bytes({2, 1, 4, 3})));
  BOOST_TEST((data(DType::float32, {}, bytes({0x3F, 0x80, 0, 0}), big) == bytes({0, 0, 0x80, 0x3F})));
  BOOST_TEST((data(DType::int64, {1, 1}, bytes({1, 2, 3, 4, 5, 6, 7, 8}), big) == bytes({8, 7, 6, 5, 4, 3, 2, 1})));
  BOOST_TEST((data(DType::int8, {3}, bytes({1, 2, 3}), big) == bytes({1, 2, 3})));
  BOOST_TEST((data(DType::boolean, {2}, bytes({0, 1}), big) == bytes({0, 1})));
}

BOOST_AUTO_TEST_CASE(parts_of_complex_numbers_are_turned_round_each) {
  BOOST_TEST((data(DType::complex64, {1}, bytes({1, 2, 3, 4, 5, 6, 7, 8}), std::endian::big) ==
              bytes({4, 3, 2, 1, 8, 7, 6, 5})));
  const Bytes one_minus_two = bytes({0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0});
  BOOST_TEST(to_text(Array::from_bytes(DType::complex128, {1}, one_minus_two, std::endian::big),
                     {.form = TextForm::line}) == "complex128[1]((1, -2))");
}

BOOST_AUTO_TEST_CASE(little_endian_numbers_stay_as_they_are) {
  const Bytes raw = bytes({1, 2, 3, 4});
  BOOST_TEST((data(DType::uint16, {2}, raw, std::endian::little) == raw));
  const Array array = Array::from_bytes(DType::int16, {2, 1}, raw);
  BOOST_TEST((array == Array{DType::int16, {2, 1}, raw}));
}

BOOST_AUTO_TEST_CASE(halves_are_kept_as_they_are) {
  const Array halves = Array::from_bytes(DType::float16, {2}, bytes({0x44, 0x80, 0xBC, 0}), std::endian::big);
  BOOST_TEST(to_text(halves, {.form = TextForm::line}) == "float16[2](4.5, -1)");
}

BOOST_AUTO_TEST_CASE(bytes_that_do_not_fill_the_shape_are_refused) {
  const auto refused = [](DType dtype, std::vector<std::uint64_t> shape, const Bytes& raw, const char* why) {
    BOOST_CHECK_EXCEPTION(data(dtype, shape, raw, std::endian::big), Error, has_code(ErrorCode::invalid_argument, why));
  };
  refused(DType::int16, {2}, bytes({1, 2, 3}), "3 bytes do not fill an array of int16 with shape [2]");
  refused(DType::int16, {}, bytes({}), "0 bytes");
  refused(DType::int8, {0}, bytes({1}), "1 bytes");
  refused(DType::int16, {UINT64_MAX, 2}, bytes({}), "0 bytes");
  refused(DType::int64, {1ull << 61}, bytes({}), "0 bytes");
  refused(DType::boolean, {2}, bytes({0, 2}), "neither 0 nor 1");
  BOOST_TEST((data(DType::int64, {0, UINT64_MAX}, bytes({}), std::endian::big).empty()));
}

BOOST_AUTO_TEST_CASE(names_of_numpy_are_types_and_orders) {
  const auto big = std::endian::big, little = std::endian::little;
  const std::pair<std::string_view, NumpyDType> names[] = {
      {">f8", {DType::float64, big}},    {"<i4", {DType::int32, little}},     {"|b1", {DType::boolean, little}},
      {"=f8", {DType::float64, little}}, {"u8", {DType::uint64, little}},     {">c16", {DType::complex128, big}},
      {"<c8", {DType::complex64, little}}, {">f2", {DType::float16, big}},    {"|i1", {DType::int8, little}},
      {"|u1", {DType::uint8, little}},   {"?", {DType::boolean, little}},     {">i2", {DType::int16, big}}};
  for (const auto& [name, type] : names) BOOST_TEST((parse_numpy_dtype(name) == type), name);
  for (const std::string_view name : {"", "<", ">>f8", "f", "f3", "f16", "|i4", "<U5", "<M8[ns]", "|V8", "|O", "i4 ", "8"})
    BOOST_TEST(!parse_numpy_dtype(name).has_value(), name);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
