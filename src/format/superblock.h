// The superblock: the file `cairn` of a store, written when it is created, and when it gets a newer format.
#pragma once

#include <cairn/uuid.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::format {

/// 2: more kinds of values. 3: long lists in segments, shared values, messages, codecs of fields. 4: holes within files, hard
/// links, owners and extended attributes. 5: extras, tags and unique ids of nodes, groups, folded backlinks. 6: parameters and
/// environments of steps, indexes of steps and of attributes. 7: forks, pending writes, attempts, reuse, pages of links. 8: purges,
/// forgetting, holes in packs. A store of an older format is read as it is, and gets this one when it is opened for writing.
inline constexpr std::uint32_t kFormatVersion = 8;

struct Superblock {
  std::uint32_t format = kFormatVersion;
  Uuid uuid;
  std::int64_t created = 0;  ///< nanoseconds since the Unix epoch
};

std::string encode_superblock(const Superblock& superblock);
/// `path` is for messages. Throws newer_format if a later version wrote it, damaged if it is cut short or changed.
Superblock decode_superblock(std::string_view bytes, std::string_view path);

}  // namespace cairn::format
