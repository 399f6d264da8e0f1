#include "graph/text_pattern.h"

#include <cstddef>

namespace cairn::graph::filter {
namespace {

std::size_t after_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (text[at] & 0xc0) == 0x80) ++at;
  return at;
}

}  // namespace

// Each star takes as little as it can at first. Where what follows does not fit, it is enough to let the last
// star take one character more: an earlier one could only bring the same rest further to the right.
bool fits_pattern(std::string_view text, std::string_view pattern) {
  constexpr std::size_t kNone = std::string_view::npos;
  std::size_t at = 0, next = 0;                   // in text and in pattern
  std::size_t star_end = 0, behind_star = kNone;  // what the last star has taken, and what follows it
  while (at < text.size()) {
    const char wanted = next < pattern.size() ? pattern[next] : '\0';
    const bool is_over = next == pattern.size();
    if (!is_over && wanted == '*') {
      behind_star = ++next;
      star_end = at;
    } else if (!is_over && wanted == '?') {
      ++next;
      at = after_character(text, at);
    } else if (!is_over && wanted == text[at]) {
      ++next;
      ++at;
    } else if (behind_star != kNone) {
      next = behind_star;
      at = star_end = after_character(text, star_end);
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', next) == kNone;
}

}  // namespace cairn::graph::filter
