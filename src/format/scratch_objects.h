// Objects that are written to memory, to be read again at once.
#pragma once

#include <memory>
#include <vector>

#include "format/object.h"

namespace cairn::format {

/// Sink and source of one object. Digests are numbers, so nothing is hashed.
class ScratchObjects : public ObjectSink, public ObjectSource {
 public:
  Digest put_segment(std::span<const std::byte> bytes) override;
  ContentRef put_array(std::span<const std::byte> bytes) override;
  Digest put_schema(const Schema& schema) override;
  Digest put_message_schema(std::span<const std::byte> bytes) override { return put_segment(bytes); }
  ArtifactId put_files(const std::function<void(FileWriter&)>&) override { return {}; }  // plain data has only their id
  void keep(const BlobReference&) override {}  // it is in the store, or was when this was saved
  std::vector<std::byte> get_segment(const Digest& digest) override;
  std::vector<std::byte> get_message_schema(const Digest& digest) override { return get_segment(digest); }
  void read_array(const ContentRef& content, std::uint64_t offset, std::span<std::byte> out) override;
  std::shared_ptr<const Schema> get_schema(const Digest& digest) override;
  /// Throws not_found: what is migrated has no store at hand.
  std::unique_ptr<const FileReader> open_files(const ArtifactId& id, std::uint64_t) override;

 private:
  std::vector<std::vector<std::byte>> blobs_;
  std::vector<std::shared_ptr<const Schema>> schemas_;
};

}  // namespace cairn::format
