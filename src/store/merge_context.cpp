#include "store/merge_context.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "format/checkpoint.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using engine::BlobKind;
using engine::StageResult;
using object::BlobReference;

constexpr std::size_t kConflictsListed = 1000;

}  // namespace

MergeContext::MergeContext(StoreState& store, const MergeOptions& options)
    : store_(store), options_(options), view_(store.engine().view()), has_purges_(has_purges(*view_)) {
  if (options.dry_run) return;
  if (store.engine().read_only()) throw Error(ErrorCode::read_only, "take in a bundle: the store is open for reading only");
  staging_ = store.engine().stage();
}

void MergeContext::add_conflict(std::string_view kind, std::string_view name, std::string problem) {
  ++report_.conflict_count;
  if (report_.conflicts.size() < kConflictsListed) report_.conflicts.push_back({std::string(kind), std::string(name), std::move(problem)});
}

// What is stored has all that it needs, unless some of that was purged.
bool MergeContext::wants(const BlobReference& blob) {
  if (has_purges_) return true;
  std::optional<engine::BlobInfo> info;
  if (staging_ != nullptr) info = staging_->hold(blob.kind, blob.digest);
  else info = view_->find_blob(blob.digest);
  if (!info || info->kind != blob.kind) return true;
  ++report_.blobs_shared;
  report_.bytes_shared += info->size;
  return false;
}

bool MergeContext::has(const BlobReference& blob) {
  if (told_.contains(blob.digest)) return true;
  if (staging_ != nullptr) return staging_->hold(blob.kind, blob.digest).has_value();
  const auto info = view_->find_blob(blob.digest);
  return info && info->kind == blob.kind;
}

void MergeContext::need(const BlobReference& blob) {
  if (!has(blob)) missing_.emplace(blob.digest, blob.kind);
}

void MergeContext::add_blob(const BundleBlob& blob) {
  for (const BlobReference& named : object::references_of(blob.name.kind, blob.bytes)) need(named);
  if (!told_.insert(blob.name.digest).second)
    throw Error(ErrorCode::damaged, fmt::format("{} {} comes twice", format::blob_kind_name(blob.name.kind), blob.name.digest.hex()));
  if (blob.name.kind == BlobKind::checkpoint) {
    format::CheckpointRecord record = format::decode_checkpoint(blob.bytes);
    checkpoints_.emplace(blob.name.digest, std::move(record));
  }
  stage(blob);
}

void MergeContext::stage(const BundleBlob& blob) {
  StageResult result = StageResult::added;
  if (is_open()) {
    result = staging_->stage(blob.name.kind, blob.probe, blob.name.digest, blob.bytes);
    if (is_purgeable(blob.name.kind)) staging_->note_stored(blob.name.digest);
  } else if (const auto info = view_->find_blob(blob.name.digest)) {
    const bool equal = info->kind == blob.name.kind && std::ranges::equal(view_->get_blob(info->kind, blob.name.digest), blob.bytes);
    result = equal ? StageResult::existed : StageResult::clash;
  }
  if (result == StageResult::clash) {
    add_conflict("blob", blob.name.digest.hex(), fmt::format("other bytes are stored here under the digest of this {}",
                                                             format::blob_kind_name(blob.name.kind)));
  } else {
    const bool is_known = result == StageResult::existed;
    ++(is_known ? report_.blobs_shared : report_.blobs_new);
    (is_known ? report_.bytes_shared : report_.bytes_new) += blob.bytes.size();
  }
  if (options_.progress) options_.progress({"blobs", report_.bytes_new + report_.bytes_shared, 0});
}

void MergeContext::add_purge(const Digest& digest, const format::PurgeRecord& purge) {
  if (!is_purgeable(purge.kind) || purge.reason.size() > format::kPurgeReasonBytesMax || !base::is_utf8(purge.reason))
    throw Error(ErrorCode::damaged, "a purge is not as it must be");
  purged_.insert(digest);
  if (!has({purge.kind, digest}) && !is_purged(*view_, digest)) purges_.emplace(digest, purge);
}

void MergeContext::require_needed() const {
  for (const auto& [digest, kind] : missing_)
    if (!told_.contains(digest) && !purged_.contains(digest) && !is_purged(*view_, digest))
      throw Error(ErrorCode::damaged, fmt::format("take in a bundle: {} {} is needed, and did not come", format::blob_kind_name(kind), digest.hex()));
}

std::optional<format::CheckpointRecord> MergeContext::find_checkpoint_record(const CheckpointId& id) const {
  if (const auto known = checkpoints_.find(id.digest); known != checkpoints_.end()) return known->second;
  const auto info = view_->find_blob(id.digest);
  if (!info || info->kind != BlobKind::checkpoint || is_purged(*view_, id.digest)) return std::nullopt;
  return format::decode_checkpoint(view_->get_blob(BlobKind::checkpoint, id.digest));
}

}  // namespace cairn::store
