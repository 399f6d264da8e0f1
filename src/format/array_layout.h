// Elements that lie apart, into one block in C order and back.
#pragma once

#include <cairn/array_view.h>
#include <cairn/value.h>

#include <cstddef>
#include <span>

namespace cairn::format {

/// The elements in C order. Throws limit if there is no memory for them.
Bytes gather(const std::byte* first, const detail::ArrayLayout& layout, std::size_t element_bytes);
/// The other way round. `block` has as many bytes as the layout.
void scatter(std::span<const std::byte> block, std::byte* first, const detail::ArrayLayout& layout,
             std::size_t element_bytes);

}  // namespace cairn::format
