#include "store/history.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "format/keys.h"

namespace cairn::store {
namespace {

// The run that `run`, of cell `cell`, was forked from. It is older, so that no record, however wrong, leads in a circle.
CellId parent_of(const format::RunRecord& run, CellId cell) {
  if (run.forked_from >= cell)
    throw Error(ErrorCode::damaged, fmt::format("read the history of run {}: it is said to be forked from a younger one", run.name));
  return run.forked_from;
}

// Moves to the newest checkpoint of that step up to `last`.
bool seek_step(engine::Cursor& cursor, std::int64_t step, std::uint64_t last) {
  return cursor.seek_back(format::row::by_step(step, last)) && cursor.key()[0] == format::row::kByStep &&
         format::row::parse_by_step(cursor.key()).step == step;
}

// As walk_history within one part; false if `visit` was.
bool walk_part(const engine::View& view, const HistoryPart& part, std::uint64_t before, const VisitCheckpoint& visit,
               const std::function<void(std::uint64_t)>& lost) {
  if (before == 0) return true;
  std::uint64_t expected = std::min(part.last, before - 1);
  const auto miss_down_to = [&](std::uint64_t found) {
    if (lost && !part.is_pruned)
      for (; expected > found; --expected) lost(expected);
  };
  if (expected <= part.after) return true;
  const auto cursor = view.rows(part.cell);
  for (bool more = cursor->seek_back(format::row::checkpoint(expected)); more && cursor->key()[0] == format::row::kCheckpoint;
       more = cursor->previous()) {
    const std::uint64_t sequence = format::row::parse_checkpoint(cursor->key());
    miss_down_to(sequence);
    expected = sequence - 1;
    if (!visit(sequence, format::decode_checkpoint_row(cursor->value()))) return false;
  }
  miss_down_to(part.after);
  return true;
}

}  // namespace

HistoryParts::HistoryParts(const engine::View& view, CellId cell) : HistoryParts(view, cell, run_record(view, cell)) {}

HistoryParts::HistoryParts(const engine::View& view, CellId cell, const format::RunRecord& record) : view_(view) {
  if (!record.deleted) enter(cell, record.head, UINT64_MAX, record);
}

void HistoryParts::enter(CellId cell, std::uint64_t last, std::uint64_t writes_end, const format::RunRecord& record) {
  part_ = {cell, record.forked_at, last, writes_end, record.removed != 0};
  forked_from_ = parent_of(record, cell);
  forked_writes_ = record.forked_writes;
}

void HistoryParts::next() {
  if (forked_from_ == 0) {
    part_ = {};
    return;
  }
  enter(forked_from_, std::min(part_.last, part_.after), forked_writes_, run_record(view_, forked_from_));
}

std::optional<format::RunRecord> find_run_record(const engine::View& view, CellId cell) {
  const auto bytes = view.find_row(cell, format::row::run());
  return bytes ? std::optional(format::decode_run(*bytes)) : std::nullopt;
}

format::RunRecord run_record(const engine::View& view, CellId cell) {
  if (auto record = find_run_record(view, cell)) return std::move(*record);
  throw Error(ErrorCode::damaged, fmt::format("read the run of cell {}: its record is missing", cell));
}

std::uint64_t checkpoint_count_up_to(const engine::View& view, CellId cell, std::uint64_t sequence) {
  const CellId owner = owner_of(view, cell, sequence);
  const format::RunRecord run = run_record(view, owner);
  if (run.removed == 0) return run.forked_count + sequence - run.forked_at;
  std::uint64_t newer = 0;
  walk_own(view, owner, UINT64_MAX, [&](std::uint64_t other, const format::CheckpointRow&) {
    if (other > sequence) ++newer;
    return other > sequence;
  });
  return checkpoint_count(run) - newer;
}

CellId owner_of(const engine::View& view, CellId cell, std::uint64_t sequence) {
  for (;;) {
    const format::RunRecord run = run_record(view, cell);
    if (sequence > run.forked_at || run.forked_from == 0) return cell;
    cell = parent_of(run, cell);
  }
}

std::optional<format::CheckpointRow> find_checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence) {
  const auto bytes = view.find_row(owner_of(view, cell, sequence), format::row::checkpoint(sequence));
  return bytes ? std::optional(format::decode_checkpoint_row(*bytes)) : std::nullopt;
}

format::CheckpointRow checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence) {
  if (const auto row = find_checkpoint_row(view, cell, sequence)) return *row;
  throw Error(ErrorCode::damaged, fmt::format("read checkpoint number {} of cell {}: its row is missing", sequence, cell));
}

std::optional<std::uint64_t> sequence_at(const engine::View& view, CellId cell, std::int64_t step) {
  for (HistoryParts part(view, cell); !part.is_over(); part.next()) {
    const auto cursor = view.rows(part->cell);
    if (seek_step(*cursor, step, part->last)) return format::row::parse_by_step(cursor->key()).sequence;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> sequence_tagged(const engine::View& view, CellId cell, std::string_view tag) {
  for (HistoryParts part(view, cell); !part.is_over(); part.next()) {
    const auto value = view.find_row(part->cell, format::row::tag(tag));
    const std::uint64_t sequence = value ? format::parse_be64(*value) : UINT64_MAX;
    if (sequence == 0) return std::nullopt;
    if (sequence <= part->last) return sequence;
  }
  return std::nullopt;
}

std::optional<FoundCheckpoint> newest_checkpoint(const engine::View& view, CellId cell) {
  return newest_checkpoint(view, cell, run_record(view, cell));
}

std::optional<FoundCheckpoint> newest_checkpoint(const engine::View& view, CellId cell, const format::RunRecord& run) {
  const HistoryParts part(view, cell, run);
  if (!part.is_over() && part->last > part->after)  // the last one made is rarely the one that was removed
    if (const auto bytes = view.find_row(part->cell, format::row::checkpoint(part->last)))
      return FoundCheckpoint{part->last, format::decode_checkpoint_row(*bytes)};
  std::optional<FoundCheckpoint> newest;
  walk_history(view, cell, UINT64_MAX, [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    newest = {sequence, row};
    return false;
  });
  return newest;
}

void walk_history(const engine::View& view, CellId cell, std::uint64_t before, const VisitCheckpoint& visit,
                  const std::function<void(std::uint64_t)>& lost) {
  for (HistoryParts part(view, cell); !part.is_over(); part.next())
    if (!walk_part(view, *part, before, visit, lost)) return;
}

void walk_step(const engine::View& view, CellId cell, std::int64_t step, std::uint64_t before, const VisitCheckpoint& visit) {
  if (before == 0) return;
  for (HistoryParts part(view, cell); !part.is_over(); part.next()) {
    const auto cursor = view.rows(part->cell);
    for (bool more = seek_step(*cursor, step, std::min(part->last, before - 1));
         more && cursor->key()[0] == format::row::kByStep && format::row::parse_by_step(cursor->key()).step == step;
         more = cursor->previous()) {
      const std::uint64_t sequence = format::row::parse_by_step(cursor->key()).sequence;
      if (!visit(sequence, checkpoint_row(view, part->cell, sequence))) return;
    }
  }
}

void walk_own(const engine::View& view, CellId cell, std::uint64_t before, const VisitCheckpoint& visit) {
  walk_part(view, {.cell = cell, .last = UINT64_MAX}, before, visit, {});
}

// The nearest run that says something of a tag decides, also where that is that there is none. What a parent says of checkpoints
// that it made later is nothing to its forks.
TagIndex tags_by_sequence(const engine::View& view, CellId cell) {
  TagIndex tags;
  std::set<std::string, std::less<>> known;
  for (HistoryParts part(view, cell); !part.is_over(); part.next()) {
    const auto cursor = view.rows(part->cell);
    for (bool more = cursor->seek(format::row::tag("")); more && cursor->key()[0] == format::row::kTag; more = cursor->next()) {
      const std::uint64_t sequence = format::parse_be64(cursor->value());
      if (sequence > part->last) continue;
      const auto [name, is_new] = known.emplace(cursor->key().substr(1));
      if (is_new && sequence != 0) tags[sequence].push_back(*name);
    }
  }
  for (auto& [sequence, names] : tags) std::ranges::sort(names);
  return tags;
}

std::optional<CheckpointPlace> find_checkpoint(const engine::View& view, const CheckpointId& id) {
  const auto owner = view.find_claim(format::claim::checkpoint(id));
  if (!owner || owner->size() != 16) return std::nullopt;
  return CheckpointPlace{format::parse_be64(std::string_view(*owner).substr(0, 8)),
                         format::parse_be64(std::string_view(*owner).substr(8))};
}

std::optional<std::uint64_t> find_in_history(const engine::View& view, CellId cell, const CheckpointId& id) {
  const auto place = find_checkpoint(view, id);
  if (!place) return std::nullopt;
  for (HistoryParts part(view, cell); !part.is_over(); part.next())
    if (part->cell == place->cell) return place->sequence <= part->last ? std::optional(place->sequence) : std::nullopt;
  return std::nullopt;
}

bool has_entries(const Map& metadata, const Map& entries) {
  return std::ranges::all_of(entries, [&](const MapEntry& entry) {
    const Value* value = metadata.find(entry.key);
    return value != nullptr && *value == entry.value;
  });
}

}  // namespace cairn::store
