#include "store/history.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "format/keys.h"

namespace cairn::store {

format::CheckpointRow checkpoint_row(const engine::View& view, CellId cell, std::uint64_t sequence) {
  const auto bytes = view.find_row(cell, format::row::checkpoint(sequence));
  if (!bytes)
    throw Error(ErrorCode::damaged, fmt::format("read checkpoint number {} of cell {}: its row is missing", sequence, cell));
  return format::decode_checkpoint_row(*bytes);
}

std::optional<std::uint64_t> sequence_at(const engine::View& view, CellId cell, std::int64_t step) {
  const auto cursor = view.rows(cell);
  const std::string last = format::row::by_step(step, UINT64_MAX);
  if (!cursor->seek_back(last) || cursor->key().size() != last.size() || cursor->key()[0] != format::row::kByStep)
    return std::nullopt;
  const format::row::StepSequence found = format::row::parse_by_step(cursor->key());
  return found.step == step ? std::optional(found.sequence) : std::nullopt;
}

std::optional<std::uint64_t> sequence_tagged(const engine::View& view, CellId cell, std::string_view tag) {
  const auto sequence = view.find_row(cell, format::row::tag(tag));
  return sequence ? std::optional(format::parse_be64(*sequence)) : std::nullopt;
}

void walk_history(const engine::View& view, CellId cell, std::uint64_t before,
                  const std::function<bool(std::uint64_t, const format::CheckpointRow&)>& visit) {
  const auto cursor = view.rows(cell);
  if (before == 0) return;
  for (bool more = cursor->seek_back(format::row::checkpoint(before - 1));
       more && cursor->key()[0] == format::row::kCheckpoint; more = cursor->previous())
    if (!visit(format::row::parse_checkpoint(cursor->key()), format::decode_checkpoint_row(cursor->value()))) return;
}

TagIndex tags_by_sequence(const engine::View& view, CellId cell) {
  TagIndex tags;
  const auto cursor = view.rows(cell);
  for (bool more = cursor->seek(format::row::tag("")); more && cursor->key()[0] == format::row::kTag; more = cursor->next())
    tags[format::parse_be64(cursor->value())].emplace_back(cursor->key().substr(1));
  return tags;
}

std::optional<CheckpointPlace> find_checkpoint(const engine::View& view, const CheckpointId& id) {
  const auto owner = view.find_claim(format::claim::checkpoint(id));
  if (!owner || owner->size() != 16) return std::nullopt;
  return CheckpointPlace{format::parse_be64(std::string_view(*owner).substr(0, 8)),
                         format::parse_be64(std::string_view(*owner).substr(8))};
}

}  // namespace cairn::store
