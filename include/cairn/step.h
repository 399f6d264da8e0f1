// Recorded steps as users see them: what they were made of, how two differ, and why one was done.
#pragma once

#include <cairn/change.h>
#include <cairn/difference.h>
#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// One input or output of a step.
struct StepData {
  std::string label;
  /// Of the node's object or artifact. Of a node without content its UUID, or between runs a digest of its attributes.
  Digest content;
  Uuid node;  ///< nil if it is none yet

  friend bool operator==(const StepData&, const StepData&) = default;
};

/// A recorded step, or another process of a run: a calculation or workflow that a transaction wrote.
struct StepInfo {
  bool recorded = true;  ///< false: it is another process
  std::string name;      ///< of another process, its label
  std::string type;      ///< "step" if it is recorded
  std::string run;
  Uuid process;          ///< the calculation; nil if the step has not been done
  std::string code_version;
  std::vector<StepData> inputs;   ///< by label
  std::vector<StepData> outputs;  ///< by label; of a recorded step one, called "result"
  Value parameters, environment;  ///< null or maps, see StepOptions
  Timestamp time{};               ///< when it was recorded, or another process last changed
  std::chrono::nanoseconds duration{0};  ///< that the work took
};

struct TextChange {
  std::string before, after;

  friend bool operator==(const TextChange&, const TextChange&) = default;
};

/// An input or output that is in one of two steps alone, or has another content.
struct StepDataChange {
  ChangeKind kind = ChangeKind::changed;
  std::string label;
  std::optional<StepData> before, after;
};

/// What differs between two steps; all else is equal.
struct StepDifference {
  std::optional<TextChange> code_version;
  std::vector<StepDataChange> inputs;   ///< by label
  ValueDifference parameters;           ///< paths begin with "parameters"
  ValueDifference environment;          ///< paths begin with "environment"
  std::vector<StepDataChange> outputs;  ///< by label; no reason for doing a step again
  // Of processes that are no recorded steps.
  ValueDifference attributes;           ///< paths begin with "attributes"
  std::optional<TextChange> state;      ///< with the exit status, if that is not 0

  /// All but outputs: what makes two steps different ones.
  bool has_reason() const {
    return code_version || !inputs.empty() || !parameters.empty() || !environment.empty() || !attributes.empty() || state;
  }
  bool empty() const { return !has_reason() && outputs.empty(); }
};

/// Why a step was done, or would be.
struct StepReason {
  StepInfo step;
  bool done = true;                  ///< false: it would not be done, since it is recorded
  std::optional<StepInfo> compared;  ///< the nearest earlier one of its name; empty if it is the first
  StepDifference difference;         ///< from that to this one
};

/// The differences one by one, such as "input structure is 3f2a0c19d6b7 and was 81bc5502aa31" or "code version 1.2 -> 1.3", the
/// outputs last. Fit for a terminal.
std::vector<std::string> to_lines(const StepDifference& difference);
/// A sentence: "done because code version 1.2 -> 1.3; parameters.cutoff: 30 -> 40", "first of its name", "reused: equal to ...".
std::string to_text(const StepReason& reason);

}  // namespace cairn
