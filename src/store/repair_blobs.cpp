#include "store/repair_blobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "engine/blob_scan.h"
#include "engine/blob_search.h"
#include "engine/disk_engine.h"
#include "engine/quarantine.h"
#include "object/references.h"
#include "store/blob_roots.h"
#include "store/blob_verification.h"
#include "store/commit.h"
#include "store/losses.h"

namespace cairn::store {
namespace {

using engine::BlobInfo;
using engine::BlobKind;

constexpr std::uint64_t kStagedMost = 32u << 20;  // bytes of found copies in one commit
constexpr std::size_t kSetAsideAtOnce = 1000;
constexpr std::uint64_t kToldEvery = 1024;  // blobs

// A blob that is wrong.
struct Wrong {
  std::optional<BlobKind> kind;  // as it is stored, or named by others
  std::uint64_t size = 0;        // as it is stored
  bool is_stored = false;        // there is something of it
  std::string problem;
};

// Another store that may have whole copies.
struct Source {
  std::string path;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::View> view;
};

class BlobRepair {
 public:
  BlobRepair(RepairPass& pass, const RepairOptions& options) : pass_(pass), options_(options) {
    for (const auto& path : options.from) {
      auto opened = engine::open_disk_engine(path, {.create = false, .read_only = true});
      auto view = opened->view();
      sources_.push_back({path.string(), std::move(opened), std::move(view)});
    }
  }

  void run() {
    view_ = pass_.view();
    read_all();
    visit_roots(*view_, [&](const object::BlobReference& root) { require(root); });
    if (!sources_.empty()) visit_losses(*view_, [&](const Digest& digest, const format::LostRecord& loss) { want_lost(digest, loss); });
    set_aside_unreadable();
    if (!wrong_.empty()) look_here();
    for (const Source& source : sources_) look_in(source);
    publish();
    lose_the_rest();
    if (const std::size_t ended = end_losses(pass_.engine(), !pass_.apply)) note_ended(ended);
  }

 private:
  // ---- What is wrong ----

  void read_all() {
    const unsigned threads = options_.threads != 0 ? options_.threads : std::max(std::thread::hardware_concurrency(), 1u);
    std::uint64_t total = 0, done = 0;
    const auto tell = [&] {
      const std::lock_guard lock(mutex_);
      if (++done % kToldEvery == 0 && options_.progress) options_.progress({"read", done, total});
    };
    engine::scan_blobs(*view_, {.is_wanted = [](const Digest&, const BlobInfo&) { return true; },
                                .planned = [&](std::uint64_t count) { total = count; },
                                .visit =
                                    [&](const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
                                      look_at(digest, info, bytes);
                                      tell();
                                    },
                                .failed =
                                    [&](const Digest& digest, const BlobInfo* info, const Error& error) {
                                      fail(digest, info, error);
                                      tell();
                                    },
                                .threads = threads});
  }

  void look_at(const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
    if (names_nothing(info.kind)) return;
    try {
      for (const object::BlobReference& named : object::references_of(info.kind, bytes)) require(named);
    } catch (const Error& error) {
      fail(digest, &info, error);  // it matches its digest, and is none of ours
    }
  }

  void fail(const Digest& digest, const BlobInfo* info, const Error& error) {
    if (is_gone(error)) return;
    if (!is_damage(error)) throw Error(error);
    const std::lock_guard lock(mutex_);
    Wrong& wrong = wrong_[digest];
    wrong.is_stored = true;
    wrong.problem = error.what();
    if (info == nullptr) return;
    wrong.kind = info->kind;
    wrong.size = info->size;
  }

  // What is named must be there, unless it was given up.
  void require(const object::BlobReference& named) {
    const auto info = unless_damaged([&] { return view_->find_blob(named.digest); });
    if (info && info->has_value() && (*info)->kind == named.kind) return;
    if (info && !info->has_value() && is_given_up(*view_, named.digest)) return;
    const std::lock_guard lock(mutex_);
    Wrong& wrong = wrong_[named.digest];
    wrong.kind = named.kind;
    if (!wrong.problem.empty()) return;
    wrong.is_stored = !info || info->has_value();
    wrong.problem = !info ? "its place cannot be read" : info->has_value() ? "it is of another kind" : "it is missing";
  }

  void want_lost(const Digest& digest, const format::LostRecord& loss) {
    if (!view_->find_blob(digest)) wrong_.try_emplace(digest, Wrong{loss.kind, loss.size, false, "it was lost"});
  }

  // ---- Copies ----

  // No copy can be stored over a place that cannot be read.
  void set_aside_unreadable() {
    std::vector<Digest> unreadable;
    for (auto& [digest, wrong] : wrong_) {
      if (!wrong.is_stored || unless_damaged([&] { return view_->find_blob(digest); })) continue;
      unreadable.push_back(digest);
      if (pass_.apply) wrong.is_stored = false;
    }
    if (pass_.apply) engine::set_aside(pass_.engine(), unreadable);
  }

  void look_here() {
    do {
      has_more_ = false;
      tell("search");
      engine::search_blobs(pass_.engine(), {.is_wanted = [&](const Digest& digest) { return wrong_.contains(digest); },
                                            .found =
                                                [&](BlobKind kind, std::uint8_t probe, const Digest& digest, std::span<const std::byte> bytes) {
                                                  take(kind, probe, digest, bytes, "rebuilt", "another copy was in the packs");
                                                }});
    } while (has_more_);
  }

  void look_in(const Source& source) {
    tell("search");
    std::vector<Digest> open;
    for (const auto& [digest, wrong] : wrong_) open.push_back(digest);
    while (!open.empty()) {
      const Digest digest = open.back();
      open.pop_back();
      const auto wrong = wrong_.find(digest);
      if (wrong == wrong_.end()) continue;
      const auto info = unless_damaged([&] { return source.view->find_blob(digest); }).value_or(std::nullopt);
      if (!info || (wrong->second.kind && *wrong->second.kind != info->kind)) continue;
      const auto bytes = unless_damaged([&] { return source.view->get_blob(info->kind, digest); });
      if (!bytes) continue;
      const std::vector<Digest> more = take(info->kind, info->probe, digest, *bytes, "replaced", fmt::format("taken from {}", source.path));
      open.insert(open.end(), more.begin(), more.end());
    }
  }

  // Returns what the blob names and is missing, too.
  std::vector<Digest> take(BlobKind kind, std::uint8_t probe, const Digest& digest, std::span<const std::byte> bytes, std::string_view action,
                           std::string_view how) {
    const auto wrong = wrong_.find(digest);
    if (wrong == wrong_.end() || (wrong->second.kind && *wrong->second.kind != kind)) return {};
    const auto named = unless_damaged([&] { return object::references_of(kind, bytes); });
    if (!named) return {};
    if (pass_.apply) {
      if (staging_ == nullptr) staging_ = pass_.engine().stage();
      staging_->stage(kind, probe, digest, bytes);
      staging_->note_stored(digest);
    }
    pass_.log.add(action, format::blob_kind_name(kind), digest.hex(), fmt::format("{}; {}", wrong->second.problem, how));
    wrong_.erase(wrong);
    taken_.insert(digest);
    ++found_count_;
    std::vector<Digest> more;
    for (const object::BlobReference& one : *named) {
      const std::size_t before = wrong_.size();
      require_or_want(one);
      if (wrong_.size() != before) more.push_back(one.digest);
    }
    has_more_ = has_more_ || !more.empty();
    staged_bytes_ += bytes.size();
    if (staged_bytes_ >= kStagedMost) publish();
    return more;
  }

  // What was given up is wanted again, too.
  void require_or_want(const object::BlobReference& named) {
    if (taken_.contains(named.digest)) return;
    if (const auto loss = find_loss(*view_, named.digest)) want_lost(named.digest, *loss);
    else require(named);
  }

  void publish() {
    if (staging_ != nullptr)
      commit_cell(pass_.engine(), {format::kRootCell, 0, staging_.get(), "store copies of blobs"}, [](const engine::View&) { return engine::Edit{}; });
    staging_.reset();
    staged_bytes_ = 0;
  }

  // ---- The rest ----

  // Marked first: what is not there is then known to be lost at any time.
  void lose_the_rest() {
    RepairEdits edits(pass_, format::kRootCell, "note what is lost");
    std::vector<Digest> stored;
    const std::int64_t now = base::now_nanoseconds();
    for (const auto& [digest, wrong] : wrong_) {
      if (wrong.is_stored) stored.push_back(digest);
      if (find_loss(*view_, digest)) continue;
      const std::string_view kind = wrong.kind ? format::blob_kind_name(*wrong.kind) : "blob";
      pass_.log.add("lost", kind, digest.hex(), wrong.problem);
      if (wrong.kind) edits.claim(format::claim::lost(digest), format::encode_purge({*wrong.kind, wrong.size, now, wrong.problem}));
    }
    edits.flush();
    if (!pass_.apply) return;
    for (std::span<const Digest> rest(stored); !rest.empty();) {
      const auto some = rest.first(std::min(rest.size(), kSetAsideAtOnce));
      engine::set_aside(pass_.engine(), some);
      rest = rest.subspan(some.size());
    }
  }

  void note_ended(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) pass_.log.count("rebuilt", "loss", "the blob is there again");
  }

  void tell(std::string_view stage) const {
    if (options_.progress) options_.progress({stage, found_count_, found_count_ + wrong_.size()});
  }

  RepairPass& pass_;
  const RepairOptions& options_;
  std::vector<Source> sources_;
  std::unique_ptr<engine::View> view_;
  std::mutex mutex_;
  std::unordered_map<Digest, Wrong> wrong_;
  std::unordered_set<Digest> taken_;  // found, and perhaps not committed yet
  std::unique_ptr<engine::Staging> staging_;
  std::uint64_t staged_bytes_ = 0, found_count_ = 0;
  bool has_more_ = false;  // what was found named others that are wanted
};

}  // namespace

void repair_blobs(RepairPass& pass, const RepairOptions& options) { BlobRepair(pass, options).run(); }

}  // namespace cairn::store
