// ArrayLayout: whether strides lead to where they may, and elements from there to a block in C order and back.
#include "format/array_layout.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

#include "format/array_size.h"

namespace cairn {

namespace {

using detail::ArrayLayout;

std::string layout_text(const ArrayLayout& layout) {
  return fmt::format("a view of shape [{}] with strides [{}]", fmt::join(layout.shape, ", "),
                     fmt::join(layout.strides, ", "));
}

bool is_empty(const ArrayLayout& layout) { return std::ranges::find(layout.shape, 0u) != layout.shape.end(); }

struct Reach {
  std::int64_t least = 0, most = 0;
};

// The offsets of the outermost elements, in elements; empty if numbers overflow.
std::optional<Reach> reach_of(const ArrayLayout& layout, std::size_t element_bytes) {
  Reach reach;
  if (is_empty(layout)) return reach;
  for (std::size_t i = 0; i < layout.shape.size(); ++i) {
    std::int64_t span = 0;
    std::int64_t& end = layout.strides[i] < 0 ? reach.least : reach.most;
    if (__builtin_mul_overflow(layout.shape[i] - 1, layout.strides[i], &span) || __builtin_add_overflow(end, span, &end))
      return std::nullopt;
  }
  std::int64_t bytes = 0;
  if (__builtin_sub_overflow(reach.most, reach.least, &bytes) || __builtin_add_overflow(bytes, 1, &bytes) ||
      __builtin_mul_overflow(bytes, element_bytes, &bytes))
    return std::nullopt;
  return reach;
}

// Calls `row` with the offset, in elements, of each run along the last dimension, in C order.
template <class Row>
void for_each_row(const ArrayLayout& layout, const Row& row) {
  if (is_empty(layout)) return;
  const std::size_t outer = layout.shape.empty() ? 0 : layout.shape.size() - 1;
  std::vector<std::uint64_t> index(outer);
  std::int64_t offset = 0;
  while (true) {
    row(offset);
    std::size_t i = outer;
    for (; i > 0; --i) {
      if (++index[i - 1] < layout.shape[i - 1]) break;
      offset -= static_cast<std::int64_t>(layout.shape[i - 1] - 1) * layout.strides[i - 1];
      index[i - 1] = 0;
    }
    if (i == 0) return;
    offset += layout.strides[i - 1];
  }
}

// Calls `element` with the offset of each element, in C order.
template <class Element>
void for_each_element(const ArrayLayout& layout, const Element& element) {
  const std::uint64_t count = layout.shape.empty() ? 1 : layout.shape.back();
  const std::int64_t stride = layout.shape.empty() ? 0 : layout.strides.back();
  for_each_row(layout, [&](std::int64_t offset) {
    for (std::uint64_t i = 0; i < count; ++i) element(offset + static_cast<std::int64_t>(i) * stride);
  });
}

Bytes make_room(const ArrayLayout& layout, std::size_t element_bytes) {
  constexpr std::size_t kAddressable = std::size_t{1} << 47;  // more is no memory but one element repeated
  const std::size_t size = layout.element_count() * element_bytes;
  try {
    if (size < kAddressable) return Bytes(size);
  } catch (const std::bad_alloc&) {
  } catch (const std::length_error&) {
  }
  throw Error(ErrorCode::limit, fmt::format("{}: no memory for its {} bytes in one block", layout_text(layout), size));
}

}  // namespace

ArrayLayout ArrayLayout::in_order(std::vector<std::uint64_t> shape, std::size_t element_bytes) {
  ArrayLayout layout{std::move(shape), {}};
  layout.strides.resize(layout.shape.size());
  std::uint64_t stride = 1;
  bool overflows = false;
  for (std::size_t i = layout.shape.size(); i > 0; --i) {
    layout.strides[i - 1] = static_cast<std::int64_t>(stride);
    overflows = __builtin_mul_overflow(stride, layout.shape[i - 1], &stride) || overflows;
    overflows = overflows || stride > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  }
  if (overflows && is_empty(layout)) std::ranges::fill(layout.strides, 0);  // they lead nowhere
  layout.check(element_bytes);
  return layout;
}

void ArrayLayout::check(std::size_t element_bytes) const {
  if (shape.size() != strides.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected a stride for each extent", layout_text(*this)));
  std::uint64_t bytes = element_bytes;
  for (const std::uint64_t extent : shape)
    if (!is_empty(*this) && __builtin_mul_overflow(bytes, extent, &bytes)) bytes = std::numeric_limits<std::uint64_t>::max();
  if (bytes > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) || !reach_of(*this, element_bytes))
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: it has 2^63 bytes or more", layout_text(*this)));
}

void ArrayLayout::check_count(std::size_t count) const {
  if (element_count() != count)
    throw Error(ErrorCode::invalid_argument, fmt::format("{}: expected {} elements, found {}", layout_text(*this),
                                                         element_count(), count));
}

void ArrayLayout::check_within(std::size_t count) const {
  if (is_empty(*this)) return;
  const auto reach = reach_of(*this, 1);
  if (!reach || reach->least < 0 || static_cast<std::uint64_t>(reach->most) >= count)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("{}: it reaches beyond the {} elements that are there", layout_text(*this), count));
}

std::size_t ArrayLayout::element_count() const {
  if (is_empty(*this)) return 0;
  std::size_t count = 1;
  for (const std::uint64_t extent : shape) count *= extent;  // checked before
  return count;
}

bool ArrayLayout::is_in_order() const {
  if (is_empty(*this)) return true;
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i > 0; --i) {
    if (shape[i - 1] != 1 && strides[i - 1] != stride) return false;
    stride *= static_cast<std::int64_t>(shape[i - 1]);
  }
  return true;
}

bool ArrayLayout::is_unique() const {
  // Nearly always each stride steps over all that the smaller ones reach; only then is nothing counted.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> steps;  // stride, extent
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] > 1) steps.emplace_back(strides[i] < 0 ? -static_cast<std::uint64_t>(strides[i]) : strides[i], shape[i]);
  if (is_empty(*this)) return true;
  std::ranges::sort(steps);
  std::uint64_t reached = 0;
  bool is_nested = true;
  for (const auto& [stride, extent] : steps) {
    if (stride == 0) return false;
    is_nested = is_nested && stride > reached;
    reached += stride * (extent - 1);
  }
  if (is_nested) return true;
  std::vector<std::int64_t> offsets;
  for_each_element(*this, [&](std::int64_t offset) { offsets.push_back(offset); });
  std::ranges::sort(offsets);
  return std::ranges::adjacent_find(offsets) == offsets.end();
}

Bytes format::gather(const std::byte* first, const ArrayLayout& layout, std::size_t element_bytes) {
  Bytes block = make_room(layout, element_bytes);
  std::byte* to = block.data();
  for_each_element(layout, [&](std::int64_t offset) {
    std::memcpy(to, first + offset * static_cast<std::int64_t>(element_bytes), element_bytes);
    to += element_bytes;
  });
  return block;
}

void format::scatter(std::span<const std::byte> block, std::byte* first, const ArrayLayout& layout,
                     std::size_t element_bytes) {
  const std::byte* from = block.data();
  for_each_element(layout, [&](std::int64_t offset) {
    std::memcpy(first + offset * static_cast<std::int64_t>(element_bytes), from, element_bytes);
    from += element_bytes;
  });
}

}  // namespace cairn
