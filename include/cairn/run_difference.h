// How two runs differ, step by step.
#pragma once

#include <cairn/step.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace [[gnu::visibility("default")]] cairn {

/// A step that is in one of two runs alone, or in both and not alike.
struct StepChange {
  ChangeKind kind = ChangeKind::changed;
  std::optional<StepInfo> before, after;
  StepDifference difference;  ///< of one that is in both
};

struct RunDifference {
  /// Recorded steps by name, then other processes; at most as many as asked for.
  std::vector<StepChange> changes;
  // Of all, whether or not they were kept.
  std::uint64_t equal_count = 0;
  std::uint64_t only_before_count = 0, only_after_count = 0;
  std::uint64_t changed_count = 0;
  // Of the changed ones; one may have several.
  std::uint64_t other_code_count = 0, other_inputs_count = 0, other_outputs_count = 0;
  std::uint64_t other_parameters_count = 0;  ///< or other attributes
  std::uint64_t other_environment_count = 0, other_state_count = 0;

  std::uint64_t change_count() const { return only_before_count + only_after_count + changed_count; }
};

}  // namespace cairn
