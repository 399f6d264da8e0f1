// Labels: the texts on links, each known by a small number inside one store.
//
// Only one thread at a time may make new labels, and a number may be used only when its row is durable:
//   1. lock what guards the root cell, take a view;
//   2. plan(texts, view): numbers for all of them, and rows for those that are new;
//   3. if there are rows, publish them in a commit of the root cell;
//   4. when the outcome is ok, confirm(plan); else drop the plan, nothing has changed;
//   5. unlock. The numbers may now be used by commits of any cell.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"

namespace cairn::graph {

using LabelId = std::uint32_t;  ///< 1, 2, 3, ...; never reused

inline constexpr std::size_t kLabelBytesMax = 255;

/// Throws rule_violation naming `label` unless it is an identifier: 1 to 255 of [A-Za-z0-9_], no digit in
/// front, no underscore at either end, no keyword of Python. `a__b` stands for b in the namespace a. Source:
/// AiiDA.
void check_label(std::string_view label);

/// The dictionary of one store, read from its views as needed. Thread-safe.
class Labels {
 public:
  struct Plan {
    std::vector<LabelId> ids;           ///< one for each text, in order
    std::vector<engine::RowEdit> rows;  ///< for the root cell; empty if all were known
    std::vector<std::string> added;     ///< the texts of `rows`
    LabelId first = 0;                  ///< the number of added[0]
  };

  /// The number of `text` if `view` or any view given before has it.
  std::optional<LabelId> find(std::string_view text, const engine::View& view) const;
  /// The text of a number; lives as long as this object. Throws damaged if `view` has no such label.
  std::string_view text(LabelId id, const engine::View& view) const;

  /// Step 2 above. Throws rule_violation for a text that check_label() refuses.
  Plan plan(std::span<const std::string> texts, const engine::View& view) const;
  /// Step 4 above.
  void confirm(const Plan& plan);

 private:
  std::optional<LabelId> find_loaded(std::string_view text) const;
  void load(const engine::View& view) const;
  void append(LabelId id, std::string_view text) const;

  // Labels are only ever added and never change, so what one view showed holds for all.
  mutable std::shared_mutex mutex_;
  mutable std::deque<std::string> texts_;  // of label i + 1; a deque, because ids_ refers to its elements
  mutable std::unordered_map<std::string_view, LabelId> ids_;
};

}  // namespace cairn::graph
