// Scans: every blob that is wanted is read once, in the order in which it lies, by any number of threads.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include "engine/disk_scan.h"
#include "engine/engines.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobInfo;
using engine::BlobKind;
using engine::BlobScan;

constexpr engine::CellId kCell = 20;

// What a scan gave, in the order in which it came.
struct Scanned {
  std::vector<Digest> read, failed, unknown;
  std::uint64_t planned = 0;
};

Scanned run_scan(const std::function<void(const BlobScan&)>& run, unsigned threads,
                 const std::function<bool(const Digest&, const BlobInfo&)>& is_wanted) {
  Scanned scanned;
  std::mutex mutex;
  run({.is_wanted = is_wanted,
       .planned = [&](std::uint64_t count) { scanned.planned += count; },
       .visit =
           [&](const Digest& digest, const BlobInfo& info, std::span<const std::byte> bytes) {
             const std::lock_guard lock(mutex);
             BOOST_TEST((format::blob_digest(info.kind, info.probe, bytes) == digest));
             BOOST_TEST(bytes.size() == info.size);
             BOOST_TEST(reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0u);
             scanned.read.push_back(digest);
           },
       .failed =
           [&](const Digest& digest, const BlobInfo* info, const Error& error) {
             const std::lock_guard lock(mutex);
             BOOST_TEST((error.code() == ErrorCode::damaged));
             (info != nullptr ? scanned.failed : scanned.unknown).push_back(digest);
           },
       .threads = threads});
  return scanned;
}

Scanned scan(const engine::Engine& engine, unsigned threads = 1,
             const std::function<bool(const Digest&, const BlobInfo&)>& is_wanted = [](const auto&, const auto&) { return true; }) {
  const auto view = engine.view();
  return run_scan([&](const BlobScan& asked) { engine::scan_blobs(*view, asked); }, threads, is_wanted);
}

void commit(engine::Engine& engine, const std::vector<std::vector<std::byte>>& blobs, BlobKind kind = BlobKind::chunk) {
  const auto staging = engine.stage();
  for (const auto& bytes : blobs) stage(*staging, kind, bytes);
  const auto version = engine.view()->cell(kCell).version;
  BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "row", "")).outcome == engine::Outcome::ok));
}

// Small ones beside the records, many of usual size, compressible ones and one that is larger than what is read at once.
std::vector<Digest> fill(engine::Engine& engine) {
  std::vector<std::vector<std::byte>> small, large;
  for (std::uint64_t i = 0; i < 400; ++i) small.push_back(noise(i, 8 + i));
  for (std::uint64_t i = 0; i < 300; ++i) large.push_back(noise(1000 + i, 5000 + 100 * i));
  for (std::size_t i = 0; i < 30; ++i) large.push_back(std::vector<std::byte>(20'000 + i, std::byte{7}));
  large.push_back(noise(5000, 9'000'000));
  commit(engine, small);
  commit(engine, large);
  std::vector<Digest> all;
  for (const auto& bytes : small) all.push_back(digest_of(BlobKind::chunk, bytes));
  for (const auto& bytes : large) all.push_back(digest_of(BlobKind::chunk, bytes));
  std::ranges::sort(all);
  return all;
}

std::vector<Digest> sorted(std::vector<Digest> digests) {
  std::ranges::sort(digests);
  return digests;
}

void flip(const fs::path& file, std::uint64_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(static_cast<char>(byte ^ 1));
  BOOST_REQUIRE(stream.good());
}

BOOST_AUTO_TEST_SUITE(blob_scan)

BOOST_AUTO_TEST_CASE(every_blob_is_read_once_by_any_number_of_threads) {
  for_each_engine([](engine::Engine& engine) {
    const auto all = fill(engine);
    for (const unsigned threads : {0u, 1u, 2u, 7u}) {
      const Scanned scanned = scan(engine, threads);
      BOOST_TEST((sorted(scanned.read) == all));
      BOOST_TEST(scanned.failed.empty());
      BOOST_TEST(scanned.planned == all.size());
    }
  });
}

BOOST_AUTO_TEST_CASE(an_empty_store_has_nothing_to_scan) {
  for_each_engine([](engine::Engine& engine) { BOOST_TEST(scan(engine, 3).read.empty()); });
}

BOOST_AUTO_TEST_CASE(what_is_not_wanted_is_not_read) {
  for_each_engine([](engine::Engine& engine) {
    const auto all = fill(engine);
    const auto is_wanted = [](const Digest& digest, const BlobInfo&) { return digest.bytes[0] % 4 == 0; };
    const Scanned scanned = scan(engine, 2, is_wanted);
    std::vector<Digest> wanted;
    std::ranges::copy_if(all, std::back_inserter(wanted), [](const Digest& digest) { return digest.bytes[0] % 4 == 0; });
    BOOST_TEST((sorted(scanned.read) == wanted));
    BOOST_TEST(scanned.planned == wanted.size());
  });
}

BOOST_AUTO_TEST_CASE(what_a_visitor_throws_ends_the_scan) {
  for_each_engine([](engine::Engine& engine) {
    fill(engine);
    std::atomic<int> visits = 0;
    const auto throwing = [&](const Digest&, const BlobInfo&, std::span<const std::byte>) {
      if (++visits == 100) throw std::runtime_error("enough");
    };
    const BlobScan asked{.is_wanted = [](const auto&, const auto&) { return true; },
                         .visit = throwing,
                         .failed = [](const auto&, const auto*, const auto&) {},
                         .threads = 3};
    BOOST_CHECK_THROW(engine::scan_blobs(*engine.view(), asked), std::runtime_error);
    BOOST_TEST(visits < 700);
  });
}

// On disk alone from here on.

BOOST_AUTO_TEST_CASE(packs_are_read_from_front_to_back_and_before_what_is_beside_the_records) {
  const TemporaryDirectory directory;
  const auto engine = engine::open_disk_engine(directory.path() / "s", {});
  commit(*engine, {noise(1, 100), noise(2, 200)});
  std::vector<Digest> expected;
  for (std::uint64_t i = 0; i < 200; ++i) {
    commit(*engine, {noise(10 + i, 5000)});
    expected.push_back(digest_of(BlobKind::chunk, noise(10 + i, 5000)));
  }
  expected.push_back(digest_of(BlobKind::chunk, noise(1, 100)));
  expected.push_back(digest_of(BlobKind::chunk, noise(2, 200)));
  BOOST_TEST((scan(*engine).read == expected));
}

BOOST_AUTO_TEST_CASE(any_number_of_parts_gives_the_same) {
  const TemporaryDirectory directory;
  std::vector<Digest> all;
  {
    const auto engine = engine::open_disk_engine(directory.path() / "s", {});
    all = fill(*engine);
    commit(*engine, {std::vector<std::byte>(30'000'000, std::byte{1}), noise(7000, 20'000'000), noise(7001, 10'000)});
    for (const auto& bytes : {std::vector<std::byte>(30'000'000, std::byte{1}), noise(7000, 20'000'000), noise(7001, 10'000)})
      all.push_back(digest_of(BlobKind::chunk, bytes));
    std::ranges::sort(all);
  }
  engine::RecordsOptions options;
  options.directory = directory.path() / "s" / "db";
  options.read_only = true;
  const engine::Records records(options);
  const engine::PackReader packs(directory.path() / "s" / "packs");
  const auto reader = engine::open_disk_engine(directory.path() / "s", {.read_only = true});
  const auto view = reader->view();
  for (const std::size_t part_max : {1u, 10u, 350u, 100'000u}) {
    const Scanned scanned = run_scan(
        [&](const BlobScan& asked) {
          engine::scan_disk(records, {}, packs, asked,
                             [&](BlobKind kind, const Digest& digest) { return view->get_blob(kind, digest); }, part_max);
        },
        2, [](const auto&, const auto&) { return true; });
    BOOST_TEST((sorted(scanned.read) == all), part_max << " in a part");
    BOOST_TEST(scanned.planned == all.size());
  }
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_told_and_all_else_is_read) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  std::vector<Digest> all;
  {
    const auto engine = engine::open_disk_engine(path, {});
    all = fill(*engine);
  }
  const fs::path pack = path / "packs" / "00000001.pack";
  flip(pack, fs::file_size(pack) / 3);
  fs::resize_file(pack, fs::file_size(pack) - 5'000'001);  // in the middle of the largest
  for (const bool read_only : {true, false}) {
    const auto engine = engine::open_disk_engine(path, {.read_only = read_only});
    const Scanned scanned = scan(*engine, 2);
    BOOST_TEST(scanned.failed.size() >= 2u);
    BOOST_TEST(scanned.failed.size() < 20u);
    std::vector<Digest> together = scanned.read;
    together.insert(together.end(), scanned.failed.begin(), scanned.failed.end());
    BOOST_TEST((sorted(together) == all));
  }
  fs::remove(pack);
  const Scanned scanned = scan(*engine::open_disk_engine(path, {.read_only = true}), 2);
  BOOST_TEST(scanned.failed.size() == 331u);
  BOOST_TEST(scanned.read.size() == 400u);
}

BOOST_AUTO_TEST_CASE(a_digest_that_leads_nowhere_hides_no_other) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  std::vector<Digest> all;
  {
    const auto engine = engine::open_disk_engine(path, {});
    all = fill(*engine);
  }
  {
    engine::RecordsOptions options;
    options.directory = path / "db";
    const engine::Records records(options);
    const auto* family = records.family(engine::Family::digest);
    BOOST_REQUIRE(records.db().Put({}, const_cast<rocksdb::ColumnFamilyHandle*>(family), engine::digest_key(all[5]), "rubbish").ok());
  }
  const Scanned scanned = scan(*engine::open_disk_engine(path, {.read_only = true}), 2);
  BOOST_TEST((scanned.unknown == std::vector<Digest>{all[5]}));
  BOOST_TEST(scanned.read.size() == all.size() - 1);
}

BOOST_AUTO_TEST_CASE(a_reader_verifies_the_tables_that_took_the_place_of_its_own) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  const auto writer = engine::open_disk_engine(path, {});
  for (std::uint64_t i = 0; i < 3; ++i) {
    commit(*writer, {noise(i, 1000)});
    writer->compact();
  }
  const auto reader = engine::open_disk_engine(path, {.read_only = true});
  commit(*writer, {noise(9, 1000)});
  writer->compact();
  for (const engine::Finding& finding : reader->verify()) BOOST_ERROR(finding.where << ": " << finding.problem);
  for (const engine::Finding& finding : writer->verify()) BOOST_ERROR(finding.where << ": " << finding.problem);
  BOOST_TEST(scan(*reader).read.size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
