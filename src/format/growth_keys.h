// The key of rows 'G' of the cell of groups. Apart from keys.h, which nearly all of the library includes: few need it.
#pragma once

#include <string>
#include <string_view>

#include "format/keys.h"

namespace cairn::format::row {

inline constexpr char kGrowth = 'G';  // be64 cell of a run whose new rows are in another cell yet -> be64 that cell, RunRecord

std::string growth(CellId cell);
CellId parse_growth(std::string_view key);

}  // namespace cairn::format::row
