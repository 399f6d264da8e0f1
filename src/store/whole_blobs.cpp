#include "store/whole_blobs.h"

#include <cairn/error.h>

#include <algorithm>

#include "store/findings.h"

namespace cairn::store {
namespace {

bool may_refer_to_others(engine::BlobKind kind) {
  return kind != engine::BlobKind::chunk && kind != engine::BlobKind::schema && kind != engine::BlobKind::message_schema;
}

}  // namespace

WholeBlobs::WholeBlobs(const engine::View& view, const std::filesystem::path& scratch) : view_(view), seen_(scratch), open_(scratch) {
  view.list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
    seen_.add(digest, info.stored_size);
    return true;
  });
  seen_.finish();
  broken_.resize(seen_.size());
}

bool WholeBlobs::has_all(const object::BlobReference& root) {
  const auto found = seen_.find(root.digest);
  if (!found) return false;
  if (may_refer_to_others(root.kind)) open_.push({found->number, root.kind, false});
  while (!open_.is_empty()) look_at(open_.pop());
  return !broken_[found->number];
}

// As far as it was looked at.
bool WholeBlobs::is_broken(const object::BlobReference& blob) const {
  const auto found = seen_.find(blob.digest);
  return !found || broken_[found->number];
}

// First what it refers to, then once more itself, unless that was all looked at already. What refers to itself, which nobody can
// make without a collision, is looked at once.
void WholeBlobs::look_at(const Open& open) {
  if (!open.is_second && !seen_.mark(open.number)) return;
  std::vector<object::BlobReference> below;
  try {
    below = object::references_of(open.kind, view_.get_blob(open.kind, seen_.digest(open.number)));
  } catch (const Error& error) {
    if (!is_damage(error) && !is_gone(error)) throw;
    broken_[open.number] = true;
    return;
  }
  broken_[open.number] = std::ranges::any_of(below, [&](const object::BlobReference& blob) { return is_broken(blob); });
  if (broken_[open.number] || open.is_second) return;
  bool has_unseen = false;
  for (auto blob = below.rbegin(); blob != below.rend(); ++blob) {  // so that they are read in the order in which they were written
    const auto found = seen_.find(blob->digest);
    if (!may_refer_to_others(blob->kind) || seen_.is_marked(found->number)) continue;
    if (!std::exchange(has_unseen, true)) open_.push({open.number, open.kind, true});
    open_.push({found->number, blob->kind, false});
  }
}

}  // namespace cairn::store
