// When two names are the same.
#pragma once

#include <cairn/value.h>

#include <string>
#include <utility>

namespace cairn::format {

/// Equal for names that are the same: GEMD compares scopes without regard to case, and ids as they are.
inline std::pair<std::string, std::string> unique_key(const Identity& name) {
  std::string scope = name.scope;
  for (char& c : scope)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');  // whatever the locale
  return {std::move(scope), name.id};
}

}  // namespace cairn::format
