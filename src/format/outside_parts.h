// Which parts of a decoded value are kept outside its object, so that equal ones need not be read.
#pragma once

#include <cairn/decoder.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "format/content.h"

namespace cairn::format {

/// Where the elements are; empty if they are in the object.
std::optional<ContentRef> content_of(const ArrayDecoder& array);
/// Where the data are; empty if they are in the object.
std::optional<ContentRef> content_of(const MessageDecoder& message);
/// Of a message, wherever its data are.
Digest schema_of(const MessageDecoder& message);

/// So many elements of a long list, a blob of kind list_segment.
struct ListSegment {
  Digest digest;
  std::uint64_t count = 0;

  friend bool operator==(const ListSegment&, const ListSegment&) = default;
};

/// In order; empty if the elements are in the object.
std::vector<ListSegment> segments_of(const ListDecoder& list);

}  // namespace cairn::format
