#include "store/collection.h"

#include <cairn/error.h>
#include <cairn/store.h>

#include <chrono>

#include "engine/collection.h"
#include "store/collection_roots.h"
#include "store/losses.h"
#include "store/marker.h"

namespace cairn::store {
namespace {

constexpr int kRoundsMost = 32;             // of marking what is touched meanwhile, before stagings have to wait for it
constexpr std::uint64_t kToldEvery = 4096;  // blobs

// One collection.
class Collecting {
  using Clock = std::chrono::steady_clock;

 public:
  Collecting(StoreState& state, const CollectOptions& options)
      : state_(state), options_(options), began_(Clock::now()), collection_(state.engine().begin_collection()),
        view_(state.engine().view()),
        marker_({state.engine(), *view_, state.engine().scratch_directory()}, collection_->marks(), may_go_on_) {}

  CollectReport run() {
    visit_blob_roots(*view_, [&](const BlobRoot& root) {
      if (!marker_.was_stopped()) marker_.add(root.blob, marker_.reasons().number(root.kind, root.name));
    });
    marker_.finish();
    mark_touched();
    if (marker_.was_stopped()) return ended_early();
    if (options_.dry_run) return report(collection_->count());
    condemn();
    if (marker_.was_stopped()) return ended_early();
    tell("sweep", 0, collection_->marks().size() - marker_.marked_count());
    view_ = nullptr;  // it would hold back the room
    return report(collection_->sweep());
  }

 private:
  bool may_go_on() {
    if (++asked_ % (kToldEvery / 64) == 0) tell("mark", marker_.marked_count(), collection_->marks().size());
    return is_unhurried_ || !options_.time_max || Clock::now() - began_ < *options_.time_max;
  }
  void tell(std::string_view stage, std::uint64_t done, std::uint64_t total) const {
    if (options_.progress) options_.progress({stage, done, total});
  }

  void mark_touched() {
    for (auto some = collection_->take_touched(); !some.empty() && !marker_.was_stopped(); some = collection_->take_touched())
      mark(some);
  }
  void mark(std::span<const Digest> touched) {
    const auto now = state_.engine().view();
    const std::uint32_t reason = marker_.reasons().number("work under way", "");
    for (const Digest& digest : touched)
      if (const auto info = now->find_blob(digest)) marker_.add_touched({info->kind, digest}, reason);
    marker_.finish();
  }
  void condemn() {
    for (int round = 0; round < kRoundsMost && !marker_.was_stopped(); ++round) {
      if (collection_->condemn({})) return;
      mark_touched();
    }
    if (marker_.was_stopped()) return;
    is_unhurried_ = true;  // what is begun now must come to its end
    collection_->condemn([&](std::span<const Digest> touched) { mark(touched); });
  }

  CollectReport ended_early() {
    CollectReport report;
    report.complete = false;
    return report;
  }
  CollectReport report(const engine::SweepReport& swept) {
    CollectReport report;
    report.kept_count = swept.kept_count;
    report.kept_bytes = swept.kept_bytes;
    report.freed_count = swept.freed_count;
    report.freed_bytes = swept.freed_bytes;
    report.returned_bytes = swept.returned_bytes;
    report.waiting_bytes = swept.waiting_bytes;
    report.kept = marker_.reasons().largest();
    return report;
  }

  StoreState& state_;
  const CollectOptions& options_;
  const Clock::time_point began_;
  const std::function<bool()> may_go_on_ = [this] { return may_go_on(); };
  std::uint64_t asked_ = 0;
  bool is_unhurried_ = false;
  const std::unique_ptr<engine::Collection> collection_;
  std::unique_ptr<engine::View> view_;
  Marker marker_;
};

}  // namespace

CollectReport collect(StoreState& state, const CollectOptions& options) {
  end_losses(state.engine(), options.dry_run);
  return Collecting(state, options).run();
}

}  // namespace cairn::store

namespace cairn {

CollectReport Store::collect(const CollectOptions& options) { return store::collect(*state_, options); }

}  // namespace cairn
