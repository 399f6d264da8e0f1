// The superblock: the file `cairn` of a store, written once when the store is created.
#pragma once

#include <cairn/uuid.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::format {

inline constexpr std::uint32_t kFormatVersion = 1;

struct Superblock {
  std::uint32_t format = kFormatVersion;
  Uuid uuid;
  std::int64_t created = 0;  ///< nanoseconds since the Unix epoch
};

std::string encode_superblock(const Superblock& superblock);
/// `path` is for messages. Throws newer_format if a later version wrote it, damaged if it is cut short or changed.
Superblock decode_superblock(std::string_view bytes, std::string_view path);

}  // namespace cairn::format
