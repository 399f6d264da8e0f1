// Blobs that are moved out of sparse packs, and compressed anew.
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include "engine/collection.h"
#include "engine/engines.h"
#include "format/pack.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobKind;
using engine::Engine;
using engine::open_disk_engine;
using engine::Outcome;
using engine::StageResult;

constexpr engine::CellId kCell = 20;
constexpr std::size_t kCount = 20'000;
constexpr std::uint64_t kPackBytes = 2u << 20;

using Blob = std::vector<std::byte>;

Blob small(std::size_t number) { return noise(number + 1, 300); }
bool stays(std::size_t number) { return number % 10 == 3; }

Blob text(std::size_t number) {
  std::string line;
  for (std::size_t i = 0; i < 2000; ++i) line += std::to_string(number * 7919 + i * i % 977) + ' ';
  return bytes_of(line);
}

void store(Engine& engine, std::span<const Blob> blobs) {
  const auto staging = engine.stage();
  stage(*staging, BlobKind::chunk, noise(999'999, 50'000));  // so that all go to a pack
  for (const Blob& blob : blobs) stage(*staging, BlobKind::chunk, blob);
  const auto version = engine.view()->cell(kCell).version;
  BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
}

std::vector<Blob> all_small() {
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < kCount; ++i) blobs.push_back(small(i));
  return blobs;
}

void collect_small(Engine& engine) {
  const auto collection = engine.begin_collection();
  for (std::size_t i = 0; i < kCount; ++i)
    if (stays(i)) collection->marks().mark(collection->marks().find(digest_of(BlobKind::chunk, small(i))).value().number);
  while (!collection->take_touched().empty()) {
  }
  BOOST_REQUIRE(collection->condemn({}));
  collection->sweep();
}

void check_small(const Engine& engine) {
  const auto view = engine.view();
  std::vector<Digest> ids;
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < kCount; ++i)
    if (stays(i)) ids.push_back(digest_of(BlobKind::chunk, small(i))), numbers.push_back(i);
  view->get_many(BlobKind::chunk, ids, [&](std::size_t index, std::span<const std::byte> bytes) {
    BOOST_TEST(std::ranges::equal(bytes, small(numbers[index])));
  });
  for (const engine::Finding& finding : engine.verify()) BOOST_ERROR(finding.where << ": " << finding.problem);
}

BOOST_AUTO_TEST_SUITE(repacking)

BOOST_AUTO_TEST_CASE(what_holes_cannot_give_back_is_given_back_by_moving_the_rest) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "store";
  auto engine = open_disk_engine(path, {.pack_bytes_max = kPackBytes});
  store(*engine, all_small());
  auto older = engine->view();
  collect_small(*engine);
  const std::uint64_t before = engine->stats().pack_bytes;
  engine::RepackReport report = engine->repack({});
  BOOST_TEST(report.complete);
  BOOST_TEST(report.moved_bytes > 0u);
  BOOST_TEST(report.moved_bytes < kCount / 10 * 360);
  BOOST_TEST(report.waiting_bytes > 0u);  // there is a view
  check_small(*engine);
  BOOST_TEST((older->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, small(0))) == small(0)));
  older = nullptr;
  engine = nullptr;
  engine = open_disk_engine(path, {.pack_bytes_max = kPackBytes});
  check_small(*engine);
  collect_small(*engine);
  BOOST_TEST(engine->stats().pack_bytes < before / 2);
  engine->repack({});  // what was the last pack
  BOOST_TEST(engine->repack({}).moved_bytes == 0u);
  check_small(*engine);
}

BOOST_AUTO_TEST_CASE(who_holds_a_blob_that_is_moved_finds_it) {
  const TemporaryDirectory directory;
  const auto engine = open_disk_engine(directory.path() / "store", {.pack_bytes_max = kPackBytes});
  store(*engine, all_small());
  collect_small(*engine);
  const auto staging = engine->stage();
  BOOST_REQUIRE(staging->hold(BlobKind::chunk, digest_of(BlobKind::chunk, small(3))).has_value());
  BOOST_TEST((stage(*staging, BlobKind::chunk, small(13)) == StageResult::existed));
  BOOST_TEST(engine->repack({}).returned_bytes > 0u);
  BOOST_TEST((staging->read(BlobKind::chunk, digest_of(BlobKind::chunk, small(3))) == small(3)));
  BOOST_TEST((stage(*staging, BlobKind::chunk, small(13)) == StageResult::existed));
  BOOST_TEST((stage(*staging, BlobKind::chunk, small(23)) == StageResult::existed));
  const auto version = engine->view()->cell(kCell).version;
  BOOST_REQUIRE((engine->publish(staging.get(), row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
  check_small(*engine);
}

BOOST_AUTO_TEST_CASE(blobs_are_compressed_anew_where_that_makes_them_smaller) {
  const TemporaryDirectory directory;
  const auto engine = open_disk_engine(directory.path() / "store", {.pack_bytes_max = kPackBytes});
  std::vector<Blob> blobs;
  for (std::size_t i = 0; i < 1000; ++i) blobs.push_back(i % 4 == 0 ? noise(i, 10'000) : text(i));
  store(*engine, blobs);
  const std::uint64_t before = engine->stats().pack_bytes;
  const engine::RepackReport report = engine->repack({.zstd_level = 9});
  BOOST_TEST(report.complete);
  BOOST_TEST(report.moved_bytes > 0u);
  BOOST_TEST(engine->stats().pack_bytes < before);
  const auto view = engine->view();
  for (const Blob& blob : blobs) BOOST_TEST((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, blob)) == blob));
  BOOST_TEST(engine->verify().empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_ended_early_goes_on_later) {
  const TemporaryDirectory directory;
  const auto engine = open_disk_engine(directory.path() / "store", {.pack_bytes_max = kPackBytes});
  store(*engine, all_small());
  collect_small(*engine);
  int asked = 0;
  BOOST_TEST(!engine->repack({.go_on = [&](std::uint64_t, std::uint64_t) { return ++asked < 3; }}).complete);
  check_small(*engine);
  BOOST_TEST(engine->repack({}).complete);
  check_small(*engine);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
