#include "store/verification_pass.h"

#include <fmt/format.h>

#include <utility>

#include "store/blob_roots.h"
#include "store/losses.h"
#include "store/purges.h"

namespace cairn::store {

void VerificationPass::require_index(const std::string& key, std::string_view kind, const std::string& id) {
  if (!index_walk->seek(key) || index_walk->key() != key)
    findings.add(kind, id, fmt::format("it is missing from index '{}'", key[0]));
}

void VerificationPass::require_blob(const object::BlobReference& blob, std::string_view kind, const std::string& id,
                                    std::string_view what) {
  const auto found = view.find_blob(blob.digest);
  if (found && found->kind == blob.kind) return;
  if (!found && is_known_to_be_gone(blob.digest)) return;
  findings.add(kind, id, fmt::format("{} is {}: {} {}", what, found ? "of another kind" : "missing",
                                     format::blob_kind_name(blob.kind), blob.digest.hex()));
}

void VerificationPass::require_named(engine::BlobKind kind, const Digest& digest, const std::vector<object::BlobReference>& named) {
  std::string problem;
  std::size_t count = 0, missing = 0;
  for (const object::BlobReference& blob : named) {
    const auto found = view.find_blob(blob.digest);
    if ((found && found->kind == blob.kind) || (!found && is_known_to_be_gone(blob.digest))) continue;
    if (++count == 1)
      problem = fmt::format("it names {} {}, which is {}", format::blob_kind_name(blob.kind), blob.digest.hex(),
                            found ? "of another kind" : "missing");
    if (!found) ++missing;
  }
  if (count > 1) problem += fmt::format("; and so {} more", count - 1);
  if (count != 0) findings.add_blob(kind, digest, std::move(problem), count == missing);
}

void VerificationPass::require_parts(std::string_view embedded, std::string_view kind, const std::string& id, std::string_view what) {
  visit_parts(embedded, [&](const object::BlobReference& named) { require_blob(named, kind, id, what); });
}

bool VerificationPass::is_known_to_be_gone(const Digest& digest) {
  if (is_purged(view, digest)) return true;
  const auto loss = find_loss(view, digest);
  if (!loss) return false;
  findings.add_loss(digest, fmt::format("{} {}", format::blob_kind_name(loss->kind), loss_text(*loss)));
  return true;
}

}  // namespace cairn::store
