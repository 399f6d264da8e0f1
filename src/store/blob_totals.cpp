#include "store/blob_totals.h"

#include <cairn/error.h>

#include <utility>

#include "store/blob_verification.h"
#include "store/findings.h"
#include "store/purges.h"

namespace cairn::store {
std::uint64_t BlobTotals::add(const object::BlobReference& root) {
  if (const auto known = totals_.find(root.digest); known != totals_.end()) return known->second;
  std::vector<Open> path;
  path.push_back(open(root));
  for (;;) {
    Open& last = path.back();
    if (last.next < last.named.size()) {
      const object::BlobReference& named = last.named[last.next++];
      const auto known = totals_.find(named.digest);
      if (known != totals_.end()) last.total = saturated_sum(last.total, known->second);
      else path.push_back(open(named));
      continue;
    }
    const std::uint64_t total = totals_[last.digest] = last.total;
    path.pop_back();
    if (path.empty()) return total;
    path.back().total = saturated_sum(path.back().total, total);
  }
}

// Counts the blob itself, and finds what it names.
BlobTotals::Open BlobTotals::open(const object::BlobReference& blob) {
  Open opened{blob.digest, {}};
  totals_[blob.digest] = 0;  // whoever names itself, however far below, is damaged
  const auto info = view_.find_blob(blob.digest);
  if (!info || info->kind != blob.kind || (is_purgeable(blob.kind) && is_purged(view_, blob.digest))) return opened;
  opened.total = info->size;
  bytes_ += info->size;
  stored_bytes_ += info->stored_size;
  if (names_nothing(blob.kind)) return opened;
  try {
    opened.named = object::references_of(blob.kind, view_.get_blob(blob.kind, blob.digest));
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
  }
  return opened;
}

}  // namespace cairn::store
