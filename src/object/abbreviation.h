// The beginning of a stored value as text, without loading the rest of it.
#pragma once

#include <cairn/decoder.h>

#include <string>

namespace cairn::object {

/// On one line as in text.h: at most 8 elements of anything, 3 levels, 120 characters of a text, about 300 in all. Shared
/// values stand where they are referred to. Throws damaged. Memory: what is shown, and numbers and keys in full.
std::string abbreviated_text(const Decoder& in);

}  // namespace cairn::object
