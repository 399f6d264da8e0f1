#include "interchange/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace cairn::interchange {
namespace {

constexpr std::size_t kBytesMax = 240;  // of a link's label: room for a number behind it
constexpr std::size_t kNodeBytesMax = 4096;

// Labels are identifiers of Python, as in AiiDA.
constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kBytesMax && std::ranges::all_of(text, is_word) && !is_digit(text.front()) &&
         text.front() != '_' && text.back() != '_' && std::ranges::find(kKeywords, text) == kKeywords.end();
}

}  // namespace

std::string label_or(std::string_view text, std::string_view otherwise) {
  return std::string(is_label(text) ? text : otherwise);
}

std::string node_label(std::string text) {
  return text.size() > kNodeBytesMax || text.find('\0') != std::string::npos ? std::string() : text;
}

BulkLoad::Number LoadLabels::number(std::string_view text) {
  const auto known = numbers_.find(text);
  return known != numbers_.end() ? known->second : numbers_.emplace(std::string(text), load_.label(text)).first->second;
}

std::string DistinctLabels::distinct(const std::string& label) {
  if (taken_.insert(label).second) return label;
  for (std::size_t& number = numbers_.try_emplace(label, 1).first->second;;) {
    std::string numbered = fmt::format("{}_{}", label, ++number);
    if (taken_.insert(numbered).second) return numbered;
  }
}

}  // namespace cairn::interchange
