// Run: one execution of a workflow, its checkpoints and its recorded steps.
#pragma once

#include <cairn/artifact.h>
#include <cairn/bulk_load.h>
#include <cairn/checkpoint.h>
#include <cairn/codec.h>
#include <cairn/fallback.h>
#include <cairn/node.h>
#include <cairn/read_options.h>
#include <cairn/step.h>
#include <cairn/transaction.h>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
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

/// Builds one checkpoint: save and attach what belongs to it, then commit. Move-only; what was saved but not
/// committed is dropped with it. Not thread-safe; several builders may be in use at once.
class CheckpointBuilder {
 public:
  CheckpointBuilder(CheckpointBuilder&&) noexcept;
  CheckpointBuilder& operator=(CheckpointBuilder&&) noexcept;
  ~CheckpointBuilder();

  /// Stores `value` as the state called `name`. The value is encoded here and now, so it may change afterwards.
  /// Throws unstorable with the path of the field that has no lossless form, beginning with `name`, unless a fallback is
  /// asked for; and invalid_argument for a name that is empty or used already. After a throw nothing of the value is in
  /// the checkpoint, which can be gone on with.
  template <class T>
  CheckpointBuilder& save(std::string_view name, const T& value, const SaveOptions& options = {}) {
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

  /// Makes the checkpoint durable: when it returns, a crash of the machine does not lose it. All or nothing.
  /// Committing the same content for the same step again writes nothing and returns the first id.
  /// Throws no_space, io; the run is then as it was before. After unknown_outcome it may have happened: open the store
  /// again to see; until then every commit throws io.
  Receipt commit();

 private:
  friend class Run;
  explicit CheckpointBuilder(std::unique_ptr<store::CheckpointState> state);
  CheckpointBuilder& save_encoded(std::string_view name, const Encodable& value, const SaveOptions& options);

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
  /// True if the result was read from the record of another call.
  bool recorded_before() const { return recorded_before_; }

 private:
  T value_;
  Uuid data_;
  Uuid process_;
  bool recorded_before_;
};

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

/// What makes a step another one beside its name and inputs. Parameters and environment are null or maps with text keys, of
/// at most 64 KiB as they are stored; large arrays and long lists are inputs, not parameters.
struct StepOptions {
  std::string code_version = {};  ///< change it when the code's results change
  Value parameters = {};          ///< what the work was told beside its inputs, such as a cutoff
  Value environment = {};         ///< what it ran in, as far as that may change its result, such as the version of a library
};

struct HistoryOptions {
  std::optional<CheckpointId> before;  ///< continue a listing: only checkpoints older than this one
  std::size_t limit = SIZE_MAX;
};

/// What a restart found.
template <class T>
struct Restart {
  T value;
  Checkpoint checkpoint;
  std::vector<SkippedCheckpoint> skipped;  ///< newer ones that were damaged, newest first
};

/// A handle on one run of an open store. Copies refer to the same run. Thread-safe. Keeps its store open.
class Run {
 public:
  const std::string& name() const;
  Uuid uuid() const;
  /// The workflow node that stands for the run and calls its steps.
  Node node() const;

  CheckpointBuilder checkpoint(std::int64_t step);

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

  std::optional<Checkpoint> latest() const;
  /// The newest checkpoint of that step.
  std::optional<Checkpoint> at(std::int64_t step) const;
  std::optional<Checkpoint> tagged(std::string_view tag) const;
  /// The newest checkpoint of which every byte is there and matches its digest.
  std::optional<Checkpoint> latest_valid(std::vector<SkippedCheckpoint>* skipped = nullptr) const;
  /// Newest first. One with a damaged record is listed all the same, see Checkpoint::damaged. Cost: a page and the
  /// run's tags, whatever the length of the history.
  std::vector<Checkpoint> history(const HistoryOptions& options = {}) const;

  /// Does a piece of work at most once: if a step with this name, these inputs (by content) and these options
  /// is recorded in the run, returns its result; else calls `work` and records the result, the inputs and the
  /// links between them in one durable commit. `work` returns a storable value or an ArtifactId. An exception from
  /// it is passed on and nothing is recorded. If the process dies before the commit, `work` runs again next time; if
  /// several threads come to one step at once, each may do the work, one record stands, and all get its result.
  /// If the recorded result is damaged, `work` runs once more: when it gives the same value again, that takes the
  /// damaged one's place; else damaged is thrown.
  /// Throws, before `work` is called, rule_violation for a bad or repeated label or if the run is finished, not_found
  /// for an input that is no node, invalid_argument for a name or version that is no text or longer than 4096 bytes, and for
  /// parameters or an environment that are no maps with text keys, limit if those are too large;
  /// and type_mismatch if the recorded result is not of the type of `work`.
  template <class Work>
  auto step(std::string_view name, const Inputs& inputs, Work&& work, const StepOptions& options = {})
      -> StepResult<std::decay_t<std::invoke_result_t<Work>>>;

  /// Why each recorded step of that name was done, newest first: what it differs in from the nearest earlier one. That is the
  /// one of its name that this run recorded last before it; else the one that any other run recorded last before it (steps
  /// that were recorded by an older format are found there after Store::compact). Throws not_found if there is none of that
  /// name. Cost: a few reads for each, whatever else is in the store.
  std::vector<StepReason> why(std::string_view step, std::size_t limit = SIZE_MAX) const;
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
  void record_step(StepRun& step, const Encodable& result, std::string_view type);
  void record_step(StepRun& step, const ArtifactId& result);
  /// False if the recorded result is damaged; throws damaged if the store is open for reading only.
  bool read_step(const StepRun& step, const Decode& decode) const;
  void repair_step(StepRun& step, const Encodable& result);

  std::shared_ptr<store::RunState> state_;
};

template <class Work>
auto Run::step(std::string_view name, const Inputs& inputs, Work&& work, const StepOptions& options)
    -> StepResult<std::decay_t<std::invoke_result_t<Work>>> {
  using T = std::decay_t<std::invoke_result_t<Work>>;
  StepRun step = begin_step(name, inputs, options, type_name<T>());
  if constexpr (std::same_as<T, ArtifactId>) {
    if (!step.found) record_step(step, std::forward<Work>(work)());
    return StepResult<T>(step.artifact(), step.data(), step.process(), step.found);
  } else {
    if (!step.found) {
      T made = std::forward<Work>(work)();
      record_step(step, encodable(made), type_name<T>());
      if (!step.found) return StepResult<T>(std::move(made), step.data(), step.process(), false);
    }
    std::optional<T> value;
    if (!read_step(step, [&](const Decoder& in) { value = decode<T>(in); })) {
      value.emplace(std::forward<Work>(work)());
      repair_step(step, encodable(*value));
    }
    return StepResult<T>(std::move(*value), step.data(), step.process(), true);
  }
}

}  // namespace cairn
