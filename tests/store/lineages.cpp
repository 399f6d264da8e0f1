// Walks from nodes, over chosen links and through chosen nodes, and where they end: beside a plain model.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "store/graph_model.h"

namespace cairn::test {
namespace {

TraversalOptions any_options(GraphModel& model) {
  TraversalOptions options{.links = model.any_types(), .within = model.any_filter(), .stop_at = model.any_filter(), .now = kGraphNow};
  if (model.pick(2) == 0) options.stop_at = Filter();
  if (model.pick(3) == 0) options.depth_max = model.pick(5);
  return options;
}

std::vector<Link> followed(const GraphModel& model, const GraphModel::Depths& depths, GraphModel::Number start, Direction direction,
                           const TraversalOptions& options) {
  std::vector<Link> links;
  for (const Link& link : model.links) {
    const bool is_followed = options.links.has(link.type) && std::ranges::any_of(model.ways(link, direction), [&](const auto& way) {
      const auto from = depths.find(way.first);
      return from != depths.end() && from->second < options.depth_max && !model.is_stopped(way.first, {start}, options) &&
             depths.contains(way.second);
    });
    if (is_followed) links.push_back(link);
  }
  std::ranges::sort(links);
  return links;
}

// Sorted by depth, then age.
ModelDepths ends(const GraphModel& model, GraphModel::Number start, Direction direction, const TraversalOptions& options) {
  GraphModel::Depths ends = model.reach({start}, direction, options);
  std::erase_if(ends, [&](const auto& end) {
    if (model.is_stopped(end.first, {start}, options)) return false;
    const auto next = model.next(end.first, direction, options.links);
    return std::ranges::any_of(next, [&](auto node) { return node == start || model.passes(options.within, node); });
  });
  return sorted(ends);
}

// What each of the nodes leads to over them, itself included.
std::map<GraphModel::Number, std::set<GraphModel::Number>> leads_among(const GraphModel& model, const GraphModel::Depths& nodes,
                                                                       Direction direction, LinkTypes types) {
  std::map<GraphModel::Number, std::set<GraphModel::Number>> next, leads;
  for (const auto& [node, depth] : nodes) next[node] = model.next(node, direction, types);
  for (const auto& [node, depth] : nodes) {
    leads[node].insert(node);
    for (std::vector<GraphModel::Number> open = {node}; !open.empty();) {
      const auto last = open.back();
      open.pop_back();
      for (const auto to : next.at(last))
        if (nodes.contains(to) && leads[node].insert(to).second) open.push_back(to);
    }
  }
  return leads;
}

BOOST_AUTO_TEST_SUITE(lineages)

BOOST_AUTO_TEST_CASE(random_walks_reach_what_a_plain_model_says) {
  std::size_t reached = 0, followed_count = 0;
  ask_each_graph(60, 150, [&](Store& store, GraphModel& model) {
    const auto start = model.any();
    const auto direction = static_cast<Direction>(model.pick(3));
    const TraversalOptions options = any_options(model);
    const Lineage lineage = store.lineage(model.nodes[start].uuid, direction, options);
    const auto depths = model.reach({start}, direction, options);
    BOOST_TEST_REQUIRE((depths_of(model, lineage.nodes) == sorted(depths)),
                       "from " << start << " within " << options.within.text() << " to " << options.stop_at.text());
    std::vector<Link> links = lineage.links;
    std::ranges::sort(links);
    BOOST_TEST_REQUIRE((links == followed(model, depths, start, direction, options)));
    const Reach reach = store.reach(std::span(&model.nodes[start].uuid, 1), direction, options);
    BOOST_TEST_REQUIRE(reach.size() == depths.size());
    BOOST_TEST_REQUIRE(reach.link_count() >= links.size());
    reached += depths.size();
    followed_count += links.size();
  });
  BOOST_TEST(reached > 4500u);
  BOOST_TEST(followed_count > 2700u);
}

BOOST_AUTO_TEST_CASE(ancestors_and_descendants_are_a_lineage_without_its_start) {
  ask_each_graph(40, 20, [](Store& store, GraphModel& model) {
    const auto start = model.any();
    const TraversalOptions options = any_options(model);
    ModelDepths up = sorted(model.reach({start}, Direction::up, options)), down = sorted(model.reach({start}, Direction::down, options));
    up.erase(up.begin());
    down.erase(down.begin());
    BOOST_TEST_REQUIRE((depths_of(model, store.ancestors(model.nodes[start].uuid, options)) == up));
    BOOST_TEST_REQUIRE((depths_of(model, store.descendants(model.nodes[start].uuid, options)) == down));
  });
}

BOOST_AUTO_TEST_CASE(several_starts_are_all_let_in_and_gone_beyond) {
  ask_each_graph(60, 40, [](Store& store, GraphModel& model) {
    const std::vector<GraphModel::Number> starts = {model.any(), model.any(), model.any()};
    std::vector<Uuid> uuids;
    for (const auto start : starts) uuids.push_back(model.nodes[start].uuid);
    const auto direction = static_cast<Direction>(model.pick(3));
    const TraversalOptions options = any_options(model);
    const Reach reach = store.reach(uuids, direction, options);
    ModelDepths found;
    for (std::size_t i = 0; i < reach.size(); ++i) found.emplace_back(reach.depth(i), model.number(reach.uuid(i)));
    BOOST_TEST_REQUIRE((found == sorted(model.reach(starts, direction, options))));
  });
}

BOOST_AUTO_TEST_CASE(roots_and_leaves_are_where_nothing_leads_on) {
  std::size_t found = 0;
  ask_each_graph(60, 150, [&](Store& store, GraphModel& model) {
    const auto start = model.any();
    const TraversalOptions options = any_options(model);
    const auto roots = depths_of(model, store.roots(model.nodes[start].uuid, options));
    BOOST_TEST_REQUIRE((roots == ends(model, start, Direction::up, options)));
    BOOST_TEST_REQUIRE((depths_of(model, store.leaves(model.nodes[start].uuid, options)) == ends(model, start, Direction::down, options)));
    found += roots.size();
  });
  BOOST_TEST(found > 900u);
}

BOOST_AUTO_TEST_CASE(what_nodes_have_in_common_and_the_nearest_of_it_are_what_a_plain_model_says) {
  std::size_t found = 0, near = 0;
  ask_each_graph(60, 60, [&](Store& store, GraphModel& model) {
    const Direction direction = model.pick(2) == 0 ? Direction::up : Direction::down;
    const TraversalOptions options{.links = model.any_types(), .within = model.any_filter(), .now = kGraphNow};
    std::vector<Uuid> uuids;
    GraphModel::Depths common;
    for (std::uint64_t count = 2 + model.pick(2), i = 0; i < count; ++i) {
      const auto start = model.any();
      uuids.push_back(model.nodes[start].uuid);
      const auto reached = model.reach({start}, direction, options);
      if (i == 0) common = reached;
      std::erase_if(common, [&](const auto& node) { return !reached.contains(node.first); });
      for (auto& [node, depth] : common) depth = std::max(depth, reached.at(node));
    }
    const auto leads = leads_among(model, common, direction, options.links);
    ModelDepths listed;
    for (const CommonNode& node :
         direction == Direction::up ? store.common_ancestors(uuids, options) : store.common_descendants(uuids, options)) {
      const auto number = model.number(node.node.uuid);
      listed.emplace_back(node.depth, number);
      const bool is_nearest = std::ranges::none_of(
          leads, [&](const auto& other) { return other.second.contains(number) && !leads.at(number).contains(other.first); });
      BOOST_TEST_REQUIRE(node.nearest == is_nearest);
      near += node.nearest ? 1 : 0;
    }
    BOOST_TEST_REQUIRE((listed == sorted(common)));
    found += listed.size();
  });
  BOOST_TEST(found > 900u);
  BOOST_TEST(near < found);
}

BOOST_AUTO_TEST_CASE(unknown_nodes_and_more_nodes_than_allowed_are_errors) {
  for_each_store([](TestStore& store) {
    const Uuid known = store->run("argon").uuid(), unknown = Uuid::generate();
    const auto not_found = has_code(ErrorCode::not_found);
    BOOST_CHECK_EXCEPTION(store->lineage(unknown, Direction::both), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->roots(unknown), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->leaves(unknown), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->common_ancestors(std::vector{known, unknown}), Error, not_found);
    BOOST_CHECK_EXCEPTION(store->common_descendants({}), Error, has_code(ErrorCode::invalid_argument));
    Run run = store->run("argon");
    const auto a = run.step("a", {{"x", 1}}, [] { return 1; });
    const auto b = run.step("b", {{"y", a}}, [] { return 2; });
    // Nodes that are not let in count as well: what is looked at is bounded.
    const TraversalOptions none{.nodes_max = 1, .within = Filter::parse("label = none")};
    BOOST_CHECK_EXCEPTION(store->ancestors(b.data(), none), Error, has_code(ErrorCode::limit));
    BOOST_TEST(store->ancestors(b.data(), {.nodes_max = 2, .within = none.within}).empty());
    BOOST_CHECK_EXCEPTION(store->roots(b.data(), {.nodes_max = 3}), Error, has_code(ErrorCode::limit));
    BOOST_TEST(store->roots(b.data(), {.nodes_max = 5}).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_question_sees_the_graph_as_of_one_moment_while_another_thread_commits) {
  for_each_store([](TestStore& store) {
    constexpr int kCommits = 150;
    Uuid first;
    {
      Transaction transaction = store->transaction();
      first = transaction.add({.kind = NodeKind::data});
      transaction.commit();
    }
    std::atomic<bool> done = false;
    std::jthread writer([&] {
      Uuid last = first;
      for (int i = 0; i < kCommits; ++i) {
        Transaction transaction = store->transaction();
        const auto process = [&] { return transaction.add({.kind = NodeKind::calculation}); };
        const auto data = [&] { return transaction.add({.kind = NodeKind::data}); };
        const Uuid left = process(), right = process(), x = data(), y = data(), join = process(), next = data();
        transaction.link(last, left, LinkType::input, "l");
        transaction.link(last, right, LinkType::input, "r");
        transaction.link(left, x, LinkType::create, "x");
        transaction.link(right, y, LinkType::create, "y");
        transaction.link(x, join, LinkType::input, "x");
        transaction.link(y, join, LinkType::input, "y");
        transaction.link(join, next, LinkType::create, "next");
        transaction.commit();
        last = next;
      }
      done = true;
    });
    for (bool last = false; !last;) {
      last = done;
      const Lineage lineage = store->lineage(first, Direction::down);
      const std::size_t commits = lineage.nodes.size() / 6;
      BOOST_TEST(lineage.nodes.size() == 1 + 6 * commits);
      BOOST_TEST(lineage.links.size() == 7 * commits);
      BOOST_TEST(store->leaves(first).size() == 1u);
      const Uuid end = lineage.nodes.back().node.uuid;
      BOOST_TEST(store->paths(first, end, {.most = 5}).more == (commits > 2));
      BOOST_TEST(store->closure(std::span(&end, 1)).nodes.size() == lineage.nodes.size());
      std::uint64_t affected = 0;
      for (const ImpactTotal& total : store->impact(std::span(&first, 1), {.list = false}).affected_totals) affected += total.count;
      BOOST_TEST(affected % 6 == 0u);
    }
    writer.join();
    BOOST_TEST(store->descendants(first).size() == 6u * kCommits);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
