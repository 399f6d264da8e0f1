#include "engine/disk_search.h"

#include <cairn/error.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "base/bytes.h"
#include "base/file.h"
#include "engine/compression.h"
#include "engine/rocksdb_status.h"
#include "format/blob.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kWindowBytes = 1u << 20;
constexpr std::string_view kMagic = "CRNB";

// A file that is looked at from front to back.
class Window {
 public:
  explicit Window(base::File file) : file_(std::move(file)), size_(file_.size()), bytes_(kWindowBytes) {}

  std::uint64_t size() const { return size_; }
  /// So many bytes, fewer than a window; empty where there are not so many, or the disk does not give them back.
  std::span<const std::byte> at(std::uint64_t offset, std::size_t count) {
    if (offset < begin_ || offset + count > begin_ + filled_) fill(offset);
    return offset + count <= begin_ + filled_ ? std::span(bytes_).subspan(offset - begin_, count) : std::span<const std::byte>();
  }
  Bytes read(std::uint64_t offset, std::uint64_t count) const {
    if (count > size_ || offset > size_ - count) return {};
    Bytes bytes(count);
    try {
      bytes.resize(file_.read_at(offset, bytes));
    } catch (const base::MediumError&) {
      bytes.clear();
    }
    return bytes;
  }

 private:
  void fill(std::uint64_t offset) {
    begin_ = offset;
    try {
      filled_ = file_.read_at(offset, bytes_);
    } catch (const base::MediumError&) {
      filled_ = 0;
    }
  }

  const base::File file_;
  const std::uint64_t size_;
  Bytes bytes_;
  std::uint64_t begin_ = 0, filled_ = 0;
};

std::optional<Bytes> decode(const format::RecordHeader& header, Bytes stored) {
  if (stored.size() != header.stored_size) return std::nullopt;
  try {
    Bytes bytes = decompress(header.codec, std::move(stored), header.size);
    if (format::blob_digest(header.kind, header.probe, bytes) == header.digest) return bytes;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
  }
  return std::nullopt;
}

// Each multiple of 8 may be where a record begins; behind one that is whole, or that nobody wants, the next is looked for.
void search_pack(Window& pack, const BlobSearch& search) {
  for (std::uint64_t offset = 0; offset + format::kRecordHeaderSize <= pack.size();) {
    const auto bytes = pack.at(offset, format::kRecordHeaderSize);
    const bool may_be = bytes.size() == format::kRecordHeaderSize && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0;
    const auto header = may_be ? format::decode_record_header(bytes) : std::nullopt;
    std::uint64_t next = offset + format::kRecordAlignment;
    if (bytes.empty()) next = offset + format::kPackBlock;
    if (header) {
      const std::uint64_t behind = offset + format::kRecordHeaderSize + header->stored_size;
      const bool is_wanted = search.is_wanted(header->digest);
      const auto blob = is_wanted ? decode(*header, pack.read(offset + format::kRecordHeaderSize, header->stored_size)) : std::nullopt;
      if (blob) search.found(header->kind, header->probe, header->digest, *blob);
      if ((blob || !is_wanted) && behind <= pack.size())
        next = (behind + format::kRecordAlignment - 1) / format::kRecordAlignment * format::kRecordAlignment;
    }
    offset = next;
  }
}

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
  std::vector<std::filesystem::path> packs;
  for (const auto& entry : std::filesystem::directory_iterator(core.packs_path(), error))
    if (format::parse_pack_file_name(entry.path().filename().string())) packs.push_back(entry.path());
  std::ranges::sort(packs);
  for (const std::filesystem::path& path : packs)
    if (auto file = base::File::open_if_exists(path, O_RDONLY)) {
      Window window(std::move(*file));
      search_pack(window, search);
    }
}

}  // namespace cairn::engine
