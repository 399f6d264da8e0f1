#include "engine/disk_core.h"

#include <cairn/error.h>

#include <cstring>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "engine/compression.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {

namespace engine_key {
std::string header(CellId cell) { return "cell" + format::be64_text(cell); }
std::string pack(std::uint64_t number) { return "pack" + format::be64_text(number); }
std::string run(std::uint64_t pack, std::uint64_t begin) { return std::string(kRun) + format::be64_pair(pack, begin); }

std::string epoch(std::uint64_t epoch) { return std::string(kEpoch) + format::be64_text(epoch); }

std::optional<Run> parse_run(std::string_view key, std::string_view value) {
  if (!key.starts_with(kRun) || key.size() != kRun.size() + 16 || value.size() != 8) return std::nullopt;
  const std::string_view numbers = key.substr(kRun.size());
  return Run{format::parse_be64(numbers.substr(0, 8)), format::parse_be64(numbers.substr(8)), format::parse_be64(value)};
}
}  // namespace engine_key

std::string encode_cell_header(const CellHeader& header) {
  std::string bytes = format::be64_pair(header.version, header.epoch);
  bytes.append(reinterpret_cast<const char*>(header.last_commit.bytes.data()), header.last_commit.bytes.size());
  return bytes;
}

Digest parse_digest_key(std::string_view key) {
  Digest digest;
  if (key.size() != digest.bytes.size())
    throw Error(ErrorCode::damaged, fmt::format("read a digest: {} bytes, expected 16", key.size()));
  std::memcpy(digest.bytes.data(), key.data(), key.size());
  return digest;
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

namespace {

constexpr std::size_t kLookUpMax = 512;

std::optional<format::BlobLocation> location_found(const rocksdb::Status& status, const rocksdb::PinnableSlice& value,
                                                   const Digest& digest) {
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) check(status, fmt::format("look up blob {}", digest.hex()));
  return format::decode_location(value.ToStringView());
}

}  // namespace

std::uint64_t epoch_of(const Records& records, const rocksdb::ReadOptions& options) {
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator(options, records.family(Family::engine)));
  rows->SeekForPrev(engine_key::epoch(UINT64_MAX));
  check(rows->status(), "read the epoch of the store");
  const std::string_view key = rows->Valid() ? rows->key().ToStringView() : std::string_view();
  if (!key.starts_with(engine_key::kEpoch) || key.size() != engine_key::kEpoch.size() + 8) return 0;
  return format::parse_be64(key.substr(engine_key::kEpoch.size()));
}

std::uint64_t DiskCore::store_id() const { return base::load_big_endian<std::uint64_t>(superblock.uuid.bytes.data() + 8); }

std::map<std::uint64_t, std::uint64_t> pack_ends(const Records& records, const rocksdb::ReadOptions& options) {
  std::map<std::uint64_t, std::uint64_t> ends;
  const std::unique_ptr<rocksdb::Iterator> walk(records.db().NewIterator(options, records.family(Family::engine)));
  for (walk->Seek("pack"); walk->Valid() && walk->key().starts_with("pack") && walk->key().size() == 12; walk->Next())
    ends[format::parse_be64(walk->key().ToStringView().substr(4))] = format::parse_be64(walk->value().ToStringView());
  check(walk->status(), "read the ends of the packs");
  return ends;
}

// Nearly all differ in the first eight bytes.
std::vector<std::uint32_t> order_of(std::span<const Digest> digests) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> fronts(digests.size());
  for (std::uint32_t i = 0; i < fronts.size(); ++i)
    fronts[i] = {base::load_big_endian<std::uint64_t>(digests[i].bytes.data()), i};
  std::sort(fronts.begin(), fronts.end(), [&](const auto& one, const auto& other) {
    return one.first != other.first ? one.first < other.first : digests[one.second] < digests[other.second];
  });
  std::vector<std::uint32_t> order(fronts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = fronts[i].second;
  return order;
}

std::optional<format::BlobLocation> find_location(const Records& records, const rocksdb::ReadOptions& options,
                                                  const Digest& digest) {
  rocksdb::PinnableSlice value;
  const auto status = records.db().Get(options, records.family(Family::digest), digest_key(digest), &value);
  return location_found(status, value, digest);
}

// In their order a batch costs half: neighbours are in the same blocks, and RocksDB looks for several at a time.
std::vector<std::optional<format::BlobLocation>> find_locations(const Records& records,
                                                                const rocksdb::ReadOptions& options,
                                                                std::span<const Digest> digests) {
  const std::vector<std::uint32_t> order = order_of(digests);
  std::vector<std::optional<format::BlobLocation>> found(digests.size());
  std::vector<rocksdb::Slice> keys(kLookUpMax);
  std::vector<rocksdb::PinnableSlice> values(kLookUpMax);
  std::vector<rocksdb::Status> statuses(kLookUpMax);
  for (std::size_t begin = 0; begin < order.size(); begin += kLookUpMax) {
    const std::size_t count = std::min(kLookUpMax, order.size() - begin);
    for (std::size_t i = 0; i < count; ++i) keys[i] = digest_key(digests[order[begin + i]]);
    records.db().MultiGet(options, records.family(Family::digest), count, keys.data(), values.data(), statuses.data(),
                          true);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t at = order[begin + i];
      found[at] = location_found(statuses[i], values[i], digests[at]);
      values[i].Reset();
    }
  }
  return found;
}

void require_blob(const std::optional<format::BlobLocation>& location, BlobKind kind, const Digest& digest) {
  if (!location)
    throw Error(ErrorCode::not_found, fmt::format("read {} {}: no such blob", format::blob_kind_name(kind), digest.hex()));
  if (location->kind != kind)
    throw Error(ErrorCode::damaged, fmt::format("read {} {}: the blob is of kind {}", format::blob_kind_name(kind),
                                                digest.hex(), format::blob_kind_name(location->kind)));
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
  if (!status.ok()) check(status, fmt::format("read {} {}", format::blob_kind_name(location.kind), digest.hex()));
  const auto bytes = base::as_bytes(value.ToStringView());
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

Bytes read_blob(const PackReader& packs, const Records& records, const rocksdb::ReadOptions& options,
                const format::BlobLocation& location, const Digest& digest) {
  Bytes stored = location.packed ? packs.read(location, digest)
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
