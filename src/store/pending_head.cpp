#include "store/pending_head.h"

#include <chrono>
#include <utility>

namespace cairn::store {

const PendingCheckpoint* PendingHead::find(std::int64_t step) const {
  const auto found = newest_.find(step);
  return found == newest_.end() ? nullptr : &waiting_[found->second - waiting_.front().record.sequence];
}

void PendingHead::add(PendingCheckpoint checkpoint) {
  head_ = {checkpoint.record.sequence, checkpoint.id};
  newest_[checkpoint.record.step] = checkpoint.record.sequence;
  waiting_.push_back(std::move(checkpoint));
}

void PendingHead::forget_durable() {
  const auto is_durable = [](const PendingCheckpoint& checkpoint) {
    return checkpoint.durable.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  for (; !waiting_.empty() && is_durable(waiting_.front()); waiting_.pop_front()) {
    const format::CheckpointRecord& record = waiting_.front().record;
    const auto newest = newest_.find(record.step);
    if (newest != newest_.end() && newest->second == record.sequence) newest_.erase(newest);
  }
}

}  // namespace cairn::store
