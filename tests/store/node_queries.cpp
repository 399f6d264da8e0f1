// Which nodes pass a filter, in which order and on which page: beside a listing of all nodes, sorted and judged one by one.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

#include "store/graph_model.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

const Timestamp kNow{std::chrono::seconds(1'800'000'000)};

// Nodes of three runs and of none, with all that a filter may look at.
void fill(Store& store, std::mt19937_64& random) {
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  store.put_group("group 0");
  store.put_group("group 1");
  for (int round = 0; round < 12; ++round) {
    Transaction transaction = round % 4 == 3 ? store.transaction() : store.run("run " + std::to_string(round % 4)).transaction();
    std::vector<Uuid> made;
    for (std::uint64_t i = pick(12); i != 0; --i) {
      NewNode node;
      node.kind = static_cast<NodeKind>(1 + pick(3));
      if (node.kind != NodeKind::data) node.state = static_cast<NodeState>(1 + pick(7));
      node.type = std::string(1 + pick(3), 't');
      node.label = std::string(pick(3), 'l');
      node.created = kNow - std::chrono::hours(pick(100));
      if (pick(2) == 0) node.tags = {"tag " + std::to_string(pick(3))};
      if (pick(5) == 0) node.unique_ids = {{"Scope", std::to_string(random())}, {"a:b", std::to_string(random())}};
      if (pick(2) == 0) node.attributes = Map{{"energy", -1.5 + static_cast<double>(pick(4))}, {"deep", Map{{"list", List{1, "two"}}}}};
      if (pick(3) == 0) node.extras = Map{{"note", pick(2) == 0 ? Value("a") : Value(7)}};
      if (node.kind == NodeKind::data && pick(2) == 0) node.content = transaction.put(static_cast<std::int64_t>(pick(3)));
      made.push_back(transaction.add(node));
    }
    transaction.commit();
    std::erase_if(made, [&](const Uuid&) { return pick(3) != 0; });
    store.add_to_group("group " + std::to_string(pick(2)), made);
  }
}

class RandomFilter {
 public:
  RandomFilter(const std::vector<Node>& nodes, std::mt19937_64& random) : nodes_(nodes), random_(random) {}

  std::string text(int depth = 3) {
    if (depth == 0 || pick(3) == 0) return test();
    switch (pick(4)) {
      case 0: return "not (" + text(depth - 1) + ")";
      case 1: return "(" + text(depth - 1) + " or " + text(depth - 1) + ")";
      default: return text(depth - 1) + " and " + text(depth - 1);
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  const Node& any() { return nodes_[pick(nodes_.size())]; }

  std::string content_of(const Node& node) {
    const auto* object = std::get_if<ObjectId>(&node.content);
    return object == nullptr ? "not content exists" : "content = " + object->hex();
  }
  std::string unique_id_of(const Node& node) {
    if (node.unique_ids.empty()) return "not uid exists";
    const Identity& name = node.unique_ids[pick(node.unique_ids.size())];
    return "uid = \"" + name.scope + ":" + name.id + "\"";
  }

  std::string test() {
    const Node& node = any();
    switch (pick(15)) {
      case 0: return "kind = " + std::string(kind_name(node.kind));
      case 1: return "state = " + std::string(state_name(node.state));
      case 2: return "type = " + node.type;
      case 3: return "label = \"" + node.label + "\"";
      case 4: return "run = \"" + node.run + "\"";
      case 5: return "tag = \"tag " + std::to_string(pick(4)) + "\"";
      case 6: return "group = \"group " + std::to_string(pick(3)) + "\"";
      case 7: return content_of(node);
      case 8: return unique_id_of(node);
      case 9: return "id = " + node.uuid.text();
      case 10: return "created >= now-" + std::to_string(pick(100)) + "h";
      case 11: return "attributes.energy < " + std::to_string(static_cast<int>(pick(3)) - 1);
      case 12: return "extras.note = \"a\"";
      case 13: return "attributes.deep.list[1] = \"two\"";
      default: return "type ~ \"t*t\"";
    }
  }

  const std::vector<Node>& nodes_;
  std::mt19937_64& random_;
};

// Filter::passes knows no groups, so those are asked for as they are listed.
bool passes(const Store& store, const std::string& text, const Node& node) {
  std::string plain = text;
  for (int group = 0; group < 3; ++group) {
    const std::string name = "group " + std::to_string(group), test = "group = \"" + name + "\"";
    const auto groups = store.groups_of(node.uuid);
    const std::string verdict = std::ranges::find(groups, name) != groups.end() ? "true" : "false";
    for (std::size_t at; (at = plain.find(test)) != std::string::npos;) plain.replace(at, test.size(), verdict);
  }
  return Filter::parse(plain).passes(node, kNow);
}

using Key = std::tuple<std::int64_t, std::string, std::size_t>;

const std::optional<FilterPath> kOrders[] = {std::nullopt, "created", "modified", "type", "label", "size"};

Key key_of(const Node& node, const std::optional<FilterPath>& order, std::size_t age) {
  if (!order) return {0, "", age};
  switch (order->field()) {
    case FilterField::created: return {node.created.time_since_epoch().count(), "", age};
    case FilterField::modified: return {node.modified.time_since_epoch().count(), "", age};
    case FilterField::type: return {0, node.type, age};
    case FilterField::label: return {0, node.label, age};
    case FilterField::size: return {static_cast<std::int64_t>(node.size_bytes), "", age};
    default: return {};
  }
}

std::vector<Uuid> page_through(const Store& store, NodeQuery query) {
  std::vector<Uuid> listed;
  for (;;) {
    const NodePage page = store.query(query);
    BOOST_TEST_REQUIRE(page.nodes.size() <= query.limit);
    for (const Node& node : page.nodes) listed.push_back(node.uuid);
    if (page.next.empty()) return listed;
    BOOST_TEST_REQUIRE(page.nodes.size() == query.limit);
    query.after = page.next;
  }
}

BOOST_AUTO_TEST_SUITE(node_queries)

BOOST_AUTO_TEST_CASE(pages_have_what_passes_in_its_order) {
  for_each_store([](TestStore& store) {
    std::mt19937_64 random(11);
    fill(*store, random);
    const std::vector<Node> nodes = nodes_of(*store);
    std::map<Uuid, std::size_t> ages;
    for (const Node& node : nodes) ages.emplace(node.uuid, ages.size());
    std::size_t found = 0;
    for (int round = 0; round < 300; ++round) {
      NodeQuery query{.order_by = kOrders[random() % 6], .descending = random() % 2 == 0, .limit = 1 + random() % 9, .now = kNow};
      const std::string text = RandomFilter(nodes, random).text();
      query.filter = Filter::parse(text);
      std::vector<std::pair<Key, Uuid>> expected;
      for (const Node& node : nodes)
        if (passes(*store, text, node)) expected.emplace_back(key_of(node, query.order_by, ages.at(node.uuid)), node.uuid);
      std::ranges::sort(expected);
      if (query.descending) std::ranges::reverse(expected);
      std::vector<Uuid> ids;
      for (const auto& [key, id] : expected) ids.push_back(id);
      BOOST_TEST_REQUIRE((page_through(*store, query) == ids), text << " by " << (query.order_by ? query.order_by->text() : "age"));
      BOOST_TEST_REQUIRE(store->count(query.filter, kNow) == ids.size(), text);
      std::uint64_t total = 0;
      for (const NodeTotal& part : store->totals(query.filter, kNow)) total += part.count;
      BOOST_TEST_REQUIRE(total == ids.size(), text);
      found += ids.size();
    }
    BOOST_TEST(found > 1000u);
  });
}

BOOST_AUTO_TEST_CASE(a_page_goes_on_behind_what_was_listed_whatever_comes_meanwhile) {
  for_each_store([](TestStore& store) {
    const auto add = [&](int count) {
      Transaction transaction = store->transaction();
      for (int i = 0; i < count; ++i) transaction.add({.kind = NodeKind::data, .type = "t", .label = std::to_string(i)});
      transaction.commit();
    };
    add(10);
    for (const std::optional<FilterPath>& order : {kOrders[0], kOrders[4]}) {
      NodeQuery query{.filter = Filter::parse("type = t"), .order_by = order, .limit = 4};
      std::vector<Uuid> listed;
      const std::size_t before = store->count(query.filter);
      for (std::size_t i = 0; i < before / 4; ++i) {
        const NodePage page = store->query(query);
        for (const Node& node : page.nodes) listed.push_back(node.uuid);
        query.after = page.next;
        add(3);
      }
      std::ranges::sort(listed);
      BOOST_TEST((std::ranges::adjacent_find(listed) == listed.end()));
    }
  });
}

BOOST_AUTO_TEST_CASE(totals_count_bytes_and_time_by_type_and_state) {
  for_each_store([](TestStore& store) {
    Transaction transaction = store->transaction();
    for (int i = 0; i < 3; ++i) {
      NewNode node{.kind = NodeKind::data, .type = "numbers"};
      node.content = transaction.put(std::vector<double>(100 + static_cast<std::size_t>(i)));
      transaction.add(node);
      transaction.add({.kind = NodeKind::calculation, .type = "relax", .state = i == 0 ? NodeState::failed : NodeState::running});
    }
    transaction.commit();
    const std::vector<NodeTotal> totals = store->totals({});
    BOOST_TEST_REQUIRE(totals.size() == 3u);
    BOOST_TEST(totals[0].count == 3u);
    BOOST_TEST(totals[0].size_bytes > 2400u);
    BOOST_TEST((totals[1].state == NodeState::running));
    BOOST_TEST(totals[1].count == 2u);
    BOOST_TEST((totals[2].state == NodeState::failed));
  });
}

BOOST_AUTO_TEST_CASE(nodes_that_end_what_is_linked_are_listed_page_by_page) {
  for_each_graph(50, [](Store& store, GraphModel& model) {
    for (int round = 0; round < 40; ++round) {
      NodeQuery query{.filter = model.any_filter(), .limit = 3, .now = kGraphNow};
      if (round % 2 != 0) query.order_by = "created";
      query.filter = query.filter && Filter::parse("not type = run");
      if (model.pick(2) == 0) query.none_up = model.any_types();
      if (model.pick(2) == 0) query.none_down = model.any_types();
      std::vector<std::pair<Key, Uuid>> expected;
      for (std::size_t i = 0; i < model.nodes.size(); ++i)
        if (model.passes(query.filter, i) && model.next(i, Direction::up, query.none_up).empty() &&
            model.next(i, Direction::down, query.none_down).empty())
          expected.emplace_back(key_of(model.nodes[i], query.order_by, i), model.nodes[i].uuid);
      std::ranges::sort(expected);
      std::vector<Uuid> ids;
      for (const auto& [key, id] : expected) ids.push_back(id);
      BOOST_TEST_REQUIRE((page_through(store, query) == ids));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_cursor_of_another_list_is_refused) {
  Store store = Store::in_memory();
  for (const char* after : {"x", "a", "a12", "c0000000000000001", "azzzzzzzzzzzzzzzz", "0000"})
    BOOST_CHECK_EXCEPTION(store.query({.after = after}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(store.query({.order_by = "label", .after = "a0000000000000001"}), Error,
                        has_code(ErrorCode::invalid_argument));
  store.put(1);
  store.put("two");
  const std::string by_label = store.query({.order_by = "label", .limit = 1}).next;
  BOOST_TEST(store.query({.order_by = "label", .after = by_label}).nodes.size() == 1u);
  BOOST_CHECK_EXCEPTION(store.query({.order_by = "type", .after = by_label}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(store.query({.after = by_label}), Error, has_code(ErrorCode::invalid_argument));
  for (const char* names : {"tag", "group", "uid"})
    BOOST_CHECK_EXCEPTION(store.query({.order_by = names}), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(store.query({.after = Uuid::generate().text()}), Error, has_code(ErrorCode::not_found));
  BOOST_TEST(store.query({.limit = 0}).nodes.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
