// Content addresses: the digest of a blob, and the typed ids made of it.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

/// XXH3-128 of (kind, bytes), in canonical big-endian order. Finds accidents, not adversaries: the store compares
/// bytes before it trusts an equal digest. Source: schema/FORMAT.md, "Digests".
struct Digest {
  std::array<std::uint8_t, 16> bytes{};

  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
  /// The digest written as 32 hexadecimal digits; empty if `text` is anything else.
  static std::optional<Digest> parse(std::string_view text);

  friend auto operator<=>(const Digest&, const Digest&) = default;
};

/// A digest that is known to name one kind of blob, so that an artifact cannot be passed for an object.
template <class Tag>
struct ContentId {
  Digest digest;

  std::string hex() const { return digest.hex(); }
  static std::optional<ContentId> parse(std::string_view text) {
    std::optional<Digest> digest = Digest::parse(text);
    return digest ? std::optional<ContentId>(ContentId{*digest}) : std::nullopt;
  }

  friend auto operator<=>(const ContentId&, const ContentId&) = default;
};

using ObjectId = ContentId<struct ObjectTag>;          ///< names an immutable typed value
using ArtifactId = ContentId<struct ArtifactTag>;      ///< names an immutable file or file tree
using CheckpointId = ContentId<struct CheckpointTag>;  ///< names one commit of a run

}  // namespace cairn

template <>
struct std::hash<cairn::Digest> {
  std::size_t operator()(const cairn::Digest& digest) const noexcept {
    std::size_t value;  // a digest is uniformly distributed already
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
