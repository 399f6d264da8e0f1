// What commits and attempts came to, in words, and waiting for it.
#include <cairn/checkpoint.h>
#include <cairn/error.h>
#include <cairn/step.h>

namespace cairn {

const char* durability_name(Durability durability) noexcept {
  switch (durability) {
    case Durability::sync: return "sync";
    case Durability::async: return "async";
    case Durability::on_close: return "on_close";
  }
  return "unknown";
}

const char* step_end_name(StepEnd end) noexcept {
  switch (end) {
    case StepEnd::finished: return "finished";
    case StepEnd::failed: return "failed";
    case StepEnd::cancelled: return "cancelled";
    case StepEnd::interrupted: return "interrupted";
  }
  return "unknown";
}

Receipt PendingCommit::get() const {
  if (skipped()) throw Error(ErrorCode::invalid_argument, "wait for a checkpoint: it was skipped, since the disk did not follow");
  return receipt_.get();
}

}  // namespace cairn
