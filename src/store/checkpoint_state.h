// CheckpointState: one checkpoint while its caller is building it.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/run.h>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "store/checkpoint_pace.h"
#include "store/checkpoint_parts.h"
#include "store/run_state.h"

namespace cairn::store {

/// What is said of CheckpointBuilder holds here.
class CheckpointState {
 public:
  CheckpointState(std::shared_ptr<RunState> run, std::int64_t step, const CheckpointOptions& options);

  bool is_background() const { return options_.background; }

  void save(std::string_view name, const Encodable& value, const SaveOptions& options);
  void save_held(std::string_view name, std::uint64_t bytes, CheckpointParts::Encode encode, const SaveOptions& options);
  void save(std::string_view name, const ObjectId& object);
  void save_regions();
  /// `add` may be called when this has returned.
  void attach(std::string_view name, const CheckpointParts::AddArtifact& add);
  void attach(std::string_view name, const ArtifactId& artifact);
  void note(std::string_view key, Value value);
  void tag(std::string_view name);

  Receipt commit(const CommitOptions& options);
  PendingCommit commit_async(const AsyncCommitOptions& options) { return commit_late(options, {}); }
  /// As save_regions and commit_async; nothing is copied while there is no room for it.
  PendingCommit commit_regions_async(const AsyncCommitOptions& options) { return commit_late(options, regions()); }

 private:
  CheckpointParts& parts() const;
  std::vector<Region> regions() const;
  void hold_regions(std::vector<Region> regions);
  Receipt commit_now();
  Receipt commit_behind(bool is_due);
  PendingCommit commit_late(const AsyncCommitOptions& options, std::vector<Region> regions);
  void note_pace();

  const std::shared_ptr<RunState> run_;
  const CheckpointOptions options_;
  const std::int64_t step_;
  std::unique_ptr<CheckpointParts> parts_;  // empty once committed
  CheckpointPace::Clock::duration held_up_{0};
};

}  // namespace cairn::store
