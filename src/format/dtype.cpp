// Element types of numeric arrays: their sizes and names.
#include <cairn/error.h>
#include <cairn/value.h>

#include <fmt/format.h>

namespace cairn {

namespace {

struct DTypeRow {
  DType dtype;
  std::size_t size;
  std::string_view name;
};

// In order of the numbers, which begin with 1.
constexpr DTypeRow kDTypes[] = {
    {DType::boolean, 1, "boolean"}, {DType::int8, 1, "int8"},           {DType::int16, 2, "int16"},
    {DType::int32, 4, "int32"},     {DType::int64, 8, "int64"},         {DType::uint8, 1, "uint8"},
    {DType::uint16, 2, "uint16"},   {DType::uint32, 4, "uint32"},       {DType::uint64, 8, "uint64"},
    {DType::float16, 2, "float16"}, {DType::float32, 4, "float32"},     {DType::float64, 8, "float64"},
    {DType::complex64, 8, "complex64"}, {DType::complex128, 16, "complex128"},
};

const DTypeRow& row_of(DType dtype) {
  const auto number = static_cast<std::size_t>(dtype);
  if (number < 1 || number > std::size(kDTypes))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("element type {} of an array: expected 1 to {}", number, std::size(kDTypes)));
  return kDTypes[number - 1];
}

}  // namespace

std::size_t dtype_size(DType dtype) { return row_of(dtype).size; }

std::string_view dtype_name(DType dtype) { return row_of(dtype).name; }

std::optional<DType> parse_dtype(std::string_view name) {
  for (const DTypeRow& row : kDTypes)
    if (row.name == name) return row.dtype;
  return std::nullopt;
}

}  // namespace cairn
