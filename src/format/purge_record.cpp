#include "format/purge_record.h"

#include <algorithm>
#include <iterator>

#include "format/wire.h"

namespace cairn::format {
namespace {

constexpr const char* kPurge = "purge record";
constexpr const char* kLost = "record of a lost blob";

bool is_purgeable(BlobKind kind) {
  return kind == BlobKind::object || kind == BlobKind::artifact || kind == BlobKind::checkpoint;
}

bool is_blob_kind(BlobKind kind) { return std::ranges::find(kBlobKinds, kind) != std::end(kBlobKinds); }

PurgeRecord read_record(wire::PurgeRecord::Reader wire) {
  PurgeRecord purge;
  purge.kind = static_cast<BlobKind>(wire.getKind());
  purge.size = wire.getSize();
  purge.time = wire.getTime();
  purge.reason = text_view(wire.getReason());
  return purge;
}

PurgeRecord read_purge(wire::PurgeRecord::Reader wire) {
  PurgeRecord purge = read_record(wire);
  if (!is_purgeable(purge.kind)) throw_damaged(kPurge, "a kind that is not purged");
  return purge;
}

LostRecord read_lost(wire::PurgeRecord::Reader wire) {
  LostRecord lost = read_record(wire);
  if (!is_blob_kind(lost.kind)) throw_damaged(kLost, "a kind that no blob has");
  return lost;
}

}  // namespace

std::string encode_purge(const PurgeRecord& purge) {
  capnp::MallocMessageBuilder message(16);
  auto wire = message.initRoot<wire::PurgeRecord>();
  wire.setKind(static_cast<std::uint8_t>(purge.kind));
  wire.setSize(purge.size);
  wire.setTime(purge.time);
  if (!purge.reason.empty()) wire.setReason(as_wire_text(purge.reason));
  return std::string(base::as_text(canonical_bytes(wire, kPurge)));
}

PurgeRecord decode_purge(std::string_view bytes) {
  return read_wire<wire::PurgeRecord>(base::as_bytes(bytes), kPurge, read_purge);
}

LostRecord decode_lost(std::string_view bytes) {
  return read_wire<wire::PurgeRecord>(base::as_bytes(bytes), kLost, read_lost);
}

}  // namespace cairn::format
