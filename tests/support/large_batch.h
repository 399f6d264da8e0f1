// Batches of so many objects that each is committed as tables, and graphs that are loaded so.
#pragma once

#include <cairn/cairn.h>

#include <boost/describe/class.hpp>
#include <boost/describe/operators.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/table_commit.h"

namespace cairn::test {

using boost::describe::operators::operator==;

struct Reading {
  std::int64_t batch = 0, number = 0;
};
BOOST_DESCRIBE_STRUCT(Reading, (), (batch, number))

inline constexpr std::int64_t kLargeBatch = static_cast<std::int64_t>(engine::kTableRowsLeast) + 100;

/// The same objects for the same number, none of which is in another batch.
inline std::vector<Reading> large_batch(std::int64_t number) {
  std::vector<Reading> objects;
  for (std::int64_t i = 0; i < kLargeBatch; ++i) objects.push_back({number, i});
  return objects;
}

inline constexpr std::int64_t kGraphSteps = 4000;

/// Data that one calculation makes of another, so many times; all nodes have the number as their label.
inline void load_large_graph(Store& store, std::int64_t number) {
  BulkLoad load = store.bulk_load();
  const auto input = load.label("input"), result = load.label("result");
  NewNode node{.kind = NodeKind::data, .type = "grain", .label = std::to_string(number)};
  auto data = load.add(node);
  for (std::int64_t i = 0; i < kGraphSteps; ++i) {
    node.kind = NodeKind::calculation;
    const auto step = load.add(node);
    node.kind = NodeKind::data;
    load.link(data, step, LinkType::input, input);
    data = load.add(node);
    load.link(step, data, LinkType::create, result);
  }
  load.commit();
}

/// Whether the graph of this number is in the store, which has all of it or nothing.
inline bool is_graph_there(const Store& store, std::int64_t number) {
  const std::string label = std::to_string(number);
  const NodePage oldest = store.query({.filter = Filter::where("label", Comparison::equal, label), .limit = 1});
  if (oldest.nodes.empty()) return false;
  constexpr std::uint64_t kNodes = 2 * kGraphSteps + 1;
  const Reach reach = store.reach(std::span(&oldest.nodes.front().uuid, 1), Direction::down);
  if (reach.size() == kNodes && reach.link_count() == kNodes - 1) return true;
  throw Error(ErrorCode::damaged, "of graph " + label + " a part is there: " + std::to_string(reach.size()) + " nodes");
}

}  // namespace cairn::test
