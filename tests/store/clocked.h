// A store in memory whose time is the test's own, and on which one publish may fail.
#pragma once

#include <cairn/cairn.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "format/keys.h"
#include "format/step_attempts.h"
#include "store/clock.h"
#include "store/failing_engine.h"
#include "store/step.h"
#include "store/store_state.h"
#include "store/stores.h"

namespace cairn::test {

/// Stands still until it is moved; waiting moves it.
class TestClock final : public store::Clock {
 public:
  std::int64_t now() const override { return now_; }
  bool wait(std::chrono::nanoseconds time, const std::stop_token& stop) override {
    std::lock_guard lock(mutex_);
    waits_.push_back(time);
    move(time);
    return !stop.stop_requested();
  }
  void move(std::chrono::nanoseconds time) { now_ += time.count(); }
  std::vector<std::chrono::nanoseconds> waits() const { return waits_; }

 private:
  std::atomic<std::int64_t> now_ = 1'700'000'000'000'000'000;
  std::mutex mutex_;
  std::vector<std::chrono::nanoseconds> waits_;
};

class ClockedStore {
 public:
  ClockedStore() : ClockedStore(std::make_unique<FailingEngine>()) {}

  Store& operator*() { return store_; }
  Store* operator->() { return &store_; }
  TestClock& clock() { return *clock_; }
  store::StoreState& state() { return *state_; }
  std::shared_ptr<store::RunState> run_state(std::string_view name) { return state_->open_run(name); }

  /// Nothing is changed by the next publish, or the n-th from now, which throws no_space.
  void fail_publish(std::uint64_t n = 1) { engine_->fails_at = engine_->publishes + n; }

  /// The rows of that type that the run has.
  std::vector<std::pair<std::string, std::string>> rows(std::string_view run, char type) {
    std::vector<std::pair<std::string, std::string>> found;
    const auto view = state_->engine().view();
    const auto rows = view->rows(run_state(run)->cell());
    for (bool more = rows->seek(std::string(1, type)); more && rows->key()[0] == type; more = rows->next())
      found.emplace_back(rows->key(), rows->value());
    return found;
  }
  /// The only row about attempts of the run.
  format::StepAttemptRecord attempts(std::string_view run) {
    const auto found = rows(run, format::row::kAttempt);
    BOOST_REQUIRE(found.size() == 1u);
    return format::decode_step_attempts(found[0].second);
  }
  /// Changes the claim in it.
  void edit_claim(std::string_view run, const std::function<void(format::StepClaim&)>& edit) {
    format::StepAttemptRecord record = attempts(run);
    BOOST_REQUIRE(record.claim.has_value());
    edit(*record.claim);
    run_state(run)->commit(nullptr, 0, {}, "edit a claim", [&](store::Draft& draft) {
      draft.edit.rows.push_back({rows(run, format::row::kAttempt)[0].first, format::encode_step_attempts(record)});
    });
  }

 private:
  explicit ClockedStore(std::unique_ptr<FailingEngine> engine)
      : engine_(engine.get()), clock_(std::make_shared<TestClock>()),
        state_(std::make_shared<store::StoreState>(std::move(engine), format::ObjectOptions{}, "a store",
                                                     OpenOptions().background_bytes, clock_)),
        store_(store::make_store(state_)) {}

  FailingEngine* engine_;
  std::shared_ptr<TestClock> clock_;
  std::shared_ptr<store::StoreState> state_;
  Store store_;
};

/// Does the step with work whose result cannot be recorded, as if its process had died before that.
inline void leave_open(ClockedStore& store, std::string_view run, std::string_view name, const StepOptions& options) {
  const auto work = [&] {
    store.fail_publish();
    return 1;
  };
  BOOST_CHECK_EXCEPTION(store->run(run).step(name, {{"x", 1}}, work, options), Error, has_code(ErrorCode::no_space));
}

}  // namespace cairn::test
