// GrownEngine: an engine of which views show grown runs as they are, see grown_runs.h.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace cairn::store {

/// Passes all else on. Thread-safe as the engine is.
class GrownEngine final : public engine::Engine {
 public:
  explicit GrownEngine(std::unique_ptr<engine::Engine> bare) : bare_(std::move(bare)), changes_(bare_->read_only() ? 1 : 0) {}

  /// What does not go by views and commits: see engine/blob_search.h, quarantine.h and backup.h.
  engine::Engine& bare() const { return *bare_; }

  /// By who is about to commit that runs have grown: from now on views are looked at.
  void expect_growth() { changes_ |= 1; }
  /// Brings all rows of grown runs into their cells; the cells that had them are then marked as staged, and returned. Throws as
  /// commit_cell; views go on showing what is true then.
  std::vector<engine::CellId> settle_growth();

  Uuid uuid() const override { return bare_->uuid(); }
  bool read_only() const override { return bare_->read_only(); }
  /// Cost, for a reader: once for each state that it sees, a look for grown runs.
  std::unique_ptr<engine::View> view() const override;
  std::unique_ptr<engine::Staging> stage() override { return bare_->stage(); }
  std::unique_ptr<engine::RowStaging> stage_rows() override { return bare_->stage_rows(); }
  /// What a grown run still waits for comes first.
  engine::PublishResult publish(engine::Staging* staging, const engine::Commit& commit) override;
  void refresh() override { bare_->refresh(); }
  std::filesystem::path scratch_directory() const override { return bare_->scratch_directory(); }
  engine::EngineStats stats() const override { return bare_->stats(); }
  std::unique_ptr<engine::Collection> begin_collection() override;
  engine::RepackReport repack(const engine::RepackOptions& options) override { return bare_->repack(options); }
  void compact() override { bare_->compact(); }
  std::vector<engine::Finding> verify() const override { return bare_->verify(); }

 private:
  const std::unique_ptr<engine::Engine> bare_;
  // Odd while there may be grown runs; otherwise every time that ended makes it larger. So who finds it even and the same before and after
  // the bare view was taken has one without.
  std::atomic<std::uint64_t> changes_;
  mutable std::atomic<std::uint64_t> without_growth_{0};  // 1 + the commits of a state in which a reader found none
  std::mutex settling_;
};

}  // namespace cairn::store
