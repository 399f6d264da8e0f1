// Indexes of attributes: which there are, and which entries a node has in them.
//
// An index has an entry for each node with a value at its path that filters compare: not for lists, maps and the like. The
// entry changes in the commit that changes the node. While an index is built, commits keep it up already; see
// store/attribute_indexes.h for why it then lacks nothing.
#pragma once

#include <cairn/filter.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "format/records.h"

namespace cairn::graph {

using format::NodeId;

struct AttributeIndex {
  std::uint32_t number = 0;
  FilterPath path{FilterField::attributes};
  IndexState state = IndexState::building;
  NodeId next = 0;  ///< while it is built: nodes below have their entries

  bool is_kept_up() const { return state != IndexState::dropping; }
  bool is_ready() const { return state == IndexState::ready; }
};

/// In order of number. Throws damaged. Cost: a seek.
std::vector<AttributeIndex> read_attribute_indexes(const engine::View& view);
std::optional<AttributeIndex> find_attribute_index(const engine::View& view, std::uint32_t number);
format::AttributeIndexRecord record_of(const AttributeIndex& index);

/// From the bytes of attributes or extras to their value.
using DecodeAttributes = std::function<Value(std::string_view)>;

/// The entries of nodes in some indexes.
class AttributeEntries {
 public:
  /// There are no indexes.
  AttributeEntries() = default;
  /// Only indexes that are kept up count.
  AttributeEntries(std::vector<AttributeIndex> indexes, DecodeAttributes decode);

  const std::vector<AttributeIndex>& indexes() const { return indexes_; }
  bool empty() const { return indexes_.empty(); }

  /// Sorted. Cost: attributes and extras are decoded if an index looks at them. Throws what decoding throws.
  std::vector<std::string> keys(NodeId id, const format::NodeRecord& record) const;

 private:
  std::vector<AttributeIndex> indexes_;
  DecodeAttributes decode_;
};

}  // namespace cairn::graph
