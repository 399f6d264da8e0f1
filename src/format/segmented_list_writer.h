// A long list on its way out of its object, element by element. For src/format/*.cpp only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/encode_context.h"

namespace cairn::format {

/// Encodes each element by itself and puts them together to segments. Where a segment ends depends on the bytes of its
/// elements alone, so an insertion moves the ends around it and no others. Memory: one segment, and 24 bytes for each
/// that was written. Source: schema/FORMAT.md, "Long lists".
class SegmentedListWriter {
 public:
  /// `place` is where the list is; its elements are in `scope`.
  SegmentedListWriter(EncodeContext& around, wire::Value::Builder place, std::uint64_t size,
                      const detail::EncodeScope& scope, std::uint64_t number);

  /// Tells it from others of the same object.
  std::uint64_t number() const { return number_; }
  /// The place of the next element, or of the one that was handed out last. Throws invalid_argument for another.
  Encoder place(std::uint64_t index);
  /// Fills the place of the list. Elements that were not written are null.
  void finish();

 private:
  struct Segment {
    Digest digest;
    std::uint32_t count;
  };
  static constexpr std::size_t kScratchWords = 256;

  void begin_element();
  void end_element();
  void end_segment();

  EncodeContext& around_;
  wire::Value::Builder list_;
  const std::uint64_t size_;
  const detail::EncodeScope scope_;
  const std::uint64_t number_;
  std::vector<Segment> segments_;

  // The open segment.
  std::optional<EncodeContext> context_;
  std::vector<std::vector<std::byte>> elements_;  // in canonical form
  std::size_t bytes_ = 0;

  // The open element.
  std::uint64_t next_ = 0;
  capnp::word scratch_[kScratchWords];  // all zero but for the element's
  std::optional<capnp::MallocMessageBuilder> element_;
};

}  // namespace cairn::format
