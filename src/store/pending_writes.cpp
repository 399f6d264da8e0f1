#include "store/pending_writes.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "base/clock.h"
#include "format/keys.h"
#include "object/objects.h"
#include "store/history.h"
#include "store/names.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

using Place = std::pair<std::string, std::uint32_t>;  // task and index

// Those of the checkpoint that one run has recorded and that are seen, unless a nearer run has others in their places.
void add_part(const engine::View& view, const HistoryPart& part, std::uint64_t sequence, std::map<Place, PendingWrite>& writes) {
  const std::string prefix = format::row::writes_of(sequence);
  const auto rows = view.rows(part.cell);
  for (bool more = rows->seek(prefix); more && rows->key().starts_with(prefix); more = rows->next()) {
    const format::row::Write key = format::row::parse_write(rows->key());
    format::PendingWriteRecord record = format::decode_pending_write(rows->value());
    if (record.number >= part.writes_end) continue;
    writes.try_emplace(Place(key.task, key.index),
                       PendingWrite{std::string(key.task), key.index, std::move(record.channel), record.object,
                                    base::timestamp(record.time)});
  }
}

std::map<Place, PendingWrite> writes_by_place(const engine::View& view, CellId cell, std::uint64_t sequence) {
  std::map<Place, PendingWrite> writes;
  for (HistoryParts part(view, cell); !part.is_over(); part.next()) {
    add_part(view, *part, sequence, writes);
    if (sequence > part->after) break;  // those before cannot have any of it
  }
  return writes;
}

std::uint64_t get_sequence(const engine::View& view, const RunState& run, const CheckpointId& checkpoint, std::string_view doing) {
  if (const auto sequence = find_in_history(view, run.cell(), checkpoint)) return *sequence;
  throw Error(ErrorCode::not_found, fmt::format("{}: checkpoint {} is not one of it", doing, checkpoint.hex()));
}

// Whether the task has recorded as many writes already: then nothing is stored.
bool are_known(const RunState& run, const CheckpointId& checkpoint, std::string_view task, std::size_t count,
               std::string_view doing) {
  const auto view = run.store().engine().view();
  const auto known = writes_by_place(*view, run.cell(), get_sequence(*view, run, checkpoint, doing));
  for (std::uint32_t index = 0; index < count; ++index)
    if (!known.contains(Place(task, index))) return false;
  return true;
}

ObjectId put_value(const RunState& run, engine::Staging& staging, std::string_view channel, const Value& value) {
  try {
    return object::write_object(staging, encodable(value), run.store().objects());
  } catch (const Error&) {
    detail::rethrow_at_field(channel);
  }
}

}  // namespace

std::vector<PendingWrite> read_pending_writes(const engine::View& view, CellId cell, std::uint64_t sequence) {
  std::vector<PendingWrite> list;
  for (auto& [place, write] : writes_by_place(view, cell, sequence)) list.push_back(std::move(write));
  return list;
}

void put_pending_writes(RunState& run, const CheckpointId& checkpoint, std::string_view task,
                        const std::vector<std::pair<std::string, Value>>& writes) {
  const std::string doing = fmt::format("put writes of task {} into {}", task, run.title());
  run.require_there(doing);
  check_name("task of pending writes", task);
  for (const auto& [channel, value] : writes) check_name("channel of a pending write", channel);
  if (writes.size() > UINT32_MAX) throw Error(ErrorCode::limit, fmt::format("{}: {} writes", doing, writes.size()));
  if (are_known(run, checkpoint, task, writes.size(), doing)) return;

  const auto staging = run.store().engine().stage();
  std::vector<ObjectId> objects;
  for (const auto& [channel, value] : writes) objects.push_back(put_value(run, *staging, channel, value));
  run.commit(staging.get(), 0, {}, doing, [&](Draft& draft) {
    const std::uint64_t sequence = get_sequence(draft.view, run, checkpoint, doing);
    const auto known = writes_by_place(draft.view, run.cell(), sequence);
    const std::int64_t now = base::now_nanoseconds();
    for (std::uint32_t index = 0; index < writes.size(); ++index) {
      if (known.contains(Place(task, index))) continue;
      const format::PendingWriteRecord record{writes[index].first, objects[index], now, draft.run.writes++};
      draft.edit.rows.push_back({format::row::write(sequence, task, index), format::encode_pending_write(record)});
    }
  });
}

}  // namespace cairn::store

namespace cairn {

void Run::put_writes(const CheckpointId& checkpoint, std::string_view task,
                     const std::vector<std::pair<std::string, Value>>& writes) {
  store::put_pending_writes(*state_, checkpoint, task, writes);
}

std::vector<PendingWrite> Run::pending_writes(const CheckpointId& checkpoint) const {
  const auto view = state_->store().engine().view();
  return store::read_pending_writes(*view, state_->cell(),
                                    store::get_sequence(*view, *state_, checkpoint, "list pending writes of " + state_->title()));
}

}  // namespace cairn
