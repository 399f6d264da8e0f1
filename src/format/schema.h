// Schemas as blobs of kind schema.
#pragma once

#include <cairn/schema.h>

#include <cstddef>
#include <span>
#include <vector>

namespace cairn::format {

/// Throws invalid_argument if the class has no name, two fields have one, or a text in it is not UTF-8; throws
/// limit if it has too many fields.
std::vector<std::byte> encode_schema(const Schema& schema);
/// Throws damaged if the bytes are no schema.
Schema decode_schema(std::span<const std::byte> bytes);

}  // namespace cairn::format
