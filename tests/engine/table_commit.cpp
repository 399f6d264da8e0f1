// Commits of so many rows that they are written as tables.
#include "engine/table_commit.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <future>

#include "engine/engines.h"

namespace cairn::test {
namespace {

using engine::BlobKind;

constexpr std::size_t kMany = engine::kTableRowsLeast + 100;

std::vector<engine::NewBlob> blobs_of(const std::vector<std::vector<std::byte>>& bytes) {
  std::vector<engine::NewBlob> blobs;
  for (const auto& one : bytes) blobs.push_back({digest_of(BlobKind::object, one), one});
  return blobs;
}

std::vector<std::vector<std::byte>> many(std::uint64_t seed) {
  std::vector<std::vector<std::byte>> bytes;
  for (std::size_t i = 0; i < kMany; ++i) bytes.push_back(noise(seed * kMany + i, 64 + i % 64));
  return bytes;
}

void publish_blobs(engine::Engine& engine, const std::vector<std::vector<std::byte>>& bytes, const engine::Commit& commit) {
  const auto staging = engine.stage();
  std::vector<engine::StageResult> results(bytes.size());
  staging->stage_many(BlobKind::object, blobs_of(bytes), results);
  BOOST_REQUIRE((engine.publish(staging.get(), commit).outcome == engine::Outcome::ok));
}

void check_blobs(const engine::Engine& engine, const std::vector<std::vector<std::byte>>& bytes) {
  std::vector<Digest> digests;
  for (const engine::NewBlob& blob : blobs_of(bytes)) digests.push_back(blob.digest);
  std::size_t right = 0;
  engine.view()->get_many(BlobKind::object, digests, [&](std::size_t index, std::span<const std::byte> found) {
    right += std::ranges::equal(found, bytes[index]) ? 1 : 0;
  });
  BOOST_TEST(right == bytes.size());
}

std::optional<std::string> row(const engine::Engine& engine, std::string_view key) { return engine.view()->find_row(20, key); }

BOOST_AUTO_TEST_SUITE(table_commit)

BOOST_AUTO_TEST_CASE(large_and_small_commits_follow_each_other) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  const auto first = many(1), second = many(2);
  {
    const auto engine = engine::open_disk_engine(path, {});
    engine->publish(nullptr, row_commit(20, 0, "a", "small"));
    auto large = row_commit(20, 1, "a", "large");
    large.edit.rows.push_back({"b", "large"});
    large.edit.rows.push_back({"c", "overwritten"});
    large.edit.rows.push_back({"c", "large"});
    publish_blobs(*engine, first, large);
    BOOST_TEST((row(*engine, "a") == "large" && row(*engine, "b") == "large" && row(*engine, "c") == "large"));
    auto after = row_commit(20, 2, "a", "after");
    after.edit.rows.push_back({"b", std::nullopt});
    engine->publish(nullptr, after);
    auto last = row_commit(20, 3, "d", "last");
    last.edit.rows.push_back({"c", std::nullopt});
    publish_blobs(*engine, second, last);
    check_blobs(*engine, first);
  }
  const auto engine = engine::open_disk_engine(path, {});
  BOOST_TEST((row(*engine, "a") == "after" && !row(*engine, "b") && !row(*engine, "c") && row(*engine, "d") == "last"));
  check_blobs(*engine, first);
  check_blobs(*engine, second);
  BOOST_TEST(engine->verify().empty());
  BOOST_TEST((engine->publish(nullptr, row_commit(20, 4, "a", "goes on")).outcome == engine::Outcome::ok));
}

// RocksDB takes a log that is gone for one that was not needed, and the counter of commits is in a table here.
BOOST_AUTO_TEST_CASE(what_came_before_does_not_depend_on_the_log) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  {
    const auto engine = engine::open_disk_engine(path, {});
    engine->publish(nullptr, row_commit(20, 0, "a", "small"));
    publish_blobs(*engine, many(1), row_commit(21, 0, "b", "large"));
  }
  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(path / "db"))
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  for (const auto& log : logs) std::filesystem::remove(log);
  BOOST_TEST((row(*engine::open_disk_engine(path, {}), "a") == "small"));
}

BOOST_AUTO_TEST_CASE(a_reader_sees_them_when_it_catches_up) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  const auto bytes = many(1);
  const auto writer = engine::open_disk_engine(path, {});
  engine::DiskOptions reading;
  reading.read_only = true;
  const auto reader = engine::open_disk_engine(path, reading);
  const auto before = reader->view();
  publish_blobs(*writer, bytes, row_commit(20, 0, "a", "large"));
  BOOST_TEST(!before->find_blob(digest_of(BlobKind::object, bytes[0])));
  reader->refresh();
  check_blobs(*reader, bytes);
  BOOST_TEST(!before->find_blob(digest_of(BlobKind::object, bytes[0])));
}

// A view that is opened while the manifest takes in the tables: they are linked already, and not visible yet.
std::unique_ptr<engine::View> view_in_between(const engine::Engine& engine, const std::filesystem::path& table,
                                              std::chrono::microseconds delay, const std::atomic<bool>& done) {
  struct stat status {};
  while (!done && (::stat(table.c_str(), &status) != 0 || status.st_nlink < 2)) {
  }
  const auto end = std::chrono::steady_clock::now() + delay;
  while (std::chrono::steady_clock::now() < end) {
  }
  return engine.view();
}

BOOST_AUTO_TEST_CASE(a_view_shows_all_of_a_commit_or_nothing) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  const auto engine = engine::open_disk_engine(path, {});
  for (std::uint64_t i = 0; i < 20; ++i) {
    std::atomic<bool> done = false;
    auto commit = row_commit(30 + i, 0, "row", "value");
    commit.edit.records.push_back({engine::Record::node, 100 + i, "node"});
    auto view = std::async(std::launch::async, [&] {
      return view_in_between(*engine, path / "db" / "commit-digest.sst", std::chrono::microseconds(150 * i), done);
    });
    publish_blobs(*engine, many(i + 1), commit);
    done = true;
    const auto seen = view.get();
    const bool has_header = seen->cell(30 + i).version != 0;
    BOOST_TEST(has_header == seen->find_row(30 + i, "row").has_value());
    BOOST_TEST(has_header == seen->find_record(engine::Record::node, 100 + i).has_value());
    BOOST_TEST(has_header == seen->find_blob(digest_of(BlobKind::object, many(i + 1)[0])).has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_a_killed_writer_left_is_removed) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "store";
  engine::open_disk_engine(path, {});
  std::ofstream(path / "db" / "commit-digest.sst") << "half a table";
  const auto engine = engine::open_disk_engine(path, {});
  BOOST_TEST(!std::filesystem::exists(path / "db" / "commit-digest.sst"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
