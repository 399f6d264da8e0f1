// Element types as NumPy names them, so that its raw bytes can be taken over; see Array::from_bytes.
#pragma once

#include <cairn/value.h>

#include <bit>
#include <optional>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// An element type and the order of its bytes.
struct NumpyDType {
  DType dtype = DType::float64;
  std::endian order = std::endian::little;

  friend bool operator==(const NumpyDType&, const NumpyDType&) = default;
};

/// ">f8", "<i4", "|b1": an order of bytes ('<', '>', '=' for this machine's, or none for that, '|' for single bytes), a
/// kind and a size in bytes, as in the "descr" of a .npy file. Empty for anything else, such as text, times and records.
std::optional<NumpyDType> parse_numpy_dtype(std::string_view text);

}  // namespace cairn
