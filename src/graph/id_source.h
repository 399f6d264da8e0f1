// IdSource: where the ids of all nodes that can pass a filter are, and walks over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "graph/cursors.h"

namespace cairn::graph {

/// Entries of an index, or rows of the group cell, whose keys end in node ids.
struct IdSpan {
  enum class Place : std::uint8_t { indexes, group_rows };

  Place place = Place::indexes;
  std::string begin;
  std::string end;        ///< not included
  bool is_by_id = false;  ///< all keys are `begin` and an id, so that ids are in order
};

/// Every node that can pass is in one of the spans, or is known.
struct IdSource {
  std::vector<IdSpan> spans = {};
  std::vector<NodeId> known = {};  ///< in order, each once
  std::string name = {};           ///< for people: "type", "attributes.energy", "type or tag"

  /// Whether its ids can be walked in order as they are stored.
  bool is_in_order() const;
};

/// As many entries as it has, but not more than `most`. Cost: as many steps.
std::size_t count_entries(const engine::View& view, const IdSource& source, std::size_t most);

/// Its ids in order, each once; empty if there are more than kIdsMost. Adds the entries it has read to `entries`. Memory: 8
/// bytes an id.
std::optional<std::vector<NodeId>> collect_ids(const engine::View& view, const IdSource& source, std::uint64_t& entries);
inline constexpr std::size_t kIdsMost = 1 << 20;

/// Walks over a source that is in order, each id once.
class SourceWalk {
 public:
  /// Both must outlive the walk.
  SourceWalk(const engine::View& view, const IdSource& source);

  /// Moves to the first id at or after `id`; false if there is none.
  bool move_to(NodeId id);
  bool next();
  NodeId id() const { return id_; }
  std::uint64_t entries() const { return entries_; }  ///< read so far

 private:
  struct Part {
    IdWalk walk;
    bool is_valid = false;
  };
  bool settle();

  std::vector<Part> parts_;
  const std::vector<NodeId>& known_;
  std::size_t at_ = 0;  // in known_
  NodeId id_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace cairn::graph
