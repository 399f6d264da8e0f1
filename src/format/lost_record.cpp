#include "format/lost_record.h"

#include <algorithm>

#include "format/wire.h"

namespace cairn::format {
namespace {

constexpr const char* kLost = "record of a lost blob";

// It has the form of the record of a purge.
LostRecord read_lost(wire::PurgeRecord::Reader wire) {
  LostRecord lost;
  lost.kind = static_cast<BlobKind>(wire.getKind());
  if (std::ranges::find(kBlobKinds, lost.kind) == std::end(kBlobKinds)) throw_damaged(kLost, "a kind that no blob has");
  lost.size = wire.getSize();
  lost.time = wire.getTime();
  lost.reason = text_view(wire.getReason());
  return lost;
}

}  // namespace

std::string claim::lost(const Digest& digest) {
  return kLost + std::string(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

std::string encode_lost(const LostRecord& lost) {
  capnp::MallocMessageBuilder message(16);
  auto wire = message.initRoot<wire::PurgeRecord>();
  wire.setKind(static_cast<std::uint8_t>(lost.kind));
  wire.setSize(lost.size);
  wire.setTime(lost.time);
  if (!lost.reason.empty()) wire.setReason(as_wire_text(lost.reason));
  return std::string(base::as_text(canonical_bytes(wire, kLost)));
}

LostRecord decode_lost(std::string_view bytes) {
  return read_wire<wire::PurgeRecord>(base::as_bytes(bytes), kLost, read_lost);
}

}  // namespace cairn::format
