#include "store/regions.h"

#include <cairn/error.h>
#include <cairn/run.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <numeric>

#include "format/array_size.h"
#include "store/checkpoint_state.h"
#include "store/names.h"
#include "store/run_state.h"
#include "store/store_state.h"

namespace cairn::store {

std::uint64_t bytes_of(std::span<const Region> regions) {
  return std::accumulate(regions.begin(), regions.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Region& region) { return sum + region.memory.size(); });
}

void Regions::protect(Region region) {
  check_name("region", region.name);
  if (region.shape.size() > format::kRankMax)
    throw Error(ErrorCode::invalid_argument, fmt::format("protect {}: {} dimensions, expected at most {}", region.name,
                                                         region.shape.size(), format::kRankMax));
  if (format::array_size(region.dtype, region.shape) != region.memory.size())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("protect {}: its memory has {} elements of {} ({} bytes), which do not fill the shape [{}]", region.name,
                            region.memory.size() / dtype_size(region.dtype), dtype_name(region.dtype), region.memory.size(),
                            fmt::join(region.shape, ", ")));
  const std::lock_guard lock(mutex_);
  std::string name = region.name;
  regions_.insert_or_assign(std::move(name), std::move(region));
}

void Regions::unprotect(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = regions_.find(name); found != regions_.end()) regions_.erase(found);
}

std::vector<Region> Regions::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Region> all;
  for (const auto& [name, region] : regions_) all.push_back(region);
  return all;
}

}  // namespace cairn::store

namespace cairn {

void Run::protect(Region region) {
  state_->regions().protect(std::move(region));
  state_->store().keep(*state_);
}
void Run::unprotect(std::string_view name) { state_->regions().unprotect(name); }

Receipt Run::commit(std::int64_t step, const CommitOptions& options) {
  store::CheckpointState checkpoint(state_, step, {});
  checkpoint.save_regions();
  return checkpoint.commit(options);
}

PendingCommit Run::commit_async(std::int64_t step, const AsyncCommitOptions& options) {
  return store::CheckpointState(state_, step, {.background = true}).commit_regions_async(options);
}

}  // namespace cairn
