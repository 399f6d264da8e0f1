// Digest and Uuid: their text forms, and new UUIDs.
#include <cairn/digest.h>
#include <cairn/uuid.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/random.h"

namespace cairn {

std::string Digest::hex() const { return base::hex(bytes); }

std::optional<Digest> Digest::parse(std::string_view text) {
  Digest digest;
  return base::parse_hex(text, digest.bytes) ? std::optional(digest) : std::nullopt;
}

Uuid Uuid::generate() {
  Uuid uuid;
  base::fill_random(std::as_writable_bytes(std::span(uuid.bytes)));
  const auto now = static_cast<std::uint64_t>(base::now_nanoseconds());
  const std::uint64_t milliseconds = now / 1'000'000, fraction = now % 1'000'000 * 4096 / 1'000'000;
  for (std::size_t i = 0; i < 6; ++i) uuid.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8 * (5 - i)));
  // Version 7. RFC 9562, section 6.2, method 3: twelve more bits of the time, so that those made within a millisecond ascend, too.
  uuid.bytes[6] = static_cast<std::uint8_t>(fraction >> 8 | 0x70);
  uuid.bytes[7] = static_cast<std::uint8_t>(fraction);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);  // RFC 9562 variant
  return uuid;
}

std::string Uuid::text() const {
  std::string text = base::hex(bytes);
  for (const std::size_t position : {20u, 16u, 12u, 8u}) text.insert(position, 1, '-');
  return text;
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
  std::string digits(text);
  if (digits.size() == 36) {
    for (const std::size_t position : {23u, 18u, 13u, 8u}) {
      if (digits[position] != '-') return std::nullopt;
      digits.erase(position, 1);
    }
  }
  Uuid uuid;
  return base::parse_hex(digits, uuid.bytes) ? std::optional(uuid) : std::nullopt;
}

}  // namespace cairn

std::size_t std::hash<cairn::Uuid>::operator()(const cairn::Uuid& uuid) const noexcept {
  // The last eight bytes are random in versions 4 and 7.
  std::size_t value;
  std::memcpy(&value, uuid.bytes.data() + 8, sizeof value);
  return value;
}
