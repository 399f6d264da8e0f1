// The rows about attempts to do steps, and about steps that are not to be reused. Bytes <-> plain structs.
#pragma once

#include <cairn/step.h>
#include <cairn/uuid.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"
#include "format/records.h"

namespace cairn::format {

inline constexpr std::size_t kStepAttemptsMax = 100;       ///< kept of one step
inline constexpr std::size_t kStepMessageBytesMax = 1024;  ///< kept of what an exception says

/// An attempt that ended.
struct StepAttempt {
  std::uint32_t number = 0;  ///< 1, 2, 3, ...
  StepEnd end = StepEnd::finished;
  Uuid process{};
  std::int64_t begun = 0, ended = 0;
  std::string message = {};
  bool at_most_once = false;

  friend bool operator==(const StepAttempt&, const StepAttempt&) = default;
};

/// An attempt under way that others must know of.
struct StepClaim {
  std::uint32_t number = 0;
  Uuid process{};
  std::int64_t begun = 0;
  std::int64_t until = 0;  ///< 0: for as long as the owner has the store open
  bool at_most_once = false;
  base::ProcessIdentity owner = {};
  bool detached = false;  ///< the owner does not have the store open meanwhile

  friend bool operator==(const StepClaim&, const StepClaim&) = default;
};

struct StepAttemptRecord {
  StepRecord step;  ///< what makes it this step, and the nodes of its inputs; all else is empty
  std::vector<StepAttempt> attempts = {};  ///< by number, at most kStepAttemptsMax
  std::optional<StepClaim> claim = {};

  friend bool operator==(const StepAttemptRecord&, const StepAttemptRecord&) = default;
};

struct StepInvalidationRecord {
  std::int64_t time = 0;  ///< steps that were recorded later are not meant
  std::optional<std::string> name = {};
  std::optional<std::string> code_version = {};
  std::int64_t recorded_before = std::numeric_limits<std::int64_t>::max();

  friend bool operator==(const StepInvalidationRecord&, const StepInvalidationRecord&) = default;
};

// The decoders throw Error(damaged) naming what they were given to decode.
std::string encode_step_attempts(const StepAttemptRecord& attempts);
StepAttemptRecord decode_step_attempts(std::string_view bytes);
std::string encode_step_invalidation(const StepInvalidationRecord& invalidation);
StepInvalidationRecord decode_step_invalidation(std::string_view bytes);

}  // namespace cairn::format
