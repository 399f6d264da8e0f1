// Run: what is in its history, and the tags that name it.
#include <cairn/run.h>

#include <cairn/error.h>

#include <fmt/format.h>

#include "format/keys.h"
#include "store/history.h"
#include "store/names.h"
#include "store/store_state.h"

namespace cairn::store {
namespace {

// A checkpoint as the run sees it: with its own tags, whoever made it.
Checkpoint seen_by(const RunState& run, const engine::View& view, std::uint64_t sequence) {
  Checkpoint checkpoint = run.store().public_checkpoint(view, checkpoint_row(view, run.cell(), sequence).id);
  TagIndex tags = tags_by_sequence(view, run.cell());
  checkpoint.tags = std::move(tags[sequence]);
  return checkpoint;
}

std::optional<Checkpoint> seen_by(const RunState& run, const engine::View& view, std::optional<std::uint64_t> sequence) {
  return sequence ? std::optional(seen_by(run, view, *sequence)) : std::nullopt;
}

std::uint64_t get_sequence(const RunState& run, const engine::View& view, const CheckpointId& id, std::string_view doing) {
  if (const auto sequence = find_in_history(view, run.cell(), id)) return *sequence;
  throw Error(ErrorCode::not_found, fmt::format("{}: checkpoint {} is not one of it", doing, id.hex()));
}

std::vector<Checkpoint> list_history(const RunState& run, const engine::View& view, const HistoryOptions& options) {
  const std::string doing = "list " + run.title();
  const std::uint64_t before = options.before ? get_sequence(run, view, *options.before, doing) : UINT64_MAX;
  const std::uint64_t after = options.after ? get_sequence(run, view, *options.after, doing) : 0;
  std::vector<Checkpoint> page;
  if (options.limit == 0) return page;
  const TagIndex tags = tags_by_sequence(view, run.cell());
  const auto add = [&](std::uint64_t sequence, const format::CheckpointRow& row) {
    if (sequence <= after) return false;
    Checkpoint checkpoint = run.store().listed_checkpoint(view, run.name(), sequence, row, tags);
    if (has_entries(checkpoint.metadata, options.metadata)) page.push_back(std::move(checkpoint));
    return page.size() < options.limit;
  };
  if (options.step) walk_step(view, run.cell(), *options.step, before, add);
  else walk_history(view, run.cell(), before, add);
  return page;
}

}  // namespace
}  // namespace cairn::store

namespace cairn {

std::optional<Checkpoint> Run::latest() const {
  const auto view = state_->store().engine().view();
  const auto newest = store::newest_checkpoint(*view, state_->cell());
  return newest ? std::optional(store::seen_by(*state_, *view, newest->sequence)) : std::nullopt;
}

std::optional<Checkpoint> Run::at(std::int64_t step) const {
  const auto view = state_->store().engine().view();
  return store::seen_by(*state_, *view, store::sequence_at(*view, state_->cell(), step));
}

std::optional<Checkpoint> Run::tagged(std::string_view tag) const {
  const auto view = state_->store().engine().view();
  return store::seen_by(*state_, *view, store::sequence_tagged(*view, state_->cell(), tag));
}

std::vector<Checkpoint> Run::history(const HistoryOptions& options) const {
  return store::list_history(*state_, *state_->store().engine().view(), options);
}

void Run::tag(const CheckpointId& checkpoint, std::string_view tag) {
  store::check_name("tag", tag);
  const std::string doing = fmt::format("tag a checkpoint of {}", state_->title());
  state_->require_there(doing);
  state_->commit(nullptr, 0, {}, doing, [&](store::Draft& draft) {
    const std::uint64_t sequence = store::get_sequence(*state_, draft.view, checkpoint, doing);
    draft.edit.rows.push_back({format::row::tag(tag), format::be64_text(sequence)});
  });
}

// In a fork a row says that it has none, whatever the runs before it say.
bool Run::untag(std::string_view tag) {
  const store::CellId cell = state_->cell();
  const std::string doing = fmt::format("untag a checkpoint of {}", state_->title());
  state_->require_there(doing);
  bool found = store::sequence_tagged(*state_->store().engine().view(), cell, tag).has_value();
  if (!found) return false;
  state_->commit(nullptr, 0, {}, doing, [&](store::Draft& draft) {
    found = store::sequence_tagged(draft.view, cell, tag).has_value();
    if (!found) return;
    const bool is_fork = draft.run.forked_from != 0;
    draft.edit.rows.push_back({format::row::tag(tag), is_fork ? std::optional(format::be64_text(0)) : std::nullopt});
  });
  return found;
}

}  // namespace cairn
