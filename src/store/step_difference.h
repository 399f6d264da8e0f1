// How two recorded steps differ.
#pragma once

#include <cairn/step.h>

#include <algorithm>

#include "format/records.h"
#include "store/store_state.h"

namespace cairn::store {

/// A step as users see it; one that was not recorded has no nodes. `blobs` has what its parameters need. Throws not_found if
/// one of its nodes is missing, damaged.
StepInfo step_info(const StoreState& state, const engine::View& view, const engine::BlobSource& blobs, engine::CellId cell,
                   const format::StepRecord& record);

/// Takes at most options.changes_max findings, and as many from it.
StepDifference compare_steps(StoreState& state, const engine::BlobSource& blobs, const StepInfo& before, const StepInfo& after,
                             const format::StepRecord& before_record, const format::StepRecord& after_record,
                             DifferenceOptions& options);

/// Both are sorted by label.
std::vector<StepDataChange> compare_data(const std::vector<StepData>& before, const std::vector<StepData>& after,
                                         DifferenceOptions& options);

/// As object::compare_maps, for bytes kept in records. Takes what it keeps from `options`.
ValueDifference compare_embedded(StoreState& state, const engine::BlobSource& blobs, std::string_view path,
                                 std::string_view before, std::string_view after, DifferenceOptions& options);

/// So many findings less may be kept.
inline void take_from(DifferenceOptions& options, std::size_t count) {
  options.changes_max -= std::min(options.changes_max, count);
}

}  // namespace cairn::store
