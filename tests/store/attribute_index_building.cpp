// Indexes of attributes while others commit, after what was interrupted, and what verify says of them.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <random>
#include <thread>

#include "format/keys.h"
#include "graph/attribute_index.h"
#include "store/attribute_nodes.h"
#include "store/failing_engine.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

const FilterPath kPath = "attributes.x";

// The index is ready, verify finds nothing, and what it counts is what the nodes say.
void check_index(const Store& store, const FilterPath& path) {
  check_clean(store);
  const std::vector<AttributeIndex> indexes = store.attribute_indexes();
  const auto found = std::ranges::find(indexes, path, &AttributeIndex::path);
  BOOST_TEST_REQUIRE((found != indexes.end() && found->state == IndexState::ready));
  std::uint64_t count = 0;
  for (const Node& node : nodes_of(store)) count += is_indexed(node, path) ? 1 : 0;
  BOOST_TEST(found->entry_count == count);
}

// A store in memory on an engine of which publishes fail.
struct FailingStore {
  FailingEngine* engine;
  std::shared_ptr<store::StoreState> state;
  Store store;

  explicit FailingStore(std::unique_ptr<FailingEngine> owned = std::make_unique<FailingEngine>())
      : engine(owned.get()), state(std::make_shared<store::StoreState>(std::move(owned))), store(store::make_store(state)) {}
};

// Puts or erases entries of indexes, below all that knows what they mean.
void edit_indexes(FailingStore& broken, std::vector<engine::IndexEdit> indexes) {
  engine::Commit commit;
  commit.cell = format::kIndexCell;
  commit.guard = {broken.engine->view()->cell(format::kIndexCell).version, 0};
  commit.id = Uuid::generate();
  commit.edit.indexes = std::move(indexes);
  BOOST_TEST_REQUIRE((broken.engine->publish(nullptr, commit).outcome == engine::Outcome::ok));
}

std::string first_entry(const engine::View& view) {
  const auto cursor = view.indexes();
  BOOST_TEST_REQUIRE(cursor->seek(format::index::attributes_of(1)));
  return std::string(cursor->key());
}

BOOST_AUTO_TEST_SUITE(attribute_index_building)

BOOST_AUTO_TEST_CASE(nothing_that_is_committed_while_an_index_is_built_is_missing) {
  for_each_store([](TestStore& store) {
    add_numbered(*store, store.on_disk() ? 20'000 : 5000);
    std::atomic<int> built = 0;
    std::vector<std::thread> threads;
    std::vector<std::string> failures(5);
    const auto run = [&](std::size_t number, auto work) {
      threads.emplace_back([&, number, work] {
        try {
          std::mt19937_64 random(number);
          while (built < 3) work(random);
        } catch (const std::exception& error) {
          failures[number] = error.what();
        }
      });
    };
    // Each has nodes of its own: two who edit a node in one run wait for each other.
    for (const std::size_t number : {0, 1, 2})
      run(number, [&, number](std::mt19937_64& random) {
        Transaction transaction = store->run("run " + std::to_string(number)).transaction();
        std::vector<Uuid> made;
        for (int i = 0; i < 5; ++i) made.push_back(transaction.add(random_node(random)));
        transaction.commit();
        Transaction edits = store->run("run " + std::to_string(number)).transaction();
        for (const Uuid& node : made) edits.edit(node, {.extras = Map{{"y", random_attribute(random)}}});
        edits.commit();
      });
    run(3, [&](std::mt19937_64& random) { load_nodes(*store, random); });
    run(4, [&](std::mt19937_64&) {
      store->index_attribute("extras.y");
      store->index_attribute(kPath);
      if (++built == 3) return;
      store->drop_attribute_index(kPath);
      store->drop_attribute_index("extras.y");
    });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) BOOST_TEST(failure == "");
    check_index(*store, kPath);
    check_index(*store, "extras.y");
  });
}

// The commit has its view, in which there is no index, and is published while another thread makes one.
BOOST_AUTO_TEST_CASE(an_index_is_not_made_between_the_view_of_a_commit_and_its_publishing) {
  FailingStore broken;
  std::thread maker;
  const auto is_made = [&] { return !graph::read_attribute_indexes(*broken.engine->view()).empty(); };
  broken.engine->before_publish = [&](const engine::Commit& commit) {
    if (commit.cell != format::kLooseCell || maker.joinable()) return;
    maker = std::thread([&] { broken.store.index_attribute(kPath); });
    for (int i = 0; i < 20'000 && !is_made(); ++i) std::this_thread::yield();
    BOOST_TEST(!is_made());
  };
  Transaction transaction = broken.store.transaction();
  transaction.add({.attributes = Map{{"x", 1}}});
  transaction.commit();
  maker.join();
  check_index(broken.store, kPath);
}

BOOST_AUTO_TEST_CASE(two_threads_may_build_one_index) {
  for_each_store([](TestStore& store) {
    add_numbered(*store, 9000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&] { store->index_attribute(kPath); });
    for (std::thread& thread : threads) thread.join();
    check_index(*store, kPath);
  });
}

BOOST_AUTO_TEST_CASE(an_index_that_was_not_built_to_its_end_is_not_used_and_can_be_gone_on_with) {
  for (std::uint64_t publish = 1; publish <= 5; ++publish) BOOST_TEST_CONTEXT("publish " << publish) {
      FailingStore broken;
      Store& store = broken.store;
      add_numbered(store, 5000);
      broken.engine->fails_at = broken.engine->publishes + publish;  // the definition, three batches, and then none
      const bool fails = publish <= 4;
      if (fails) BOOST_CHECK_EXCEPTION(store.index_attribute(kPath), Error, has_code(ErrorCode::no_space));
      if (!fails) store.index_attribute(kPath);
      broken.engine->fails_at = 0;
      check_clean(store);
      BOOST_TEST(store.attribute_indexes().size() == (publish == 1 ? 0u : 1u));
      BOOST_TEST((store.explain(Filter::parse("attributes.x = 7")).source == kPath.text()) == !fails);
      std::mt19937_64 random(publish);
      for (int i = 0; i < 5; ++i) {
        commit_nodes(store, random);
        edit_nodes(store, random);
        load_nodes(store, random);
        check_clean(store);
      }
      BOOST_TEST(store.count(Filter::parse("attributes.x = 4999")) == 1u);
      store.index_attribute(kPath);
      check_index(store, kPath);
    }
}

BOOST_AUTO_TEST_CASE(an_index_that_was_not_dropped_to_its_end_is_not_used_and_can_be_dropped_or_made_again) {
  for (std::uint64_t publish = 1; publish <= 4; ++publish)
    for (const bool makes_again : {false, true}) BOOST_TEST_CONTEXT("publish " << publish) {
        FailingStore broken;
        Store& store = broken.store;
        add_numbered(store, 12'000);
        store.index_attribute(kPath);
        broken.engine->fails_at = broken.engine->publishes + publish;  // the state, two batches, and then none
        if (publish <= 3) BOOST_CHECK_EXCEPTION(store.drop_attribute_index(kPath), Error, has_code(ErrorCode::no_space));
        if (publish > 3) store.drop_attribute_index(kPath);
        broken.engine->fails_at = 0;
        check_clean(store);
        BOOST_TEST((store.explain(Filter::parse("attributes.x = 7")).source == kPath.text()) == (publish == 1));
        std::mt19937_64 random(publish);
        commit_nodes(store, random);
        edit_nodes(store, random);
        load_nodes(store, random);
        check_clean(store);
        if (makes_again) {
          store.index_attribute(kPath);
          check_index(store, kPath);
        } else if (publish <= 3) {
          store.drop_attribute_index(kPath);
          BOOST_TEST(store.attribute_indexes().empty());
          check_clean(store);
        }
      }
}

BOOST_AUTO_TEST_CASE(a_load_has_entries_in_an_index_that_is_made_or_dropped_while_it_is_under_way) {
  for_each_store([](TestStore& store) {
    add_numbered(*store, 100);
    store->index_attribute("extras.y");
    std::mt19937_64 random(9);
    BulkLoad load = store->bulk_load();
    for (int i = 0; i < 50; ++i) load.add(random_node(random));
    store->index_attribute(kPath);
    store->drop_attribute_index("extras.y");
    for (int i = 0; i < 50; ++i) load.add(random_node(random));
    store->index_attribute("attributes.deep.list[1]");
    commit_nodes(*store, random);
    load.commit();
    BOOST_TEST(store->attribute_indexes().size() == 2u);
    check_index(*store, kPath);
    check_index(*store, "attributes.deep.list[1]");
  });
}

BOOST_AUTO_TEST_CASE(a_load_that_is_refused_leaves_an_index_that_was_made_meanwhile_ready) {
  for_each_store([](TestStore& store) {
    Transaction transaction = store->transaction();
    const Uuid taken = transaction.add({.attributes = Map{{"x", 1}}});
    transaction.commit();
    BulkLoad load = store->bulk_load();
    load.add({.attributes = Map{{"x", 2}}, .uuid = taken});
    store->index_attribute(kPath);
    BOOST_CHECK_EXCEPTION(load.commit(), Error, has_code(ErrorCode::exists));
    check_index(*store, kPath);
  });
}

BOOST_AUTO_TEST_CASE(verify_finds_entries_that_are_missing_and_such_that_are_too_many) {
  FailingStore broken;
  add_numbered(broken.store, 10);
  broken.store.index_attribute(kPath);
  const auto problems = [&] {
    std::vector<std::string> found;
    for (const Damage& damage : broken.store.verify({}).damage) found.push_back(damage.kind + ": " + damage.problem);
    return found;
  };
  BOOST_TEST(problems().empty());
  const std::string entry = first_entry(*broken.engine->view());
  edit_indexes(broken, {{entry, std::nullopt}});
  BOOST_TEST_REQUIRE(problems().size() == 1u);
  BOOST_TEST(problems()[0] == "node: it is missing from index 'v'");
  edit_indexes(broken, {{entry, std::string()}});
  BOOST_TEST(problems().empty());
  std::string other_node = entry, other_index = entry;
  other_node.back() = static_cast<char>(other_node.back() + 1);
  other_index[4] = 9;
  edit_indexes(broken, {{other_node, std::string()}, {other_index, std::string()}});
  BOOST_TEST_REQUIRE(problems().size() == 2u);
  BOOST_TEST(problems()[0].find("in the index of attributes.x says what the node does not") != std::string::npos);
  BOOST_TEST(problems()[1].find("index that does not exist") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reader_uses_an_index_when_it_sees_it_ready_and_makes_none) {
  on_disk([](TestStore& store) {
    add_numbered(*store, 3000);
    Store reader = Store::open(store.path(), {.read_only = true});
    BOOST_CHECK_EXCEPTION(reader.index_attribute(kPath), Error, has_code(ErrorCode::read_only));
    store->index_attribute(kPath);
    BOOST_TEST(reader.explain(Filter::parse("attributes.x = 7")).source == "every node");
    reader.refresh();
    BOOST_TEST(reader.explain(Filter::parse("attributes.x = 7")).source == "attributes.x");
    BOOST_CHECK_EXCEPTION(reader.drop_attribute_index(kPath), Error, has_code(ErrorCode::read_only));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
