// Where the blobs of a commit go in a store on disk.
#include <boost/test/unit_test.hpp>

#include "engine/disk_core.h"
#include "engine/engines.h"
#include "engine/records.h"

namespace cairn::test {
namespace {

using engine::BlobKind;

BOOST_AUTO_TEST_SUITE(staging)

BOOST_AUTO_TEST_CASE(a_commit_to_a_pack_brings_along_what_it_holds) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto small = noise(1, 200);
  {
    const auto staging = engine->stage();
    stage(*staging, BlobKind::object, small);
    engine->publish(staging.get(), row_commit(20, 0, "row", "0"));
  }
  const Digest digest = digest_of(BlobKind::object, small);
  BOOST_TEST(!engine->view()->find_blob(digest).value().packed);
  const auto staging = engine->stage();
  staging->hold(BlobKind::object, digest);
  stage(*staging, BlobKind::chunk, noise(2, 50'000));
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST(engine->view()->find_blob(digest).value().packed);
  BOOST_TEST((engine->view()->get_blob(BlobKind::object, digest) == small));
}

BOOST_AUTO_TEST_CASE(a_held_blob_that_another_commit_moves_to_a_pack_is_found_there) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto small = noise(1, 200);
  const Digest digest = digest_of(BlobKind::object, small);
  const auto publish = [&](engine::Staging& staging, std::uint64_t version) {
    BOOST_TEST((engine->publish(&staging, row_commit(20, version, "row", "0")).outcome == engine::Outcome::ok));
  };
  const auto first = engine->stage();
  stage(*first, BlobKind::object, small);
  publish(*first, 0);
  std::vector<std::unique_ptr<engine::Staging>> holders;
  for (std::uint64_t i = 0; i < 3; ++i) {
    holders.push_back(engine->stage());
    holders.back()->hold(BlobKind::object, digest);
    stage(*holders.back(), BlobKind::chunk, noise(10 + i, 50'000));
  }
  publish(*holders[0], 1);
  publish(*holders[1], 2);
  BOOST_TEST((holders[2]->read(BlobKind::object, digest) == small));
  publish(*holders[2], 3);
  BOOST_TEST((engine->view()->get_blob(BlobKind::object, digest) == small));
  BOOST_TEST(engine->verify().empty());
}

// So that a batch is read back in one go.
BOOST_AUTO_TEST_CASE(blobs_lie_in_a_pack_in_the_order_in_which_they_came) {
  const TemporaryDirectory directory;
  std::vector<std::vector<std::byte>> bytes;
  for (std::size_t i = 0; i < 900; ++i) bytes.push_back(noise(i + 1, 3000));
  {
    const auto engine = engine::open_disk_engine(directory.path() / "store", {});
    const auto staging = engine->stage();
    for (std::size_t i = 0; i < 100; ++i) stage(*staging, BlobKind::object, bytes[i]);  // these wait for the batch
    for (std::size_t begin = 100; begin < bytes.size(); begin += 100) {
      std::vector<engine::NewBlob> blobs;
      for (std::size_t i = begin; i < begin + 100; ++i) blobs.push_back({digest_of(BlobKind::object, bytes[i]), bytes[i]});
      std::vector<engine::StageResult> results(blobs.size());
      staging->stage_many(BlobKind::object, blobs, results);
    }
    engine->publish(staging.get(), row_commit(20, 0, "row", "0"));
  }
  engine::RecordsOptions options;
  options.directory = directory.path() / "store" / "db";
  const engine::Records records(options);
  std::uint64_t last = 0;
  for (const auto& blob : bytes) {
    const auto location = engine::find_location(records, {}, digest_of(BlobKind::object, blob)).value();
    BOOST_TEST(location.packed);
    BOOST_TEST(location.offset > last);
    last = location.offset;
  }
}

BOOST_AUTO_TEST_CASE(a_group_with_a_damaged_copy_repairs_it) {
  const TemporaryDirectory directory;
  const auto bytes = noise(1, 200), fresh = noise(2, 200);
  const Digest digest = digest_of(BlobKind::object, bytes);
  const auto path = directory.path() / "store";
  {
    const auto engine = engine::open_disk_engine(path, {});
    const auto staging = engine->stage();
    stage(*staging, BlobKind::object, bytes);
    engine->publish(staging.get(), row_commit(20, 0, "row", "0"));
  }
  {
    engine::RecordsOptions options;
    options.directory = path / "db";
    const engine::Records records(options);
    const auto location = engine::find_location(records, {}, digest).value();
    records.db().Put({}, records.family(engine::Family::blob), format::be64_text(location.blob_id), std::string(200, 'x'));
  }
  const auto engine = engine::open_disk_engine(path, {});
  const auto ignore = [](std::size_t, std::span<const std::byte>) {};
  BOOST_CHECK_EXCEPTION(engine->view()->get_many(BlobKind::object, std::vector{digest}, ignore), Error,
                        has_code(ErrorCode::damaged));
  const auto staging = engine->stage();
  const std::vector<engine::NewBlob> blobs = {{digest_of(BlobKind::object, fresh), fresh}, {digest, bytes}};
  std::vector<engine::StageResult> results(2);
  staging->stage_many(BlobKind::object, blobs, results);
  BOOST_TEST((results[0] == engine::StageResult::added && results[1] == engine::StageResult::repaired));
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST((engine->view()->get_blob(BlobKind::object, digest) == bytes));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
