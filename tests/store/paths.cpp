// NodePaths from node to node: beside a plain model, and where they are too many to count.
#include <boost/test/unit_test.hpp>

#include "store/graph_model.h"

namespace cairn::test {
namespace {

using Number = GraphModel::Number;

NodePathOptions any_options(GraphModel& model) {
  NodePathOptions options{.direction = static_cast<Direction>(model.pick(3)), .links = model.any_types(), .within = model.any_filter(), .now = kGraphNow};
  if (model.pick(2) == 0) options.within = Filter();
  if (model.pick(2) == 0) options.length_max = model.pick(8);
  options.most = model.pick(3) == 0 ? 10'000 : model.pick(12);
  return options;
}

// Each link leads from its node to the next, and is the first that does.
void check_links(const GraphModel& model, const NodePath& path, const NodePathOptions& options) {
  BOOST_TEST_REQUIRE(path.links.size() + 1 == path.nodes.size());
  for (std::size_t i = 0; i < path.links.size(); ++i) {
    std::vector<std::tuple<LinkType, std::string, Number, Link>> fitting;
    for (const Link& link : model.links)
      for (const auto& [from, to] : model.ways(link, options.direction))
        if (options.links.has(link.type) && from == model.number(path.nodes[i].uuid) && to == model.number(path.nodes[i + 1].uuid))
          fitting.emplace_back(link.type, link.label, model.number(link.source), link);
    BOOST_TEST_REQUIRE(!fitting.empty());
    BOOST_TEST_REQUIRE((path.links[i] == std::get<Link>(std::ranges::min(fitting))));
  }
}

// So many times, data goes into two steps whose results go into a third: 2^count paths from first to last.
std::pair<Uuid, Uuid> add_diamonds(Store& store, int count) {
  Transaction transaction = store.transaction();
  const auto process = [&] { return transaction.add({.kind = NodeKind::calculation}); };
  const auto data = [&] { return transaction.add({.kind = NodeKind::data}); };
  const Uuid first = data();
  Uuid last = first;
  for (int i = 0; i < count; ++i) {
    const Uuid left = process(), right = process(), x = data(), y = data(), join = process(), next = data();
    transaction.link(last, left, LinkType::input, "l");
    transaction.link(last, right, LinkType::input, "r");
    transaction.link(left, x, LinkType::create, "x");
    transaction.link(right, y, LinkType::create, "y");
    transaction.link(x, join, LinkType::input, "x");
    transaction.link(y, join, LinkType::input, "y");
    transaction.link(join, next, LinkType::create, "next");
    last = next;
  }
  transaction.commit();
  return {first, last};
}

BOOST_AUTO_TEST_SUITE(paths)

BOOST_AUTO_TEST_CASE(random_paths_are_those_of_a_plain_model_in_its_order) {
  std::size_t compared = 0, found = 0, cut = 0;
  ask_each_graph(30, 150, [&](Store& store, GraphModel& model) {
    const Number from = model.any(), to = model.any();
    const NodePathOptions options = any_options(model);
    const auto expected = model.paths(from, to, options, 50'000);
    if (!expected) return;
    const NodePaths paths = store.paths(model.nodes[from].uuid, model.nodes[to].uuid, options);
    BOOST_TEST_CONTEXT("from " << from << " to " << to << ", at most " << options.length_max << " long, " << options.most << " of them") {
      BOOST_TEST_REQUIRE(paths.paths.size() == std::min(options.most, expected->size()));
      BOOST_TEST_REQUIRE(paths.more == (expected->size() > options.most));
      for (std::size_t i = 0; i < paths.paths.size(); ++i) {
        BOOST_TEST_REQUIRE(numbers_of(model, paths.paths[i].nodes) == (*expected)[i], boost::test_tools::per_element());
        check_links(model, paths.paths[i], options);
      }
      const auto shortest = store.find_path(model.nodes[from].uuid, model.nodes[to].uuid, options);
      BOOST_TEST_REQUIRE(shortest.has_value() == !expected->empty());
      if (shortest) BOOST_TEST_REQUIRE(numbers_of(model, shortest->nodes) == expected->front(), boost::test_tools::per_element());
    }
    ++compared;
    found += paths.paths.size();
    cut += paths.more ? 1 : 0;
  });
  BOOST_TEST(compared > 1000u);
  BOOST_TEST(found > 2000u);
  BOOST_TEST(cut > 50u);
}

BOOST_AUTO_TEST_CASE(paths_that_are_too_many_to_count_are_listed_from_the_shortest_on) {
  for_each_store([](TestStore& store) {
    const auto [first, last] = add_diamonds(*store, 60);
    const NodePaths paths = store->paths(first, last, {.most = 200});
    BOOST_TEST(paths.paths.size() == 200u);
    BOOST_TEST(paths.more);
    std::set<std::vector<Uuid>> distinct;
    for (const NodePath& path : paths.paths) {
      BOOST_TEST(path.links.size() == 240u);
      std::vector<Uuid> uuids;
      for (const Node& node : path.nodes) uuids.push_back(node.uuid);
      distinct.insert(uuids);
    }
    BOOST_TEST(distinct.size() == 200u);
    BOOST_TEST(store->paths(first, last, {.length_max = 239}).paths.empty());
    BOOST_TEST(!store->find_path(first, last, {.length_max = 239}).has_value());
    BOOST_TEST(store->find_path(last, first, {.direction = Direction::up, .length_max = 240})->links.size() == 240u);
    const NodePaths both = store->paths(first, last, {.direction = Direction::both, .most = 20});
    BOOST_TEST(both.paths.size() == 20u);
    BOOST_TEST(both.more);
  });
}

BOOST_AUTO_TEST_CASE(a_node_has_one_path_to_itself) {
  for_each_store([](TestStore& store) {
    const Uuid node = store->run("argon").uuid();
    const NodePaths paths = store->paths(node, node, {.direction = Direction::both, .links = LinkTypes::all()});
    BOOST_TEST_REQUIRE(paths.paths.size() == 1u);
    BOOST_TEST(paths.paths.front().nodes.size() == 1u);
    BOOST_TEST(paths.paths.front().links.empty());
    BOOST_TEST(!paths.more);
    BOOST_TEST(store->paths(node, node, {.most = 0}).more);
    BOOST_TEST(store->find_path(node, node)->nodes.size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(an_unknown_end_of_a_path_is_not_found) {
  for_each_store([](TestStore& store) {
    const Uuid node = store->run("argon").uuid(), unknown = Uuid::generate();
    BOOST_CHECK_EXCEPTION(store->find_path(node, unknown), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->find_path(unknown, unknown), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->paths(unknown, node), Error, has_code(ErrorCode::not_found));
    const auto [first, last] = add_diamonds(*store, 3);
    BOOST_CHECK_EXCEPTION(store->find_path(first, last, {.nodes_max = 3}), Error, has_code(ErrorCode::limit));
    BOOST_TEST(!store->find_path(first, node).has_value());
    BOOST_TEST(store->paths(first, node).paths.empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
