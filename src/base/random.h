// Random bytes from the kernel, many at a time.
#pragma once

#include <cstddef>
#include <span>

namespace cairn::base {

/// Fills `out`, of at most 256 bytes, with bytes that nobody can guess and no other thread or process gets. A system call for
/// each 4 KiB: one for each UUID takes longer than all else that is done for a node of a large load.
void fill_random(std::span<std::byte> out);

}  // namespace cairn::base
