// Statistics in the text format of Prometheus, for a collector of textfiles or anybody who scrapes.
#pragma once

#include <cairn/statistics.h>

#include <string>
#include <string_view>
#include <vector>

namespace cairn::cli {

/// Metrics of the store, and if `usage` is not null of its runs, types and artifacts.
std::string prometheus_text(const StoreStats& stats, const StoreUsage* usage);
/// Metrics of one run.
std::string prometheus_text(std::string_view run, const std::vector<CheckpointGrowth>& growth);

}  // namespace cairn::cli
