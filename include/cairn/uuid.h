// Identity of things that are not named by their content: nodes, runs, stores.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// A UUID (RFC 9562). New ones are version 7, so that they sort by creation time.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  /// A new version 7 UUID: 48 bits of Unix milliseconds, the rest random. Safe from several threads.
  static Uuid generate();
  /// The 8-4-4-4-12 form in lower case.
  std::string text() const;
  /// Accepts the 8-4-4-4-12 form and 32 plain hexadecimal digits, in either case; empty for anything else.
  static std::optional<Uuid> parse(std::string_view text);

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace cairn

template <>
struct std::hash<cairn::Uuid> {
  std::size_t operator()(const cairn::Uuid& uuid) const noexcept;
};
