// Nodes with values of every kind that filters compare, and the order in which they are to be listed.
#pragma once

#include <cairn/cairn.h>

#include <algorithm>
#include <compare>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "graph/filter_match.h"
#include "graph/instant.h"
#include "graph/node_subject.h"
#include "graph/number_order.h"
#include "store/stores.h"

namespace cairn::test {

/// Few different ones, so that they meet. Among decimals and reals only such that are the same both ways.
inline Value random_attribute(std::mt19937_64& random) {
  switch (random() % 12) {
    case 0: return {};
    case 1: return random() % 2 == 0;
    case 2:
    case 3: return std::string(random() % 4, 'a');
    case 4: return 0.5 * static_cast<double>(random() % 6);
    case 5: return Value(*Decimal::parse(random() % 2 == 0 ? "1.50" : "2"));
    case 6: return Value(*BigInteger::parse("1" + std::string(20 + random() % 2, '0')));
    case 7: return Value(*DateTime::parse("2026-03-01T12:00:0" + std::to_string(random() % 3) + "Z"));
    case 8: return List{1, 2};
    default: return static_cast<std::int64_t>(random() % 5) - 2;
  }
}

inline NewNode random_node(std::mt19937_64& random) {
  NewNode node;
  node.kind = random() % 2 == 0 ? NodeKind::data : NodeKind::calculation;
  if (node.kind != NodeKind::data) node.state = random() % 2 == 0 ? NodeState::running : NodeState::failed;
  node.type = "t" + std::to_string(random() % 3);
  Map attributes;
  if (random() % 4 != 0) attributes.put("x", random_attribute(random));
  if (random() % 3 == 0) attributes.put("deep", Map{{"list", List{1, random_attribute(random)}}});
  node.attributes = attributes;
  if (random() % 2 == 0) node.extras = Map{{"y", random_attribute(random)}};
  return node;
}

inline void commit_nodes(Store& store, std::mt19937_64& random) {
  Transaction transaction = random() % 2 == 0 ? store.transaction() : store.run("run").transaction();
  for (std::uint64_t count = 1 + random() % 8; count != 0; --count) transaction.add(random_node(random));
  transaction.commit();
}

inline void load_nodes(Store& store, std::mt19937_64& random) {
  BulkLoad load = store.bulk_load();
  for (std::uint64_t count = random() % 12; count != 0; --count) load.add(random_node(random));
  load.commit();
}

/// Attributes of what may change, extras of all.
inline void edit_nodes(Store& store, std::mt19937_64& random) {
  const std::vector<Node> nodes = nodes_of(store, "run = \"\"");
  if (nodes.empty()) return;
  Transaction transaction = store.transaction();
  for (std::uint64_t count = random() % 5; count != 0; --count) {
    const Node& node = nodes[random() % nodes.size()];
    NodeEdit edit;
    if (node.kind != NodeKind::data && !is_terminal(node.state)) edit.attributes = Map{{"x", random_attribute(random)}};
    edit.extras = random() % 3 == 0 ? Value(Map{}) : Value(Map{{"y", random_attribute(random)}});
    transaction.edit(node.uuid, edit);
  }
  transaction.commit();
}

/// Nodes of type t whose attribute x is 0, 1, ... count - 1, not in the order of their ages.
inline void add_numbered(Store& store, std::int64_t count) {
  BulkLoad load = store.bulk_load();
  for (std::int64_t i = 0; i < count; ++i) load.add({.type = "t", .attributes = Map{{"x", i * 7 % count}}});
  load.commit();
}

/// 0 for what filters do not compare, else by type.
inline int rank_of(const Value* value) {
  if (value == nullptr) return 0;
  if (value->is<std::monostate>()) return 1;
  if (value->is<bool>()) return 2;
  if (graph::filter::is_number(*value)) return 3;
  if (value->is<std::string>()) return 4;
  return graph::filter::instant_of(*value) ? 5 : 0;
}

inline const Value* value_at(const Node& node, const FilterPath& path) {
  const Value& root = path.field() == FilterField::extras ? node.extras : node.attributes;
  const graph::filter::Held held = graph::filter::find_part(root, path);
  const auto* value = std::get_if<const Value*>(&held);
  return value == nullptr ? nullptr : *value;
}

inline bool is_indexed(const Node& node, const FilterPath& path) { return rank_of(value_at(node, path)) != 0; }

inline std::partial_ordering compare_values(const Value& a, const Value& b) {
  if (rank_of(&a) != rank_of(&b)) return rank_of(&a) <=> rank_of(&b);
  switch (rank_of(&a)) {
    case 2: return *a.get_if<bool>() <=> *b.get_if<bool>();
    case 3: return graph::filter::number_order(a, b);
    case 4: return *a.get_if<std::string>() <=> *b.get_if<std::string>();
    case 5: return *graph::filter::instant_of(a) <=> *graph::filter::instant_of(b);
    default: return std::partial_ordering::equivalent;
  }
}

/// What is in order of age is put into that of a query.
inline void sort_as_listed(std::vector<Node>& nodes, const std::optional<FilterPath>& path, bool descending) {
  if (!path) {
    if (descending) std::ranges::reverse(nodes);
    return;
  }
  std::vector<Node> with, without;
  for (Node& node : nodes) (is_indexed(node, *path) ? with : without).push_back(std::move(node));
  std::ranges::stable_sort(with, [&](const Node& a, const Node& b) { return compare_values(*value_at(a, *path), *value_at(b, *path)) < 0; });
  if (descending) std::ranges::reverse(with);
  nodes = std::move(with);
  std::ranges::move(without, std::back_inserter(nodes));
}

inline std::vector<Uuid> ids_of(const std::vector<Node>& nodes) {
  std::vector<Uuid> ids;
  for (const Node& node : nodes) ids.push_back(node.uuid);
  return ids;
}

inline std::vector<Node> page_through(const Store& store, NodeQuery query) {
  std::vector<Node> listed;
  for (;;) {
    NodePage page = store.query(query);
    BOOST_TEST_REQUIRE(page.nodes.size() <= query.limit);
    std::ranges::move(page.nodes, std::back_inserter(listed));
    if (page.next.empty()) return listed;
    query.after = page.next;
  }
}

}  // namespace cairn::test
