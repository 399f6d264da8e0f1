// Where the blobs of a commit go in a store on disk.
#include <boost/test/unit_test.hpp>

#include <fstream>

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

// What is in packs may need it there, and a collection would take away a copy that the index does not lead to.
BOOST_AUTO_TEST_CASE(once_a_blob_is_in_a_pack_the_index_leads_there_whoever_commits_it_last) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto small = noise(1, 200);
  const Digest digest = digest_of(BlobKind::object, small);
  const auto beside = engine->stage(), packed = engine->stage();
  stage(*beside, BlobKind::object, small);
  BOOST_TEST((stage(*packed, BlobKind::object, small) == engine::StageResult::existed));
  stage(*packed, BlobKind::chunk, noise(2, 50'000));
  BOOST_TEST((engine->publish(packed.get(), row_commit(20, 0, "row", "0")).outcome == engine::Outcome::ok));
  BOOST_TEST((engine->publish(beside.get(), row_commit(20, 1, "row", "1")).outcome == engine::Outcome::ok));
  BOOST_TEST(engine->view()->find_blob(digest).value().packed);
  BOOST_TEST((engine->view()->get_blob(BlobKind::object, digest) == small));
}

BOOST_AUTO_TEST_CASE(a_blob_that_moves_to_a_pack_is_seen_by_views_of_before) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto small = noise(1, 200);
  const Digest digest = digest_of(BlobKind::object, small);
  const auto first = engine->stage();
  stage(*first, BlobKind::object, small);
  engine->publish(first.get(), row_commit(20, 0, "row", "0"));
  const auto before = engine->view();
  const auto reader = engine::open_disk_engine(directory.path() / "store", {.read_only = true});
  const auto read = reader->view();
  const auto staging = engine->stage();
  staging->hold(BlobKind::object, digest);
  stage(*staging, BlobKind::chunk, noise(2, 50'000));
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  for (const engine::View* view : {before.get(), read.get()}) {
    BOOST_TEST(!view->find_blob(digest).value().packed);
    BOOST_TEST((view->get_blob(BlobKind::object, digest) == small));
  }
  BOOST_TEST(engine->view()->find_blob(digest).value().packed);
}

BOOST_AUTO_TEST_CASE(what_is_staged_instead_of_a_damaged_copy_in_a_pack_goes_to_a_pack) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  const auto small = noise(1, 200);
  const Digest digest = digest_of(BlobKind::object, small);
  {
    const auto engine = engine::open_disk_engine(path, {});
    const auto staging = engine->stage();
    stage(*staging, BlobKind::object, small);
    stage(*staging, BlobKind::chunk, noise(2, 50'000));
    engine->publish(staging.get(), row_commit(20, 0, "row", "0"));
  }
  const auto find = [&] {
    engine::RecordsOptions options;
    options.directory = path / "db";
    return engine::find_location(engine::Records(options), {}, digest).value();
  };
  {
    std::fstream pack(path / "packs" / format::pack_file_name(1), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(static_cast<std::streamoff>(find().offset + format::kRecordHeaderSize));
    pack.write("damage", 6);
  }
  const auto engine = engine::open_disk_engine(path, {});
  const auto staging = engine->stage();
  BOOST_TEST((stage(*staging, BlobKind::object, small) == engine::StageResult::repaired));
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST(engine->view()->find_blob(digest).value().packed);
  BOOST_TEST((engine->view()->get_blob(BlobKind::object, digest) == small));
}

// Else a commit that never comes would leave it in a pack without what it needs.
BOOST_AUTO_TEST_CASE(what_is_committed_beside_the_records_goes_to_a_pack_with_the_publish_and_not_before) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto small = noise(1, 200), hit = noise(3, 200);
  const Digest digest = digest_of(BlobKind::object, small), hit_digest = digest_of(BlobKind::object, hit);
  const auto first = engine->stage();
  stage(*first, BlobKind::object, small);
  stage(*first, BlobKind::object, hit);
  engine->publish(first.get(), row_commit(20, 0, "row", "0"));
  const auto staging = engine->stage();
  staging->hold(BlobKind::object, digest);
  stage(*staging, BlobKind::object, hit);
  stage(*staging, BlobKind::chunk, noise(2, 50'000));
  staging->spill();
  BOOST_TEST(engine->view()->find_blob(digest_of(BlobKind::chunk, noise(2, 50'000))).has_value());
  BOOST_TEST(!engine->view()->find_blob(digest).value().packed);
  BOOST_TEST(!engine->view()->find_blob(hit_digest).value().packed);
  BOOST_TEST((staging->read(BlobKind::object, digest) == small));
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST(engine->view()->find_blob(digest).value().packed);
  BOOST_TEST(engine->view()->find_blob(hit_digest).value().packed);
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

// Many blobs of 3000 bytes, staged as a batch.
std::vector<Digest> stage_batch(engine::Staging& staging, std::uint64_t seed, std::size_t count) {
  std::vector<std::vector<std::byte>> bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.push_back(noise(seed * 10'000 + i, 3000));
  std::vector<Digest> digests;
  std::vector<engine::NewBlob> blobs;
  for (const auto& one : bytes) {
    digests.push_back(digest_of(BlobKind::object, one));
    blobs.push_back({digests.back(), one});
  }
  std::vector<engine::StageResult> results(count);
  staging.stage_many(BlobKind::object, blobs, results);
  return digests;
}

std::size_t count_read(const engine::Engine& engine, const std::vector<Digest>& digests) {
  std::size_t count = 0;
  engine.view()->get_many(BlobKind::object, digests, [&](std::size_t index, std::span<const std::byte> bytes) {
    count += format::blob_digest(BlobKind::object, 0, bytes) == digests[index] ? 1 : 0;
  });
  return count;
}

std::vector<Digest> joined(std::vector<Digest> one, const std::vector<Digest>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// Blobs are found behind the ones before them; what was never committed lies there, too.
BOOST_AUTO_TEST_CASE(of_what_lies_in_a_row_only_what_was_committed_is_read) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto first = engine->stage(), given_up = engine->stage(), last = engine->stage();
  const std::vector<Digest> a = stage_batch(*first, 1, 2000), b = stage_batch(*given_up, 2, 2000),
                            c = stage_batch(*last, 3, 2000);
  engine->publish(first.get(), row_commit(20, 0, "row", "0"));
  engine->publish(last.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST(count_read(*engine, joined(a, c)) == 4000u);
  BOOST_TEST(count_read(*engine, joined(c, a)) == 4000u);
  const std::vector<Digest> end_of_a(a.end() - 100, a.end()), begin_of_b(b.begin(), b.begin() + 5);
  BOOST_CHECK_EXCEPTION(count_read(*engine, joined(end_of_a, begin_of_b)), Error, has_code(ErrorCode::not_found));
  std::vector<Digest> mixed = joined(a, c);
  std::swap(mixed[700], mixed[3100]);
  mixed[1500] = mixed[10];
  BOOST_TEST(count_read(*engine, mixed) == 4000u);
}

BOOST_AUTO_TEST_CASE(damage_in_a_row_is_reported_and_repaired) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  std::vector<Digest> digests;
  {
    const auto engine = engine::open_disk_engine(path, {});
    const auto staging = engine->stage();
    digests = stage_batch(*staging, 1, 2000);
    engine->publish(staging.get(), row_commit(20, 0, "row", "0"));
  }
  format::BlobLocation location;
  {
    engine::RecordsOptions options;
    options.directory = path / "db";
    location = engine::find_location(engine::Records(options), {}, digests[1200]).value();
  }
  {
    std::fstream pack(path / "packs" / format::pack_file_name(location.pack), std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(static_cast<std::streamoff>(location.offset + 1000));
    pack.write("damage", 6);
  }
  const auto engine = engine::open_disk_engine(path, {});
  BOOST_CHECK_EXCEPTION(count_read(*engine, digests), Error, [&](const Error& error) {
    return error.code() == ErrorCode::damaged && std::string(error.what()).find(digests[1200].hex()) != std::string::npos;
  });
  const auto staging = engine->stage();
  stage_batch(*staging, 1, 2000);
  engine->publish(staging.get(), row_commit(20, 1, "row", "1"));
  BOOST_TEST(count_read(*engine, digests) == 2000u);
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

BOOST_AUTO_TEST_CASE(what_was_spilled_is_durable_and_named_by_nothing) {
  const TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "store";
  const auto small = noise(1, 200), large = noise(2, 50'000), last = noise(3, 300);
  {
    const auto engine = engine::open_disk_engine(path, {});
    const auto staging = engine->stage();
    stage(*staging, BlobKind::object, small);
    stage(*staging, BlobKind::chunk, large);
    staging->spill();
    // All in a pack: what comes later may need it, and then a pack alone holds everything.
    for (const auto& info : {engine->view()->find_blob(digest_of(BlobKind::object, small)),
                             engine->view()->find_blob(digest_of(BlobKind::chunk, large))})
      BOOST_TEST(info.value().packed);
    BOOST_TEST((staging->read(BlobKind::object, digest_of(BlobKind::object, small)) == small));
    BOOST_TEST((stage(*staging, BlobKind::chunk, large) == engine::StageResult::existed));
    stage(*staging, BlobKind::object, last);
    BOOST_TEST(staging->bytes_added() == small.size() + large.size() + last.size());
    BOOST_TEST(engine->view()->cell(20).version == 0u);
    // Not published.
  }
  const auto engine = engine::open_disk_engine(path, {});
  BOOST_TEST((engine->view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, large)) == large));
  BOOST_TEST(!engine->view()->find_blob(digest_of(BlobKind::object, last)));
  BOOST_TEST(engine->verify().empty());
  const auto staging = engine->stage();
  BOOST_TEST((stage(*staging, BlobKind::object, small) == engine::StageResult::existed));
  BOOST_TEST((engine->publish(staging.get(), row_commit(20, 0, "row", "0")).outcome == engine::Outcome::ok));
}

BOOST_AUTO_TEST_CASE(a_staging_spills_by_itself_before_it_holds_too_much) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "store", {});
  const auto staging = engine->stage();
  std::vector<Digest> digests;
  for (std::uint64_t i = 0; i < 70'000; ++i) {
    const auto bytes = noise(i, 20);
    digests.push_back(digest_of(BlobKind::object, bytes));
    stage(*staging, BlobKind::object, bytes);
  }
  BOOST_TEST(engine->view()->find_blob(digests.front()).has_value());
  BOOST_TEST(!engine->view()->find_blob(digests.back()).has_value());
  BOOST_TEST((engine->publish(staging.get(), row_commit(20, 0, "row", "0")).outcome == engine::Outcome::ok));
  for (const Digest& digest : digests) BOOST_TEST_REQUIRE(engine->view()->find_blob(digest).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
