// How two arrays of one element type and shape differ.
#pragma once

#include <cairn/decoder.h>
#include <cairn/difference.h>

#include "engine/engine.h"

namespace cairn::object {

enum class CountElements : std::uint8_t { all, first };

/// Which elements differ. With `first`, only whether one does. Of what is kept outside the objects, chunks that both have at
/// the same place are not read. Memory: 128 KiB. Throws damaged.
ArrayChange compare_arrays(const engine::BlobSource& blobs, const ArrayDecoder& before, const ArrayDecoder& after,
                           CountElements count = CountElements::all);

}  // namespace cairn::object
