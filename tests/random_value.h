// Values of every kind, at random but the same on every machine.
#pragma once

#include <cairn/value.h>

#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace cairn::test {

class RandomValue {
 public:
  explicit RandomValue(std::uint64_t seed) : random_(seed) {}

  Value operator()(unsigned depth = 4) {
    switch (below(depth == 0 ? 11 : 14)) {
      case 0: return Value();
      case 1: return below(2) == 1;
      case 2: return integer();
      case 3: return std::uint64_t{random_()};
      case 4: return real();
      case 5: return text();
      case 6: return bytes();
      case 7: return array();
      case 8: return ObjectId{digest()};
      case 9: return ArtifactId{digest()};
      case 10: return Uuid{digest().bytes};
      case 11: return list(depth - 1);
      case 12: return map(depth - 1);
      default: return object(depth - 1);
    }
  }

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::int64_t integer() {
    const auto shift = below(64);
    return static_cast<std::int64_t>(random_()) >> shift;
  }
  double real() {
    static constexpr std::uint64_t kSpecial[] = {0, 1, 0x8000000000000000, 0x7ff0000000000000, 0xfff0000000000000,
                                                 0x7ff8000000000000, 0x7ff0000000000001, 0xffffffffffffffff};
    switch (below(3)) {
      case 0: return std::bit_cast<double>(kSpecial[below(std::size(kSpecial))]);
      case 1: return static_cast<double>(integer());
      default: return std::bit_cast<double>(std::uint64_t{random_()});
    }
  }
  std::string text() {
    static const std::string kParts[] = {"", "a", "$", "\"", "\\", "\n", std::string(1, '\0'), "\xc3\xa9", "\xff", "key", "\x7f"};
    std::string text;
    for (auto count = below(5); count > 0; --count) text += kParts[below(std::size(kParts))];
    return text;
  }
  Bytes bytes() {
    Bytes bytes(below(20));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random_());
    return bytes;
  }
  Array array() {
    Array array{static_cast<DType>(1 + below(14)), {}, {}};
    std::size_t size = dtype_size(array.dtype);
    for (auto rank = below(4); rank > 0; --rank) {
      array.shape.push_back(below(4));
      size *= array.shape.back();
    }
    if (below(50) == 0) {  // large enough to leave its object
      array.shape.push_back(20'000);
      size *= array.shape.back();
    }
    array.data.resize(size);
    const unsigned distinct = array.dtype == DType::boolean ? 2 : 3;
    for (std::byte& byte : array.data) byte = static_cast<std::byte>(below(distinct));
    return array;
  }
  Digest digest() {
    Digest digest;
    for (auto& byte : digest.bytes) byte = static_cast<std::uint8_t>(random_() % 3);
    return digest;
  }
  List list(unsigned depth) {
    List list;
    for (auto count = below(5); count > 0; --count) list.push_back((*this)(depth));
    return list;
  }
  Map map(unsigned depth) {
    Map map;
    const bool text_keys = below(2) == 0;
    for (auto count = below(5); count > 0; --count) map.put(text_keys ? Value(text()) : (*this)(depth), (*this)(depth));
    return map;
  }
  Object object(unsigned depth) {
    Object object(std::string(1, static_cast<char>('A' + below(3))), static_cast<std::uint32_t>(below(3)), {});
    for (char name = 'x'; name < static_cast<char>('x' + below(3)); ++name)
      object.fields.push_back({std::string(1, name), (*this)(depth)});
    return object;
  }

  std::mt19937_64 random_;
};

}  // namespace cairn::test
