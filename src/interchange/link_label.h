// Labels for links of imported documents.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cairn::interchange {

/// The text if the graph takes it as a label, else `otherwise`.
std::string label_or(std::string_view text, std::string_view otherwise);

/// Makes labels differ that have to.
class DistinctLabels {
 public:
  /// The label, with _2, _3, ... behind it if it was asked for before.
  std::string distinct(const std::string& label);

 private:
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace cairn::interchange
