#include "store/restart.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "object/references.h"
#include "store/history.h"
#include "store/recording_view.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

// Calls `use`; empty if it worked and all else is whole, else what was damaged. What `use` has read is not read again.
std::optional<std::string> try_checkpoint(const RunState& run, const engine::View& view, const CheckpointId& id,
                                          const RestartSearch& search, std::optional<Checkpoint>& found,
                                          const UseCheckpoint& use) {
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
    check_checkpoint(view, record, search.depth, reading.chunks(), search.parts);
  } catch (const Error& error) {
    found.reset();
    if (error.code() != ErrorCode::damaged) throw;
    return error.what();
  }
  return std::nullopt;
}

}  // namespace

void check_checkpoint(const engine::View& view, const format::CheckpointRecord& record, Depth depth,
                      std::unordered_set<Digest> seen, const std::vector<std::string>& parts) {
  const auto is_asked = [&](const std::string& name) { return parts.empty() || std::ranges::find(parts, name) != parts.end(); };
  const auto presence = [](const object::BlobReference& blob) { return blob.kind != engine::BlobKind::chunk; };
  const auto everything = [](const object::BlobReference&) { return true; };
  for (const auto& [name, digest] : record.state)
    if (is_asked(name)) object::walk_closure(view, {engine::BlobKind::object, digest}, seen, everything);
  for (const auto& [name, digest] : record.artifacts) {
    if (!is_asked(name)) continue;
    if (depth == Depth::all) object::walk_closure(view, {engine::BlobKind::artifact, digest}, seen, everything);
    else object::walk_closure(view, {engine::BlobKind::artifact, digest}, seen, presence);
  }
}

std::optional<Checkpoint> newest_usable(const RunState& run, const engine::View& view, const RestartSearch& search,
                                        std::vector<SkippedCheckpoint>& skipped, const UseCheckpoint& use) {
  std::optional<Checkpoint> found;
  const std::uint64_t newest = search.newest.value_or(run.store().run_record(view, run.cell()).head);
  const std::uint64_t last = search.fall_back || newest == 0 ? 0 : newest - 1;  // those up to here are not looked at
  std::uint64_t expected = newest;
  const auto skip_missing = [&](std::uint64_t down_to) {
    for (; expected > std::max(down_to, last); --expected)
      skipped.push_back({{}, 0, fmt::format("the row of checkpoint number {} is missing", expected)});
  };
  walk_history(view, run.cell(), newest + 1, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    skip_missing(sequence);
    if (sequence <= last) return false;
    expected = sequence - 1;
    const auto problem = try_checkpoint(run, view, row.id, search, found, use);
    if (problem) skipped.push_back({row.id, row.step, *problem});
    return problem.has_value();
  });
  if (!found) skip_missing(last);
  if (found || skipped.empty()) return found;
  const std::string& reason = skipped.front().reason;
  if (!search.fall_back)
    throw Error(ErrorCode::damaged, fmt::format("restart {}: checkpoint number {} is damaged: {}", run.title(), newest, reason));
  throw Error(ErrorCode::damaged, fmt::format("restart {}: none of its {} checkpoints{} verifies; the newest: {}", run.title(),
                                              skipped.size(), search.newest ? fmt::format(" up to number {}", newest) : "", reason));
}

void note_restart(RunState& run, const Checkpoint& checkpoint, const std::vector<SkippedCheckpoint>& skipped) {
  if (run.store().engine().read_only()) return;
  run.set_skipped(skipped);
  run.pace().start_at(checkpoint.step);
  run.store().keep(run);
}

}  // namespace cairn::store
