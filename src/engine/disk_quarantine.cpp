#include "engine/disk_quarantine.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/file.h"
#include "engine/blob_runs.h"
#include "engine/quarantine.h"
#include "engine/rocksdb_status.h"

namespace cairn::engine {
namespace {

// Of a location that cannot be decoded, the location itself is all there is.
struct Found {
  std::optional<format::BlobLocation> location;
  std::string row;
};

std::optional<Found> find(const Records& records, const Digest& digest) {
  Found found;
  const auto status = records.db().Get({}, records.family(Family::digest), digest_key(digest), &found.row);
  if (status.IsNotFound()) return std::nullopt;
  check(status, fmt::format("look up blob {}", digest.hex()));
  try {
    found.location = format::decode_location(found.row);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
  }
  return found;
}

std::string stored_in_pack(const DiskCore& core, const format::BlobLocation& location) {
  const auto file = base::File::open_if_exists(core.packs_path() / format::pack_file_name(location.pack), O_RDONLY);
  if (!file) return {};
  const std::uint64_t size = file->size(), end = std::min(format::record_end(location), size);
  if (end <= location.offset) return {};
  std::string bytes(end - location.offset, '\0');
  try {
    bytes.resize(file->read_at(location.offset, std::as_writable_bytes(std::span(bytes))));
  } catch (const base::MediumError&) {
    bytes.clear();  // the disk does not give them back
  }
  return bytes;
}

std::string stored_beside_records(const DiskCore& core, const format::BlobLocation& location, const Digest& digest) {
  const auto header = format::encode_record_header({location.kind, location.probe, location.codec, digest, location.size, location.stored_size});
  std::string bytes(base::as_text(header)), stored;
  const auto status = core.records->db().Get({}, core.records->family(Family::blob), format::be64_text(location.blob_id), &stored);
  return status.ok() ? bytes + stored : bytes;
}

}  // namespace

void set_aside_on_disk(DiskCore& core, DiskCommitter& committer, std::span<const Digest> blobs) {
  BlobRuns runs(*core.records, {});
  std::vector<std::pair<Digest, std::optional<std::uint64_t>>> gone;  // with the number of a blob beside the records
  for (const Digest& digest : blobs) {
    const auto found = find(*core.records, digest);
    if (!found) continue;
    const auto& location = found->location;
    const std::string bytes = !location           ? found->row
                              : location->packed ? stored_in_pack(core, *location)
                                                 : stored_beside_records(core, *location, digest);
    keep_aside(core.path, digest.hex() + ".blob", bytes);
    if (location && location->packed) runs.leave(*location);
    gone.emplace_back(digest, location && !location->packed ? std::optional(location->blob_id) : std::nullopt);
  }
  if (gone.empty()) return;
  committer.rewrite([&](rocksdb::WriteBatch& batch) {
    runs.remove_left(*core.records, batch);
    for (const auto& [digest, number] : gone) {
      check(batch.Delete(core.records->family(Family::digest), digest_key(digest)), "build a commit");
      if (number) check(batch.Delete(core.records->family(Family::blob), format::be64_text(*number)), "build a commit");
    }
  });
}

}  // namespace cairn::engine
