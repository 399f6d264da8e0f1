// The canonical form of Cap'n Proto messages, word by word: much faster than through the library's pointers, which are
// checked and followed one by one. Words are little-endian, and so is the machine.
// Source: https://capnproto.org/encoding.html, "Canonicalization". For src/format/*.cpp only.
#pragma once

#include <capnp/common.h>
#include <kj/common.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cairn::format {

/// The canonical form of a message that this program has built, so that its pointers are trusted. Throws limit if it is
/// too large for one segment, and for a capability, which has no such form.
std::vector<std::byte> canonical_form(kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments, std::string_view what);

/// Throws damaged unless `words` are a struct in canonical form, limit if its lists and structs nest
/// deeper than `nesting_max`. After that no pointer leaves them, and each word belongs to one value only. Cost: each word is read once or twice.
void require_canonical(std::span<const std::uint64_t> words, std::string_view what, unsigned nesting_max);

}  // namespace cairn::format
