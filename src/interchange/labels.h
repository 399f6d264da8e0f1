// Labels for links and nodes of imported documents.
#pragma once

#include <cairn/bulk_load.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace cairn::interchange {

/// The text if the graph takes it as a label, else `otherwise`.
std::string label_or(std::string_view text, std::string_view otherwise);

/// The text if a node can have it as its label, else none.
std::string node_label(std::string text);

/// The labels of a load, each given to it once.
class LoadLabels {
 public:
  explicit LoadLabels(BulkLoad& load) : load_(load) {}
  /// Throws rule_violation for a text that is no label.
  BulkLoad::Number number(std::string_view text);

 private:
  BulkLoad& load_;
  std::map<std::string, BulkLoad::Number, std::less<>> numbers_;
};

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
