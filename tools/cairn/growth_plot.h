// A picture of how a run grows, as SVG.
#pragma once

#include <cairn/statistics.h>

#include <string>
#include <string_view>
#include <vector>

namespace cairn::cli {

/// Two lines over the steps of a run: all bytes that its checkpoints saved so far, and those of them that were new. Over the numbers
/// of the checkpoints, if the steps do not ascend. A document that stands alone; a few kilobytes, however long the run.
std::string growth_svg(std::string_view run, const std::vector<CheckpointGrowth>& growth);

}  // namespace cairn::cli
