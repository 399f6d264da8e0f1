// The one place where RocksDB's statuses become Error.
#pragma once

#include <string_view>

#include <rocksdb/status.h>

namespace cairn::engine {

/// Throws the Error that `status` means; does nothing if it is ok. `doing` says what was attempted and on what.
void check(const rocksdb::Status& status, std::string_view doing);

}  // namespace cairn::engine
