#include "engine/disk_search.h"

#include <map>
#include <memory>
#include <system_error>

#include "base/bytes.h"
#include "engine/pack_search.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

// The record of a blob tells its kind; beside the records each is tried.
void search_beside(const Records& records, const BlobSearch& search) {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator(options, records.family(Family::blob)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
    const auto bytes = base::as_bytes(rows->value().ToStringView());
    for (const BlobKind kind : format::kBlobKinds)
      if (const Digest digest = format::blob_digest(kind, 0, bytes); search.is_wanted(digest)) search.found(kind, 0, digest, bytes);
  }
  check(rows->status(), "look for small blobs");
}

}  // namespace

void search_disk(const DiskCore& core, const Records& records, const BlobSearch& search) {
  search_beside(records, search);
  std::error_code error;
  std::map<std::uint64_t, std::filesystem::path> packs;
  for (const auto& entry : std::filesystem::directory_iterator(core.packs_path(), error))
    if (const auto number = format::parse_pack_file_name(entry.path().filename().string())) packs.emplace(*number, entry.path());
  for (const auto& [number, path] : packs)
    search_pack(
        path, number, core.store_id(),
        [&](const Digest& digest, const format::BlobLocation& location, std::span<const std::byte> bytes) {
          search.found(location.kind, location.probe, digest, bytes);
        },
        search.is_wanted);
}

}  // namespace cairn::engine
