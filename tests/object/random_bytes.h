// Bytes that look random and are the same in every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace cairn::object {

inline std::vector<std::byte> random_bytes(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size);
  std::mt19937_64 random(seed);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i, number >>= 8) {
    if (i % 8 == 0) number = random();
    bytes[i] = static_cast<std::byte>(number);
  }
  return bytes;
}

}  // namespace cairn::object
