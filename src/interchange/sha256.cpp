#include "interchange/sha256.h"

#include <cairn/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

namespace cairn::interchange {
namespace {

void require(bool done) {
  if (!done) throw Error(ErrorCode::internal, "SHA-256: libcrypto refuses");
}

// Looking it up takes longer than hashing a short text.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  require(found != nullptr);
  return found;
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  require(context_ != nullptr);
  begin();
}

void Sha256::begin() { require(EVP_DigestInit_ex2(context_.get(), algorithm(), nullptr) == 1); }

void Sha256::add(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
  begin();
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string sha256_hex(std::string_view bytes) { return hexadecimal(sha256(bytes)); }

std::string hexadecimal(std::span<const std::uint8_t> bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

}  // namespace cairn::interchange
