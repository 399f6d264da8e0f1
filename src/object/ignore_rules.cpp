#include "object/ignore_rules.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cairn::object {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool take_first(std::string_view& text, std::string_view expected) {
  const bool is_there = text.starts_with(expected);
  if (is_there) text.remove_prefix(expected.size());
  return is_there;
}

bool take_last(std::string_view& text, char expected) {
  const bool is_there = text.ends_with(expected);
  if (is_there) text.remove_suffix(1);
  return is_there;
}

// Spaces alone, no tabs; the first of them stays if a backslash precedes it that no other one precedes.
std::string_view without_last_spaces(std::string_view line) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size())
      ++i;
    else if (line[i] == ' ')
      continue;
    end = i + 1;
  }
  return line.substr(0, end);
}

}  // namespace

void IgnoreRules::add(std::string_view line, std::string_view base) {
  if (line.starts_with('#')) return;
  // No name holds a NUL; git, whose strings end there, ignores what follows it.
  std::string_view pattern = without_last_spaces(line.substr(0, line.find('\0')));
  if (pattern.size() > kPatternBytesMax)
    throw Error(ErrorCode::invalid_argument, fmt::format("ignore pattern \"{}...\": expected at most {} bytes, got {}",
                                                         pattern.substr(0, 60), kPatternBytesMax, pattern.size()));
  const bool takes_back = take_first(pattern, "!");
  const bool is_for_directories = take_last(pattern, '/');
  const bool is_for_names = pattern.find('/') == std::string_view::npos;
  take_first(pattern, "/");
  std::optional<Glob> glob = pattern.empty() ? std::nullopt : Glob::parse(pattern);
  if (!glob) return;
  rules_.push_back({.glob = std::move(*glob),
                    .base = base.empty() ? std::string() : std::string(base) + '/',
                    .takes_back = takes_back,
                    .is_for_directories = is_for_directories,
                    .is_for_names = is_for_names});
}

void IgnoreRules::add_lines(std::string_view text, std::string_view base) {
  const std::size_t size_before = size();
  take_first(text, kByteOrderMark);
  try {
    while (!text.empty()) {
      std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      take_last(line, '\r');
      add(line, base);
    }
  } catch (...) {
    truncate(size_before);
    throw;
  }
}

void IgnoreRules::truncate(std::size_t size) {
  if (size < rules_.size()) rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(size), rules_.end());
}

bool IgnoreRules::matches(std::string_view path, bool is_directory) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
    if (rule->is_for_directories && !is_directory) continue;
    if (!path.starts_with(rule->base)) continue;
    if (rule->glob.matches(rule->is_for_names ? name : path.substr(rule->base.size()))) return !rule->takes_back;
  }
  return false;
}

}  // namespace cairn::object
