// How two stored values differ, told without reading what they share.
#pragma once

#include <cairn/difference.h>

#include <span>
#include <string_view>

#include "engine/engine.h"
#include "object/objects.h"

namespace cairn::object {

/// As Store::diff.
ValueDifference compare_objects(const engine::BlobSource& blobs, const ObjectId& before, const ObjectId& after,
                                const DifferenceOptions& options = {}, const ObjectReading& reading = {});

/// As compare_objects, for maps whose canonical bytes are at hand, or empty for empty maps. `path` comes before all others.
ValueDifference compare_maps(const engine::BlobSource& blobs, std::span<const std::byte> before,
                             std::span<const std::byte> after, std::string_view path, const DifferenceOptions& options = {},
                             const ObjectReading& reading = {});

}  // namespace cairn::object
