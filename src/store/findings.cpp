#include "store/findings.h"

#include <fmt/format.h>

#include <utility>

namespace cairn::store {

bool is_damage(const Error& error) {
  switch (error.code()) {
    case ErrorCode::damaged:
    case ErrorCode::not_found:
    case ErrorCode::io:  // what the system does not give back is as lost as what is wrong
    case ErrorCode::limit:
    case ErrorCode::type_mismatch: return true;
    default: return false;
  }
}

bool is_gone(const Error& error) { return error.code() == ErrorCode::purged || error.code() == ErrorCode::expired; }

void Findings::add(Finding finding) {
  const std::lock_guard lock(mutex_);
  if (findings_.size() == kMost) {
    ++not_listed_;
    return;
  }
  if (finding.blob && !damaged_.insert(*finding.blob).second && finding.damage.kind == "lost") return;  // another thread was faster
  findings_.push_back(std::move(finding));
}

void Findings::add(std::string_view kind, std::string id, std::string problem) {
  add({{std::string(kind), std::move(id), std::move(problem), {}}, std::nullopt});
}

void Findings::add_blob(engine::BlobKind kind, const Digest& digest, std::string problem, bool is_dangling) {
  add({{std::string(format::blob_kind_name(kind)), digest.hex(), std::move(problem), {}}, digest, is_dangling});
}

void Findings::add_loss(const Digest& digest, std::string problem) {
  if (!is_damaged(digest)) add({{"lost", digest.hex(), std::move(problem), {}}, digest, true});
}

bool Findings::is_damaged(const Digest& blob) const {
  const std::lock_guard lock(mutex_);
  return damaged_.contains(blob);
}

void Findings::report(std::string_view kind, const std::string& id, const Error& error) {
  if (is_gone(error)) return;
  if (!is_damage(error)) throw;  // by whoever called from its handler
  add(kind, id, error.what());
}

std::vector<Damage> Findings::take() {
  std::vector<Damage> damage;
  for (Finding& finding : findings_) damage.push_back(std::move(finding.damage));
  if (not_listed_ != 0) damage.push_back({"store", "", fmt::format("{} more findings are not listed", not_listed_), {}});
  return damage;
}

}  // namespace cairn::store
