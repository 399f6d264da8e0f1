#include "engine/rocksdb_status.h"

#include <cairn/error.h>

#include <fmt/format.h>

namespace cairn::engine {
namespace {

ErrorCode code_of(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return ErrorCode::no_space;
  if (status.IsCorruption()) return ErrorCode::damaged;
  if (status.IsNotFound()) return ErrorCode::not_found;
  if (status.IsIOError() && status.subcode() == rocksdb::Status::kPathNotFound) return ErrorCode::damaged;
  if (status.IsBusy() || status.IsIOError() || status.IsTimedOut() || status.IsTryAgain()) return ErrorCode::io;
  return ErrorCode::internal;
}

}  // namespace

void check(const rocksdb::Status& status, std::string_view doing) {
  if (!status.ok()) throw Error(code_of(status), fmt::format("{}: {}", doing, status.ToString()));
}

}  // namespace cairn::engine
