#include "engine/disk_core.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/bytes.h"
#include "engine/compression.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {

namespace engine_key {
std::string header(CellId cell) { return "cell" + format::be64_text(cell); }
std::string pack(std::uint64_t number) { return "pack" + format::be64_text(number); }
}  // namespace engine_key

std::string encode_cell_header(const CellHeader& header) {
  std::string bytes = format::be64_pair(header.version, header.epoch);
  bytes.append(reinterpret_cast<const char*>(header.last_commit.bytes.data()), header.last_commit.bytes.size());
  return bytes;
}

CellHeader decode_cell_header(std::string_view bytes) {
  if (bytes.size() != 32)
    throw Error(ErrorCode::damaged, fmt::format("read a cell's header: {} bytes, expected 32", bytes.size()));
  CellHeader header;
  header.version = base::load_big_endian<std::uint64_t>(bytes.data());
  header.epoch = base::load_big_endian<std::uint64_t>(bytes.data() + 8);
  std::memcpy(header.last_commit.bytes.data(), bytes.data() + 16, 16);
  return header;
}

std::optional<format::BlobLocation> find_location(const Records& records, const rocksdb::ReadOptions& options,
                                                  const Digest& digest) {
  rocksdb::PinnableSlice value;
  const auto status = records.db().Get(options, records.family(Family::digest), digest_key(digest), &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, fmt::format("look up blob {}", digest.hex()));
  return format::decode_location(value.ToStringView());
}

namespace {

Bytes read_beside_records(const Records& records, const rocksdb::ReadOptions& options,
                          const format::BlobLocation& location, const Digest& digest) {
  rocksdb::PinnableSlice value;
  const auto status =
      records.db().Get(options, records.family(Family::blob), format::be64_text(location.blob_id), &value);
  if (status.IsNotFound())
    throw Error(ErrorCode::damaged, fmt::format("read {} {}: its bytes are missing (blob id {})",
                                                format::blob_kind_name(location.kind), digest.hex(), location.blob_id));
  check(status, fmt::format("read {} {}", format::blob_kind_name(location.kind), digest.hex()));
  const auto bytes = base::as_bytes(value.ToStringView());
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

Bytes read_blob(const DiskCore& core, const Records& records, const rocksdb::ReadOptions& options,
                const format::BlobLocation& location, const Digest& digest) {
  Bytes stored = location.packed ? core.packs->read(location, digest)
                                 : read_beside_records(records, options, location, digest);
  const auto damaged = [&](std::string_view what) {
    return Error(ErrorCode::damaged, fmt::format("read {} {}: {}", format::blob_kind_name(location.kind), digest.hex(), what));
  };
  Bytes bytes;
  try {
    bytes = decompress(location.codec, std::move(stored), location.size);
  } catch (const Error& error) {
    throw damaged(error.what());
  }
  if (format::blob_digest(location.kind, location.probe, bytes) != digest) throw damaged("its bytes do not match the digest");
  return bytes;
}

BlobInfo blob_info(const format::BlobLocation& location) {
  return {location.kind, location.probe, location.size, location.stored_size, location.packed};
}

}  // namespace cairn::engine
