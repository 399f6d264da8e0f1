#include "engine/pack_reader.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <array>

#include "base/bytes.h"

namespace cairn::engine {

std::shared_ptr<base::File> PackReader::file(std::uint64_t pack) const {
  {
    std::shared_lock lock(mutex_);
    const auto found = files_.find(pack);
    if (found != files_.end()) return found->second;
  }
  auto opened = base::File::open_if_exists(directory_ / format::pack_file_name(pack), O_RDONLY);
  if (!opened)
    throw Error(ErrorCode::damaged,
                fmt::format("read {}: the pack is missing", (directory_ / format::pack_file_name(pack)).string()));
  std::unique_lock lock(mutex_);
  return files_.try_emplace(pack, std::make_shared<base::File>(std::move(*opened))).first->second;
}

std::vector<std::byte> PackReader::read(const format::BlobLocation& location, const Digest& digest) const {
  const std::shared_ptr<base::File> pack = file(location.pack);
  const auto damaged = [&](std::string_view what) {
    return Error(ErrorCode::damaged, fmt::format("read {} {} from {} at {}: {}", format::blob_kind_name(location.kind),
                                                 digest.hex(), pack->name(), location.offset, what));
  };
  // The size comes from the index; a lie must not make us reserve memory that the file cannot fill.
  if (location.stored_size > pack->size()) throw damaged("the file ends early");
  std::vector<std::byte> bytes(format::kRecordHeaderSize + location.stored_size);
  if (pack->read_at(location.offset, bytes) != bytes.size()) throw damaged("the file ends early");
  const auto header = format::decode_record_header(bytes);
  if (!header) throw damaged("expected a record header");
  const bool same = header->digest == digest && header->kind == location.kind && header->probe == location.probe &&
                    header->codec == location.codec && header->size == location.size &&
                    header->stored_size == location.stored_size;
  if (!same) throw damaged(fmt::format("the record there is {} {}", format::blob_kind_name(header->kind), header->digest.hex()));
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(format::kRecordHeaderSize));
  return bytes;
}

}  // namespace cairn::engine
