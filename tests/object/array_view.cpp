// Views of arrays: what is stored of them, and loading into them.
#include <boost/test/unit_test.hpp>

#include <cairn/array_view.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

#include "memory_objects.h"
#include "object/mdspan_like.h"
#include "support/errors.h"

namespace cairn::test {
namespace {

using Shape = std::vector<std::uint64_t>;
using Strides = std::vector<std::int64_t>;

template <class T>
Array array_of(DType dtype, Shape shape, const std::vector<T>& elements) {
  Array array{dtype, std::move(shape), Bytes(elements.size() * sizeof(T))};
  if (!elements.empty()) std::memcpy(array.data.data(), elements.data(), array.data.size());
  return array;
}

template <class View>
Value stored(const View& view) {
  MemoryObjects objects;
  return objects.decode<Value>(objects.encode(encodable(view)));
}

// Stores `value` and reads it into `view`.
template <class T, class View>
void load(const T& value, const View& view) {
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(value));
  format::decode_object(bytes, objects, [&](const Decoder& in) { read_into(in, view); });
}

template <class T>
std::vector<T> numbered(std::size_t count) {
  std::vector<T> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<T>(i);
  return numbers;
}

BOOST_AUTO_TEST_SUITE(array_view)

BOOST_AUTO_TEST_CASE(a_view_in_c_order_is_stored_with_its_shape) {
  const auto numbers = numbered<double>(6);
  const Value expected = array_of<double>(DType::float64, {2, 3}, numbers);
  BOOST_TEST((stored(ArrayView<const double>(numbers, {2, 3})) == expected));
  BOOST_TEST((stored(ArrayView<const double>(numbers, {2, 3}, {3, 1})) == expected));
  BOOST_TEST((ArrayView<const double>(numbers, {2, 1, 3}, {3, 77, 1}).is_in_order()));
  BOOST_TEST(!(ArrayView<const double>(numbers, {3, 2}, {1, 3}).is_in_order()));
}

BOOST_AUTO_TEST_CASE(large_views_are_stored_as_vectors_are) {
  const auto numbers = numbered<float>(30'000);
  MemoryObjects objects;
  const auto bytes = objects.encode(encodable(ArrayView<const float>(numbers, {30'000})));
  BOOST_TEST((bytes == objects.encode(encodable(numbers))));
  BOOST_TEST((objects.decode<std::vector<float>>(bytes) == numbers));
}

BOOST_AUTO_TEST_CASE(every_element_type_comes_back) {
  const auto check = [](auto zero, DType dtype) {
    using T = decltype(zero);
    std::vector<T> numbers(4);
    for (std::size_t i = 0; i < 4; ++i) numbers[i] = static_cast<T>(static_cast<float>(i));
    BOOST_TEST((stored(ArrayView<const T>(numbers, {2, 2}, {1, 2})) ==
                Value(array_of<T>(dtype, {2, 2}, {numbers[0], numbers[2], numbers[1], numbers[3]}))));
    std::vector<T> back(4);
    load(ArrayView<const T>(numbers, {2, 2}), ArrayView<T>(back, {2, 2}));
    BOOST_TEST((back == numbers));
  };
  check(std::int8_t{}, DType::int8);
  check(std::uint16_t{}, DType::uint16);
  check(std::int32_t{}, DType::int32);
  check(std::uint64_t{}, DType::uint64);
  check(float{}, DType::float32);
  check(double{}, DType::float64);
  check(std::complex<float>{}, DType::complex64);
  check(std::complex<double>{}, DType::complex128);
  const bool truths[] = {true, false, true, true};
  BOOST_TEST((stored(ArrayView<const bool>(truths, {2, 2}, {1, 2})) ==
              Value(Array{DType::boolean, {2, 2}, {std::byte{1}, std::byte{1}, std::byte{0}, std::byte{1}}})));
}

BOOST_AUTO_TEST_CASE(strides_of_any_kind_are_gathered) {
  const auto n = numbered<int>(12);
  const auto check = [&](const ArrayView<const int>& view, const std::vector<int>& expected) {
    BOOST_TEST((stored(view) == Value(array_of<int>(DType::int32, view.shape(), expected))));
  };
  check({n, {3, 2}, {1, 3}}, {0, 3, 1, 4, 2, 5});              // columns first
  check({n, {2, 2}, {6, 2}}, {0, 2, 6, 8});                    // every other
  check({n.data() + 3, {4}, {-1}}, {3, 2, 1, 0});              // backwards
  check({n.data() + 11, {2, 3}, {-6, -2}}, {11, 9, 7, 5, 3, 1});
  check({n, {2, 3}, {0, 1}}, {0, 1, 2, 0, 1, 2});              // a row repeated
  check({n, {3, 2}, {1, 1}}, {0, 1, 1, 2, 2, 3});              // windows that overlap
  check({n, {2, 2, 2}, {1, 4, 2}}, {0, 2, 4, 6, 1, 3, 5, 7});
}

BOOST_AUTO_TEST_CASE(empty_arrays_and_single_numbers_have_their_shapes) {
  std::vector<double> one = {2.5}, none;
  BOOST_TEST((stored(ArrayView<double>(one, {})) == Value(array_of<double>(DType::float64, {}, one))));
  BOOST_TEST((stored(ArrayView<double>(none, {0})) == Value(array_of<double>(DType::float64, {0}, none))));
  BOOST_TEST((stored(ArrayView<double>(none, {3, 0, UINT64_MAX})) ==
              Value(array_of<double>(DType::float64, {3, 0, UINT64_MAX}, none))));
  BOOST_TEST((stored(ArrayView<double>(none, {0, 4}, {INT64_MIN, 7})) ==
              Value(array_of<double>(DType::float64, {0, 4}, none))));
  std::vector<double> back = {0};
  load(ArrayView<double>(one, {}), ArrayView<double>(back, {}));
  BOOST_TEST(back[0] == 2.5);
  load(ArrayView<double>(none, {0, 4}), ArrayView<double>(none, {0, 4}));
}

BOOST_AUTO_TEST_CASE(views_that_reach_beyond_their_elements_are_refused) {
  std::vector<int> n(6);
  const auto refused = [&](const auto& make, const char* why) {
    BOOST_CHECK_EXCEPTION(make(), Error, has_code(ErrorCode::invalid_argument, why));
  };
  using View = ArrayView<int>;
  refused([&] { return View(n, {2, 2}); }, "expected 4 elements, found 6");
  refused([&] { return View(n, {7}); }, "expected 7 elements, found 6");
  refused([&] { return View(n, {0}); }, "expected 0 elements, found 6");
  refused([&] { return View(n, {2, 3}, {4, 1}); }, "reaches beyond the 6 elements");
  refused([&] { return View(n, {2}, {-1}); }, "reaches beyond the 6 elements");
  refused([&] { return View(n, {2, 3}, {3}); }, "a stride for each extent");
  refused([&] { return View(n, {1ull << 32, 1ull << 32}); }, "2^63 bytes");
  refused([&] { return View(n, {1ull << 62}); }, "2^63 bytes");
  refused([&] { return View(n, {1ull << 32, 1ull << 32}, {0, 0}); }, "2^63 bytes");
  refused([&] { return View(n.data(), {3}, {INT64_MAX}); }, "2^63 bytes");
  refused([&] { return View(n.data(), {2, 2}, {INT64_MIN, INT64_MAX}); }, "2^63 bytes");
  const View row(n, {1ull << 60}, {0});  // one element, repeated: it may be named, but has no room
  BOOST_CHECK_EXCEPTION(stored(row), Error, has_code(ErrorCode::limit, "no memory"));
  BOOST_CHECK_EXCEPTION(stored(View(n.data(), Shape(65, 1), Strides(65, 1))), Error, has_code(ErrorCode::limit, "65 dimensions"));
}

BOOST_AUTO_TEST_CASE(loading_fills_a_view_of_any_layout) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    // A layout in which the dimensions lie in any order, with gaps, forwards or backwards.
    Shape shape(random() % 4);
    for (auto& extent : shape) extent = random() % 4;
    std::vector<std::size_t> order(shape.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    Strides strides(shape.size());
    std::int64_t step = 1, first = 0;
    for (const std::size_t i : order) {
      step += random() % 2;
      strides[i] = random() % 2 == 0 ? step : -step;
      const auto extent = static_cast<std::int64_t>(std::max<std::uint64_t>(shape[i], 1));
      if (strides[i] < 0) first += step * (extent - 1);
      step *= extent;
    }
    std::vector<int> memory(static_cast<std::size_t>(step) + 8, -1);
    const ArrayView<int> view(memory.data() + first, shape, strides);
    BOOST_TEST(view.is_unique());
    const auto numbers = numbered<int>(view.element_count());
    const Value array = array_of<int>(DType::int32, shape, numbers);
    load(array, view);
    BOOST_TEST((stored(view) == array));
    BOOST_TEST(std::ranges::count(memory, -1) == static_cast<std::ptrdiff_t>(memory.size() - numbers.size()));
  }
}

BOOST_AUTO_TEST_CASE(loading_tells_both_shapes_and_types_if_they_differ) {
  std::vector<double> memory(6);
  const ArrayView<double> view(memory, {2, 3});
  const auto refused = [&](const Value& value, const std::string& why) {
    BOOST_CHECK_EXCEPTION(load(value, view), Error, has_code(ErrorCode::type_mismatch, why));
  };
  const std::string expected = "expected array of float64 with shape [2, 3], found ";
  refused(array_of<double>(DType::float64, {3, 2}, memory), expected + "array of float64 with shape [3, 2]");
  refused(array_of<double>(DType::float64, {6}, memory), expected + "array of float64 with shape [6]");
  refused(array_of<std::int64_t>(DType::int64, {2, 3}, std::vector<std::int64_t>(6)),
          expected + "array of int64 with shape [2, 3]");
  refused(List{1.0, 2.0}, expected + "list");
}

BOOST_AUTO_TEST_CASE(loading_into_one_place_twice_is_refused) {
  std::vector<int> memory(13, -1);
  const auto refused = [&](Shape shape, Strides strides) {
    const ArrayView<int> view(memory, shape, std::move(strides));
    BOOST_TEST(!view.is_unique());
    std::size_t count = 1;
    for (const auto extent : shape) count *= extent;
    BOOST_CHECK_EXCEPTION(load(Value(array_of<int>(DType::int32, shape, numbered<int>(count))), view), Error,
                          has_code(ErrorCode::invalid_argument, "in one place"));
  };
  refused({2, 3}, {0, 1});
  refused({3, 2}, {1, 1});
  refused({3, 3}, {2, 4});
  BOOST_TEST(std::ranges::count(memory, -1) == 13);
  BOOST_TEST((ArrayView<int>(memory, {2, 3}, {3, 2}).is_unique()));   // interleaved
  BOOST_TEST((ArrayView<int>(memory, {1, 3}, {0, 1}).is_unique()));   // the one row is not repeated
}

BOOST_AUTO_TEST_CASE(spans_like_mdspan_are_stored_in_c_order_whatever_their_layout) {
  const auto n = numbered<double>(6);
  BOOST_TEST((stored(MdspanOf<const double, 2>(n.data(), 2, 3)) == Value(array_of<double>(DType::float64, {2, 3}, n))));
  BOOST_TEST((stored(MdspanOf<const double, 2, LayoutLeft>(n.data(), 2, 3)) ==
              Value(array_of<double>(DType::float64, {2, 3}, {0, 2, 4, 1, 3, 5}))));
  BOOST_TEST((stored(MdspanOf<const double, 0>(n.data() + 4)) == Value(array_of<double>(DType::float64, {}, {4}))));
  BOOST_TEST((type_name<MdspanOf<const double, 2, LayoutLeft>>() == type_name<ArrayView<double>>()));
  BOOST_CHECK_EXCEPTION(stored(MdspanOf<const double, 1, LayoutWithoutStrides>(n.data(), 6)), Error,
                        has_code(ErrorCode::unstorable, "no strides"));
  // Elements that are made up as they are read are not in memory.
  static_assert(!detail::Encodes<MdspanOf<const double, 2, LayoutRight, double>>);
}

BOOST_AUTO_TEST_CASE(spans_like_mdspan_are_loaded_into) {
  const auto n = numbered<double>(6);
  std::vector<double> right(6), left(6);
  load(MdspanOf<const double, 2>(n.data(), 2, 3), MdspanOf<double, 2>(right.data(), 2, 3));
  BOOST_TEST(right == n);
  load(MdspanOf<const double, 2>(n.data(), 2, 3), MdspanOf<double, 2, LayoutLeft>(left.data(), 2, 3));
  BOOST_TEST(left == (std::vector<double>{0, 3, 1, 4, 2, 5}));
  BOOST_CHECK_EXCEPTION(load(MdspanOf<const double, 2>(n.data(), 2, 3), MdspanOf<double, 2>(right.data(), 3, 2)), Error,
                        has_code(ErrorCode::type_mismatch));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
