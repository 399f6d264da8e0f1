// Whether what was staged decodes again.
#pragma once

#include <cairn/codec/core.h>

#include <span>

#include "engine/engine.h"
#include "format/object.h"

namespace cairn::object {

/// Reads `bytes`, the object that `value` became, with all that was staged for it, loads it as the type of `value`, encodes
/// that again and compares. A type that can only be stored is read as plain data. Throws unstorable if it does not come out
/// as it went in.
void check_written(engine::Staging& staging, std::span<const std::byte> bytes, const Encodable& value,
                   const format::ObjectOptions& options);

}  // namespace cairn::object
