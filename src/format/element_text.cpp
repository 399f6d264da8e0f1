#include "format/element_text.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace cairn::format {
namespace {

static_assert(std::endian::native == std::endian::little, "stored elements are little-endian and are read as they are");

template <class Number>
std::string number_text(const std::byte* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return fmt::format("{}", number);
}

// IEEE 754 binary16.
std::string half_text(const std::byte* bytes) {
  std::uint16_t half;
  std::memcpy(&half, bytes, sizeof half);
  const int exponent = (half >> 10) & 0x1F, fraction = half & 0x3FF;
  const float magnitude = exponent == 0    ? std::ldexp(static_cast<float>(fraction), -24)
                          : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                           : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return fmt::format("{}", (half & 0x8000) != 0 ? -magnitude : magnitude);
}

template <class Real>
std::string complex_text(const std::byte* bytes) {
  return fmt::format("({}, {})", number_text<Real>(bytes), number_text<Real>(bytes + sizeof(Real)));
}

std::string element_text(DType dtype, const std::byte* bytes) {
  switch (dtype) {
    case DType::boolean: return *bytes == std::byte{0} ? "false" : "true";
    case DType::int8: return fmt::format("{}", static_cast<int>(static_cast<std::int8_t>(*bytes)));
    case DType::int16: return number_text<std::int16_t>(bytes);
    case DType::int32: return number_text<std::int32_t>(bytes);
    case DType::int64: return number_text<std::int64_t>(bytes);
    case DType::uint8: return fmt::format("{}", std::to_integer<unsigned>(*bytes));
    case DType::uint16: return number_text<std::uint16_t>(bytes);
    case DType::uint32: return number_text<std::uint32_t>(bytes);
    case DType::uint64: return number_text<std::uint64_t>(bytes);
    case DType::float16: return half_text(bytes);
    case DType::float32: return number_text<float>(bytes);
    case DType::float64: return number_text<double>(bytes);
    case DType::complex64: return complex_text<float>(bytes);
    case DType::complex128: return complex_text<double>(bytes);
  }
  return "?";
}

}  // namespace

std::string elements_text(const Array& array, std::size_t elements_max, std::size_t bytes_max) {
  const std::size_t size = dtype_size(array.dtype), count = array.data.size() / size;
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ", ";
    if (i == elements_max || text.size() >= bytes_max) return text + "...";
    text += element_text(array.dtype, array.data.data() + i * size);
  }
  return text;
}

}  // namespace cairn::format
