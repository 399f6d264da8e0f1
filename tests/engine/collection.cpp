// Removing blobs while others are stored and read: what every engine promises.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <vector>

#include "engine/collection.h"
#include "engine/engines.h"

namespace cairn::test {
namespace {

using engine::BlobKind;
using engine::Collection;
using engine::Engine;
using engine::Outcome;
using engine::StageResult;

constexpr engine::CellId kCell = 20;
using Blob = std::vector<std::byte>;

const std::vector<Blob>& sample() {
  static const std::vector<Blob> blobs = {noise(1, 100), noise(2, 5000), noise(3, 300'000), noise(4, 20)};
  return blobs;
}

Digest id(const Blob& blob) { return digest_of(BlobKind::chunk, blob); }

void publish(Engine& engine, engine::Staging& staging) {
  const auto version = engine.view()->cell(kCell).version;
  BOOST_REQUIRE((engine.publish(&staging, row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
}

void store(Engine& engine, std::span<const Blob> blobs) {
  const auto staging = engine.stage();
  for (const Blob& blob : blobs) stage(*staging, BlobKind::chunk, blob);
  publish(engine, *staging);
}

bool has(Engine& engine, const Blob& blob) {
  const auto view = engine.view();
  return view->find_blob(id(blob)) && view->get_blob(BlobKind::chunk, id(blob)) == blob;
}

void mark(Collection& collection, const Blob& blob) {
  const auto found = collection.marks().find(id(blob));
  BOOST_REQUIRE(found.has_value());
  collection.marks().mark(found->number);
}

std::set<Digest> all_touched(Collection& collection) {
  std::set<Digest> touched;
  for (auto some = collection.take_touched(); !some.empty(); some = collection.take_touched()) touched.insert(some.begin(), some.end());
  return touched;
}

// As who collects does: what was touched is needed.
void mark_touched(Collection& collection) {
  for (const Digest& digest : all_touched(collection)) collection.marks().mark(collection.marks().find(digest).value().number);
}

engine::SweepReport sweep(Collection& collection) {
  mark_touched(collection);
  BOOST_REQUIRE(collection.condemn({}));
  return collection.sweep();
}

BOOST_AUTO_TEST_SUITE(collection)

BOOST_AUTO_TEST_CASE(what_is_not_marked_is_removed_and_the_rest_stays) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    const auto collection = engine.begin_collection();
    mark(*collection, sample()[1]);
    mark(*collection, sample()[3]);
    const engine::SweepReport counted = collection->count();
    const engine::SweepReport swept = sweep(*collection);
    BOOST_TEST(swept.kept_count == 2u);
    BOOST_TEST(swept.freed_count == 2u);
    BOOST_TEST(swept.freed_bytes >= 300'100u);
    BOOST_TEST(counted.freed_bytes == swept.freed_bytes);
    BOOST_TEST(counted.kept_bytes == swept.kept_bytes);
    BOOST_TEST(!has(engine, sample()[0]));
    BOOST_TEST(has(engine, sample()[1]));
    BOOST_TEST(!has(engine, sample()[2]));
    BOOST_TEST(has(engine, sample()[3]));
    BOOST_TEST(engine.verify().empty());
  });
}

BOOST_AUTO_TEST_CASE(what_was_removed_can_be_stored_again) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    sweep(*engine.begin_collection());
    for (const Blob& blob : sample()) BOOST_TEST(!has(engine, blob));
    const auto staging = engine.stage();
    for (const Blob& blob : sample()) BOOST_TEST((stage(*staging, BlobKind::chunk, blob) == StageResult::added));
    publish(engine, *staging);
    for (const Blob& blob : sample()) BOOST_TEST(has(engine, blob));
  });
}

BOOST_AUTO_TEST_CASE(what_a_staging_held_before_it_began_is_told) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    const auto staging = engine.stage();
    BOOST_TEST((stage(*staging, BlobKind::chunk, sample()[0]) == StageResult::existed));
    BOOST_REQUIRE(staging->hold(BlobKind::chunk, id(sample()[2])).has_value());
    const auto collection = engine.begin_collection();
    BOOST_TEST((all_touched(*collection) == std::set{id(sample()[0]), id(sample()[2])}));
  });
}

BOOST_AUTO_TEST_CASE(what_is_touched_while_it_is_under_way_is_told) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    const auto staging = engine.stage();
    const auto collection = engine.begin_collection();
    BOOST_TEST(all_touched(*collection).empty());
    stage(*staging, BlobKind::chunk, sample()[0]);
    engine.stage()->hold(BlobKind::chunk, id(sample()[1]));  // a staging that is over
    std::vector<engine::NewBlob> many;
    for (std::size_t i = 2; i < 4; ++i) many.push_back({id(sample()[i]), sample()[i]});
    std::vector<StageResult> results(many.size());
    engine.stage()->stage_many(BlobKind::chunk, many, results);
    BOOST_TEST(!collection->condemn({}));
    BOOST_TEST(all_touched(*collection).size() == sample().size());
  });
}

BOOST_AUTO_TEST_CASE(what_is_touched_at_the_last_moment_is_given_to_be_marked) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    const auto staging = engine.stage();
    const auto collection = engine.begin_collection();
    staging->hold(BlobKind::chunk, id(sample()[2]));
    BOOST_REQUIRE(collection->condemn([&](std::span<const Digest> some) {
      for (const Digest& digest : some) collection->marks().mark(collection->marks().find(digest).value().number);
    }));
    collection->sweep();
    BOOST_TEST(has(engine, sample()[2]));
    BOOST_TEST(!has(engine, sample()[1]));
  });
}

BOOST_AUTO_TEST_CASE(what_was_spilled_is_kept_alive_until_it_is_published) {
  for_each_engine([](Engine& engine) {
    store(engine, std::span(sample()).first(1));
    const auto staging = engine.stage();
    for (const Blob& blob : sample()) stage(*staging, BlobKind::chunk, blob);
    staging->spill();
    sweep(*engine.begin_collection());
    publish(engine, *staging);
    for (const Blob& blob : sample()) BOOST_TEST(has(engine, blob));
    sweep(*engine.begin_collection());  // the memory engine's stagings hold what they published
  });
}

BOOST_AUTO_TEST_CASE(what_is_condemned_is_stored_anew_and_not_held) {
  for (const bool publish_before : {true, false})
    for_each_engine([&](Engine& engine) {
      store(engine, sample());
      const auto collection = engine.begin_collection();
      BOOST_REQUIRE(collection->condemn({}));
      const auto staging = engine.stage();
      BOOST_TEST((stage(*staging, BlobKind::chunk, sample()[0]) == StageResult::added));
      BOOST_TEST((stage(*staging, BlobKind::chunk, sample()[2]) == StageResult::added));
      BOOST_TEST(!engine.stage()->hold(BlobKind::chunk, id(sample()[1])).has_value());
      if (publish_before) publish(engine, *staging);
      const auto beside = engine.stage();  // what was published since is there
      if (publish_before) BOOST_TEST((stage(*beside, BlobKind::chunk, sample()[2]) == StageResult::existed));
      collection->sweep();
      if (!publish_before) publish(engine, *staging);
      BOOST_TEST(has(engine, sample()[0]));
      BOOST_TEST(!has(engine, sample()[1]));
      BOOST_TEST(has(engine, sample()[2]));
      BOOST_TEST(engine.verify().empty());
    });
}

BOOST_AUTO_TEST_CASE(an_older_view_keeps_what_it_saw) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    auto view = engine.view();
    const auto before = engine.stats().pack_bytes;
    const engine::SweepReport swept = sweep(*engine.begin_collection());
    store(engine, std::vector<Blob>{noise(9, 100'000)});
    for (const Blob& blob : sample()) BOOST_TEST((view->get_blob(BlobKind::chunk, id(blob)) == blob));
    for (const Blob& blob : sample()) BOOST_TEST(!has(engine, blob));
    view = nullptr;
    store(engine, std::vector<Blob>{noise(10, 100)});
    BOOST_TEST(swept.freed_count == sample().size());
    BOOST_TEST(engine.stats().pack_bytes < before);
  });
}

BOOST_AUTO_TEST_CASE(one_that_ends_without_a_sweep_changes_nothing) {
  for_each_engine([](Engine& engine) {
    store(engine, sample());
    engine.begin_collection();
    const auto staging = engine.stage();
    BOOST_TEST((stage(*staging, BlobKind::chunk, sample()[0]) == StageResult::existed));
    for (const Blob& blob : sample()) BOOST_TEST(has(engine, blob));
  });
}

BOOST_AUTO_TEST_CASE(an_empty_store_has_nothing_to_remove) {
  for_each_engine([](Engine& engine) {
    const engine::SweepReport swept = sweep(*engine.begin_collection());
    BOOST_TEST(swept.freed_count + swept.kept_count == 0u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
