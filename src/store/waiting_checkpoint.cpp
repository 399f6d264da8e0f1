#include "store/waiting_checkpoint.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "store/store_state.h"

namespace cairn::store {

KnownCheckpoint::KnownCheckpoint(RunState& run, std::unique_ptr<CheckpointParts> parts, std::optional<NewCheckpoint> made,
                                 std::uint64_t sequence)
    : run_(run), doing_(parts->doing(run)), parts_(std::move(parts)), made_(std::move(made)), sequence_(sequence) {}

// Nothing may have come between since the record was made: it names its parent.
void KnownCheckpoint::expect_parent(const Draft& draft) const {
  const RunHead head = run_.store().head_of(draft.view, run_.cell(), draft.run);
  if (head.sequence + 1 == made_->record.sequence && head.id.digest == made_->record.parent) return;
  throw Error(ErrorCode::conflict, fmt::format("its parent is number {}, {}, and the newest is number {}, {}",
                                               made_->record.sequence - 1, made_->record.parent.hex(), head.sequence, head.id.hex()));
}

void KnownCheckpoint::publish() {
  run_.publish(&parts_->staging(), 0, {}, doing_, [&](Draft& draft) {
    if (!made_) return parts_->write_tags(draft, sequence_);
    expect_parent(draft);
    parts_->write(run_, draft, *made_);
  });
  if (made_) run_.store().upkeep().note_commit(run_);
  parts_->remember_files();
}

void KnownCheckpoint::settle(std::exception_ptr failure) noexcept {
  if (failure == nullptr) done_.set_value();
  else done_.set_exception(failure);
}

LateCheckpoint::LateCheckpoint(RunState& run, std::unique_ptr<CheckpointParts> parts)
    : run_(run), doing_(parts->doing(run)), parts_(std::move(parts)) {}

void LateCheckpoint::publish() { receipt_ = parts_->commit(run_); }

void LateCheckpoint::settle(std::exception_ptr failure) noexcept {
  if (failure == nullptr) done_.set_value(receipt_);
  else done_.set_exception(failure);
}

}  // namespace cairn::store
