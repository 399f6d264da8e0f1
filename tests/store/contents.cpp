// Objects and artifacts of a store: in, out, and kept by a node.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <complex>
#include <set>

#include "store/stores.h"

namespace cairn::test {
namespace {

template <class T>
void check_put(TestStore& store, const T& value) {
  const ObjectId id = store->put(value);
  BOOST_TEST((store->get<T>(id) == value), type_name<T>());
  BOOST_TEST((store->put(value) == id));
}

BOOST_AUTO_TEST_SUITE(contents)

BOOST_AUTO_TEST_CASE(an_object_has_a_text_that_leaves_large_arrays_in_the_store) {
  for_each_store([](TestStore& store) {
    const Particles particles{7, std::vector<double>(50'000, 1.5), "seed"};
    const ObjectId id = store->put(particles);
    BOOST_TEST(store->text(id) ==
               type_name<Particles>() + "@version=1(step=7,position=float64[50000](...),rng=\"seed\")");
    BOOST_TEST(store->text(id, {.form = TextForm::lines, .text_max = 3}) ==
               type_name<Particles>() + "\n  step: 7\n  position: float64[50000] (390.6 KiB)\n  rng: \"...\"\n");
    BOOST_CHECK_EXCEPTION(store->text(ObjectId{}), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(an_array_is_read_into_memory_that_is_there) {
  for_each_store([](TestStore& store) {
    std::vector<double> grid(60'000), back(60'000);
    for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = static_cast<double>(i);
    const ObjectId id = store->put(ArrayView<const double>(grid, {200, 300}));
    store->read_into(id, ArrayView<double>(back, {200, 300}));
    BOOST_TEST((back == grid));
    store->read_into(id, ArrayView<double>(back, {200, 300}, {1, 200}));
    BOOST_TEST(back[1] == grid[300]);
    BOOST_CHECK_EXCEPTION(store->read_into(id, ArrayView<double>(back, {300, 200})), Error,
                          has_code(ErrorCode::type_mismatch, "found array of float64 with shape [200, 300]"));
  });
}

BOOST_AUTO_TEST_CASE(every_storable_type_comes_back) {
  for_each_store([](TestStore& store) {
    using namespace std::chrono_literals;
    check_put(store, true);
    check_put(store, std::int8_t{-7});
    check_put(store, UINT64_MAX);
    check_put(store, INT64_MIN);
    check_put(store, 0.1f);
    check_put(store, -0.0);
    check_put(store, std::complex<double>(1, -2));
    check_put(store, std::string("text"));
    check_put(store, std::filesystem::path("/a/b"));
    check_put(store, Bytes{std::byte{0}, std::byte{255}});
    check_put(store, std::optional<int>());
    check_put(store, std::optional<int>(3));
    check_put(store, std::variant<int, std::string>("v"));
    check_put(store, std::pair<int, std::string>(1, "p"));
    check_put(store, std::tuple<int, double, bool>(1, 2.5, true));
    check_put(store, std::vector<std::string>{"a", "", "c"});
    check_put(store, std::vector<double>(50'000, 1.5));
    check_put(store, std::array<int, 3>{1, 2, 3});
    check_put(store, std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}});
    check_put(store, std::set<int>{3, 1, 2});
    check_put(store, 1500ms);
    check_put(store, std::chrono::system_clock::time_point(1h));
    check_put(store, store->uuid());
    check_put(store, store->put(1));
    check_put(store, particles(4));
    check_put(store, Value(List{Value(1), Value("two"), Value()}));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(putting_a_value_again_keeps_it_by_the_same_node) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(particles(1));
    store.reopen();
    BOOST_TEST((store->put(particles(1)) == id));
    const std::vector<Node> nodes = nodes_of(*store, "content = " + id.hex());
    BOOST_REQUIRE(nodes.size() == 1u);
    BOOST_TEST((nodes[0].kind == NodeKind::data && nodes[0].state == NodeState::finished));
    BOOST_TEST(nodes[0].run == "");
    BOOST_TEST(nodes[0].type == type_name<Particles>());
    BOOST_TEST(nodes[0].size_bytes > 0u);
  });
}

BOOST_AUTO_TEST_CASE(an_object_is_read_as_plain_data_without_its_type) {
  for_each_store([](TestStore& store) {
    const Value value = store->get_value(store->put(particles(2)));
    const Object* object = value.get_if<Object>();
    BOOST_REQUIRE(object != nullptr);
    BOOST_TEST((*object->find("step") == Value(2)));
    BOOST_TEST((*object->find("rng") == Value("seed 2")));
  });
}

BOOST_AUTO_TEST_CASE(large_arrays_may_be_left_in_the_store) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(std::vector<double>(50'000, 1.5));
    BOOST_TEST(store->get_value(id).is<Array>());
    const Value value = store->get_value(id, {.load_arrays = false});
    const StoredArray* array = value.get_if<StoredArray>();
    BOOST_REQUIRE(array != nullptr);
    BOOST_TEST(array->size_bytes == 400'000u);
  });
}

BOOST_AUTO_TEST_CASE(what_is_not_there_or_of_another_type_is_not_given) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(std::string("text"));
    BOOST_CHECK_EXCEPTION(store->get<int>(id), Error, has_code(ErrorCode::type_mismatch));
    BOOST_CHECK_EXCEPTION(store->get<int>(ObjectId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->get_value(ObjectId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->read_file(ArtifactId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->list(ArtifactId{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_THROW(store->list(ArtifactId{id.digest}), Error);
  });
}

BOOST_AUTO_TEST_CASE(a_file_comes_back_as_it_was) {
  for_each_store([](TestStore& store) {
    const std::string bytes(300'000, 'z');
    const ArtifactReceipt receipt = store->add(store.write_file("data.bin", bytes));
    BOOST_TEST(receipt.size_bytes == bytes.size());
    BOOST_TEST(receipt.entry_count == 1u);
    store.reopen();
    BOOST_TEST((store->read_file(receipt.id) == bytes));
    store->restore(receipt.id, store.beside("out"));
    BOOST_TEST(std::filesystem::file_size(store.beside("out") / "data.bin") == bytes.size());
    BOOST_CHECK_EXCEPTION(store->restore(receipt.id, store.beside("out")), Error, has_code(ErrorCode::exists));
  });
}

BOOST_AUTO_TEST_CASE(restoring_what_is_not_there_makes_no_directory) {
  for_each_store([](TestStore& store) {
    const ArtifactId nothing{*Digest::parse(std::string(32, '0'))};
    BOOST_CHECK_EXCEPTION(store->restore(nothing, store.beside("out")), Error, has_code(ErrorCode::not_found));
    BOOST_TEST(!std::filesystem::exists(store.beside("out")));
    const ArtifactId id = store->add(store.write_file("file", "x")).id;
    BOOST_CHECK_EXCEPTION(store->restore(id, store.beside("file/below")), Error, has_code(ErrorCode::io));
  });
}

BOOST_AUTO_TEST_CASE(a_tree_is_listed_parents_first) {
  for_each_store([](TestStore& store) {
    std::filesystem::create_directories(store.beside("tree/b"));
    store.write_file("tree/a", "1");
    store.write_file("tree/b/c", "22");
    std::filesystem::create_symlink("a", store.beside("tree/link"));
    const ArtifactReceipt receipt = store->add(store.beside("tree"));
    std::vector<std::string> paths;
    for (const ArtifactEntry& entry : store->list(receipt.id)) paths.push_back(entry.path);
    BOOST_TEST(paths.size() == 5u);
    BOOST_TEST((std::find(paths.begin(), paths.end(), "b/c") > std::find(paths.begin(), paths.end(), "b")));
    BOOST_TEST(receipt.size_bytes == 3u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(adding_a_file_again_stores_nothing) {
  for_each_store([](TestStore& store) {
    const auto file = store.write_file("a", std::string(10'000, 'a'));
    const ArtifactReceipt first = store->add(file), second = store->add(file);
    BOOST_TEST((first.id == second.id && first.node == second.node));
    BOOST_TEST(first.bytes_new > 0u);
    BOOST_TEST(second.bytes_new == 0u);
    BOOST_TEST(second.bytes_shared == first.bytes_new + first.bytes_shared);
    BOOST_TEST(store->get_node(first.node).size_bytes == 10'000u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_adds_a_file_once_under_each_label) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto file = store.write_file("a", "x");
    const Node first = run.add("input", file);
    BOOST_TEST((run.add("input", file).uuid == first.uuid));
    BOOST_TEST((run.add("output", file).uuid != first.uuid));
    BOOST_TEST(first.run == "argon");
    BOOST_TEST(first.label == "input");
    BOOST_TEST((store->get_node(first.uuid).content == first.content));
    BOOST_CHECK_EXCEPTION(run.add("in put", file), Error, has_code(ErrorCode::rule_violation));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
