#include "store/find.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/bytes.h"
#include "format/keys.h"
#include "format/purge_record.h"

namespace cairn::store {
namespace {

constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kMatchesMax = 1000;

std::string digits_of(std::string_view prefix) {
  std::string digits;
  for (const char c : prefix)
    if (c != '-') digits.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  const bool hex = std::ranges::all_of(digits, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (digits.size() < kDigitsMin || digits.size() > 32 || !hex)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("find '{}': expected {} to 32 hexadecimal digits of an id", prefix, kDigitsMin));
  return digits;
}

}  // namespace

std::vector<Named> find_by_prefix(const engine::View& view, std::string_view prefix) {
  const std::string digits = digits_of(prefix);
  std::string bytes(digits.size() / 2, '\0');  // an odd last digit is compared in the hexadecimal form
  base::parse_hex(std::string_view(digits).substr(0, bytes.size() * 2),
                  {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  std::vector<Named> found;
  const auto add = [&](Named named) {
    if (found.size() == kMatchesMax)
      throw Error(ErrorCode::limit, fmt::format("find '{}': more than {} ids begin with it", prefix, kMatchesMax));
    found.push_back(std::move(named));
  };
  for (const Digest& digest : view.blobs_with_prefix(bytes, 16 * kMatchesMax)) {
    if (!digest.hex().starts_with(digits)) continue;
    const engine::BlobKind kind = view.find_blob(digest)->kind;
    // The blob of a commit that came to nothing is no checkpoint.
    if (kind == engine::BlobKind::checkpoint && !view.find_claim(format::claim::checkpoint(CheckpointId{digest}))) continue;
    if (kind == engine::BlobKind::object || kind == engine::BlobKind::artifact || kind == engine::BlobKind::checkpoint)
      add({std::string(format::blob_kind_name(kind)), digest, {}});
  }
  const auto claims = view.claims();
  const std::string purged = format::claim::kPurged + bytes;  // of which the bytes may be gone
  for (bool more = claims->seek(purged); more && claims->key().starts_with(purged); more = claims->next()) {
    Digest digest;
    const std::string_view key = claims->key().substr(1);
    if (key.size() != digest.bytes.size()) continue;
    std::memcpy(digest.bytes.data(), key.data(), key.size());
    if (!digest.hex().starts_with(digits) || std::ranges::find(found, digest, &Named::digest) != found.end()) continue;
    add({std::string(format::blob_kind_name(format::decode_purge(claims->value()).kind)), digest, {}});
  }
  const std::string nodes = format::claim::kNode + bytes;
  for (bool more = claims->seek(nodes); more && claims->key().starts_with(nodes); more = claims->next()) {
    Uuid uuid;
    const std::string_view key = claims->key().substr(1);
    if (key.size() != uuid.bytes.size()) continue;
    std::memcpy(uuid.bytes.data(), key.data(), key.size());
    if (base::hex(uuid.bytes).starts_with(digits)) add({"node", {}, uuid});
  }
  return found;
}

}  // namespace cairn::store
