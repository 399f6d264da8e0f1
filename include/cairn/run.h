// Run: one execution of a workflow, its checkpoints and its recorded steps.
#pragma once

#include <cairn/artifact.h>
#include <cairn/bulk_load.h>
#include <cairn/checkpoint.h>
#include <cairn/codec.h>
#include <cairn/error.h>
#include <cairn/fallback.h>
#include <cairn/node.h>
#include <cairn/read_options.h>
#include <cairn/region.h>
#include <cairn/restart.h>
#include <cairn/retention.h>
#include <cairn/step.h>
#include <cairn/transaction.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace store {
class CheckpointState;
class RunState;
struct StepOutcome;
}  // namespace store

namespace detail {

// What a value takes, as far as that can be told without walking through it.
template <class T>
std::uint64_t memory_of(const T& value) {
  if constexpr (std::ranges::contiguous_range<T> && std::ranges::sized_range<T>)
    return sizeof value + std::ranges::size(value) * sizeof(std::ranges::range_value_t<T>);
  else
    return sizeof value;
}

}  // namespace detail

struct CheckpointOptions {
  /// Values are kept and paths remembered by save and attach, and stored when another thread makes the checkpoint: to be
  /// committed with commit_async. Files must not change until then.
  bool background = false;
};

/// Builds one checkpoint: save and attach what belongs to it, then commit. Move-only; what was saved but not
/// committed is dropped with it. Not thread-safe; several builders may be in use at once.
class CheckpointBuilder {
 public:
  CheckpointBuilder(CheckpointBuilder&&) noexcept;
  CheckpointBuilder& operator=(CheckpointBuilder&&) noexcept;
  ~CheckpointBuilder();

  /// Stores `value` as the state called `name`. The value is encoded here and now, so it may change afterwards; in the
  /// background it is copied, or moved if it may be, and encoded later: pointers in it are then followed later, too.
  /// Throws unstorable with the path of the field that has no lossless form, beginning with `name`, unless a fallback is
  /// asked for; and invalid_argument for a name that is empty or used already. After a throw nothing of the value is in
  /// the checkpoint, which can be gone on with.
  template <class T>
  CheckpointBuilder& save(std::string_view name, const T& value, const SaveOptions& options = {}) {
    if constexpr (std::copy_constructible<T> && !std::is_array_v<T>)
      if (is_background()) return save_moved<T>(name, value, options);
    return save_encoded(name, encodable(value), options);
  }
  template <class T>
    requires(!std::is_reference_v<T> && !std::is_const_v<T> && std::move_constructible<T> && !std::same_as<T, ObjectId>)
  CheckpointBuilder& save(std::string_view name, T&& value, const SaveOptions& options = {}) {
    if (is_background()) return save_moved<T>(name, std::move(value), options);
    return save_encoded(name, encodable(value), options);
  }
  /// Refers to an object that is in the store already; throws not_found if it is not.
  CheckpointBuilder& save(std::string_view name, const ObjectId& object);
  /// Stores the file or tree at `path` as the artifact called `name`, read here and now, as Store::add does.
  CheckpointBuilder& attach(std::string_view name, const std::filesystem::path& path, const AddOptions& options = {});
  /// As Store::add_source and Store::add_files.
  CheckpointBuilder& attach_source(std::string_view name, const ArtifactSource& source, const AddOptions& options);
  CheckpointBuilder& attach_files(std::string_view name, std::span<const NamedSource> sources, const AddOptions& options);
  CheckpointBuilder& attach(std::string_view name, const ArtifactId& artifact);
  /// A small fact about the checkpoint, for listings and retention.
  CheckpointBuilder& note(std::string_view key, Value value);
  /// A name that finds and pins the checkpoint; moves from an older checkpoint of the run that has it.
  CheckpointBuilder& tag(std::string_view name);

  /// The protected regions of the run, each as the state of its name.
  CheckpointBuilder& save_regions();

  /// Commits the checkpoint, with CommitOptions::sync it is on disk when this returns: a crash of the machine does not lose it.
  /// All or nothing. Committing the same content for the same step again writes nothing and returns the first id.
  /// Throws no_space, io; the run is then as it was before. After unknown_outcome it may have happened: open the store
  /// again to see; until then every commit throws io. With another durability, what goes wrong later is thrown by
  /// Receipt::durable and by the next commit or flush of the run, which then does nothing else.
  Receipt commit(const CommitOptions& options = {});
  /// As commit, by another thread, which also does what was put off while the checkpoint was built (see CheckpointOptions).
  /// Checkpoints of a run are made in the order of these calls. What goes wrong is thrown by PendingCommit::get, and by the next
  /// commit or flush of the run. Memory: what was saved, until it is written; for all runs of a store at most
  /// OpenOptions::background_bytes, beyond which AsyncCommitOptions::when_busy decides.
  PendingCommit commit_async(const AsyncCommitOptions& options = {});

 private:
  friend class Run;
  using Encode = std::function<void(const std::function<void(const Encodable&)>&)>;
  explicit CheckpointBuilder(std::unique_ptr<store::CheckpointState> state);
  CheckpointBuilder& save_encoded(std::string_view name, const Encodable& value, const SaveOptions& options);
  /// `encode` calls what it is given with the value, which it owns, and whose memory is about `bytes`.
  CheckpointBuilder& save_held(std::string_view name, std::uint64_t bytes, Encode encode, const SaveOptions& options);
  bool is_background() const;

  template <class T>
  CheckpointBuilder& save_moved(std::string_view name, T value, const SaveOptions& options) {
    if constexpr (!detail::is_decodable<T>()) {
      throw Error(ErrorCode::invalid_argument, "save " + std::string(name) +
                                                   ": in the background only what owns its data can be saved, not views; "
                                                   "memory of the program can be protected as a region");
    } else {
      const std::uint64_t bytes = detail::memory_of(value);
      auto held = std::make_shared<const T>(std::move(value));
      return save_held(name, bytes, [held](const std::function<void(const Encodable&)>& use) { use(encodable(*held)); }, options);
    }
  }

  std::unique_ptr<store::CheckpointState> state_;
};

/// The recorded result of a step: the value, and the data node that holds it.
template <class T>
class StepResult {
 public:
  StepResult(T value, Uuid data, Uuid process, bool repeated)
      : value_(std::move(value)), data_(data), process_(process), recorded_before_(repeated) {}

  const T& value() const& { return value_; }
  T&& value() && { return std::move(value_); }
  const T& operator*() const& { return value_; }
  const T* operator->() const { return &value_; }
  Uuid data() const { return data_; }
  Uuid process() const { return process_; }
  /// True if the result was read from the record of another call, of this run or another.
  bool recorded_before() const { return recorded_before_; }

 private:
  T value_;
  Uuid data_;
  Uuid process_;
  bool recorded_before_;
};

namespace detail {

template <class Work>
concept StepWork = std::invocable<Work&, StepContext&> || std::invocable<Work&>;

template <class Work>
struct StepValueOf {
  using Type = std::decay_t<std::invoke_result_t<Work&>>;
};
template <std::invocable<StepContext&> Work>
struct StepValueOf<Work> {
  using Type = std::decay_t<std::invoke_result_t<Work&, StepContext&>>;
};
template <class Work>
using StepValue = typename StepValueOf<std::remove_reference_t<Work>>::Type;

}  // namespace detail

/// One labelled input of a step: a node, the result of another step, or a plain value that becomes a data node.
class Input {
 public:
  Input(std::string label, const Node& node) : label_(std::move(label)), node_(node.uuid) {}
  Input(std::string label, const Uuid& node) : label_(std::move(label)), node_(node) {}
  template <class T>
  Input(std::string label, const StepResult<T>& result) : label_(std::move(label)), node_(result.data()) {}
  /// `value` must live until the step returns.
  template <class T>
  Input(std::string label, const T& value)
      : label_(std::move(label)), value_(encodable(value)), type_(type_name<T>()) {}

  const std::string& label() const { return label_; }
  const std::optional<Uuid>& node() const { return node_; }
  const std::optional<Encodable>& value() const { return value_; }
  const std::string& type() const { return type_; }  ///< of the value

 private:
  std::string label_;
  std::optional<Uuid> node_;
  std::optional<Encodable> value_;
  std::string type_;
};

using Inputs = std::vector<Input>;

struct HistoryOptions {
  std::optional<CheckpointId> before = {};  ///< continue a listing: only checkpoints older than this one
  std::optional<CheckpointId> after = {};   ///< only newer ones
  std::optional<std::int64_t> step = {};    ///< only of this step
  Map metadata = {};                        ///< only those whose metadata have all of these entries
  std::size_t limit = SIZE_MAX;             ///< at most so many are returned
};

struct ForkOptions {
  std::optional<CheckpointId> at = {};  ///< the last checkpoint that the fork has; empty: the newest
};

/// A handle on one run of an open store. Copies refer to the same run. Thread-safe. Keeps its store open.
class Run {
 public:
  const std::string& name() const;
  Uuid uuid() const;
  /// The workflow node that stands for the run and calls its steps.
  Node node() const;

  CheckpointBuilder checkpoint(std::int64_t step, const CheckpointOptions& options = {});
  /// Waits until all commits of the run are on disk. Throws what one of them threw, once.
  void flush();
  /// Whether a checkpoint is due at `step`, counted from the last one of the run that was committed through this store, or from
  /// when the run was opened. Cheap.
  bool should_checkpoint(std::int64_t step, const CheckpointSchedule& schedule) const;

  /// Makes memory of the program part of what commit and save_regions save and restart_point fills, until it is unprotected;
  /// a region of that name is replaced. Throws invalid_argument unless `shape` has as many elements as `memory`.
  template <RegionElement T>
  void protect(std::string_view name, std::span<T> memory, std::vector<std::uint64_t> shape = {}) {
    protect(make_region(name, memory, std::move(shape)));
  }
  void protect(Region region);
  void unprotect(std::string_view name);
  /// A checkpoint of the protected regions.
  Receipt commit(std::int64_t step, const CommitOptions& options = {});
  /// Copies the regions and returns. Memory: a copy of them, kept for the next time.
  PendingCommit commit_async(std::int64_t step, const AsyncCommitOptions& options = {});

  /// Nodes and links of the run, written in one atomic commit.
  Transaction transaction();
  /// As transaction(), for a graph of any size.
  BulkLoad bulk_load();

  /// The state called `name` of the newest checkpoint that verifies; empty only if the run has no checkpoint.
  /// Damaged ones are passed over, with a line on stderr for each; throws damaged if there are checkpoints and none
  /// verifies, not_found if the checkpoint has no such state, type_mismatch if it is not a T, newer_class, not_allowed.
  template <class T>
  std::optional<T> restart(std::string_view name, const ReadOptions& options = {}) const {
    std::optional<Restart<T>> found = restart_report<T>(name, options);
    if (!found) return std::nullopt;
    report_skipped(found->skipped);
    return std::move(found->value);
  }

  /// As restart, with the checkpoint and the list of those that were passed over.
  template <class T>
  std::optional<Restart<T>> restart_report(std::string_view name, const ReadOptions& options = {}) const {
    std::optional<T> value;
    auto found = restart_decoded(name, [&](const Decoder& in) { value = decode<T>(in); }, options);
    if (!found) return std::nullopt;
    return Restart<T>{std::move(*value), std::move(found->first), std::move(found->second)};
  }

  /// The checkpoint to go on from, with what was left open when it was made; fills the protected regions. Empty only if the run has
  /// no checkpoint, or none of what was asked for. Throws damaged if it has and none verifies, and before anything is filled:
  /// not_found naming a part that the checkpoint has not, and type_mismatch naming both shapes or element types.
  std::optional<RestartPoint> restart_point(const RestartOptions& options = {});

  /// Records values that a task has made since a checkpoint of the run, as writes 0, 1, 2, ... of that task, in one durable commit.
  /// Once they are recorded, writes of the same task and number are as they were, whatever is given again. Throws not_found,
  /// and invalid_argument for a task that is no name.
  void put_writes(const CheckpointId& checkpoint, std::string_view task,
                  const std::vector<std::pair<std::string, Value>>& writes);
  /// By task and index.
  std::vector<PendingWrite> pending_writes(const CheckpointId& checkpoint) const;

  /// Moves the tag, or gives it, to a checkpoint of the run. Durable.
  void tag(const CheckpointId& checkpoint, std::string_view tag);
  /// Removes the tag; false if there is none.
  bool untag(std::string_view tag);

  /// A run whose history is that of this one up to a checkpoint, and its own from there on. Nothing is copied: checkpoints are
  /// shared, and stay as long as one of the runs has them. Recorded steps and nodes are not the fork's. Throws exists if there is
  /// a run of that name, not_found for a checkpoint that this one has not. One durable commit of each run.
  Run fork(std::string_view name, const ForkOptions& options = {});
  /// The run, if this is a fork, and the checkpoint it goes on from.
  std::optional<std::pair<std::string, CheckpointId>> forked_from() const;
  /// The run called `<this name>/<name>`: created, called by this run's node, or continued.
  Run nested(std::string_view name);

  /// Removes the checkpoints that no rule of the policy keeps from the history, in one durable commit; a dry run only tells. Their
  /// bytes go with the next collection.
  PruneReport prune(const RetentionPolicy& policy, bool dry_run = false);

  std::optional<Checkpoint> latest() const;
  /// The newest checkpoint of that step.
  std::optional<Checkpoint> at(std::int64_t step) const;
  std::optional<Checkpoint> tagged(std::string_view tag) const;
  /// The newest checkpoint of which every byte is there and matches its digest.
  std::optional<Checkpoint> latest_valid(std::vector<SkippedCheckpoint>* skipped = nullptr) const;
  /// Newest first. One with a damaged record is listed all the same, see Checkpoint::damaged. Cost: a page and the
  /// run's tags, whatever the length of the history.
  std::vector<Checkpoint> history(const HistoryOptions& options = {}) const;

  /// Does a piece of work once: if a step with this name, these inputs (by content) and these options
  /// is recorded in the run, returns its result; else calls `work` and records the result, the inputs and the
  /// links between them in one durable commit. `work` returns a storable value or an ArtifactId, and may take a StepContext&. An
  /// exception from it is recorded as a failed attempt and passed on; StepCancelled as a cancelled one. If the process dies before
  /// the commit, `work` runs again next time, unless StepOptions say otherwise; if several threads come to one step at once, one
  /// does the work and all get its result.
  /// If the recorded result is damaged, `work` runs once more: when it gives the same value again, that takes the
  /// damaged one's place; else damaged is thrown.
  /// Throws, before `work` is called, rule_violation for a bad or repeated label or if the run is finished, not_found
  /// for an input that is no node, invalid_argument for a name or version that is no text or longer than 4096 bytes, and for
  /// parameters or an environment that are no maps with text keys, limit if those are too large;
  /// and type_mismatch if the recorded result is not of the type of `work`.
  template <detail::StepWork Work>
  auto step(std::string_view name, const Inputs& inputs, Work&& work, const StepOptions& options = {})
      -> StepResult<detail::StepValue<Work>>;

  /// Why each recorded step of that name was done, newest first: what it differs in from the nearest earlier one. That is the
  /// one of its name that this run recorded last before it; else the one that any other run recorded last before it (steps
  /// that were recorded by an older format are found there after Store::compact). Throws not_found if there is none of that
  /// name. Cost: a few reads for each, whatever else is in the store.
  std::vector<StepReason> why(std::string_view step, std::size_t limit = SIZE_MAX) const;
  /// How often the step was tried, oldest first; empty if it never was. Throws as step() does.
  std::vector<StepAttemptInfo> attempts(std::string_view name, const Inputs& inputs, const StepOptions& options = {}) const;
  /// The steps of the run that were begun, of that name if it is not empty, in the order in which they were recorded, those without
  /// a result last. Cost: their records.
  std::vector<StepStatus> steps(std::string_view name = {}) const;
  /// What step() would do with these arguments and why, told without doing or recording anything. Throws as step() does.
  StepReason predict_step(std::string_view name, const Inputs& inputs, const StepOptions& options = {}) const;

  /// Stores the file or tree at `path` and records it as a data node of this run. The same content under the same
  /// label is recorded once.
  Node add(std::string_view label, const std::filesystem::path& path, const AddOptions& options = {});

  /// Marks the run's workflow node as finished (or failed, or killed) and links what it returned, which must be
  /// nodes. Nothing can be linked to it afterwards; finishing it again in the same state, with returns that are
  /// recorded, does nothing. Throws rule_violation if it is finished in another state or with other returns.
  void finish(const Inputs& returned = {}, NodeState state = NodeState::finished);

 private:
  friend class Store;
  explicit Run(std::shared_ptr<store::RunState> state);

  using Decode = std::function<void(const Decoder&)>;
  std::optional<std::pair<Checkpoint, std::vector<SkippedCheckpoint>>> restart_decoded(std::string_view name,
                                                                                       const Decode& decode,
                                                                                       const ReadOptions& options) const;
  static void report_skipped(const std::vector<SkippedCheckpoint>& skipped);

  struct StepRun {  // one step between its look-up and its record
    std::unique_ptr<store::StepOutcome> outcome;
    bool found = false;  // recorded by another call, before or meanwhile
    StepRun();
    StepRun(StepRun&&) noexcept;
    ~StepRun();
    Uuid data() const;
    Uuid process() const;
    ArtifactId artifact() const;
  };
  StepRun begin_step(std::string_view name, const Inputs& inputs, const StepOptions& options, std::string_view type);
  /// Calls `attempt`, which does the work and records its result, until it throws nothing or there are no attempts left; not at
  /// all if another call records the step meanwhile.
  void do_step(StepRun& step, const StepOptions& options, const std::function<void(StepContext&)>& attempt);
  void record_step(StepRun& step, const Encodable& result, std::string_view type);
  void record_step(StepRun& step, const ArtifactId& result);
  /// False if the recorded result is damaged; throws damaged if the store is open for reading only.
  bool read_step(const StepRun& step, const Decode& decode) const;
  /// As do_step; `attempt` does the work again and stores its result in place of the damaged one.
  void redo_step(StepRun& step, const std::function<void(StepContext&)>& attempt);
  void repair_step(StepRun& step, const Encodable& result);

  std::shared_ptr<store::RunState> state_;
};

namespace detail {

template <class Work>
decltype(auto) call_work(Work& work, StepContext& context) {
  if constexpr (std::invocable<Work&, StepContext&>)
    return work(context);
  else
    return work();
}

}  // namespace detail

template <detail::StepWork Work>
auto Run::step(std::string_view name, const Inputs& inputs, Work&& work, const StepOptions& options)
    -> StepResult<detail::StepValue<Work>> {
  using T = detail::StepValue<Work>;
  StepRun step = begin_step(name, inputs, options, type_name<T>());
  std::optional<T> value;
  if (!step.found)
    do_step(step, options, [&](StepContext& context) {
      value.reset();
      value.emplace(detail::call_work(work, context));
      if constexpr (std::same_as<T, ArtifactId>)
        record_step(step, *value);
      else
        record_step(step, encodable(*value), type_name<T>());
    });
  if constexpr (std::same_as<T, ArtifactId>) {
    return StepResult<T>(step.artifact(), step.data(), step.process(), step.found);
  } else {
    if (!step.found) return StepResult<T>(std::move(*value), step.data(), step.process(), false);
    value.reset();
    if (!read_step(step, [&](const Decoder& in) { value.emplace(decode<T>(in)); }))
      redo_step(step, [&](StepContext& context) {
        value.reset();
        value.emplace(detail::call_work(work, context));
        repair_step(step, encodable(*value));
      });
    return StepResult<T>(std::move(*value), step.data(), step.process(), true);
  }
}

}  // namespace cairn
