// Where two contents of one size may differ, told from their chunk lists.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/engine.h"
#include "format/content.h"

namespace cairn::object {

/// Calls `visit` with each range of bytes that is not below a chunk, a list or a hole that both have at the same place, in
/// order, until it returns false. No chunk is read, and no list that is in both at the same place. Throws damaged,
/// invalid_argument if the sizes differ. Memory: a list a level.
void for_each_unshared_range(const engine::BlobSource& blobs, const format::ContentRef& before, const format::ContentRef& after,
                             const std::function<bool(std::uint64_t begin, std::uint64_t end)>& visit);

}  // namespace cairn::object
