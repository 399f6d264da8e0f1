// Differences as text for people.
#pragma once

#include <cairn/store.h>

#include <span>
#include <string_view>

#include "output.h"

namespace cairn::cli {

/// A line of at most 80 columns for each; what was not kept is counted in a last one.
void print_changes(const ValueDifference& difference, Output& out, std::string_view indent = "");
/// A table, and what the changes add up to.
void print_changes(std::span<const ArtifactChange> changes, Output& out);
void print(const CheckpointDifference& difference, Output& out);
void print(const RunDifference& difference, Output& out);
/// Indented, a line for each.
void print(const StepDifference& difference, Output& out);

}  // namespace cairn::cli
