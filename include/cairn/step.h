// Steps: how they are done, what is recorded of them, how two differ, and why one was done.
#pragma once

#include <cairn/change.h>
#include <cairn/difference.h>
#include <cairn/digest.h>
#include <cairn/node.h>
#include <cairn/uuid.h>
#include <cairn/value.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

namespace store {
class StepAttempt;
}

/// What makes a step another one beside its name and inputs, and how it is done. Parameters and environment are null or maps with
/// text keys, of at most 64 KiB as they are stored; large arrays and long lists are inputs, not parameters.
struct StepOptions {
  std::string code_version = {};  ///< change it when the code's results change
  Value parameters = {};          ///< what the work was told beside its inputs, such as a cutoff
  Value environment = {};         ///< what it ran in, as far as that may change its result, such as the version of a library

  // None of these makes a step another one.
  /// Take the result of an equal step of another run, unless its bytes are gone or it was invalidated.
  bool reuse = false;
  /// Commit the intent before the work is begun. If the process dies before the outcome is recorded, the step is interrupted and
  /// not done again: it throws interrupted unless `retry_interrupted` is set.
  bool at_most_once = false;
  bool retry_interrupted = false;
  /// So often is the work begun by one call, until it throws nothing. Each time that failed is recorded.
  unsigned attempts_max = 1;
  std::chrono::nanoseconds retry_after{0};  ///< before the second attempt; twice as long before each further one
  /// Whether to try again after this exception; empty: after any but cancellation.
  std::function<bool(const std::exception&)> retry_if = {};
  /// If not zero, the work is claimed for so long in a commit of its own before it is begun, and StepContext::heartbeat claims it
  /// anew. Others that come to the step meanwhile throw conflict naming the holder; once the lease has run out, or its process is
  /// dead, they take over with the next attempt number, and what the former holder then records is refused with fenced.
  std::chrono::nanoseconds lease{0};
  /// The place of the step among those of the run. If another step is recorded there, diverged is thrown, naming both.
  std::optional<std::uint64_t> position = {};
  std::stop_token stop = {};  ///< when it is requested, no further attempt is begun
};

/// Given to work that takes it as its argument. Lives as long as the call of the work.
class StepContext {
 public:
  unsigned attempt() const;         ///< 1, 2, 3, ... over all calls and processes
  const Uuid& process() const;      ///< of the node that this attempt will have
  /// Renews the lease. Throws fenced if it was lost. Without a lease does nothing.
  void heartbeat();
  bool stop_requested() const;

 private:
  friend class Run;
  explicit StepContext(store::StepAttempt& attempt) : attempt_(attempt) {}
  store::StepAttempt& attempt_;
};

/// Thrown by work that was told to stop: recorded as cancelled, not as failed.
class StepCancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "cancelled"; }
};

/// Which recorded steps must not be reused by other runs any more: those that match all that is set, of which one must be.
struct StepInvalidation {
  std::optional<std::string> name = {};
  std::optional<std::string> code_version = {};
  std::optional<Timestamp> recorded_before = {};
};

/// How an attempt ended.
enum class StepEnd : std::uint8_t {
  finished,     ///< with a result
  failed,       ///< with an exception
  cancelled,    ///< it was told to stop
  interrupted,  ///< its process died, or it lost its lease
};

/// Stable lower-case name, such as "cancelled".
const char* step_end_name(StepEnd end) noexcept;

/// One attempt to do a step.
struct StepAttemptInfo {
  unsigned number = 0;
  StepEnd end = StepEnd::finished;
  Uuid process;         ///< its node
  Timestamp begun{}, ended{};
  std::string message;  ///< of the exception
};

/// A step of a run that was begun: its result may be recorded or not.
struct StepStatus {
  std::string name;
  std::string code_version;
  std::optional<Uuid> process = {};            ///< of the recorded result; empty: there is none
  Timestamp recorded{};                        ///< when it was recorded, or its last attempt ended
  std::vector<StepAttemptInfo> attempts = {};  ///< oldest first
  std::string worker = {};                     ///< who is working on it: host, process, since when; empty: nobody
};

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
  std::optional<Uuid> reused_from = {};  ///< the process of another run whose result was taken
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
