// Finding ids by their beginning, listing nodes, walking the graph, and counting.
#include <boost/test/unit_test.hpp>

#include <set>

#include "store/stores.h"

namespace cairn::test {
namespace {

std::string kind_of(const std::vector<Named>& found) { return found.size() == 1 ? found.front().kind : std::to_string(found.size()); }

BOOST_AUTO_TEST_SUITE(questions)

BOOST_AUTO_TEST_CASE(an_id_is_found_by_its_beginning) {
  for_each_store([](TestStore& store) {
    const ObjectId object = store->put(particles(1));
    const ArtifactReceipt artifact = store->add(store.write_file("a", "x"));
    Run run = store->run("argon");
    const CheckpointId checkpoint = run.checkpoint(1).save("state", 1).commit().id;
    BOOST_TEST(kind_of(store->find_by_prefix(object.hex())) == "object");
    BOOST_TEST(kind_of(store->find_by_prefix(artifact.id.hex().substr(0, 13))) == "artifact");
    BOOST_TEST(kind_of(store->find_by_prefix(checkpoint.hex().substr(0, 12))) == "checkpoint");
    BOOST_TEST((store->find_by_prefix(checkpoint.hex()).front().digest == checkpoint.digest));
    const auto node = store->find_by_prefix(run.uuid().text());
    BOOST_TEST(kind_of(node) == "node");
    BOOST_TEST((node.front().node == run.uuid()));
    BOOST_TEST(store->find_by_prefix(object.hex().substr(0, 4)).size() >= 1u);
  });
}

BOOST_AUTO_TEST_CASE(upper_case_and_dashes_make_no_difference) {
  for_each_store([](TestStore& store) {
    std::string text = store->run("argon").uuid().text();
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    BOOST_TEST(kind_of(store->find_by_prefix(text)) == "node");
    std::erase(text, '-');
    BOOST_TEST(kind_of(store->find_by_prefix(text)) == "node");
  });
}

BOOST_AUTO_TEST_CASE(what_is_no_beginning_of_an_id_is_refused) {
  for_each_store([](TestStore& store) {
    for (const std::string& prefix : {std::string(), std::string("abc"), std::string("wxyz"), std::string(33, 'a'), std::string("--ab--c")})
      BOOST_CHECK_EXCEPTION(store->find_by_prefix(prefix), Error, has_code(ErrorCode::invalid_argument));
    BOOST_TEST(store->find_by_prefix("ffffffffffffffffffffffffffffffff").empty());
  });
}

BOOST_AUTO_TEST_CASE(an_attempt_that_came_to_nothing_is_not_found_as_a_checkpoint) {
  auto owned = engine::make_memory_engine({.unknown_every = 3, .conflict_every = 2});
  const engine::Engine& engine = *owned;
  Store store = make_store(std::move(owned));
  Run run = store.run("argon");
  std::set<Digest> committed;
  for (int step = 0; step < 20; ++step) committed.insert(run.checkpoint(step).save("state", step).commit().id.digest);
  std::size_t blobs = 0;
  engine.view()->list_blobs([&](const Digest& digest, const engine::BlobInfo& info) {
    if (info.kind != engine::BlobKind::checkpoint) return true;
    ++blobs;
    BOOST_TEST(store.find_by_prefix(digest.hex()).empty() == !committed.contains(digest));
    return true;
  });
  BOOST_TEST(blobs > committed.size());
}

BOOST_AUTO_TEST_CASE(nodes_are_listed_in_order_of_creation) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.step("first", {{"x", 1}}, [] { return 1; });
    run.step("second", {{"y", 1}}, [] { return 1; });
    BOOST_TEST((labels_of(nodes_of(*store)) == std::vector<std::string>{"argon", "x", "first", "result", "y", "second", "result"}));
  });
}

BOOST_AUTO_TEST_CASE(a_filter_shows_only_what_passes_all_of_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto step = run.step("relax", {{"x", 1}}, [] { return 2; });
    store->run("other").step("relax", {{"x", 1}}, [] { return 2; });
    store->put(2);
    using Labels = std::vector<std::string>;
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 2u);
    BOOST_TEST((labels_of(nodes_of(*store, "kind = calculation and run = argon")) == Labels{"relax"}));
    BOOST_TEST((labels_of(nodes_of(*store, "kind = workflow and state = running")) == Labels{"argon", "other"}));
    BOOST_TEST((labels_of(nodes_of(*store, "type = step")) == Labels{"relax", "relax"}));
    BOOST_TEST(nodes_of(*store, "content = " + std::get<ObjectId>(store->get_node(step.data()).content).hex()).size() == 3u);
    BOOST_TEST((labels_of(nodes_of(*store, "run = argon and label = x")) == Labels{"x"}));
    BOOST_TEST(nodes_of(*store, "state = failed").empty());
    BOOST_TEST(nodes_of(*store, "run = absent").empty());
  });
}

BOOST_AUTO_TEST_CASE(nodes_are_read_page_by_page) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (int i = 0; i < 7; ++i) run.step("s", {{"x", i}}, [] { return 1; });
    const auto all = nodes_of(*store, "kind = data");
    std::vector<Uuid> paged;
    NodeQuery query{.filter = Filter::parse("kind = data"), .limit = 4};
    for (auto found = store->query(query).nodes; !found.empty(); found = store->query(query).nodes) {
      BOOST_TEST(found.size() <= 4u);
      for (const Node& node : found) paged.push_back(node.uuid);
      query.after = found.back().uuid.text();
    }
    BOOST_REQUIRE(paged.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST((paged[i] == all[i].uuid));
  });
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_there_is_not_found) {
  for_each_store([](TestStore& store) {
    BOOST_TEST(!store->find_node(Uuid{}).has_value());
    BOOST_CHECK_EXCEPTION(store->get_node(Uuid{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->ancestors(Uuid{}), Error, has_code(ErrorCode::not_found));
    BOOST_CHECK_EXCEPTION(store->links(Uuid{}), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(a_lineage_holds_the_start_the_nodes_and_the_links_walked) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto a = run.step("a", {{"x", 1}}, [] { return 1; });
    const auto b = run.step("b", {{"y", a}}, [] { return 2; });
    const Lineage up = store->lineage(b.data(), Direction::up);
    BOOST_REQUIRE(up.nodes.size() == 5u);
    BOOST_TEST((up.nodes.front().node.uuid == b.data()));
    BOOST_TEST(up.nodes.front().depth == 0u);
    BOOST_TEST(up.links.size() == 4u);
    BOOST_TEST(store->lineage(b.data(), Direction::up, {.depth_max = 1}).nodes.size() == 2u);
    const Lineage down = store->lineage(a.process(), Direction::down);
    BOOST_TEST(down.nodes.size() == 4u);
    BOOST_TEST(down.links.size() == 3u);
    BOOST_CHECK_EXCEPTION(store->lineage(b.data(), Direction::up, {.nodes_max = 2}), Error, has_code(ErrorCode::limit));
  });
}

BOOST_AUTO_TEST_CASE(types_of_links_to_walk_may_be_put_together_one_by_one) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto a = run.step("a", {}, [] { return 1; });
    LinkTypes types{LinkType::create};
    BOOST_TEST(store->ancestors(a.data(), {.links = types}).size() == 1u);
    types.add(LinkType::call);
    BOOST_TEST((store->ancestors(a.data(), {.links = types}).back().node.uuid == run.uuid()));
  });
}

BOOST_AUTO_TEST_CASE(what_the_store_holds_is_counted) {
  for_each_store([](TestStore& store) {
    const auto file = store.write_file("a", std::string(20'000, 'a'));
    Run run = store->run("argon");
    store->run("other");
    run.checkpoint(1).save("state", particles(1)).attach("file", file).commit();
    run.checkpoint(2).save("state", particles(2)).attach("file", file).commit();
    run.step("s", {{"x", 1}}, [] { return 2; });
    const StoreStats stats = store->stats();
    BOOST_TEST((stats.uuid == store->uuid()));
    BOOST_TEST(stats.run_count == 2u);
    BOOST_TEST(stats.checkpoint_count == 2u);
    BOOST_TEST((stats.nodes == std::map<std::string, std::uint64_t>{{"workflow", 2}, {"calculation", 1}, {"data", 2}}));
    BOOST_TEST(stats.link_count == 3u);
    BOOST_TEST(stats.blobs.at("object").count == 4u);
    BOOST_TEST(stats.blobs.at("artifact").count == 1u);
    BOOST_TEST(stats.blobs.at("checkpoint").count >= 2u);
    BOOST_TEST(stats.logical_bytes > 40'000u);
    BOOST_TEST(stats.content_bytes > 20'000u);
    BOOST_TEST(stats.content_bytes < 40'000u);
    BOOST_TEST(stats.disk_bytes > 0u);
    BOOST_TEST(stats.collisions == 0u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
