#include "object/dry_staging.h"

#include <cairn/error.h>

#include <algorithm>

namespace cairn::object {

using engine::BlobKind;
using engine::StageResult;

StageResult DryStaging::stage(BlobKind kind, std::uint8_t probe, const Digest& digest, std::span<const std::byte> bytes) {
  const StageResult result = compare(kind, digest, bytes);
  if (result == StageResult::added) {
    Staged staged{{kind, probe, bytes.size(), bytes.size(), false}, {}};
    if (kind != BlobKind::chunk) staged.bytes.assign(bytes.begin(), bytes.end());
    staged_.emplace(digest, std::move(staged));
  }
  if (result == StageResult::added || result == StageResult::repaired) added_ += bytes.size();
  if (result == StageResult::existed) existed_ += bytes.size();
  return result;
}

StageResult DryStaging::compare(BlobKind kind, const Digest& digest, std::span<const std::byte> bytes) const {
  const auto is_like = [&](const engine::BlobInfo& info) { return info.kind == kind && info.size == bytes.size(); };
  if (const auto staged = staged_.find(digest); staged != staged_.end()) {
    const auto& [info, kept] = staged->second;
    const bool is_same = is_like(info) && (kind == BlobKind::chunk || std::ranges::equal(kept, bytes));
    return is_same ? StageResult::existed : StageResult::clash;
  }
  const auto stored = view_.find_blob(digest);
  if (!stored) return StageResult::added;
  if (!is_like(*stored)) return StageResult::clash;
  try {
    return std::ranges::equal(view_.get_blob(kind, digest), bytes) ? StageResult::existed : StageResult::clash;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    return StageResult::repaired;
  }
}

std::optional<engine::BlobInfo> DryStaging::hold(BlobKind kind, const Digest& digest) {
  const auto staged = staged_.find(digest);
  const auto known = staged != staged_.end() ? std::optional(staged->second.info) : view_.find_blob(digest);
  return known && known->kind == kind ? known : std::nullopt;
}

engine::Bytes DryStaging::read(BlobKind kind, const Digest& digest) {
  const auto staged = staged_.find(digest);
  if (staged == staged_.end() || staged->second.info.kind != kind || kind == BlobKind::chunk) return view_.get_blob(kind, digest);
  return staged->second.bytes;
}

}  // namespace cairn::object
