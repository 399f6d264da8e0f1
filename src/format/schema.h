// Schemas as blobs of kind schema.
#pragma once

#include <cairn/schema.h>

#include <cstddef>
#include <span>
#include <vector>

namespace cairn::format {

/// Throws invalid_argument if the class has no name or two fields of one name, limit if it has too many fields.
std::vector<std::byte> encode_schema(const Schema& schema);
/// Throws damaged if the bytes are no schema.
Schema decode_schema(std::span<const std::byte> bytes);

}  // namespace cairn::format
