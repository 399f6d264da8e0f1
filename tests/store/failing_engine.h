// An engine on which one chosen publish fails.
#pragma once

#include <cairn/error.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "engine/collection.h"
#include "engine/memory_engine.h"

namespace cairn::test {

/// What becomes of the publish that fails.
enum class Failure : std::uint8_t {
  nothing_changed,  ///< throws no_space
  never_told,       ///< it happened, and throws unknown_outcome all the same
};

/// Passes everything on to a memory engine, from several threads too if none of it fails. Counts publishes; the one with the number `fails_at` fails.
class FailingEngine : public engine::Engine {
 public:
  std::atomic<std::uint64_t> publishes = 0;
  std::uint64_t fails_at = 0;  ///< 0: none
  Failure failure = Failure::nothing_changed;

  Uuid uuid() const override { return engine_->uuid(); }
  bool read_only() const override { return false; }
  std::unique_ptr<engine::View> view() const override { return engine_->view(); }
  std::unique_ptr<engine::Staging> stage() override { return engine_->stage(); }
  std::unique_ptr<engine::RowStaging> stage_rows() override { return engine_->stage_rows(); }
  void refresh() override {}
  std::unique_ptr<engine::Collection> begin_collection() override { return engine_->begin_collection(); }
  engine::EngineStats stats() const override { return engine_->stats(); }
  std::vector<engine::Finding> verify() const override { return engine_->verify(); }

  /// Called before each publish; may be empty.
  std::function<void(const engine::Commit&)> before_publish;

  engine::PublishResult publish(engine::Staging* staging, const engine::Commit& commit) override {
    if (before_publish) before_publish(commit);
    if (++publishes != fails_at) return engine_->publish(staging, commit);
    if (failure == Failure::nothing_changed) throw Error(ErrorCode::no_space, "commit: the disk is full");
    engine_->publish(staging, commit);
    throw Error(ErrorCode::unknown_outcome, "commit: the answer was lost");
  }

 private:
  std::unique_ptr<engine::Engine> engine_ = engine::make_memory_engine();
};

}  // namespace cairn::test
