#include "engine/blob_scan.h"

#include <utility>
#include <vector>

namespace cairn::engine {
namespace {

// For views of what is in memory.
void scan_one_by_one(const View& view, const BlobScan& scan) {
  std::vector<std::pair<Digest, BlobInfo>> wanted;
  view.list_blobs([&](const Digest& digest, const BlobInfo& info) {
    if (scan.is_wanted(digest, info)) wanted.emplace_back(digest, info);
    return true;
  });
  if (scan.planned) scan.planned(wanted.size());
  for (const auto& [digest, info] : wanted) {
    Bytes bytes;
    try {
      bytes = view.get_blob(info.kind, digest);
    } catch (const Error& error) {
      scan.failed(digest, &info, error);
      continue;
    }
    scan.visit(digest, info, bytes);
  }
}

}  // namespace

void scan_blobs(const View& view, const BlobScan& scan) {
  if (const auto* scanner = dynamic_cast<const BlobScanner*>(&view)) scanner->scan_blobs(scan);
  else scan_one_by_one(view, scan);
}

}  // namespace cairn::engine
