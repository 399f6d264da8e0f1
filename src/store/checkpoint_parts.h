// CheckpointParts: what one checkpoint is made of, and how it becomes one of its run.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/run.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/checkpoint.h"
#include "object/artifacts.h"
#include "store/file_memory.h"
#include "store/run_state.h"

namespace cairn::store {

/// A checkpoint that is staged and not yet in its run.
struct NewCheckpoint {
  CheckpointId id;
  Digest content;
  format::CheckpointRecord record;
};

/// A checkpoint of the run that has the same content.
struct EqualCheckpoint {
  CheckpointId id;
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  std::shared_future<void> durable;  ///< not valid if it is on disk
};

/// What has been saved and attached, or will be when a thread comes to it. Does not keep run or store alive. Not thread-safe.
class CheckpointParts {
 public:
  CheckpointParts(StoreState& store, std::int64_t step);
  CheckpointParts(const CheckpointParts&) = delete;
  CheckpointParts& operator=(const CheckpointParts&) = delete;

  std::int64_t step() const { return step_; }

  // ---- Parts that are stored here and now ----
  void save(std::string_view name, const Encodable& value, const SaveOptions& options);
  void save(std::string_view name, const ObjectId& object);
  using AddArtifact = std::function<object::AddedArtifact(engine::Staging&, object::FileMemory&)>;
  void attach(std::string_view name, const AddArtifact& add);
  void attach(std::string_view name, const ArtifactId& artifact);
  void note(std::string_view key, Value value);
  void tag(std::string_view name);

  // ---- Parts that are stored by store_held() ----
  using Encode = std::function<void(const std::function<void(const Encodable&)>&)>;
  /// Its memory is about `bytes`.
  void hold_value(std::string_view name, std::uint64_t bytes, Encode encode, const SaveOptions& options);
  void hold_artifact(std::string_view name, AddArtifact add);
  /// Throws as save and attach do.
  void store_held();
  /// Lets go of those that are stored. Not for the thread of the queue.
  void drop_stored();
  /// Memory that all this takes.
  std::uint64_t memory_bytes() const;

  // ---- Becoming a checkpoint ----
  /// Commits it as the newest of the run: on disk when this returns. By who may publish, see RunState. Throws as that does; it may
  /// then be called again.
  Receipt commit(RunState& run);

  /// What is compared and recorded. Stages what that needs.
  format::CheckpointRecord saved_record();
  /// The newest checkpoint of this step, if it holds the same content and can be read. `pending` may be null.
  std::optional<EqualCheckpoint> find_equal(const RunState& run, const engine::View& view, const PendingHead* pending,
                                            const format::CheckpointRecord& saved) const;
  /// Whether a commit has to write anything although an equal one is there.
  bool adds_to_equal() const;
  Receipt receipt_of(const EqualCheckpoint& equal) const;
  Receipt receipt_of(const NewCheckpoint& checkpoint) const;
  /// Stages the checkpoint behind `head`, as of now.
  NewCheckpoint make(const RunState& run, const engine::View& view, const RunHead& head, const format::RunRecord& record_of_run,
                     const format::CheckpointRecord& saved);
  /// What a commit of the run writes for it.
  void write(const RunState& run, Draft& draft, const NewCheckpoint& checkpoint) const;
  void write_tags(Draft& draft, std::uint64_t sequence) const;
  engine::Staging& staging() const { return *staging_; }
  /// For when it is on disk.
  void remember_files() noexcept;
  /// For messages.
  std::string doing(const RunState& run) const;

 private:
  void store_value(const std::string& name, const Encodable& value, const SaveOptions& options);
  void store_artifact(const std::string& name, const AddArtifact& add);

  StoreState& store_;
  const std::int64_t step_;
  std::unique_ptr<engine::Staging> staging_;
  std::unique_ptr<StoredFileMemory> memory_;  // of the artifacts that were attached from files
  std::map<std::string, Digest, std::less<>> state_;      // of what is held, the names alone are there
  std::map<std::string, Digest, std::less<>> artifacts_;
  Map metadata_;
  std::vector<std::string> tags_;
  std::vector<std::function<void()>> held_;  // kept when they are stored: their end is that of things of the program's
  std::size_t stored_count_ = 0;             // of these
  std::uint64_t held_bytes_ = 0;
  std::uint64_t bytes_new_ = 0, bytes_shared_ = 0;  // of what was saved, without the record
};

/// `receipt` with a future that is ready.
Receipt made_durable(Receipt receipt);

}  // namespace cairn::store
