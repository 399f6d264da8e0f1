// A gate in front of an engine: who publishes waits there, and a test sees what is true meanwhile.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {

class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  /// Waits while it is closed.
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --waiting_;
  }
  /// Waits until somebody waits.
  void await_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ != 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int waiting_ = 0;
};

/// A store in memory behind a gate, which is open at first. Its publishes may fail, too.
class GatedStore {
 public:
  explicit GatedStore(std::uint64_t background_bytes = OpenOptions().background_bytes) {
    auto owned = std::make_unique<FailingEngine>();
    engine_ = owned.get();
    owned->before_publish = [gate = gate_](const engine::Commit&) { gate->pass(); };
    const auto state =
        std::make_shared<store::StoreState>(std::move(owned), format::ObjectOptions(), "a store behind a gate", background_bytes);
    state_ = state.get();
    store_.emplace(store::make_store(state));
  }
  ~GatedStore() { gate_->open(); }

  Store* operator->() { return &*store_; }
  Store& operator*() { return *store_; }
  Gate& gate() { return *gate_; }
  FailingEngine& engine() { return *engine_; }
  /// True if somebody waits until there is room for what is to wait.
  bool is_room_awaited() { return !state_->queue().make_room(1, WhenBusy::skip); }
  /// The next publish fails.
  void fail_next(Failure failure = Failure::nothing_changed) {
    engine_->failure = failure;
    engine_->fails_at = engine_->publishes + 1;
  }
  /// The gate must be open.
  void close() { store_.reset(); }

 private:
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  FailingEngine* engine_ = nullptr;
  store::StoreState* state_ = nullptr;
  std::optional<Store> store_;
};

}  // namespace cairn::test
