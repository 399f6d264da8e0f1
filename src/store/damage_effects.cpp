#include "store/damage_effects.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/blob_scan.h"
#include "store/blob_roots.h"
#include "store/blob_verification.h"
#include "store/history.h"
#include "store/purges.h"

namespace cairn::store {
namespace {

using engine::BlobInfo;
using engine::BlobKind;

constexpr std::size_t kMarksMax = 256;           // findings that one blob is known to need
constexpr std::size_t kListedMax = 1000;         // checkpoints named by one finding,
constexpr std::size_t kListedTotalMax = 200'000;  // and by all

// Numbers of findings, in order.
using Marks = std::vector<std::uint32_t>;

class EffectTrace {
 public:
  explicit EffectTrace(VerificationPass& pass)
      : pass_(pass), view_(pass.view), findings_(pass.findings.all()), needed_(findings_.size()), unlisted_(findings_.size()) {}

  void run() {
    begin();
    if (marks_.empty()) return;
    while (spread()) {}
    mark_checkpoints();
    if (has_doubtful()) visit_roots(view_, [&](const object::BlobReference& root) { need(root.digest); });
    drop_what_nothing_needs();
  }

 private:
  void begin() {
    for (std::uint32_t i = 0; i < findings_.size(); ++i)
      if (const auto digest = findings_[i].blob ? findings_[i].blob : Digest::parse(findings_[i].damage.id)) marks_[*digest].push_back(i);
  }

  // Marks what names something that is marked, and says whether anything was. What a blob names lies before it, as a rule: then
  // twice is enough, whatever the depth.
  bool spread() {
    bool has_grown = false;
    engine::scan_blobs(view_, {.is_wanted = [](const Digest&, const BlobInfo& info) { return !names_nothing(info.kind); },
                      .visit =
                          [&](const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
                            has_grown = take_marks(digest, references(info.kind, bytes)) || has_grown;
                          },
                      .failed = [](const Digest&, const BlobInfo*, const Error&) {}});  // it is a finding itself
    return has_grown;
  }

  static std::vector<object::BlobReference> references(BlobKind kind, std::span<const std::byte> bytes) {
    try {
      return object::references_of(kind, bytes);
    } catch (const Error&) {
      return {};
    }
  }

  bool take_marks(const Digest& digest, const std::vector<object::BlobReference>& named) {
    Marks marks;
    for (const object::BlobReference& blob : named)
      if (const auto found = marks_.find(blob.digest); found != marks_.end() && !is_purged(view_, blob.digest))
        marks = joined(marks, found->second);
    if (marks.empty() || is_purged(view_, digest)) return false;
    Marks& own = marks_[digest];
    Marks all = joined(own, marks);
    if (all == own) return false;
    own = std::move(all);
    return true;
  }

  // Of too many the first; the others count as needed, since nobody will know.
  Marks joined(const Marks& one, const Marks& other) {
    Marks all;
    std::ranges::set_union(one, other, std::back_inserter(all));
    for (; all.size() > kMarksMax; all.pop_back()) needed_[all.back()] = true;
    return all;
  }

  void mark_checkpoints() {
    const auto cursor = view_.claims();
    const std::string prefix(1, format::claim::kRunName);
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next()) {
      const std::string run(cursor->key().substr(1));
      pass_.findings.guarded("run", run, [&] {
        const CellId cell = format::parse_be64(cursor->value());
        if (!find_run_record(view_, cell)) return;  // reported already
        walk_history(view_, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
          mark_checkpoint(run, sequence, row);
          return true;
        });
      });
    }
    for (std::size_t i = 0; i < unlisted_.size(); ++i)
      if (unlisted_[i] != 0) findings_[i].damage.affected.push_back(fmt::format("and {} more checkpoints", unlisted_[i]));
  }

  void mark_checkpoint(std::string_view run, std::uint64_t sequence, const format::CheckpointRow& row) {
    const auto found = marks_.find(row.id.digest);
    if (found == marks_.end() || is_purged(view_, row.id.digest)) return;
    for (const std::uint32_t i : found->second) {
      needed_[i] = true;
      auto& affected = findings_[i].damage.affected;
      if (affected.size() == kListedMax || listed_ == kListedTotalMax) {
        ++unlisted_[i];
        continue;
      }
      ++listed_;
      affected.push_back(fmt::format("run {} checkpoint {} (step {}, number {})", run, row.id.hex(), row.step, sequence));
    }
  }

  bool has_doubtful() const {
    for (std::size_t i = 0; i < needed_.size(); ++i)
      if (findings_[i].is_dangling && !needed_[i]) return true;
    return false;
  }

  void need(const Digest& digest) {
    const auto found = marks_.find(digest);
    if (found == marks_.end() || is_purged(view_, digest)) return;
    for (const std::uint32_t i : found->second) needed_[i] = true;
  }
  void drop_what_nothing_needs() {
    std::size_t i = 0;
    std::erase_if(findings_, [&](const Finding& finding) { const bool is_needed = needed_[i++];
      return finding.is_dangling && !is_needed; });
  }

  VerificationPass& pass_;
  const engine::View& view_;
  std::vector<Finding>& findings_;
  std::vector<bool> needed_;
  std::vector<std::uint64_t> unlisted_;
  std::size_t listed_ = 0;
  boost::unordered_flat_map<Digest, Marks, std::hash<Digest>> marks_;
};

}  // namespace

void trace_effects(VerificationPass& pass) { EffectTrace(pass).run(); }

}  // namespace cairn::store
