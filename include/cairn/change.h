// What became of one thing between two others that are compared.
#pragma once

#include <cstdint>
#include <string_view>

namespace [[gnu::visibility("default")]] cairn {

enum class ChangeKind : std::uint8_t { added, removed, changed };

/// "added", "removed" or "changed".
std::string_view change_name(ChangeKind kind);

}  // namespace cairn
