#include "store/purges.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/clock.h"
#include "format/keys.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

const std::string& prefix() {
  static const std::string text(1, format::claim::kPurged);
  return text;
}

}  // namespace

bool is_purged(const engine::View& view, const Digest& digest) {
  return view.find_claim(format::claim::purged(digest)).has_value();
}

std::optional<format::PurgeRecord> find_purge(const engine::View& view, const Digest& digest) {
  const auto bytes = view.find_claim(format::claim::purged(digest));
  return bytes ? std::optional(format::decode_purge(*bytes)) : std::nullopt;
}

void require_unpurged(const engine::View& view, engine::BlobKind kind, const Digest& digest) {
  const auto purge = find_purge(view, digest);
  if (!purge) return;
  throw Error(ErrorCode::purged, fmt::format("{} {} was purged {}{}{}", format::blob_kind_name(kind), digest.hex(),
                                             format_time(base::timestamp(purge->time)), purge->reason.empty() ? "" : ": ", purge->reason));
}

bool has_purges(const engine::View& view) {
  const auto claims = view.claims();
  return claims->seek(prefix()) && claims->key().starts_with(prefix());
}

std::vector<Digest> purged_among(const engine::View& view, std::span<const Digest> digests) {
  constexpr std::size_t kAtOnce = 1024;
  std::vector<Digest> purged;
  std::vector<std::string> keys;
  for (std::size_t begin = 0; begin < digests.size(); begin += kAtOnce) {
    const auto some = digests.subspan(begin, std::min(kAtOnce, digests.size() - begin));
    keys.clear();
    for (const Digest& digest : some) keys.push_back(format::claim::purged(digest));
    view.find_claims(keys, [&](std::size_t i, std::optional<std::string_view> value) {
      if (value) purged.push_back(some[i]);
    });
  }
  return purged;
}

bool PurgeMemory::has_any(const engine::View& view) {
  if (has_none_) return false;
  const bool any = has_purges(view);
  has_none_ = !any;
  return any;
}

bool must_publish(StoreState& store, const engine::Staging& staging) {
  if (staging.bytes_added() != 0) return true;
  const auto pass = store.gate().enter_beside_others();  // what has_any() remembers must not be from before a purge
  const auto view = store.engine().view();
  return store.purges().has_any(*view) && !purged_among(*view, staging.stored()).empty();
}

void end_purges(StoreState& store, const engine::View& view, const engine::Staging* staging, engine::Edit& edit) {
  if (staging == nullptr || !store.purges().has_any(view)) return;
  const std::vector<Digest> again = purged_among(view, staging->stored());
  for (const Digest& digest : again) edit.claims.push_back({format::claim::purged(digest), std::nullopt});
}

std::vector<Purged> list_purges(const engine::View& view) {
  std::vector<Purged> list;
  const auto claims = view.claims();
  for (bool more = claims->seek(prefix()); more && claims->key().starts_with(prefix()); more = claims->next()) {
    format::PurgeRecord record = format::decode_purge(claims->value());
    Purged purged{std::string(format::blob_kind_name(record.kind)), {}, record.size, base::timestamp(record.time), std::move(record.reason)};
    if (claims->key().size() != 1 + purged.digest.bytes.size())
      throw Error(ErrorCode::damaged, "a claim of a purge is not of the expected size");
    std::memcpy(purged.digest.bytes.data(), claims->key().data() + 1, purged.digest.bytes.size());
    list.push_back(std::move(purged));
  }
  std::ranges::stable_sort(list, {}, &Purged::time);
  return list;
}

}  // namespace cairn::store

namespace cairn {

std::vector<Purged> Store::purges() const { return store::list_purges(*state_->engine().view()); }
PurgeReport Store::purge(const ObjectId& id, const PurgeOptions& options) {
  return store::purge(*state_, engine::BlobKind::object, id.digest, options);
}
PurgeReport Store::purge(const ArtifactId& id, const PurgeOptions& options) {
  return store::purge(*state_, engine::BlobKind::artifact, id.digest, options);
}
PurgeReport Store::purge(const CheckpointId& id, const PurgeOptions& options) {
  return store::purge(*state_, engine::BlobKind::checkpoint, id.digest, options);
}

}  // namespace cairn
