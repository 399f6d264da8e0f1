#include "store/losses.h"

#include <fmt/format.h>

#include <cairn/node.h>

#include <cstring>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "store/commit.h"
#include "store/purges.h"

namespace cairn::store {

std::optional<format::LostRecord> find_loss(const engine::View& view, const Digest& digest) {
  const auto bytes = view.find_claim(format::claim::lost(digest));
  return bytes ? std::optional(format::decode_lost(*bytes)) : std::nullopt;
}

bool is_given_up(const engine::View& view, const Digest& digest) {
  return is_purged(view, digest) || view.find_claim(format::claim::lost(digest)).has_value();
}

std::string loss_text(const format::LostRecord& loss) {
  return fmt::format("lost, found by a repair on {}: {}", format_time(base::timestamp(loss.time)), loss.reason);
}

Error missing_error(const engine::View& view, engine::BlobKind kind, const Digest& digest, const Error& error) {
  if (error.code() != ErrorCode::not_found) return error;
  const auto loss = find_loss(view, digest);
  if (!loss) return error;
  return Error(ErrorCode::damaged, fmt::format("read {} {}: {}", format::blob_kind_name(kind), digest.hex(), loss_text(*loss)));
}

void visit_losses(const engine::View& view, const std::function<void(const Digest&, const format::LostRecord&)>& visit) {
  const std::string prefix(1, format::claim::kLost);
  const auto claims = view.claims();
  for (bool more = claims->seek(prefix); more && claims->key().starts_with(prefix); more = claims->next()) {
    Digest digest;
    if (claims->key().size() != prefix.size() + digest.bytes.size())
      throw Error(ErrorCode::damaged, "a claim of a lost blob is not of the expected size");
    std::memcpy(digest.bytes.data(), claims->key().data() + prefix.size(), digest.bytes.size());
    try {
      visit(digest, format::decode_lost(claims->value()));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::damaged) throw;  // verify finds it where it is needed
    }
  }
}

std::size_t end_losses(engine::Engine& engine, bool dry_run) {
  engine::Edit edit;
  {
    const auto view = engine.view();
    visit_losses(*view, [&](const Digest& digest, const format::LostRecord&) {
      if (view->find_blob(digest)) edit.claims.push_back({format::claim::lost(digest), std::nullopt});
    });
  }
  const std::size_t count = edit.claims.size();
  if (count != 0 && !dry_run)
    commit_cell(engine, {format::kRootCell, 0, nullptr, "note that lost blobs are there again"}, [&](const engine::View&) { return edit; });
  return count;
}

}  // namespace cairn::store
