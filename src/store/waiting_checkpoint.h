// Checkpoints that wait in the queue of their store: of which all is known already, and which are still to be stored.
#pragma once

#include <cairn/checkpoint.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "store/checkpoint_parts.h"
#include "store/commit_queue.h"

namespace cairn::store {

/// One whose id and place are known, or the tags and repairs that it brings to an equal one. The run must outlive it.
class KnownCheckpoint : public WaitingCommit {
 public:
  /// `made` is empty if there is an equal one, of that sequence.
  KnownCheckpoint(RunState& run, std::unique_ptr<CheckpointParts> parts, std::optional<NewCheckpoint> made, std::uint64_t sequence);

  std::shared_future<void> durable() const { return durable_; }
  /// For when it is not to wait after all.
  std::unique_ptr<CheckpointParts> take_parts() { return std::move(parts_); }

  void publish() override;
  void settle(std::exception_ptr failure) noexcept override;
  std::string doing() const override { return doing_; }

 private:
  void expect_parent(const Draft& draft) const;

  RunState& run_;
  const std::string doing_;
  std::unique_ptr<CheckpointParts> parts_;
  const std::optional<NewCheckpoint> made_;
  const std::uint64_t sequence_;
  std::promise<void> done_;
  const std::shared_future<void> durable_ = done_.get_future().share();
};

/// One that is stored and gets its place when its turn comes. The run must outlive it.
class LateCheckpoint : public WaitingCommit {
 public:
  LateCheckpoint(RunState& run, std::unique_ptr<CheckpointParts> parts);

  std::shared_future<Receipt> receipt() const { return future_; }
  /// For when it is not to wait after all.
  std::unique_ptr<CheckpointParts> take_parts() { return std::move(parts_); }

  void publish() override;
  void settle(std::exception_ptr failure) noexcept override;
  std::string doing() const override { return doing_; }

 private:
  RunState& run_;
  const std::string doing_;
  std::unique_ptr<CheckpointParts> parts_;
  Receipt receipt_;
  std::promise<Receipt> done_;
  const std::shared_future<Receipt> future_ = done_.get_future().share();
};

}  // namespace cairn::store
