#include "exit_status.h"

namespace cairn::cli {

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return ExitStatus::usage;
    case ErrorCode::not_found: return ExitStatus::not_found;
    case ErrorCode::no_store: return ExitStatus::no_store;
    case ErrorCode::locked: return ExitStatus::locked;
    case ErrorCode::newer_format: return ExitStatus::newer_format;
    case ErrorCode::no_space: return ExitStatus::no_space;
    default: return ExitStatus::failed;
  }
}

}  // namespace cairn::cli
