// Plain values kept inside a record instead of as an object of their own: attributes and notes.
#pragma once

#include <cairn/value.h>

#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cairn::store {

/// Canonical bytes of the value; what it needs besides (schemas, large arrays) is staged.
std::string write_embedded(engine::Staging& staging, const Value& value);
/// As write_embedded, for a map with text keys; empty for an empty one, and for null. Throws invalid_argument for anything
/// else, naming `what`.
std::string write_map(engine::Staging& staging, std::string_view what, const Value& value);
/// Throws damaged.
Value read_embedded(const engine::BlobSource& blobs, std::string_view bytes);

}  // namespace cairn::store
