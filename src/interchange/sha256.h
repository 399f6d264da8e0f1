// SHA-256, by which other systems name bytes and documents.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace cairn::interchange {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// One digest after the other, each of what was added since the one before.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text) { add(std::as_bytes(std::span(text))); }
  Sha256Digest finish();

 private:
  void begin();

  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

Sha256Digest sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

/// In lower case.
std::string hexadecimal(std::span<const std::uint8_t> bytes);

}  // namespace cairn::interchange
