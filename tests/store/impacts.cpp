// What is affected by nodes, and what it takes to make nodes again: beside a plain model.
#include <boost/test/unit_test.hpp>

#include "store/graph_model.h"

namespace cairn::test {
namespace {

using Number = GraphModel::Number;
using Numbers = std::vector<Number>;

Numbers any_nodes(GraphModel& model) {
  Numbers numbers = {model.any()};
  if (model.pick(2) == 0) numbers.push_back(model.any());
  return numbers;
}

std::vector<Uuid> uuids_of(const GraphModel& model, const Numbers& numbers) {
  std::vector<Uuid> uuids;
  for (const Number number : numbers) uuids.push_back(model.nodes[number].uuid);
  return uuids;
}

Numbers keys(const GraphModel::Depths& depths) {
  Numbers numbers;
  for (const auto& [number, depth] : depths) numbers.push_back(number);
  return numbers;
}

// In order of age.
Numbers callers_of(const GraphModel& model, const Numbers& nodes) {
  GraphModel::Depths callers = model.reach(nodes, Direction::up, {.links = {LinkType::call}});
  for (const Number node : nodes) callers.erase(node);
  return keys(callers);
}

using Totals = std::map<std::tuple<std::string, NodeKind, std::string>, std::pair<std::uint64_t, std::uint64_t>>;

Totals total(const GraphModel& model, const Numbers& numbers) {
  Totals totals;
  for (const Number number : numbers) {
    const Node& node = model.nodes[number];
    auto& [count, bytes] = totals[{node.run, node.kind, node.type}];
    ++count;
    bytes += node.size_bytes;
  }
  return totals;
}

Totals read(const std::vector<ImpactTotal>& list) {
  Totals totals;
  for (const ImpactTotal& total : list) totals[{total.run, total.kind, total.type}] = {total.count, total.size_bytes};
  BOOST_TEST_REQUIRE(totals.size() == list.size());
  return totals;
}

BOOST_AUTO_TEST_SUITE(impacts)

BOOST_AUTO_TEST_CASE(what_is_affected_is_what_a_plain_model_says) {
  std::size_t found = 0, called = 0;
  ask_each_graph(60, 80, [&](Store& store, GraphModel& model) {
    const Numbers given = any_nodes(model);
    ImpactOptions options;
    if (model.pick(3) == 0) options.links.add(LinkType::call);
    options.list = model.pick(2) == 0;
    GraphModel::Depths affected = model.reach(given, Direction::down, {.links = options.links});
    const Numbers callers = callers_of(model, keys(affected));
    for (const Number node : given) affected.erase(node);
    const Impact impact = store.impact(uuids_of(model, given), options);
    BOOST_TEST_REQUIRE((read(impact.affected_totals) == total(model, keys(affected))));
    BOOST_TEST_REQUIRE((read(impact.caller_totals) == total(model, callers)));
    BOOST_TEST_REQUIRE((depths_of(model, impact.affected) == (options.list ? sorted(affected) : ModelDepths())));
    BOOST_TEST_REQUIRE(numbers_of(model, impact.callers) == (options.list ? callers : Numbers()), boost::test_tools::per_element());
    found += affected.size();
    called += callers.size();
  });
  BOOST_TEST(found > 900u);
  BOOST_TEST(called > 180u);
}

BOOST_AUTO_TEST_CASE(a_closure_is_what_a_plain_model_says) {
  std::size_t found = 0, contents = 0;
  ask_each_graph(60, 80, [&](Store& store, GraphModel& model) {
    const Numbers given = any_nodes(model);
    const Numbers nodes = keys(model.reach(given, Direction::up, {}));
    const Closure closure = store.closure(uuids_of(model, given));
    BOOST_TEST_REQUIRE(numbers_of(model, closure.nodes) == nodes, boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(numbers_of(model, closure.workflows) == callers_of(model, nodes), boost::test_tools::per_element());
    Numbers inputs;
    std::map<Content, std::uint64_t> held, given_in;
    std::map<std::pair<std::string, std::string>, std::uint64_t> code;
    for (const Number number : nodes) {
      const Node& node = model.nodes[number];
      const bool is_input = node.kind == NodeKind::data && model.next(number, Direction::up, {LinkType::create}).empty();
      if (is_input) inputs.push_back(number);
      if (node.content.index() != 0) held.emplace(node.content, node.size_bytes);
      if (node.content.index() != 0 && is_input) given_in.emplace(node.content, node.size_bytes);
      if (node.kind != NodeKind::data) ++code[{node.type, node.code_version}];
    }
    for (const Node& node : closure.workflows) ++code[{node.type, node.code_version}];
    BOOST_TEST_REQUIRE(numbers_of(model, closure.inputs) == inputs, boost::test_tools::per_element());
    BOOST_TEST_REQUIRE(closure.objects.size() == held.size());
    std::uint64_t bytes = 0, input_bytes = 0;
    for (const auto& [content, size] : held) bytes += size;
    for (const auto& [content, size] : given_in) input_bytes += size;
    BOOST_TEST_REQUIRE(closure.size_bytes == bytes);
    BOOST_TEST_REQUIRE(closure.input_bytes == input_bytes);
    std::map<std::pair<std::string, std::string>, std::uint64_t> listed;
    for (const CodeUse& use : closure.code) listed[{use.type, use.code_version}] = use.node_count;
    BOOST_TEST_REQUIRE((listed == code));
    found += nodes.size();
    contents += held.size();
  });
  BOOST_TEST(found > 1350u);
  BOOST_TEST(contents > 180u);
}

BOOST_AUTO_TEST_CASE(a_closure_holds_each_object_and_artifact_once) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Transaction transaction = run.transaction();
    const ArtifactId file = transaction.add_path(store.write_file("a", std::string(5000, 'a')));
    const ObjectId object = transaction.put(std::string("parameters"));
    const Uuid step = transaction.add({.kind = NodeKind::calculation, .type = "relax", .code_version = "7"});
    for (int i = 0; i < 3; ++i) {
      const Uuid data = transaction.add({.kind = NodeKind::data, .content = i == 0 ? Content(object) : Content(file)});
      transaction.link(data, step, LinkType::input, "i" + std::to_string(i));
    }
    const Uuid result = transaction.add({.kind = NodeKind::data, .content = object});
    transaction.link(step, result, LinkType::create, "result");
    transaction.link(run.uuid(), step, LinkType::call, "relax");
    transaction.commit();
    const Closure closure = store->closure(std::span(&result, 1));
    BOOST_TEST(closure.nodes.size() == 5u);
    BOOST_TEST(closure.inputs.size() == 3u);
    BOOST_TEST((closure.objects == std::vector{object}));
    BOOST_TEST((closure.artifacts == std::vector{file}));
    BOOST_TEST(closure.size_bytes == store->get_node(result).size_bytes + 5000);
    BOOST_TEST(closure.input_bytes == closure.size_bytes);
    BOOST_TEST_REQUIRE(closure.workflows.size() == 1u);
    BOOST_TEST((closure.workflows.front().uuid == run.uuid()));
    BOOST_TEST_REQUIRE(closure.code.size() == 2u);
    BOOST_TEST(closure.code.front().code_version == "7");
  });
}

BOOST_AUTO_TEST_CASE(a_caller_is_named_and_what_else_it_called_is_not_affected) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto a = run.step("a", {{"x", 1}}, [] { return 1; });
    run.step("other", {{"x", 2}}, [] { return 2; });
    const auto b = run.step("b", {{"y", a}}, [] { return 3; });
    const Uuid wrong = a.process();
    const Impact impact = store->impact(std::span(&wrong, 1));
    std::vector<Node> affected;
    for (const Reached& reached : impact.affected) affected.push_back(reached.node);
    BOOST_TEST((labels_of(affected) == std::vector<std::string>{"result", "b", "result"}));
    BOOST_TEST((affected.back().uuid == b.data()));
    BOOST_TEST((labels_of(impact.callers) == std::vector<std::string>{"argon"}));
  });
}

BOOST_AUTO_TEST_CASE(unknown_nodes_have_no_impact_and_no_closure) {
  for_each_store([](TestStore& store) {
    const Uuid unknown = Uuid::generate();
    BOOST_CHECK_EXCEPTION(store->impact(std::span(&unknown, 1)), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->closure(std::span(&unknown, 1)), Error, has_code(ErrorCode::not_found));
    Run run = store->run("argon");
    const Uuid result = run.step("a", {{"x", 1}}, [] { return 1; }).data();
    BOOST_CHECK_EXCEPTION(store->closure(std::span(&result, 1), 2), Error, has_code(ErrorCode::limit));
    const Uuid input = store->roots(result).front().node.uuid;
    BOOST_CHECK_EXCEPTION(store->impact(std::span(&input, 1), {.nodes_max = 2}), Error, has_code(ErrorCode::limit));
    BOOST_TEST(store->closure({}).nodes.empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
