// Random graphs in a store, beside a model that is a plain list of nodes and links and judges by looking at all of them.
#pragma once

#include <cairn/cairn.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/stores.h"

namespace cairn::test {

inline const Timestamp kGraphNow{std::chrono::seconds(1'800'000'000)};

class GraphModel {
 public:
  using Number = std::size_t;  // by age
  using Depths = std::map<Number, std::uint64_t>;

  explicit GraphModel(std::uint64_t seed) : random_(seed) {}

  std::vector<Node> nodes;
  std::vector<Link> links;

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  Number any() { return pick(nodes.size()); }

  // Nodes of two runs and of none, in several commits, with links of all types, cycles of references among them.
  void fill(Store& store, std::size_t count) {
    store.put_group("odd ones");
    while (added_.size() < count) commit(store, std::min<std::size_t>(count - added_.size(), 1 + pick(8)));
    nodes = nodes_of(store);
    std::erase_if(nodes, [](const Node& node) { return node.type == "run"; });
    for (Number i = 0; i < nodes.size(); ++i) numbers_[nodes[i].uuid] = i;
    std::vector<Uuid> odd;
    for (Number i = 1; i < nodes.size(); i += 2) odd.push_back(nodes[i].uuid);
    store.add_to_group("odd ones", odd);
  }

  Number number(const Uuid& uuid) const { return numbers_.at(uuid); }

  // Filters in which groups and attributes that some nodes have not occur.
  Filter any_filter() {
    switch (pick(8)) {
      case 0: return Filter::parse("group = \"odd ones\"");
      case 1: return Filter::parse("not group = \"odd ones\"");
      case 2: return Filter::parse("attributes.energy < 2");
      case 3: return Filter::parse("not attributes.energy = 1");
      case 4: return Filter::parse("created >= now-2h");
      case 5: return Filter::parse("run = first or kind = data");
      case 6: return Filter::parse("tag = t or type = a");
      default: return Filter();
    }
  }

  bool passes(const Filter& filter, Number node) const {
    // Filter::passes knows no groups.
    std::string text = filter.text();
    const std::string test = "group = \"odd ones\"";
    for (std::size_t at; (at = text.find(test)) != std::string::npos;) text.replace(at, test.size(), node % 2 == 1 ? "true" : "false");
    return Filter::parse(text).passes(nodes[node], kGraphNow);
  }

  LinkTypes any_types() {
    switch (pick(4)) {
      case 0: return LinkTypes::all();
      case 1: return {LinkType::input, LinkType::create};
      case 2: return {LinkType::reference, LinkType::mutual, LinkType::input};
      default: return {static_cast<LinkType>(1 + pick(6)), static_cast<LinkType>(1 + pick(6))};
    }
  }

  // From where to where the link leads.
  std::vector<std::pair<Number, Number>> ways(const Link& link, Direction direction) const {
    const std::pair down(number(link.source), number(link.target)), up(down.second, down.first);
    if (link.type == LinkType::mutual || direction == Direction::both) return {down, up};
    return {direction == Direction::down ? down : up};
  }

  // In order of age, each once.
  std::set<Number> next(Number node, Direction direction, LinkTypes types) const {
    std::set<Number> found;
    for (const Link& link : links)
      if (types.has(link.type))
        for (const auto& [from, to] : ways(link, direction))
          if (from == node) found.insert(to);
    return found;
  }

  // Depths of all that is reached, by relaxing every link until nothing changes.
  Depths reach(const std::vector<Number>& starts, Direction direction, const TraversalOptions& options) const {
    Depths depths;
    for (const Number start : starts) depths[start] = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (const Link& link : links) {
        if (!options.links.has(link.type)) continue;
        for (const auto& [from, to] : ways(link, direction)) {
          const auto at = depths.find(from);
          if (at == depths.end() || at->second >= options.depth_max || is_stopped(from, starts, options)) continue;
          if (!is_start(to, starts) && !passes(options.within, to)) continue;
          const auto [known, is_new] = depths.try_emplace(to, at->second + 1);
          changed |= is_new || known->second > at->second + 1;
          known->second = std::min(known->second, at->second + 1);
        }
      }
    }
    return depths;
  }

  bool is_stopped(Number node, const std::vector<Number>& starts, const TraversalOptions& options) const {
    return options.stop_at != Filter() && !is_start(node, starts) && passes(options.stop_at, node);
  }
  static bool is_start(Number node, const std::vector<Number>& starts) { return std::ranges::find(starts, node) != starts.end(); }

  // All ways from one node to the other, sorted; empty if they are more than so many.
  std::optional<std::vector<std::vector<Number>>> paths(Number from, Number to, const NodePathOptions& options, std::size_t most) const {
    std::vector<std::vector<Number>> found;
    std::vector<std::set<Number>> nexts;
    for (Number node = 0; node < nodes.size(); ++node) nexts.push_back(next(node, options.direction, options.links));
    std::vector<Number> path = {from};
    std::size_t steps = 0;
    const std::function<bool()> walk = [&] {
      if (++steps > most) return false;
      if (path.back() == to) {
        found.push_back(path);
        return true;
      }
      if (path.size() > options.length_max) return true;
      for (const Number node : nexts[path.back()]) {
        if (std::ranges::find(path, node) != path.end() || (node != to && !passes(options.within, node))) continue;
        path.push_back(node);
        if (!walk()) return false;
        path.pop_back();
      }
      return true;
    };
    if (!walk()) return std::nullopt;
    std::ranges::sort(found, {}, [](const auto& way) { return std::pair(way.size(), way); });
    return found;
  }

 private:
  void commit(Store& store, std::size_t count) {
    const std::uint64_t where = pick(3);
    Transaction transaction = where == 0 ? store.transaction() : store.run(where == 1 ? "first" : "second").transaction();
    const std::size_t before = added_.size();
    for (std::size_t i = 0; i < count; ++i) add(transaction);
    const auto any_new = [&]() -> const Added& { return added_[before + pick(count)]; };
    for (std::size_t i = pick(2 * count); i != 0; --i) {
      const Added &source = any_new(), &target = added_[pick(added_.size())];
      if (source.uuid == target.uuid) continue;
      // Labels run through the alphabet, so that age and text disagree.
      const std::string label = std::string(1, static_cast<char>('z' - links.size() % 26)) + std::to_string(links.size());
      const bool is_return = source.kind == NodeKind::workflow && target.kind == NodeKind::data && pick(2) == 0;
      link(transaction, source.uuid, target.uuid,
           is_return ? LinkType::return_ : pick(2) == 0 ? LinkType::reference : LinkType::mutual, label);
    }
    transaction.commit();
  }

  struct Added {
    Uuid uuid;
    NodeKind kind;
  };

  void add(Transaction& transaction) {
    NewNode node{.kind = static_cast<NodeKind>(1 + pick(3)), .type = std::string(1, static_cast<char>('a' + pick(3)))};
    node.created = kGraphNow - std::chrono::hours(pick(4));
    if (pick(2) == 0) node.attributes = Map{{"energy", static_cast<std::int64_t>(pick(4))}};
    if (pick(3) == 0) node.tags = {"t"};
    if (node.kind == NodeKind::data) {
      if (pick(2) == 0) node.content = transaction.put(static_cast<std::int64_t>(pick(5)));
    } else {
      node.state = NodeState::running;
      node.code_version = std::to_string(pick(3));
    }
    const Uuid uuid = transaction.add(node);
    const std::string label = "n" + std::to_string(added_.size());
    const auto older = [&](NodeKind kind, LinkType type, const std::string& name) {
      std::vector<Uuid> fitting;
      for (const Added& other : added_)
        if (other.kind == kind) fitting.push_back(other.uuid);
      if (!fitting.empty()) link(transaction, fitting[pick(fitting.size())], uuid, type, name);
    };
    if (node.kind == NodeKind::data) {
      if (pick(4) != 0) older(NodeKind::calculation, LinkType::create, label);
    } else {
      for (std::uint64_t i = pick(4); i != 0; --i) older(NodeKind::data, LinkType::input, label + "_" + std::to_string(i));
      if (pick(3) != 0) older(NodeKind::workflow, LinkType::call, label);
    }
    added_.push_back({uuid, node.kind});
  }

  void link(Transaction& transaction, const Uuid& source, const Uuid& target, LinkType type, const std::string& label) {
    transaction.link(source, target, type, label);
    links.push_back({source, target, type, label});
  }

  std::mt19937_64 random_;
  std::vector<Added> added_;
  std::map<Uuid, Number> numbers_;
};

/// Runs `body` with random graphs of so many nodes in stores of every kind.
inline void for_each_graph(std::size_t count, const std::function<void(Store&, GraphModel&)>& body) {
  for_each_store([&](TestStore& store) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      BOOST_TEST_CONTEXT("seed " << seed) {
        TestStore fresh(store.kind());
        GraphModel model(seed);
        model.fill(*fresh, count);
        if (fresh.on_disk() && seed % 2 == 0) fresh->compact();
        body(*fresh, model);
      }
  });
}

/// Runs `body` so many times with each of them, to ask something else every time.
inline void ask_each_graph(std::size_t count, int rounds, const std::function<void(Store&, GraphModel&)>& body) {
  for_each_graph(count, [&](Store& store, GraphModel& model) {
    for (int round = 0; round < rounds; ++round) BOOST_TEST_CONTEXT("round " << round) body(store, model);
  });
}

inline std::vector<std::size_t> numbers_of(const GraphModel& model, const std::vector<Node>& nodes) {
  std::vector<std::size_t> numbers;
  for (const Node& node : nodes) numbers.push_back(model.number(node.uuid));
  return numbers;
}

using ModelDepths = std::vector<std::pair<std::uint64_t, std::size_t>>;  // by depth, then age

inline ModelDepths depths_of(const GraphModel& model, const std::vector<Reached>& nodes) {
  ModelDepths depths;
  for (const Reached& reached : nodes) depths.emplace_back(reached.depth, model.number(reached.node.uuid));
  return depths;
}

inline ModelDepths sorted(const GraphModel::Depths& depths) {
  ModelDepths list;
  for (const auto& [number, depth] : depths) list.emplace_back(depth, number);
  std::ranges::sort(list);
  return list;
}

}  // namespace cairn::test
