// A stored object, or a segment of a long list, as a message that is checked before it is read.
// For src/format/*.cpp only.
#pragma once

#include <cairn/limits.h>

#include <cstdint>
#include <optional>
#include <span>

#include "format/wire.h"

namespace cairn::format {

/// Throws limit if the traversal limit of Limits was reached, damaged for all else that kj finds wrong with an object.
[[noreturn]] void throw_object_error(const kj::Exception& exception);

/// Only the canonical form is an object. It has no two pointers to one place, so walking all of it costs no more than its
/// size, whoever made it.
class ObjectMessage {
 public:
  /// `bytes` must outlive this. Throws damaged unless they are the canonical form of a StoredObject.
  ObjectMessage(std::span<const std::byte> bytes, const Limits& limits);

  wire::StoredObject::Reader root() { return message_->getRoot<wire::StoredObject>(); }
  std::uint64_t words() const { return segment_.size(); }

 private:
  const MessageWords words_;
  const kj::ArrayPtr<const capnp::word> segment_;
  std::optional<capnp::SegmentArrayMessageReader> message_;
};

}  // namespace cairn::format
