// What stays known of an object, artifact or checkpoint whose bytes were removed on purpose. Bytes <-> plain struct.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/keys.h"

namespace cairn::format {

inline constexpr std::size_t kPurgeReasonBytesMax = 4096;

struct PurgeRecord {
  BlobKind kind = BlobKind::object;  ///< object, artifact or checkpoint
  std::uint64_t size = 0;            ///< of the content
  std::int64_t time = 0;             ///< nanoseconds since the Unix epoch
  std::string reason = {};

  friend bool operator==(const PurgeRecord&, const PurgeRecord&) = default;
};

std::string encode_purge(const PurgeRecord& purge);
/// Throws Error(damaged).
PurgeRecord decode_purge(std::string_view bytes);

}  // namespace cairn::format
