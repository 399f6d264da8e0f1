// What stays known of an object, artifact or checkpoint whose bytes were removed on purpose, and of any blob that repair could not
// save. Bytes <-> plain struct.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "format/keys.h"

namespace cairn::format {

inline constexpr std::size_t kPurgeReasonBytesMax = 4096;

struct PurgeRecord {
  BlobKind kind = BlobKind::object;  ///< object, artifact or checkpoint; of a LostRecord any
  std::uint64_t size = 0;            ///< of the content
  std::int64_t time = 0;             ///< nanoseconds since the Unix epoch
  std::string reason = {};

  friend bool operator==(const PurgeRecord&, const PurgeRecord&) = default;
};

std::string encode_purge(const PurgeRecord& purge);
/// Throws Error(damaged).
PurgeRecord decode_purge(std::string_view bytes);

/// Of a blob of any kind, with its size, or 0 if nobody knew; when that was found, and what was wrong. In the form of the other one.
using LostRecord = PurgeRecord;
/// Throws Error(damaged).
LostRecord decode_lost(std::string_view bytes);

}  // namespace cairn::format
