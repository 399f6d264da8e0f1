// Reading what can be read of a family of records of which blocks are damaged.
#pragma once

#include <functional>
#include <string_view>

#include "engine/records.h"

namespace cairn::engine {

using VisitRow = std::function<void(std::string_view key, std::string_view value)>;

/// Calls `visit` once for each row that can be read, in no order where some cannot. Returns what keeps RocksDB from reading the rest;
/// empty if there is none. Cost: a walk; around what is damaged a few thousand seeks, and a look-up for each number that a key may be.
std::string visit_readable_rows(const Records& records, Family family, const VisitRow& visit);

}  // namespace cairn::engine
