#include "store/restart.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "object/references.h"
#include "store/history.h"
#include "store/recording_view.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

// Calls `use`; empty if it worked and all else is whole, else what was damaged. What `use` has read is not read again.
std::optional<std::string> try_checkpoint(const RunState& run, const engine::View& view, const CheckpointId& id,
                                          Depth depth, std::optional<Checkpoint>& found, const UseCheckpoint& use) {
  format::CheckpointRecord record;
  try {
    record = run.store().checkpoint_record(view, id);
    found = run.store().public_checkpoint(view, id);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged && error.code() != ErrorCode::not_found) throw;
    return error.what();
  }
  try {
    const RecordingView reading(view);
    use(*found, reading);
    check_checkpoint(view, record, depth, reading.chunks());
  } catch (const Error& error) {
    found.reset();
    if (error.code() != ErrorCode::damaged) throw;
    return error.what();
  }
  return std::nullopt;
}

}  // namespace

void check_checkpoint(const engine::View& view, const format::CheckpointRecord& record, Depth depth,
                      std::unordered_set<Digest> seen) {
  const auto presence = [](const object::BlobReference& blob) { return blob.kind != engine::BlobKind::chunk; };
  const auto everything = [](const object::BlobReference&) { return true; };
  for (const auto& [name, digest] : record.state)
    object::walk_closure(view, {engine::BlobKind::object, digest}, seen, everything);
  for (const auto& [name, digest] : record.artifacts) {
    if (depth == Depth::all) object::walk_closure(view, {engine::BlobKind::artifact, digest}, seen, everything);
    else object::walk_closure(view, {engine::BlobKind::artifact, digest}, seen, presence);
  }
}

std::optional<Checkpoint> newest_usable(const RunState& run, const engine::View& view, Depth depth,
                                        std::vector<SkippedCheckpoint>& skipped,
                                        const UseCheckpoint& use) {
  std::optional<Checkpoint> found;
  std::uint64_t expected = run.store().run_record(view, run.cell()).head;
  const auto skip_missing = [&](std::uint64_t down_to) {
    for (; expected > down_to; --expected)
      skipped.push_back({{}, 0, fmt::format("the row of checkpoint number {} is missing", expected)});
  };
  walk_history(view, run.cell(), UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    skip_missing(sequence);
    expected = sequence - 1;
    const auto problem = try_checkpoint(run, view, row.id, depth, found, use);
    if (problem) skipped.push_back({row.id, row.step, *problem});
    return problem.has_value();
  });
  if (!found) skip_missing(0);
  if (!found && !skipped.empty())
    throw Error(ErrorCode::damaged, fmt::format("restart {}: none of its {} checkpoints verifies; the newest: {}",
                                                run.title(), skipped.size(), skipped.front().reason));
  return found;
}

}  // namespace cairn::store
