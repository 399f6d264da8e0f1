#include "format/references.h"

namespace cairn::format {

namespace {

void append_references(std::vector<BlobReference>& references, const Entry& entry) {
  if (const auto* directory = std::get_if<DirectoryRef>(&entry.what))
    references.push_back({BlobKind::directory, directory->digest});
  if (const auto* content = std::get_if<ContentRef>(&entry.what))
    for (const BlobReference& reference : content_references(*content)) references.push_back(reference);
}

}  // namespace

std::vector<BlobReference> content_references(const ContentRef& content) {
  if (content.form == ContentRef::Form::chunk) return {{BlobKind::chunk, content.digest}};
  if (content.form == ContentRef::Form::list) return {{BlobKind::chunk_list, content.digest}};
  return {};
}

std::vector<BlobReference> chunk_list_references(std::span<const std::byte> bytes) {
  const ChunkList list = decode_chunk_list(bytes);
  const BlobKind kind = list.level == 0 ? BlobKind::chunk : BlobKind::chunk_list;
  std::vector<BlobReference> references;
  references.reserve(list.entries.size());
  for (const ChunkList::Entry& entry : list.entries)
    if (!entry.is_hole()) references.push_back({kind, entry.digest});
  return references;
}

std::vector<BlobReference> directory_references(std::span<const std::byte> bytes) {
  std::vector<BlobReference> references;
  for (const Entry& entry : decode_directory(bytes).entries) append_references(references, entry);
  return references;
}

std::vector<BlobReference> artifact_references(std::span<const std::byte> bytes) {
  std::vector<BlobReference> references;
  append_references(references, decode_artifact(bytes).root);
  return references;
}

}  // namespace cairn::format
