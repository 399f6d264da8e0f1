// Where the blobs of a commit go in a store on disk.
#include <boost/test/unit_test.hpp>

#include "engine/engines.h"

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
