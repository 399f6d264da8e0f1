// Finding the blobs in a pack of which nothing else is known.
#include <boost/test/unit_test.hpp>

#include "engine/pack_search.h"

#include <fcntl.h>

#include <fstream>
#include <map>
#include <random>
#include <set>

#include "engine/disk_core.h"
#include "engine/engines.h"
#include "engine/records.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobKind;
using Locations = std::map<Digest, format::BlobLocation>;

// A store whose first pack has blobs of several sizes in several segments, and where they are.
class PackedStore {
 public:
  PackedStore() {
    {
      const auto engine = engine::open_disk_engine(path(), {});
      uuid_ = engine->uuid();
      for (std::uint64_t commit = 0; commit < 4; ++commit) {
        const auto staging = engine->stage();
        for (std::uint64_t i = 0; i < 12; ++i) stage(*staging, BlobKind::chunk, noise(100 * commit + i, 9 + i * i * 701));
        stage(*staging, BlobKind::object, std::vector<std::byte>(40'000 + commit));  // compressed
        engine->publish(staging.get(), row_commit(20, commit, "row", "value"));
      }
    }
    engine::RecordsOptions options;
    options.directory = path() / "db";
    const engine::Records records(options);
    const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(engine::Family::digest)));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) {
      Digest digest;
      std::copy_n(rows->key().data(), 16, reinterpret_cast<char*>(digest.bytes.data()));
      stored_[digest] = format::decode_location(rows->value().ToStringView());
    }
  }

  fs::path path() const { return directory_.path() / "store"; }
  fs::path pack() const { return path() / "packs" / format::pack_file_name(1); }
  const Locations& stored() const { return stored_; }
  std::uint64_t size() const { return fs::file_size(pack()); }

  void overwrite(std::uint64_t offset, std::string_view bytes) const {
    std::fstream file(pack(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    BOOST_REQUIRE(file.good());
  }

  engine::PackSearch search(Locations& found, std::uint64_t number = 1) const {
    engine::DiskCore core;
    core.superblock.uuid = uuid_;
    return engine::search_pack(pack(), number, core.store_id(), [&](const Digest& digest, const format::BlobLocation& location, std::span<const std::byte>) {
      found[digest] = location;
    });
  }

 private:
  TemporaryDirectory directory_;
  Uuid uuid_;
  Locations stored_;
};

BOOST_AUTO_TEST_SUITE(pack_search)

BOOST_AUTO_TEST_CASE(every_blob_of_a_whole_pack_is_found_where_it_is) {
  const PackedStore store;
  Locations found;
  const engine::PackSearch search = store.search(found);
  BOOST_TEST(store.stored().size() == 52u);
  BOOST_TEST((found == store.stored()));
  BOOST_TEST(search.blob_count == 52u);
  BOOST_TEST(search.broken_count == 0u);
  BOOST_TEST(search.lost_segments == 0u);
  BOOST_TEST(search.end == store.size());
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_behind_the_last_segment_is_no_part_of_the_pack) {
  const PackedStore store;
  const std::uint64_t size = store.size();
  store.overwrite(size, std::string(10'000, '\0'));
  Locations found;
  const engine::PackSearch search = store.search(found);
  BOOST_TEST((found == store.stored()));
  BOOST_TEST(search.end == size);
  BOOST_TEST(search.lost_segments == 0u);
}

// Under another number no header of a segment is right.
BOOST_AUTO_TEST_CASE(without_the_headers_of_segments_all_are_found) {
  const PackedStore store;
  Locations found;
  const engine::PackSearch search = store.search(found, 2);
  BOOST_TEST(found.size() == store.stored().size());
  for (const auto& [digest, location] : found) BOOST_TEST((location.pack == 2 && location.offset == store.stored().at(digest).offset));
  BOOST_TEST(search.end == store.size());
  BOOST_TEST(search.lost_segments == 1u);
}

BOOST_AUTO_TEST_CASE(an_empty_file_and_one_of_other_bytes_have_none) {
  const PackedStore store;
  for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{50'000}}) {
    fs::remove(store.pack());
    std::ofstream(store.pack(), std::ios::binary) << std::string(size, 'C');
    Locations found;
    const engine::PackSearch search = store.search(found);
    BOOST_TEST(found.empty());
    BOOST_TEST(search.end == 0u);
  }
}

// Every blob that no damage touched is found, wherever headers and holes are; of the others none whose bytes are wrong.
BOOST_AUTO_TEST_CASE(whatever_is_damaged_the_rest_is_found) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      const PackedStore store;
      std::mt19937 random(seed);
      std::vector<std::pair<std::uint64_t, std::uint64_t>> touched;
      for (auto count = random() % 6; count != 0; --count) {
        const std::uint64_t size = random() % 2 == 0 ? 1 + random() % 20 : 4096 * (1 + random() % 8);
        const std::uint64_t begin = size < 4096 ? random() % store.size() : random() % (store.size() / 4096) * 4096;
        const std::string bytes(std::min(size, store.size() - begin), random() % 2 == 0 ? '\0' : static_cast<char>(random()));
        store.overwrite(begin, bytes);
        touched.emplace_back(begin, begin + bytes.size());
      }
      Locations found;
      store.search(found);
      for (const auto& [digest, location] : found) BOOST_TEST(store.stored().contains(digest));
      for (const auto& [digest, location] : store.stored()) {
        const bool is_whole = std::ranges::none_of(touched, [&, at = location](const auto& damage) {
          return damage.first < format::record_end(at) && damage.second > at.offset;
        });
        if (is_whole) BOOST_TEST((found.contains(digest) && found.at(digest) == location), "lost: " << digest.hex());
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
