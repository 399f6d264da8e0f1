// Graphs of any size in one commit, judged by the same rules as transactions.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "store/stores.h"

namespace cairn::test {
namespace {

using Number = BulkLoad::Number;

NewNode node_of(NodeKind kind, NodeState state = NodeState::finished) {
  return {.kind = kind, .type = std::string(kind_name(kind)), .state = state};
}

struct PlainLink {
  std::size_t source, target;
  LinkType type;
  std::string label;
};

// The same graph, given to a transaction and to a load; both take it or both refuse.
struct RandomGraph {
  std::vector<NewNode> nodes;
  std::vector<PlainLink> links;

  explicit RandomGraph(std::mt19937_64& random) {
    const std::size_t count = 2 + random() % 12;
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back(node_of(static_cast<NodeKind>(1 + random() % 3)));
      nodes.back().uuid = Uuid::generate();
      if (random() % 3 == 0) nodes.back().tags = {"tag"};
    }
    const std::size_t attempts = random() % 14;
    for (std::size_t i = 0; i < attempts; ++i) {
      const PlainLink link{random() % count, random() % count, static_cast<LinkType>(1 + random() % 6), std::string(1, "abc"[random() % 3])};
      // Mostly of the right kinds, or no graph would be legal.
      if (random() % 16 == 0 || fits(link)) links.push_back(link);
    }
  }

  bool fits(const PlainLink& link) const {
    const NodeKind source = nodes[link.source].kind, target = nodes[link.target].kind;
    switch (link.type) {
      case LinkType::input: return source == NodeKind::data && target != NodeKind::data;
      case LinkType::create: return source == NodeKind::calculation && target == NodeKind::data;
      case LinkType::return_: return source == NodeKind::workflow && target == NodeKind::data;
      case LinkType::call: return source == NodeKind::workflow && target != NodeKind::data;
      default: return true;
    }
  }
};

std::vector<Link> links_in(const Store& store) {
  std::vector<Link> links;
  for (const Node& node : nodes_of(store))
    for (const Link& link : store.links(node.uuid))
      if (link.source == node.uuid) links.push_back(link);
  std::ranges::sort(links);
  return links;
}

template <class Work>
std::optional<ErrorCode> outcome(Work work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

std::optional<ErrorCode> load(Store& store, const RandomGraph& graph) {
  BulkLoad load = store.bulk_load();
  std::vector<Number> numbers;
  for (const NewNode& node : graph.nodes) numbers.push_back(load.add(node));
  for (const PlainLink& link : graph.links) load.link(numbers[link.source], numbers[link.target], link.type, load.label(link.label));
  return outcome([&] { load.commit(); });
}

std::optional<ErrorCode> transact(Store& store, const RandomGraph& graph) {
  return outcome([&] {
    Transaction transaction = store.transaction();
    for (const NewNode& node : graph.nodes) transaction.add(node);
    for (const PlainLink& link : graph.links)
      transaction.link(*graph.nodes[link.source].uuid, *graph.nodes[link.target].uuid, link.type, link.label);
    transaction.commit();
  });
}

BOOST_AUTO_TEST_SUITE(bulk_loads)

BOOST_AUTO_TEST_CASE(a_load_and_a_transaction_give_the_same_verdict_and_the_same_graph) {
  std::mt19937_64 random(3);
  int taken = 0, refused = 0;
  for (int round = 0; round < 300; ++round) {
    const RandomGraph graph(random);
    Store loaded = Store::in_memory(), transacted = Store::in_memory();
    const auto one = load(loaded, graph), other = transact(transacted, graph);
    BOOST_TEST_REQUIRE((one == other), "round " << round);
    BOOST_TEST_REQUIRE((!one || *one == ErrorCode::rule_violation));
    BOOST_TEST_REQUIRE((links_in(loaded) == links_in(transacted)), "round " << round);
    BOOST_TEST_REQUIRE(nodes_of(loaded).size() == (one ? 0u : graph.nodes.size()));
    check_clean(loaded);
    ++(one ? refused : taken);
  }
  BOOST_TEST(taken > 50);
  BOOST_TEST(refused > 50);
}

BOOST_AUTO_TEST_CASE(a_load_is_there_when_the_store_is_opened_again_and_can_be_gone_on_with) {
  for_each_store([](TestStore& store) {
    constexpr std::size_t kCount = 3000;
    std::vector<Uuid> made;
    {
      Run run = store->run("cake");
      BulkLoad load = run.bulk_load();
      const Number label = load.label("x"), result = load.label("result"), step = load.label("step");
      Number data = load.add(node_of(NodeKind::data));
      const Number workflow = load.find(run.uuid());
      for (std::size_t i = 0; i < kCount; ++i) {
        NewNode node = node_of(NodeKind::calculation);
        node.label = "step " + std::to_string(i);
        if (i == 7) node.unique_ids = {{"lims", "seven"}};
        if (i == 8) node.tags = {"eight"};
        if (i % 2 == 0) node.attributes = Map{{"number", static_cast<std::int64_t>(i)}};
        const Number calculation = load.add(node);
        load.link(data, calculation, LinkType::input, label);
        load.link(workflow, calculation, LinkType::call, step);
        NewNode output = node_of(NodeKind::data);
        output.uuid = Uuid::generate();
        output.content = load.put(static_cast<std::int64_t>(i));
        made.push_back(*output.uuid);
        data = load.add(output);
        load.link(calculation, data, LinkType::create, result);
      }
      BOOST_TEST(nodes_of(*store).size() == 1u);
      const BulkReceipt receipt = load.commit();
      BOOST_TEST(receipt.node_count == 2 * kCount + 1);
      BOOST_TEST(receipt.link_count == 3 * kCount);
      BOOST_TEST(receipt.violations.empty());
    }
    store.reopen();
    BOOST_TEST(store->ancestors(made.back()).size() == 2 * kCount);
    BOOST_TEST(store->get_node(made[5]).run == "cake");
    BOOST_TEST(store->get<std::int64_t>(std::get<ObjectId>(store->get_node(made[5]).content)) == 5);
    BOOST_TEST(store->find_node(Identity{"LIMS", "seven"})->label == "step 7");
    BOOST_TEST(store->count(Filter::parse("tag = eight")) == 1u);
    BOOST_TEST(store->count(Filter::parse("attributes.number >= 2990")) == 5u);
    check_clean(*store);
    {
      Run run = store->run("cake");
      Transaction more = run.transaction();
      const Uuid next = more.add(node_of(NodeKind::calculation));
      more.link(made.back(), next, LinkType::input, "x");
      more.link(run.uuid(), next, LinkType::call, "step");
      more.commit();
      BOOST_TEST(store->ancestors(next).size() == 2 * kCount + 1);
    }
    store->compact();
    BOOST_TEST(store->ancestors(made.back()).size() == 2 * kCount);
    BOOST_TEST(store->descendants(made.front()).size() == 2 * (kCount - 1) + 1);
    check_clean(*store);
    for (int round = 0; round < 2; ++round) {  // the links of a node that was in a page get a record of their own, and go back
      if (round == 0) {
        Transaction more = store->run("cake").transaction();
        more.link(made[1], made[2], LinkType::reference, "see");
        more.commit();
      }
      BOOST_TEST(store->links(made[1]).size() == 3u);
      BOOST_TEST(store->stats().link_count == 3 * kCount + 3);
      check_clean(*store);
      store->compact();
    }
  });
}

BOOST_AUTO_TEST_CASE(what_breaks_a_rule_is_refused_or_taken_and_listed) {
  for_each_store([](TestStore& store) {
    const auto give = [&](BulkLoad& load) {
      const Number data = load.add(node_of(NodeKind::data)), work = load.add(node_of(NodeKind::calculation));
      const Number x = load.label("x"), y = load.label("y");
      load.link(data, work, LinkType::input, x);
      load.link(work, data, LinkType::create, y);  // a cycle
      load.link(data, data, LinkType::reference, x);
      load.link(data, load.add(node_of(NodeKind::data)), LinkType::create, x);
    };
    {
      BulkLoad refused = store->run("cake").bulk_load();
      give(refused);
      BOOST_CHECK_EXCEPTION(refused.commit(), Error, has_code(ErrorCode::rule_violation));
    }
    BOOST_TEST(nodes_of(*store).size() == 1u);
    BOOST_TEST(store->violations().empty());
    {
      BulkLoad taken = store->run("cake").bulk_load();
      give(taken);
      const BulkReceipt receipt = taken.commit(Violations::take);
      BOOST_TEST(receipt.violations.size() == 3u);
      BOOST_TEST(receipt.link_count == 4u);
    }
    store.reopen();
    const std::vector<Violation> listed = store->violations();
    BOOST_TEST_REQUIRE(listed.size() == 3u);
    for (const Violation& violation : listed) {
      BOOST_TEST(!violation.rule.empty());
      const std::vector<Link> links = store->links(violation.link.source);
      BOOST_TEST((std::ranges::find(links, violation.link) != links.end()));
      BOOST_TEST(store->ancestors(violation.link.source, {.links = LinkTypes::all()}).size() <= 3u);  // and it ends
    }
  });
}

BOOST_AUTO_TEST_CASE(ids_that_are_taken_and_numbers_that_are_none_are_refused) {
  for_each_store([](TestStore& store) {
    NewNode node = node_of(NodeKind::data);
    node.uuid = Uuid::generate();
    node.unique_ids = {{"lims", "1"}};
    const auto commit = [&](const NewNode& one, const NewNode& other) {
      BulkLoad load = store->bulk_load();
      load.add(one);
      load.add(other);
      load.commit();
    };
    NewNode same_id = node_of(NodeKind::data), same_uuid = node_of(NodeKind::data);
    same_id.unique_ids = node.unique_ids;
    same_uuid.uuid = node.uuid;
    BOOST_CHECK_EXCEPTION(commit(node, same_id), Error, has_code(ErrorCode::exists));
    BOOST_CHECK_EXCEPTION(commit(node, same_uuid), Error, has_code(ErrorCode::exists));
    commit(node, node_of(NodeKind::data));
    BOOST_CHECK_EXCEPTION(commit(same_id, node_of(NodeKind::data)), Error, has_code(ErrorCode::exists, node.uuid->text()));
    BOOST_CHECK_EXCEPTION(commit(same_uuid, node_of(NodeKind::data)), Error, has_code(ErrorCode::exists, node.uuid->text()));
    BOOST_TEST(nodes_of(*store).size() == 2u);

    BulkLoad load = store->bulk_load();
    const Number known = load.find(*node.uuid), fresh = load.add(node_of(NodeKind::data));
    BOOST_CHECK_EXCEPTION(load.find(Uuid::generate()), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(load.label("a b"), Error, has_code(ErrorCode::rule_violation));
    BOOST_CHECK_EXCEPTION(load.link(known, 99, LinkType::reference, load.label("x")), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(load.link(known, fresh, LinkType::reference, 9999), Error, has_code(ErrorCode::invalid_argument));
    load.link(known, fresh, LinkType::reference, load.label("x"));  // the node of the store would hold it
    BOOST_CHECK_EXCEPTION(load.commit(), Error, has_code(ErrorCode::invalid_argument, node.uuid->text()));
    BOOST_TEST(nodes_of(*store).size() == 2u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(readers_see_all_of_a_load_or_nothing) {
  on_disk([](TestStore& store) {
    const Store reader = Store::open(store.path(), {.read_only = true});
    BulkLoad load = store->bulk_load();
    for (int i = 0; i < 500; ++i) load.add(node_of(NodeKind::data));
    Store& refreshed = const_cast<Store&>(reader);
    refreshed.refresh();
    BOOST_TEST(nodes_of(reader).empty());
    load.commit();
    refreshed.refresh();
    BOOST_TEST(nodes_of(reader).size() == 500u);
  });
}

BOOST_AUTO_TEST_CASE(a_load_that_is_dropped_leaves_no_files) {
  on_disk([](TestStore& store) {
    {
      BulkLoad load = store->bulk_load();
      for (int i = 0; i < 500; ++i) load.add(node_of(NodeKind::data));
    }
    for (const auto& entry : std::filesystem::directory_iterator(store.path() / "db"))
      BOOST_TEST(!entry.path().filename().string().starts_with("rows-"), entry.path());
    BOOST_TEST(nodes_of(*store).empty());
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
