// Going on from a checkpoint: which one, what is read from it, and what was left open when it was made.
#pragma once

#include <cairn/artifact.h>
#include <cairn/checkpoint.h>
#include <cairn/codec.h>
#include <cairn/node.h>
#include <cairn/read_options.h>
#include <cairn/region.h>
#include <cairn/step.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace store {
class RestartState;
}

/// What a restart found.
template <class T>
struct Restart {
  T value;
  Checkpoint checkpoint;
  std::vector<SkippedCheckpoint> skipped;  ///< newer ones that were damaged or purged, newest first
};

/// A value that a task of the workflow has made since a checkpoint, to be part of the next one.
struct PendingWrite {
  std::string task;
  std::uint32_t index = 0;  ///< 0, 1, 2, ... among the writes of the task
  std::string channel;      ///< what it is for
  ObjectId value;
  Timestamp time{};
};

/// A process of the run that was not finished.
struct UnfinishedNode {
  Node node;
  std::vector<StepData> inputs;  ///< by label
};

/// Which checkpoint to go on from; the newest one if nothing is set, and at most one of `id`, `step` and `tag` may be.
struct RestartOptions {
  std::optional<CheckpointId> id = {};
  std::optional<std::int64_t> step = {};  ///< the newest of this step
  std::optional<std::string> tag = {};
  bool fall_back = true;                  ///< if it is damaged or purged, take the newest one before it that is not
  /// Parts of the checkpoint that must be whole; empty: all of it.
  std::vector<std::string> parts = {};
  /// Where the protected regions are filled from; empty: each from the state of its own name.
  std::vector<RegionSource> regions = {};
};

/// One checkpoint of which every byte that was asked for has been checked. Keeps its store open, and what it reads from being
/// collected. Thread-safe.
class RestartPoint {
 public:
  const Checkpoint& checkpoint() const;
  /// Newer ones, or the one that was asked for, that were damaged or purged; newest first. The next checkpoint of the run records them.
  const std::vector<SkippedCheckpoint>& skipped() const;
  /// By task and index.
  const std::vector<PendingWrite>& pending_writes() const;
  /// Processes of the run that are not finished now, with their inputs, oldest first.
  std::vector<UnfinishedNode> unfinished() const;

  /// The state called `name`. Throws not_found if the checkpoint has none, and as Store::get.
  template <class T>
  T get(std::string_view name, const ReadOptions& options = {}) const {
    std::optional<T> value;
    read(name, [&](const Decoder& in) { value.emplace(decode<T>(in)); }, options);
    return std::move(*value);
  }
  /// The state, an array, into the elements of an ArrayView or std::mdspan. Throws as Store::read_into.
  template <class View>
  void read_into(std::string_view name, const View& out) const {
    read(name, [&](const Decoder& in) { cairn::read_into(in, out); });
  }
  void read(std::string_view name, const std::function<void(const Decoder&)>& read, const ReadOptions& options = {}) const;
  /// The artifact called `name`, as Store::restore does.
  RestoreReceipt restore(std::string_view name, const std::filesystem::path& directory, const RestoreOptions& options = {}) const;

 private:
  friend class Run;
  explicit RestartPoint(std::shared_ptr<const store::RestartState> state);
  std::shared_ptr<const store::RestartState> state_;
};

}  // namespace cairn
