// What stays known of a blob that repair could not save. Bytes <-> plain struct, and the key of its claim.
#pragma once

#include <cairn/digest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "format/keys.h"

namespace cairn::format {

namespace claim {
inline constexpr char kLost = 'l';  // 16 bytes digest of a blob of any kind that is not there -> LostRecord
std::string lost(const Digest& digest);
}  // namespace claim

struct LostRecord {
  BlobKind kind = BlobKind::object;
  std::uint64_t size = 0;   ///< of the blob; 0 if nobody knew
  std::int64_t time = 0;    ///< nanoseconds since the Unix epoch
  std::string reason = {};  ///< what was wrong with it

  friend bool operator==(const LostRecord&, const LostRecord&) = default;
};

std::string encode_lost(const LostRecord& lost);
/// Throws Error(damaged).
LostRecord decode_lost(std::string_view bytes);

}  // namespace cairn::format
