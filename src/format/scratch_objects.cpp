#include "format/scratch_objects.h"

#include <cairn/error.h>
#include <cairn/files.h>

#include <algorithm>
#include <cstring>

#include "format/schema.h"

namespace cairn::format {

namespace {

Digest numbered(std::size_t number) {
  Digest digest{};
  std::memcpy(digest.bytes.data(), &number, sizeof number);
  return digest;
}

std::size_t number_of(const Digest& digest) {
  std::size_t number;
  std::memcpy(&number, digest.bytes.data(), sizeof number);
  return number;
}

}  // namespace

Digest ScratchObjects::put_segment(std::span<const std::byte> bytes) {
  blobs_.emplace_back(bytes.begin(), bytes.end());
  return numbered(blobs_.size() - 1);
}

ContentRef ScratchObjects::put_array(std::span<const std::byte> bytes) {
  return {bytes.size(), ContentRef::Form::chunk, put_segment(bytes)};
}

Digest ScratchObjects::put_schema(const Schema& schema) {
  schemas_.push_back(std::make_shared<const Schema>(schema));
  return numbered(schemas_.size() - 1);
}

std::vector<std::byte> ScratchObjects::get_segment(const Digest& digest) { return blobs_.at(number_of(digest)); }

void ScratchObjects::read_array(const ContentRef& content, std::uint64_t offset, std::span<std::byte> out) {
  const auto& blob = blobs_.at(number_of(content.digest));
  if (offset > blob.size() || out.size() > blob.size() - offset)
    throw Error(ErrorCode::internal, "an array in memory: read past its end");
  std::copy_n(blob.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
}

std::shared_ptr<const Schema> ScratchObjects::get_schema(const Digest& digest) { return schemas_.at(number_of(digest)); }

std::unique_ptr<const FileReader> ScratchObjects::open_files(const ArtifactId& id, std::uint64_t) {
  throw Error(ErrorCode::not_found, "files of artifact " + id.hex() + ": they cannot be read while their object is migrated");
}

}  // namespace cairn::format
