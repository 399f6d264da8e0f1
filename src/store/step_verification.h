// What the rows of a run about its steps must lead to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::store {

/// What a row leads to and is not there, such as "step relax leads to node number 7"; empty for a row that is not about a step.
/// Throws damaged.
std::vector<std::string> missing_for_step_row(const engine::View& view, engine::CellId cell, std::string_view key,
                                              std::string_view value);

/// The entries of indexes that the row must have; those of an index that an older format did not have are not among them.
std::vector<std::string> entries_of_step_row(const format::RunRecord& run, engine::CellId cell, std::string_view key,
                                             std::string_view value);

}  // namespace cairn::store
