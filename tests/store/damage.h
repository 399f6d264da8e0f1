// Damaging the files of a closed store, one known thing at a time.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>

#include "engine/disk_core.h"
#include "engine/disk_engine.h"
#include "engine/records.h"
#include "object/references.h"

namespace cairn::test {

/// Calls `edit` with the records of the store at `path`, below all that knows what they mean.
inline void edit_records(const std::filesystem::path& path, const std::function<void(engine::Records&)>& edit) {
  engine::RecordsOptions options;
  options.directory = path / "db";
  engine::Records records(options);
  edit(records);
}

/// Where the blob is.
inline format::BlobLocation locate(const std::filesystem::path& path, const Digest& digest) {
  std::optional<format::BlobLocation> location;
  edit_records(path, [&](engine::Records& records) { location = engine::find_location(records, {}, digest); });
  BOOST_REQUIRE(location.has_value());
  return *location;
}

/// Flips a bit of a blob that is kept beside the records.
inline void damage_blob_row(const std::filesystem::path& path, const Digest& digest) {
  const format::BlobLocation location = locate(path, digest);
  BOOST_REQUIRE(!location.packed);
  edit_records(path, [&](engine::Records& records) {
    std::string bytes;
    const std::string key = format::be64_text(location.blob_id);
    BOOST_REQUIRE(records.db().Get({}, records.family(engine::Family::blob), key, &bytes).ok());
    bytes[bytes.size() / 2] ^= 1;
    BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::blob), key, bytes).ok());
  });
}

/// Flips a bit of a blob that is in a pack.
inline void damage_packed(const std::filesystem::path& path, const Digest& digest) {
  const format::BlobLocation location = locate(path, digest);
  BOOST_REQUIRE(location.packed);
  const auto pack = path / "packs" / format::pack_file_name(location.pack);
  std::fstream file(pack, std::ios::in | std::ios::out | std::ios::binary);
  const auto at = static_cast<std::streamoff>(location.offset + format::kRecordHeaderSize + location.stored_size / 2);
  file.seekg(at);
  const int byte = file.get();
  file.seekp(at);
  file.put(static_cast<char>(byte ^ 1));
  BOOST_REQUIRE(file.good());
}

/// A chunk of an object or artifact.
inline Digest chunk_of(const std::filesystem::path& path, engine::BlobKind kind, const Digest& digest) {
  const auto engine = engine::open_disk_engine(path, {.read_only = true});
  std::unordered_set<Digest> seen;
  std::optional<Digest> chunk;
  object::walk_closure(*engine->view(), {kind, digest}, seen, [&](const object::BlobReference& blob) {
    if (blob.kind == engine::BlobKind::chunk) chunk = blob.digest;
    return true;
  });
  BOOST_REQUIRE(chunk.has_value());
  return *chunk;
}

inline void damage_chunk_of(const std::filesystem::path& path, const ObjectId& object) {
  damage_packed(path, chunk_of(path, engine::BlobKind::object, object.digest));
}
inline void damage_chunk_of(const std::filesystem::path& path, const ArtifactId& artifact) {
  damage_packed(path, chunk_of(path, engine::BlobKind::artifact, artifact.digest));
}

/// Makes the store forget a blob of that kind that the object needs.
inline void remove_blob_of(const std::filesystem::path& path, const ObjectId& object, engine::BlobKind kind) {
  std::optional<Digest> found;
  {
    const auto engine = engine::open_disk_engine(path, {.read_only = true});
    std::unordered_set<Digest> seen;
    object::walk_closure(*engine->view(), {engine::BlobKind::object, object.digest}, seen,
                         [&](const object::BlobReference& blob) {
                           if (blob.kind == kind) found = blob.digest;
                           return true;
                         });
  }
  BOOST_REQUIRE(found.has_value());
  edit_records(path, [&](engine::Records& records) {
    rocksdb::ColumnFamilyHandle* digests = records.family(engine::Family::digest);
    BOOST_REQUIRE(records.db().Delete({}, digests, engine::digest_key(*found)).ok());
  });
}

/// Flips a bit of the blob, wherever it is.
inline void damage_blob(const std::filesystem::path& path, const Digest& digest) {
  locate(path, digest).packed ? damage_packed(path, digest) : damage_blob_row(path, digest);
}

}  // namespace cairn::test
