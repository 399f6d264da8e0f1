#include "store/restart.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "object/references.h"
#include "store/history.h"
#include "store/purges.h"
#include "store/recording_view.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

bool is_gone(const Error& error) { return error.code() == ErrorCode::damaged || error.code() == ErrorCode::purged; }

// Calls `use`; empty if it worked and all else is whole, else what was damaged or purged. What `use` has read is not read again.
std::optional<Error> try_checkpoint(const RunState& run, const engine::View& view, const CheckpointId& id,
                                          const RestartSearch& search, std::optional<Checkpoint>& found,
                                          const UseCheckpoint& use) {
  format::CheckpointRecord record;
  try {
    found = run.store().public_checkpoint(view, id);
    record = run.store().checkpoint_record(view, id);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return Error(ErrorCode::damaged, error.what());
    if (!is_gone(error)) throw;
    return error;
  }
  try {
    const RecordingView reading(view);
    use(*found, reading);
    check_checkpoint(view, record, search.depth, reading.chunks(), search.parts);
  } catch (const Error& error) {
    found.reset();
    if (!is_gone(error)) throw;
    return error;
  }
  return std::nullopt;
}

// Where checkpoints were removed, it does not show which others are missing; but it must show that some are.
void require_empty_if_none(const RunState& run, const engine::View& view, bool has_any) {
  if (has_any) return;
  const format::RunRecord record = run.store().run_record(view, run.cell());
  if (!record.deleted && checkpoint_count(record) != 0)
    throw Error(ErrorCode::damaged,
                fmt::format("restart {}: the rows of its {} checkpoints are missing", run.title(), checkpoint_count(record)));
}

}  // namespace

void check_checkpoint(const engine::View& view, const format::CheckpointRecord& record, Depth depth,
                      std::unordered_set<Digest> seen, const std::vector<std::string>& parts) {
  const PurgeView reading(view);
  const auto is_asked = [&](const std::string& name) { return parts.empty() || std::ranges::find(parts, name) != parts.end(); };
  const auto presence = [](const object::BlobReference& blob) { return blob.kind != engine::BlobKind::chunk; };
  const auto everything = [](const object::BlobReference&) { return true; };
  for (const auto& [name, digest] : record.state)
    if (is_asked(name)) object::walk_closure(reading, {engine::BlobKind::object, digest}, seen, everything);
  for (const auto& [name, digest] : record.artifacts) {
    if (!is_asked(name)) continue;
    if (depth == Depth::all) object::walk_closure(reading, {engine::BlobKind::artifact, digest}, seen, everything);
    else object::walk_closure(reading, {engine::BlobKind::artifact, digest}, seen, presence);
  }
}

std::optional<Checkpoint> newest_usable(const RunState& run, const engine::View& view, const RestartSearch& search,
                                        std::vector<SkippedCheckpoint>& skipped, const UseCheckpoint& use) {
  std::optional<Checkpoint> found;
  ErrorCode first_code{};  // why the first that was passed over was
  std::optional<std::uint64_t> only;  // the sequence that is looked at, if it is one
  if (!search.fall_back) only = search.newest;
  const auto is_wanted = [&](std::uint64_t sequence) {
    if (!search.fall_back && !only) only = sequence;
    return search.fall_back || sequence == *only;
  };
  walk_history(
      view, run.cell(), search.newest ? *search.newest + 1 : UINT64_MAX,
      [&](std::uint64_t sequence, const format::CheckpointRow& row) {
        if (!is_wanted(sequence)) return false;
        const auto problem = try_checkpoint(run, view, row.id, search, found, use);
        if (problem) skipped.push_back({row.id, row.step, problem->what()});
        if (problem && first_code == ErrorCode{}) first_code = problem->code();
        return problem.has_value();
      },
      [&](std::uint64_t sequence) {
        if (!is_wanted(sequence)) return;
        skipped.push_back({{}, 0, fmt::format("the row of checkpoint number {} is missing", sequence)});
        if (first_code == ErrorCode{}) first_code = ErrorCode::damaged;
      });
  require_empty_if_none(run, view, found.has_value() || !skipped.empty());
  if (found || skipped.empty()) return found;
  const std::string& reason = skipped.front().reason;
  if (!search.fall_back)
    throw Error(first_code, fmt::format("restart {}: checkpoint number {} is {}: {}", run.title(), *only,
                                        first_code == ErrorCode::purged ? "not whole" : "damaged", reason));
  throw Error(first_code,
              fmt::format("restart {}: none of its {} checkpoints{} verifies; the newest: {}", run.title(), skipped.size(),
                          search.newest ? fmt::format(" up to number {}", *search.newest) : "", reason));
}

void note_restart(RunState& run, const Checkpoint& checkpoint, const std::vector<SkippedCheckpoint>& skipped) {
  if (run.store().engine().read_only()) return;
  run.set_skipped(skipped);
  run.pace().start_at(checkpoint.step);
  run.store().keep(run);
}

}  // namespace cairn::store
