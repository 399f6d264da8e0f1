// How what a node holds stands to what a filter wants.
#pragma once

#include <cairn/node.h>
#include <cairn/value.h>

#include <compare>
#include <cstdint>
#include <string_view>
#include <variant>

#include "graph/filter_tree.h"

namespace cairn::graph::filter {

/// What a field of a node holds; nothing, for a value that is not there.
using Held = std::variant<std::monostate, Uuid, NodeKind, NodeState, std::string_view, std::int64_t,
                          std::uint64_t, Instant, Digest, const Value*>;

/// Unordered if their types differ, if either is NaN, and for a date and time without an offset.
std::partial_ordering order(const Held& held, const Operand& wanted, Timestamp now);
/// Whether things in that order compare so. Nothing is true of what is unordered. Not for patterns.
bool order_holds(Comparison comparison, std::partial_ordering order);
/// Whether it is a text that fits the pattern.
bool fits(const Held& held, const Operand& pattern);

}  // namespace cairn::graph::filter
