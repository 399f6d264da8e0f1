#include "engine/pack_reader.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/uio.h>

#include <array>

#include "base/bytes.h"

namespace cairn::engine {
namespace {

constexpr std::uint64_t kUnaskedBytesMax = 1u << 20;  // so much is reserved without asking how long the file is

}  // namespace

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

// What is wrong with the file is told by who reads it.
void PackReader::begin_to_read(const format::BlobLocation& location) const {
  try {
    ::posix_fadvise(file(location.pack)->descriptor(), static_cast<off_t>(location.offset),
                    static_cast<off_t>(format::record_end(location) - location.offset), POSIX_FADV_WILLNEED);
  } catch (const Error&) {
  }
}

std::size_t PackReader::read_cached(std::uint64_t pack, std::uint64_t offset, std::span<std::byte> out) const {
  const std::shared_ptr<base::File> from = file(pack);
  std::size_t done = 0;
  while (done < out.size()) {
    const iovec rest{out.data() + done, out.size() - done};
    const ssize_t got = ::preadv2(from->descriptor(), &rest, 1, static_cast<off_t>(offset + done), RWF_NOWAIT);
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::shared_ptr<const base::File> PackReader::direct_file(std::uint64_t pack) const {
  const std::string path = (directory_ / format::pack_file_name(pack)).string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
  return descriptor < 0 ? nullptr : std::make_shared<const base::File>(descriptor, path);
}

void PackReader::forget(std::uint64_t pack) const {
  const std::unique_lock lock(mutex_);
  files_.erase(pack);
}

void PackReader::forget_removed() const {
  const std::unique_lock lock(mutex_);
  std::erase_if(files_, [](const auto& entry) { return entry.second->status().st_nlink == 0; });
}

std::vector<std::byte> PackReader::read(const format::BlobLocation& location, const Digest& digest) const {
  const std::shared_ptr<base::File> pack = file(location.pack);
  const auto damaged = [&](std::string_view what) {
    return Error(ErrorCode::damaged, fmt::format("read {} {} from {} at {}: {}", format::blob_kind_name(location.kind),
                                                 digest.hex(), pack->name(), location.offset, what));
  };
  // The size comes from the index; a lie must not make us reserve memory that the file cannot fill.
  if (location.stored_size > kUnaskedBytesMax && location.stored_size > pack->size()) throw damaged("the file ends early");
  std::array<std::byte, format::kRecordHeaderSize> head;
  std::vector<std::byte> bytes(location.stored_size);
  try {
    if (pack->read_at(location.offset, head, bytes) != head.size() + bytes.size()) throw damaged("the file ends early");
  } catch (const base::MediumError& error) {
    throw damaged(error.what());  // what the disk does not give back is as lost as what it gives back wrong
  }
  const auto header = format::decode_record_header(head);
  if (!header) throw damaged("expected a record header");
  if (!is_record_of(*header, location, digest))
    throw damaged(fmt::format("the record there is {} {}", format::blob_kind_name(header->kind), header->digest.hex()));
  return bytes;
}

bool is_record_of(const format::RecordHeader& header, const format::BlobLocation& location, const Digest& digest) {
  return header.digest == digest && header.kind == location.kind && header.probe == location.probe &&
         header.codec == location.codec && header.size == location.size && header.stored_size == location.stored_size;
}

}  // namespace cairn::engine
