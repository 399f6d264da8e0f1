// Raw elements in either order of bytes, as arrays.
#include <cairn/error.h>
#include <cairn/numpy_dtype.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "format/array_size.h"

namespace cairn {

namespace {

bool is_complex(DType dtype) { return dtype == DType::complex64 || dtype == DType::complex128; }

struct NumpyRow {
  std::string_view name;  // kind and size
  DType dtype;
};

constexpr NumpyRow kNumpyTypes[] = {
    {"b1", DType::boolean}, {"?", DType::boolean},    {"i1", DType::int8},       {"i2", DType::int16},
    {"i4", DType::int32},   {"i8", DType::int64},     {"u1", DType::uint8},      {"u2", DType::uint16},
    {"u4", DType::uint32},  {"u8", DType::uint64},    {"f2", DType::float16},    {"f4", DType::float32},
    {"f8", DType::float64}, {"c8", DType::complex64}, {"c16", DType::complex128}};

}  // namespace

Array Array::from_bytes(DType dtype, std::vector<std::uint64_t> shape, std::span<const std::byte> bytes,
                        std::endian order) {
  if (format::array_size(dtype, shape) != bytes.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("{} bytes do not fill an array of {} with shape [{}]", bytes.size(),
                                                         dtype_name(dtype), fmt::join(shape, ", ")));
  if (dtype == DType::boolean && !format::are_booleans(bytes))
    throw Error(ErrorCode::invalid_argument, "an array of boolean: an element that is neither 0 nor 1");
  Array array{dtype, std::move(shape), Bytes(bytes.begin(), bytes.end())};
  const std::size_t number = dtype_size(dtype) / (is_complex(dtype) ? 2 : 1);
  if (order == std::endian::big && number > 1)
    for (auto at = array.data.begin(); at != array.data.end(); at += static_cast<std::ptrdiff_t>(number))
      std::reverse(at, at + static_cast<std::ptrdiff_t>(number));
  return array;
}

std::optional<NumpyDType> parse_numpy_dtype(std::string_view text) {
  const char order = !text.empty() && std::string_view("<>=|").find(text.front()) != std::string_view::npos ? text.front() : '=';
  const std::string_view name = text.starts_with(order) ? text.substr(1) : text;
  for (const NumpyRow& row : kNumpyTypes) {
    if (row.name != name) continue;
    if (order == '|' && dtype_size(row.dtype) != 1) return std::nullopt;
    return NumpyDType{row.dtype, order == '>' ? std::endian::big : order == '<' ? std::endian::little : std::endian::native};
  }
  return std::nullopt;
}

}  // namespace cairn
