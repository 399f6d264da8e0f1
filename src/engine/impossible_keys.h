// Rows whose keys no row of their family has, by their size: nothing that is looked up comes to them, and whoever walks stumbles.
#pragma once

#include <cairn/repair.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/records.h"

namespace cairn::engine {

/// False for a key that is too short or too long for its family.
bool is_possible_key(Family family, std::string_view key);
/// Whether a walk through the family refuses such a key. One through digests tells of it and goes on.
bool is_refused_by_walks(Family family);

class ImpossibleKeys {
 public:
  /// Notes the row if its key is impossible. Memory: these rows.
  void look_at(Family family, std::string_view key, std::string_view value);
  bool is_empty() const { return rows_.empty(); }
  /// Of the first that a walk refuses; empty if there is none.
  std::string obstacle() const;
  std::vector<RepairItem> items() const;
  /// Keeps the values in the quarantine of the store, then removes the rows in one synced batch.
  void remove(const std::filesystem::path& store, const Records& records) const;

 private:
  struct Row {
    Family family;
    std::string key, value;
  };
  std::vector<Row> rows_;
};

}  // namespace cairn::engine
