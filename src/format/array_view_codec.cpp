// Views of arrays to and from their stored form.
#include <cairn/codec.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "format/array_layout.h"

namespace cairn::detail {

namespace {

template <class Shape>
std::string array_text(DType dtype, const Shape& shape) {
  return fmt::format("array of {} with shape [{}]", dtype_name(dtype), fmt::join(shape, ", "));
}

}  // namespace

void throw_no_strides() {
  throw Error(ErrorCode::unstorable, "a view whose elements have no strides: copy it into one that has");
}

void encode_view(const Encoder& out, DType dtype, const ArrayLayout& layout, const std::byte* first) {
  if (layout.is_in_order())
    out.array(dtype, layout.shape, {first, layout.element_count() * dtype_size(dtype)});
  else
    out.array(dtype, layout.shape, format::gather(first, layout, dtype_size(dtype)));
}

void read_view(const Decoder& in, DType dtype, const ArrayLayout& layout, std::byte* first) {
  if (in.kind() != ValueKind::array) in.mismatch(array_text(dtype, layout.shape));
  const ArrayDecoder array = in.array();
  if (array.dtype() != dtype || array.shape() != layout.shape)
    throw Error(ErrorCode::type_mismatch, fmt::format("expected {}, found {}", array_text(dtype, layout.shape),
                                                      array_text(array.dtype(), array.shape())));
  const std::size_t size = layout.element_count() * dtype_size(dtype);
  if (layout.is_in_order()) return array.read({first, size});
  if (!layout.is_unique())
    throw Error(ErrorCode::invalid_argument, "load into a view of which several elements are in one place");
  expect_stored(array);
  Bytes block(size);
  array.read(block);
  format::scatter(block, first, layout, dtype_size(dtype));
}

}  // namespace cairn::detail
