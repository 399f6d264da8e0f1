// What is found and in which order is the same with indexes of attributes as without, beside a listing of all nodes that is
// judged and sorted one by one; only less is read for it.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "store/attribute_nodes.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

const FilterPath kPaths[] = {"attributes.x", "extras.y", "attributes.deep.list[1]"};

std::string literal(const Value& value) {
  if (value.is<std::monostate>()) return "null";
  if (const auto* text = value.get_if<std::string>()) return "\"" + *text + "\"";
  if (const auto* boolean = value.get_if<bool>()) return *boolean ? "true" : "false";
  if (const auto* integer = value.get_if<std::int64_t>()) return std::to_string(*integer);
  if (const auto* real = value.get_if<double>()) return std::to_string(*real);
  if (const auto* large = value.get_if<BigInteger>()) return large->text();
  return value.is<DateTime>() ? "2026-03-01T12:00:01Z" : "1.5";
}

class RandomFilter {
 public:
  explicit RandomFilter(std::mt19937_64& random) : random_(random) {}

  std::string text(int depth = 3) {
    if (depth == 0 || pick(3) == 0) return test();
    switch (pick(5)) {
      case 0: return "not (" + text(depth - 1) + ")";
      case 1:
      case 2: return "(" + text(depth - 1) + " or " + text(depth - 1) + ")";
      default: return text(depth - 1) + " and " + text(depth - 1);
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  std::string test() {
    static const char* const kOrdered[] = {" < ", " <= ", " > ", " >= ", " = ", " != "};
    const std::string path = kPaths[pick(std::size(kPaths))].text();
    switch (pick(8)) {
      case 0: return "type = t" + std::to_string(pick(3));
      case 1: return "type in (t0, t" + std::to_string(1 + pick(4)) + ")";
      case 2: return "state in (running, failed)";
      case 3: return path + " exists";
      case 4: return path + " in (" + literal(random_attribute(random_)) + ", " + literal(random_attribute(random_)) + ")";
      case 5: return path + " ~ \"" + std::string(pick(3), 'a') + (pick(2) == 0 ? "*" : "?*") + "\"";
      default: {
        const Value value = random_attribute(random_);
        const std::uint64_t fitting = value.is<std::monostate>() ? 4 : value.is<bool>() ? 4 + pick(2) : pick(6);
        return path + kOrdered[fitting] + literal(value);
      }
    }
  }

  std::mt19937_64& random_;
};

// Everything about one filter, with the indexes that there are, beside the plain nodes.
void check_filter(const Store& store, const std::vector<Node>& nodes, const std::string& text, std::mt19937_64& random) {
  NodeQuery query{.filter = Filter::parse(text), .descending = random() % 2 == 0, .limit = 1 + random() % 20};
  std::vector<Node> expected;
  for (const Node& node : nodes)
    if (query.filter.passes(node, {})) expected.push_back(node);
  if (random() % 3 != 0) query.order_by = kPaths[random() % std::size(kPaths)];
  sort_as_listed(expected, query.order_by, query.descending);
  BOOST_TEST_REQUIRE((ids_of(page_through(store, query)) == ids_of(expected)),
                     text << " by " << (query.order_by ? query.order_by->text() : "age") << (query.descending ? ", descending" : ""));
  BOOST_TEST_REQUIRE(store.count(query.filter, Timestamp()) == expected.size(), text);
  BOOST_TEST_REQUIRE(store.explain(query.filter, Timestamp()).nodes_found == expected.size(), text);
}

BOOST_AUTO_TEST_SUITE(attribute_indexes)

BOOST_AUTO_TEST_CASE(answers_are_the_same_with_and_without_indexes_whatever_is_committed) {
  for_each_store([](TestStore& store) {
    std::mt19937_64 random(5);
    for (int round = 0; round < 40; ++round) {
      const FilterPath& path = kPaths[random() % std::size(kPaths)];
      if (random() % 3 == 0) {
        store->index_attribute(path);
      } else if (random() % 6 == 0 && std::ranges::any_of(store->attribute_indexes(), [&](const auto& index) { return index.path == path; })) {
        store->drop_attribute_index(path);
      }
      if (random() % 4 == 0) {
        load_nodes(*store, random);
      } else {
        commit_nodes(*store, random);
        edit_nodes(*store, random);
      }
      if (round % 10 == 5) store.reopen();
      const std::vector<Node> nodes = nodes_of(*store);
      for (int i = 0; i < 25; ++i) check_filter(*store, nodes, RandomFilter(random).text(), random);
    }
    check_clean(*store);
    for (const AttributeIndex& index : store->attribute_indexes()) {
      std::uint64_t count = 0;
      for (const Node& node : nodes_of(*store)) count += is_indexed(node, index.path) ? 1 : 0;
      BOOST_TEST(index.entry_count == count);
      store->drop_attribute_index(index.path);
    }
    BOOST_TEST(store->attribute_indexes().empty());
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(less_is_read_with_an_index) {
  Store store = Store::in_memory();
  add_numbered(store, 3000);
  const auto reads = [&](const char* filter) { return store.explain(Filter::parse(filter)); };
  const char* const kRange = "attributes.x >= 10 and attributes.x < 20 and type = t";
  BOOST_TEST(reads("attributes.x = 7").nodes_read == 3000u);
  BOOST_TEST(reads("attributes.x = 7").source == "every node");
  BOOST_TEST(reads(kRange).source == "type");
  store.index_attribute("attributes.x");
  for (const auto& [filter, found] : std::map<const char*, std::uint64_t>{{"attributes.x = 7", 1},
                                                                        {"attributes.x in (7, 9, 12.5)", 2},
                                                                        {kRange, 10},
                                                                        {"attributes.x > 2990", 9},
                                                                        {"attributes.x < 5 or attributes.x >= 2995", 10},
                                                                        {"attributes.x < 5 and attributes.x > 7", 0}}) {
    const QueryPlan plan = reads(filter);
    BOOST_TEST(plan.nodes_found == found, filter);
    BOOST_TEST(plan.nodes_read == found, filter);
    BOOST_TEST(plan.entries_read <= found, filter);
    BOOST_TEST(plan.source == "attributes.x", filter);
  }
  BOOST_TEST(reads("attributes.x = 7 or label = z").source == "every node");
  BOOST_TEST(reads("attributes.x != 7").nodes_read == 3000u);
}

BOOST_AUTO_TEST_CASE(a_page_in_the_order_of_an_index_reads_what_it_shows) {
  Store store = Store::in_memory();
  add_numbered(store, 3000);
  store.index_attribute("attributes.x");
  for (const bool descending : {false, true}) {
    NodeQuery query{.order_by = "attributes.x", .descending = descending, .limit = 5};
    for (int page = 0; page < 3; ++page) {
      const NodePage found = store.query(query);
      for (int i = 0; i < 5; ++i)
        BOOST_TEST(*found.nodes[static_cast<std::size_t>(i)].attributes.get_if<Map>()->find(std::string_view("x"))->get_if<std::int64_t>() ==
                   (descending ? 2999 - 5 * page - i : 5 * page + i));
      query.after = found.next;
    }
  }
}

BOOST_AUTO_TEST_CASE(texts_that_begin_alike_are_told_apart_by_filters) {
  for_each_store([](TestStore& store) {
    store->index_attribute("attributes.x");
    const std::string same(200, 's');
    Transaction transaction = store->transaction();
    for (const char* end : {"", "a", "b", "c"}) transaction.add({.label = end, .attributes = Map{{"x", same + end}}});
    transaction.add({.label = "short", .attributes = Map{{"x", same.substr(0, 128)}}});
    transaction.commit();
    using Labels = std::vector<std::string>;
    const auto found = [&](const std::string& test) { return labels_of(nodes_of(*store, "attributes.x " + test)); };
    BOOST_TEST((found("= \"" + same + "b\"") == Labels{"b"}));
    BOOST_TEST((found("< \"" + same + "b\"") == Labels{"", "a", "short"}));
    BOOST_TEST((found("> \"" + same + "a\"") == Labels{"b", "c"}));
    BOOST_TEST((found("~ \"" + same + "?\"") == Labels{"a", "b", "c"}));
    BOOST_TEST((found("in (\"" + same + "\", \"" + same + "c\")") == Labels{"", "c"}));
    BOOST_TEST((found("= \"" + same.substr(0, 128) + "\"") == Labels{"short"}));
  });
}

BOOST_AUTO_TEST_CASE(pages_go_on_while_others_commit_and_the_index_comes_and_goes) {
  for_each_store([](TestStore& store) {
    add_numbered(*store, 60);
    std::vector<Uuid> before = ids_of(nodes_of(*store)), listed;
    std::mt19937_64 random(6);
    NodeQuery query{.order_by = "attributes.x", .limit = 7};
    for (int page = 0; page == 0 || !query.after.empty(); ++page) {
      if (page % 3 == 1) store->index_attribute("attributes.x");
      if (page % 3 == 0 && page != 0) store->drop_attribute_index("attributes.x");
      const NodePage found = store->query(query);
      for (const Node& node : found.nodes) listed.push_back(node.uuid);
      query.after = found.next;
      if (page < 6) commit_nodes(*store, random);
    }
    std::ranges::sort(listed);
    BOOST_TEST((std::ranges::adjacent_find(listed) == listed.end()));
    for (const Uuid& node : before) BOOST_TEST(std::ranges::binary_search(listed, node));
  });
}

BOOST_AUTO_TEST_CASE(attributes_with_objects_and_large_arrays_are_indexed_as_they_are_committed) {
  for_each_store([](TestStore& store) {
    store->index_attribute("attributes.n");
    store->index_attribute("attributes.particles.step");
    const auto node = [](std::int64_t n) {
      return NewNode{.attributes = Map{{"n", n},
                                       {"large", to_value(encodable(std::vector<double>(20'000, static_cast<double>(n))))},
                                       {"particles", to_value(encodable(particles(n)))}}};
    };
    Transaction transaction = store->transaction();
    transaction.add(node(1));
    transaction.commit();
    BulkLoad load = store->bulk_load();
    load.add(node(2));
    load.commit();
    BOOST_TEST(store->explain(Filter::parse("attributes.n >= 1")).entries_read == 2u);
    BOOST_TEST(store->explain(Filter::parse("attributes.particles.step = 2")).nodes_read == 1u);
    BOOST_TEST(store->count(Filter::parse("attributes.particles.step = 2")) == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(what_cannot_be_indexed_is_refused) {
  Store store = Store::in_memory();
  for (const FilterPath& path : {FilterPath("label"), FilterPath(FilterField::attributes), FilterPath(FilterField::extras)})
    BOOST_CHECK_EXCEPTION(store.index_attribute(path), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(store.drop_attribute_index("attributes.x"), Error, has_code(ErrorCode::not_found, "attributes.x"));
  for (int i = 0; i < 64; ++i) store.index_attribute("attributes.x" + std::to_string(i));
  store.index_attribute("attributes.x0");
  BOOST_TEST(store.attribute_indexes().size() == 64u);
  BOOST_CHECK_EXCEPTION(store.index_attribute("attributes.y"), Error, has_code(ErrorCode::limit));
  store.drop_attribute_index("attributes.x7");
  store.index_attribute("attributes.y");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
