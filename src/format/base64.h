// Base64 with padding (RFC 4648, section 4).
#pragma once

#include <cairn/value.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cairn::format {

void append_base64(std::string& out, std::span<const std::byte> bytes);
/// Empty unless `text` is what append_base64 makes of some bytes: no white space, padded, unused bits zero.
std::optional<Bytes> parse_base64(std::string_view text);

}  // namespace cairn::format
