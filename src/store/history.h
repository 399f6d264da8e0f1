// Finding the checkpoints of a run: by sequence, by step, by tag, newest first.
#pragma once

#include <cairn/checkpoint.h>
#include <cairn/run.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::store {

using engine::CellId;

/// Throws damaged if the row is missing.
format::CheckpointRow checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence);
/// The newest checkpoint of that step.
std::optional<std::uint64_t> sequence_at(const engine::View& view, CellId cell, std::int64_t step);
std::optional<std::uint64_t> sequence_tagged(const engine::View& view, CellId cell, std::string_view tag);

/// Calls `visit` for each checkpoint before `before` (SIZE_MAX: all), newest first, until it returns false.
/// Cost: one step of a cursor for each, whatever the length of the history.
void walk_history(const engine::View& view, CellId cell, std::uint64_t before,
                  const std::function<bool(std::uint64_t sequence, const format::CheckpointRow&)>& visit);

/// The tags of a run by the checkpoint they name, in order of name.
using TagIndex = std::map<std::uint64_t, std::vector<std::string>>;
TagIndex tags_by_sequence(const engine::View& view, CellId cell);

/// Where a checkpoint is.
struct CheckpointPlace {
  CellId cell = 0;
  std::uint64_t sequence = 0;
};
std::optional<CheckpointPlace> find_checkpoint(const engine::View& view, const CheckpointId& id);

}  // namespace cairn::store
