// The elements of a long list, read segment by segment. For src/format/*.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/decode_context.h"
#include "format/object_message.h"
#include "format/outside_parts.h"

namespace cairn::format {

/// Holds one segment at a time. Cost of an element: nothing in the segment that was read last, else reading its segment.
class SegmentedListReader {
 public:
  /// Throws damaged if the segments do not have as many elements as the list says. `scope` is that of its elements.
  SegmentedListReader(wire::SegmentedList::Reader list, const detail::DecodeScope& scope);

  std::uint64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  std::vector<ListSegment> segments() const;
  /// Lives until an element of another segment is asked for.
  Decoder element(std::uint64_t index);

 private:
  struct Loaded {
    Loaded(DecodeContext& around, std::vector<std::byte> segment);

    std::vector<std::byte> bytes;
    ObjectMessage message;
    DecodeContext context;
    ValueListReader elements;
  };

  void load(std::size_t segment);

  wire::SegmentedList::Reader list_;
  detail::DecodeScope scope_;
  std::vector<std::uint64_t> ends_;  // of each segment, as numbers of elements
  std::size_t loaded_number_ = 0;
  std::optional<Loaded> loaded_;
};

}  // namespace cairn::format
