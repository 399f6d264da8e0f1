#include <cairn/error.h>

namespace cairn {

const char* error_name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::no_store: return "no_store";
    case ErrorCode::locked: return "locked";
    case ErrorCode::newer_format: return "newer_format";
    case ErrorCode::no_space: return "no_space";
    case ErrorCode::damaged: return "damaged";
    case ErrorCode::io: return "io";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::fenced: return "fenced";
    case ErrorCode::unknown_outcome: return "unknown_outcome";
    case ErrorCode::type_mismatch: return "type_mismatch";
    case ErrorCode::newer_class: return "newer_class";
    case ErrorCode::read_only: return "read_only";
    case ErrorCode::limit: return "limit";
    case ErrorCode::unstorable: return "unstorable";
    case ErrorCode::ambiguous: return "ambiguous";
    case ErrorCode::exists: return "exists";
    case ErrorCode::rule_violation: return "rule_violation";
    case ErrorCode::expired: return "expired";
    case ErrorCode::internal: return "internal";
    case ErrorCode::not_allowed: return "not_allowed";
    case ErrorCode::bad_document: return "bad_document";
    case ErrorCode::interrupted: return "interrupted";
    case ErrorCode::diverged: return "diverged";
    case ErrorCode::purged: return "purged";
    case ErrorCode::cancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace cairn
