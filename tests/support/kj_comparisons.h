// Put before all else by the preset for fuzzing: comparisons that the headers of Cap'n Proto 0.9 leave to the compiler in C++20, and
// that clang, since version 16, does not make of those that they have (P2468).
#pragma once

#include <kj/string.h>

namespace kj {

inline bool operator==(const char* text, const StringPtr& other) { return other == StringPtr(text); }
inline bool operator!=(const char* text, const StringPtr& other) { return !(other == StringPtr(text)); }
inline bool operator==(const char* text, const String& other) { return other == StringPtr(text); }
inline bool operator!=(const char* text, const String& other) { return !(other == StringPtr(text)); }

}  // namespace kj
