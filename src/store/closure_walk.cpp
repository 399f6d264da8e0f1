#include "store/closure_walk.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "format/blob.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using object::BlobReference;

constexpr std::size_t kLeavesAtOnce = 64;  // of at most 256 KiB each, where they are chunks

}  // namespace

ClosureWalk::ClosureWalk(const engine::View& view, std::function<bool(const BlobReference&)> wants,
                         std::function<void(const BundleBlob&)> visit)
    : view_(view), wants_(std::move(wants)), visit_(std::move(visit)), has_purges_(has_purges(view)) {}

void ClosureWalk::add(const BlobReference& root) {
  if (!enter(root)) return;
  open_.push_back({root});
  while (!open_.empty()) {
    const BlobReference blob = open_.back().blob;
    if (names_nothing(blob.kind)) {
      read_leaves({blob});
      open_.pop_back();
    } else if (std::exchange(open_.back().is_followed, true)) {
      tell(blob, read(blob));
      open_.pop_back();
    } else {
      follow(blob);
    }
  }
}

// False if it was met before, or is not to be visited.
bool ClosureWalk::enter(const BlobReference& blob) {
  if (!seen_.insert(blob.digest).second) return false;
  if (has_purges_ && is_purgeable(blob.kind))
    if (const auto purge = find_purge(view_, blob.digest)) {
      purges_.emplace(blob.digest, *purge);
      return false;
    }
  return wants_(blob);
}

// Chunks and schemas are read at once, in their order; the others go onto the stack, the first of them on top.
void ClosureWalk::follow(const BlobReference& blob) {
  const std::vector<BlobReference> named = object::references_of(blob.kind, read(blob));
  std::vector<BlobReference> leaves;
  const std::size_t first = open_.size();
  for (const BlobReference& below : named) {
    if (!enter(below)) continue;
    if (names_nothing(below.kind)) leaves.push_back(below);
    else open_.push_back({below});
  }
  std::reverse(open_.begin() + static_cast<std::ptrdiff_t>(first), open_.end());
  read_leaves(leaves);
}

void ClosureWalk::read_leaves(const std::vector<BlobReference>& leaves) {
  for (std::size_t begin = 0; begin < leaves.size();) {
    std::size_t end = begin;
    std::vector<Digest> some;
    for (; end < leaves.size() && some.size() < kLeavesAtOnce && leaves[end].kind == leaves[begin].kind; ++end)
      some.push_back(leaves[end].digest);
    std::vector<engine::Bytes> read(some.size());
    view_.get_many(leaves[begin].kind, some, [&](std::size_t i, std::span<const std::byte> bytes) { read[i].assign(bytes.begin(), bytes.end()); });
    for (std::size_t i = 0; i < read.size(); ++i) tell(leaves[begin + i], read[i]);
    begin = end;
  }
}

void ClosureWalk::tell(const BlobReference& blob, std::span<const std::byte> bytes) {
  std::uint8_t probe = 0;
  if (format::blob_digest(blob.kind, 0, bytes) != blob.digest) probe = view_.find_blob(blob.digest).value().probe;
  visit_({blob, probe, bytes});
}

// That something is missing which is named is damage.
engine::Bytes ClosureWalk::read(const BlobReference& blob) const {
  try {
    return view_.get_blob(blob.kind, blob.digest);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(ErrorCode::damaged, fmt::format("{} {} is missing", format::blob_kind_name(blob.kind), blob.digest.hex()));
  }
}

}  // namespace cairn::store
