#include "engine/disk_state.h"

#include <utility>

#include "engine/reader_lock.h"

namespace cairn::engine {

DiskState::DiskState(std::shared_ptr<const DiskCore> core, std::shared_ptr<const Records> records)
    : core_(std::move(core)), records_(std::move(records)) {
  epoch_ = core_->read_only ? epoch_of(*records_, {}) : core_->epochs.enter();
  if (!core_->read_only) reading_.snapshot = records_->db().GetSnapshot();
}

DiskState::~DiskState() {
  if (reading_.snapshot != nullptr) records_->db().ReleaseSnapshot(reading_.snapshot);
  if (!core_->read_only) core_->epochs.leave(epoch_);
}

bool DiskState::is_expired() const {
  return epoch_ < (core_->read_only ? read_freed_epoch(core_->path) : core_->freed_epoch.load());
}

}  // namespace cairn::engine
