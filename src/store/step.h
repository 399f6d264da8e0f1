// Steps: what makes one, the key that says when two are the same, and the nodes of their inputs.
#pragma once

#include <cairn/run.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/run_state.h"

namespace cairn::store {

/// An input whose content is known. Without a node it becomes a data node when the step is recorded.
struct StepInput {
  std::string label;
  Digest content;
  NodeId node = 0;         ///< 0: none yet
  Content value;           ///< of the new node
  std::string type;        ///< of the new node
  std::uint64_t size = 0;  ///< of the new node
};

/// One step between its look-up and its record.
struct StepOutcome {
  std::string name;
  std::string code_version;
  std::vector<StepInput> inputs;  ///< sorted by label
  std::string parameters, environment;  ///< as in StepRecord
  std::unique_ptr<engine::Staging> staging;
  std::optional<std::uint64_t> position = {};
  bool reuse = false;  ///< as in StepOptions, and these
  bool at_most_once = false;
  bool retry_interrupted = false;
  StepCalls::Turn turn = {};

  // The attempt that is under way.
  std::uint32_t attempt = 0;
  std::int64_t started = 0;
  bool claimed = false;   ///< others know of it
  bool detached = false;  ///< the store is closed meanwhile
  bool recorded = false;  ///< the work has ended, and its result is being committed

  Uuid process{};         ///< of that attempt, and of the one that recorded the step

  // What it gave.
  Uuid data{};
  Content content = {};
};

/// Digest of name, code version, inputs, parameters and environment, which are what makes two steps equal; a hint, as every
/// digest: the components themselves are stored and compared. `probe` counts the keys that belonged to other steps.
Digest step_key(const StepOutcome& step, std::uint8_t probe);

/// Fills in what makes `step` equal to another, and stages what is new of that. Throws not_found; invalid_argument for a label
/// that occurs twice, and for parameters or an environment that are neither null nor maps with text keys; limit if those are
/// too large or have parts that are kept outside of them.
void resolve_step(const RunState& run, const engine::View& view, std::string_view name, const Inputs& inputs,
                  const StepOptions& options, StepOutcome& step);

/// As resolve_step, for looking the step up: nothing is stored, also in a store that is open for reading only. `view` must outlive
/// `step`, which cannot be recorded.
void identify_step(const RunState& run, const engine::View& view, std::string_view name, const Inputs& inputs,
                   const StepOptions& options, StepOutcome& step);

/// The bytes that the key is made of.
std::string step_components(const StepOutcome& step);

bool same_step(const StepOutcome& step, const format::StepRecord& record);

/// Brings the inputs in order. Throws invalid_argument for a label that occurs twice.
void sort_inputs(StepOutcome& step);

/// The components of the step as they are recorded; all else is empty.
format::StepRecord step_record(const StepOutcome& step);
/// The step that a record is about.
StepOutcome step_of(const format::StepRecord& record);

/// Throws invalid_argument unless both are UTF-8 without NUL of at most 4096 bytes, and the name is not empty.
void check_step_names(const RunState& run, std::string_view name, std::string_view code_version);

/// For messages: "step relax of run argon".
std::string step_title(const RunState& run, const StepOutcome& step);

/// Throws rule_violation if the run is finished, not_found if it was deleted; `doing` is for the message, such as "step relax".
void require_unfinished(const RunState& run, const engine::View& view, std::string_view doing);

/// The data node of this run that has this content and label and no creator.
std::optional<NodeId> find_given_data(const RunState& run, const engine::View& view, const Digest& content,
                                      std::string_view label);

/// A new finished data node of the run. Its links are the caller's.
format::NodeRecord data_node(const RunState& run, std::string_view type, std::string_view label,
                             const Content& content, std::uint64_t size);

Digest content_digest(const Content& content);

/// What was given to a staging so far, new or not: the logical size of a value is what storing it adds.
inline std::uint64_t staged_bytes(const engine::Staging& staging) {
  return staging.bytes_added() + staging.bytes_existed();
}

}  // namespace cairn::store
