// Filling regions from the states of a checkpoint: all is compared before anything is filled.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/region.h>

#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "store/run_state.h"

namespace cairn::store {

/// A region and where it is filled from.
struct RegionFill {
  Region region;
  RegionSource source;  ///< with its state named
};

/// For all protected regions, or for those that `sources` names. Throws invalid_argument for one that is not protected or named
/// twice.
std::vector<RegionFill> region_fills(const Regions& regions, std::span<const RegionSource> sources);

/// The states that are read.
std::vector<std::string> states_of(std::span<const RegionFill> fills);

/// Fills the regions from the states of `checkpoint`. Throws, before any is filled, not_found for a state that it has not, and
/// type_mismatch naming both shapes or element types; damaged while they are filled.
void fill_regions(const RunState& run, const engine::View& view, const Checkpoint& checkpoint, std::span<const RegionFill> fills);

}  // namespace cairn::store
