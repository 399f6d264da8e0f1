// Many objects in one call: each stored on its own, all kept by one node.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <numeric>
#include <random>
#include <ranges>
#include <unordered_set>

#include "object/references.h"
#include "store/damage.h"
#include "store/stores.h"
#include "support/acknowledged_work.h"

namespace cairn::test {
namespace {

std::vector<Particles> many_particles(std::int64_t count) {
  std::vector<Particles> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(particles(i));
  return values;
}

// An object that names another, perhaps one of the same batch.
struct Child {
  std::int64_t number = 0;
  std::optional<ObjectId> parent;
  bool operator==(const Child&) const = default;
};
BOOST_DESCRIBE_STRUCT(Child, (), (number, parent))

auto says(ErrorCode code, std::string text) {
  return [=](const Error& error) {
    return error.code() == code && std::string_view(error.what()).find(text) != std::string_view::npos;
  };
}

BOOST_AUTO_TEST_SUITE(batches)

BOOST_AUTO_TEST_CASE(each_object_of_a_batch_has_the_id_it_would_have_alone) {
  for_each_store([](TestStore& store) {
    const std::vector<Particles> values = many_particles(3000);
    const std::vector<ObjectId> ids = store->put_all(values);
    BOOST_REQUIRE(ids.size() == values.size());
    store.reopen();
    BOOST_TEST((store->get_all<Particles>(ids) == values));
    for (const std::size_t i : {0u, 1500u, 2999u}) {
      BOOST_TEST((store->get<Particles>(ids[i]) == values[i]));
      BOOST_TEST((store->put(values[i]) == ids[i]));
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_batch_is_kept_by_one_node_that_names_all_of_it) {
  for_each_store([](TestStore& store) {
    const std::vector<ObjectId> ids = store->put_all(many_particles(500));
    const std::vector<Node> nodes = nodes_of(*store);
    BOOST_REQUIRE(nodes.size() == 1u);
    BOOST_TEST((nodes[0].kind == NodeKind::data && nodes[0].state == NodeState::finished));
    BOOST_TEST(nodes[0].type == "list<" + type_name<Particles>() + ">");
    BOOST_TEST((store->get<std::vector<ObjectId>>(std::get<ObjectId>(nodes[0].content)) == ids));
  });
}

BOOST_AUTO_TEST_CASE(the_node_of_a_batch_leads_to_every_object) {
  on_disk([](TestStore& store) {
    const std::vector<ObjectId> ids = store->put_all(many_particles(500));
    const ObjectId list = std::get<ObjectId>(nodes_of(*store)[0].content);
    store.close();
    const auto engine = engine::open_disk_engine(store.path(), {.read_only = true});
    std::unordered_set<Digest> seen;
    object::walk_closure(*engine->view(), {engine::BlobKind::object, list.digest}, seen,
                         [](const object::BlobReference&) { return true; });
    BOOST_TEST(std::ranges::all_of(ids, [&](const ObjectId& id) { return seen.contains(id.digest); }));
  });
}

BOOST_AUTO_TEST_CASE(putting_a_batch_again_stores_nothing) {
  for_each_store([](TestStore& store) {
    const std::vector<ObjectId> ids = store->put_all(many_particles(2000));
    store.reopen();
    const StoreStats before = store->stats();
    BOOST_TEST((store->put_all(many_particles(2000)) == ids));
    const StoreStats after = store->stats();
    BOOST_TEST(after.content_bytes == before.content_bytes);
    BOOST_TEST(nodes_of(*store).size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(equal_elements_of_a_batch_are_one_object) {
  for_each_store([](TestStore& store) {
    const std::vector<ObjectId> ids = store->put_all(std::vector{particles(1), particles(2), particles(1)});
    BOOST_TEST((ids[0] == ids[2] && ids[0] != ids[1]));
    BOOST_TEST((store->get_all<Particles>(ids) == std::vector{particles(1), particles(2), particles(1)}));
  });
}

BOOST_AUTO_TEST_CASE(a_range_need_not_be_a_container) {
  for_each_store([](TestStore& store) {
    const auto made = std::views::iota(0, 1500) | std::views::transform([](int i) { return particles(i); });
    BOOST_TEST((store->get_all<Particles>(store->put_all(made)) == many_particles(1500)));
    BOOST_TEST(store->put_all(std::vector<Particles>()).empty());
    BOOST_TEST(store->get_all<Particles>({}).empty());
    BOOST_TEST((store->get_all<bool>(store->put_all(std::vector{true, false})) == std::vector{true, false}));
  });
}

BOOST_AUTO_TEST_CASE(an_object_may_name_one_before_it_in_the_batch) {
  for_each_store([](TestStore& store) {
    const ObjectId parent = [] {
      Store other = Store::in_memory();
      return other.put(Child{1, std::nullopt});
    }();
    const std::vector<Child> values = {{1, std::nullopt}, {2, parent}};
    BOOST_TEST((store->get_all<Child>(store->put_all(values)) == values));
    const std::vector<Child> orphans = {{3, std::nullopt}, {4, ObjectId{}}};
    BOOST_CHECK_EXCEPTION(store->put_all(orphans), Error, says(ErrorCode::not_found, "object 1"));
  });
}

BOOST_AUTO_TEST_CASE(a_batch_that_fails_stores_nothing) {
  for_each_store([](TestStore& store) {
    std::vector<Child> values(3000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i].number = static_cast<std::int64_t>(i);
    values.back().parent = ObjectId{};
    BOOST_CHECK_EXCEPTION(store->put_all(values), Error, says(ErrorCode::not_found, "object 2999"));
    BOOST_TEST(nodes_of(*store).empty());
    if (store.on_disk()) BOOST_TEST(store->stats().blobs["object"].count == 0u);
  });
}

BOOST_AUTO_TEST_CASE(objects_are_read_in_any_order) {
  for_each_store([](TestStore& store) {
    const std::vector<Particles> values = many_particles(4000);
    const std::vector<ObjectId> ids = store->put_all(values);
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(3));
    order.resize(700);
    order.push_back(order.front());
    std::vector<ObjectId> some;
    for (const std::size_t i : order) some.push_back(ids[i]);
    std::size_t visits = 0;
    store->get_each<Particles>(some, [&](std::size_t index, Particles&& value) {
      ++visits;
      BOOST_TEST((value == values[order[index]]));
    });
    BOOST_TEST(visits == some.size());
  });
}

BOOST_AUTO_TEST_CASE(an_object_of_many_that_cannot_be_given_is_named) {
  for_each_store([](TestStore& store) {
    std::vector<ObjectId> ids = store->put_all(many_particles(3));
    ids.push_back(store->put(std::string("text")));
    BOOST_CHECK_EXCEPTION(store->get_all<Particles>(ids), Error, says(ErrorCode::type_mismatch, "object 3"));
    BOOST_CHECK_EXCEPTION(store->get_all<Particles>(ids), Error, says(ErrorCode::type_mismatch, ids[3].hex()));
    ids[1] = ObjectId{};
    BOOST_CHECK_EXCEPTION(store->get_all<Particles>(ids), Error, says(ErrorCode::not_found, "blob 1 "));
  });
}

BOOST_AUTO_TEST_CASE(a_damaged_object_of_many_is_not_given) {
  on_disk([](TestStore& store) {
    std::vector<Numbers> values;
    for (std::int64_t i = 0; i < 3000; ++i) values.push_back(numbers(i, 100));
    const std::vector<ObjectId> ids = store->put_all(values);
    store.close();
    damage_packed(store.path(), ids[2321].digest);
    store.reopen();
    BOOST_CHECK_EXCEPTION(store->get_all<Numbers>(ids), Error, says(ErrorCode::damaged, ids[2321].hex()));
    BOOST_TEST((store->put_all(values) == ids));  // which repairs it
    BOOST_TEST((store->get_all<Numbers>(ids) == values));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_reader_beside_the_writer_reads_a_batch) {
  on_disk([](TestStore& store) {
    const std::vector<ObjectId> ids = store->put_all(many_particles(3000));
    const Store reader = Store::open(store.path(), {.read_only = true});
    const std::vector<ObjectId> later = store->put_all(std::vector{particles(-1)});
    BOOST_TEST((reader.get_all<Particles>(ids) == many_particles(3000)));
    BOOST_CHECK_EXCEPTION(reader.get_all<Particles>(later), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
