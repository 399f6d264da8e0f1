// Readers and builders of Cap'n Proto in the handles that decoder.h and encoder.h show. For src/format/*.cpp only.
#pragma once

#include <cairn/encoder.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

namespace cairn::format {

/// The library has just written its members one by one, and a load that spans several waits until all have arrived in the
/// cache (store forwarding), a quarter of the time to decode small objects. So they are copied as they were written.
template <class T, std::size_t Size>
[[gnu::always_inline]] inline void set_handle(detail::Handle<Size>& handle, const T& from) {
  static_assert(sizeof(T) == Size && std::is_trivially_copyable_v<T> && (Size == 40 || Size == 48));
  const auto* bytes = reinterpret_cast<const std::byte*>(&from);
  asm("" : "+r"(bytes) : : "memory");  // some are padding
  const auto copy = [&](std::size_t at, auto member) __attribute__((always_inline)) {
    std::memcpy(&member, bytes + at, sizeof member);
    asm("" : "+r"(member));  // one load of its own
    std::memcpy(handle.bytes + at, &member, sizeof member);
  };
  copy(0, std::uint64_t{});
  copy(8, std::uint64_t{});
  copy(16, std::uint64_t{});
  copy(24, std::uint64_t{});
  copy(32, std::uint32_t{});
  copy(36, std::uint16_t{});
  copy(38, std::uint16_t{});
  if constexpr (Size == 48) {
    copy(40, std::uint32_t{});
    copy(44, std::uint32_t{});
  }
}

/// What was set. Where it is used in its place nothing is copied.
template <class T, std::size_t Size>
const T& get_handle(const detail::Handle<Size>& handle) {
  static_assert(sizeof(T) == Size && std::is_trivially_copyable_v<T> && alignof(T) <= alignof(detail::Handle<Size>));
  return *std::launder(reinterpret_cast<const T*>(handle.bytes));
}

}  // namespace cairn::format
