// The tables of main_0001, as AiiDA 2 makes them.
#pragma once

#include <span>

namespace cairn::interchange::aiida {

/// Statements that make the tables.
std::span<const char* const> table_statements();
/// Statements that make the indexes; to be run when the rows are there.
std::span<const char* const> index_statements();

}  // namespace cairn::interchange::aiida
