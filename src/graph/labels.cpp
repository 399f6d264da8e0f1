#include "graph/labels.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace cairn::graph {
namespace {

// In order.
constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// What is wrong with a label; empty if nothing is.
std::string_view label_fault(std::string_view label) {
  if (label.empty()) return "it is empty";
  if (label.size() > kLabelBytesMax) return "it is longer than 255 characters";
  if (!std::all_of(label.begin(), label.end(), is_word))
    return "only letters, digits and underscores are allowed";
  if (is_digit(label.front())) return "it begins with a digit";
  if (label.front() == '_' || label.back() == '_') return "it begins or ends with an underscore";
  if (std::ranges::binary_search(kKeywords, label))
    return "it is a keyword of Python";
  return {};
}

}  // namespace

void check_label(std::string_view label) {
  const std::string_view fault = label_fault(label);
  if (fault.empty()) return;
  const std::string_view shown = label.substr(0, kLabelBytesMax);
  throw Error(ErrorCode::rule_violation, fmt::format("link label \"{}\": {}", shown, fault));
}

std::optional<LabelId> Labels::find(std::string_view text, const engine::View& view) const {
  if (const auto id = find_loaded(text)) return id;
  load(view);
  return find_loaded(text);
}

std::string_view Labels::text(LabelId id, const engine::View& view) const {
  const auto loaded = [&]() -> const std::string* {
    std::shared_lock lock(mutex_);
    return id >= 1 && id <= texts_.size() ? &texts_[id - 1] : nullptr;
  };
  if (const std::string* text = loaded()) return *text;
  load(view);
  if (const std::string* text = loaded()) return *text;
  throw Error(ErrorCode::damaged, fmt::format("read link label {}: the root cell has no such label", id));
}

Labels::Plan Labels::plan(std::span<const std::string> texts, const engine::View& view) const {
  load(view);
  std::shared_lock lock(mutex_);
  Plan plan;
  plan.first = static_cast<LabelId>(texts_.size() + 1);
  std::unordered_map<std::string_view, LabelId> planned;
  for (const std::string& text : texts) {
    check_label(text);
    const auto known = ids_.find(text);
    if (known != ids_.end()) {
      plan.ids.push_back(known->second);
      continue;
    }
    const auto next = static_cast<LabelId>(plan.first + plan.added.size());
    const auto [position, is_new] = planned.try_emplace(text, next);
    plan.ids.push_back(position->second);
    if (!is_new) continue;
    plan.added.push_back(text);
    plan.rows.push_back({format::row::label(next), text});
  }
  return plan;
}

void Labels::confirm(const Plan& plan) {
  std::unique_lock lock(mutex_);
  for (std::size_t i = 0; i < plan.added.size(); ++i)
    append(static_cast<LabelId>(plan.first + i), plan.added[i]);
}

std::optional<LabelId> Labels::find_loaded(std::string_view text) const {
  std::shared_lock lock(mutex_);
  const auto found = ids_.find(text);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

void Labels::load(const engine::View& view) const {
  std::unique_lock lock(mutex_);
  const auto rows = view.rows(format::kRootCell);
  const auto first = static_cast<LabelId>(texts_.size() + 1);
  for (bool more = rows->seek(format::row::label(first)); more; more = rows->next()) {
    const std::string_view key = rows->key();
    if (key.empty() || key.front() != format::row::kLabel) break;
    append(format::row::parse_label(key), rows->value());
  }
}

// The caller holds the mutex. A label that is there already may come again: a view and a confirmed plan
// overlap.
void Labels::append(LabelId id, std::string_view text) const {
  if (id >= 1 && id <= texts_.size() && texts_[id - 1] == text) return;
  if (id != texts_.size() + 1)
    throw Error(ErrorCode::damaged,
                fmt::format("read link labels: number {} comes after {}", id, texts_.size()));
  texts_.emplace_back(text);
  ids_.emplace(texts_.back(), id);
}

}  // namespace cairn::graph
