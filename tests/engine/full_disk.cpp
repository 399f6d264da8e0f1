// A disk that fills up, on a small tmpfs (needs root, as mount does; skipped with a message otherwise).
#include <boost/test/unit_test.hpp>

#include <atomic>

#include "engine/engines.h"
#include "engine/rocksdb_files.h"
#include "engine/space_guard.h"
#include "support/small_disk.h"
#include "support/writer_process.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobKind;
using engine::open_disk_engine;
using engine::Outcome;

constexpr engine::CellId kCell = 20;

// Commits blobs of `size` bytes until the disk is full; returns how many commits were acknowledged.
std::uint64_t commit_until_full(engine::Engine& engine, std::size_t size, std::uint64_t from) {
  for (std::uint64_t i = from;; ++i) {
    try {
      const auto staging = engine.stage();
      stage(*staging, BlobKind::chunk, noise(i, size));
      const auto result = engine.publish(staging.get(), row_commit(kCell, i, format::be64_text(i), std::string(500, 'r')));
      BOOST_REQUIRE((result.outcome == Outcome::ok));
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::no_space), error.what());
      return i;
    }
  }
}

void check_commits(engine::Engine& engine, std::uint64_t count, std::size_t size) {
  const auto view = engine.view();
  BOOST_TEST(view->cell(kCell).version == count);
  for (std::uint64_t i = 0; i < count; ++i) {
    BOOST_TEST(view->find_row(kCell, format::be64_text(i)).has_value());
    const auto bytes = noise(i, size);
    BOOST_REQUIRE((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)) == bytes));
  }
  BOOST_TEST(engine.verify().empty());
}

BOOST_AUTO_TEST_SUITE(full_disk)

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_commits_and_loses_none) {
  for (const std::size_t size : {3000u, 100'000u}) {
    const SmallDisk disk("40m");
    if (!disk.mounted()) return;
    std::uint64_t count = 0;
    {
      const auto engine = open_disk_engine(disk.path() / "s", {});
      count = commit_until_full(*engine, size, 0);
      BOOST_TEST(count > 10u);
      check_commits(*engine, count, size);
      count = commit_until_full(*engine, size, count);  // compaction may have made some room
    }
    const auto engine = open_disk_engine(disk.path() / "s", {});
    check_commits(*engine, count, size);
  }
}

// A write to the log and one to a table may find no room at the same moment: one gives the reserve back, both try again.
BOOST_AUTO_TEST_CASE(a_reserve_that_another_thread_gives_back_is_used) {
  const TemporaryDirectory directory;
  engine::SpaceGuard guard(directory.path(), 1u << 20);
  using Use = engine::SpaceGuard::Use;
  const std::uint64_t before = guard.releases();
  BOOST_TEST(guard.release(before, Use::table));
  BOOST_TEST(guard.release(before, Use::table));
  BOOST_TEST(guard.release(before, Use::log));
  BOOST_TEST(!guard.release(guard.releases(), Use::table));
  BOOST_TEST(guard.release(guard.releases(), Use::log));
  BOOST_TEST(!guard.release(guard.releases(), Use::log));
}

// Writes blocks to a new file as RocksDB does, until there is no room or it has so many; returns how many it got.
std::size_t write_blocks(rocksdb::FileSystem& files, const std::string& path, std::size_t count) {
  std::unique_ptr<rocksdb::FSWritableFile> file;
  BOOST_REQUIRE(files.NewWritableFile(path, {}, &file, nullptr).ok());
  const std::string block(65536, 'x');
  for (std::size_t i = 0; i < count; ++i) {
    const rocksdb::IOStatus status = file->Append(block, {}, nullptr);
    BOOST_REQUIRE((status.ok() || status.IsNoSpace()));
    if (!status.ok()) return i;
  }
  return count;
}

// What is in memory must become tables one day, whether or not there is a commit then.
BOOST_AUTO_TEST_CASE(a_commit_is_refused_when_what_is_in_memory_would_not_fit_any_more) {
  const SmallDisk disk("40m");
  if (!disk.mounted()) return;
  const auto engine = open_disk_engine(disk.path() / "s", {});
  // Less than turns memory into tables, more than the reserve, in two families.
  std::uint64_t version = 0;
  for (; version < 110; ++version) {
    engine::Commit commit = row_commit(kCell, version, format::be64_text(version), std::string(50'000, 'r'));
    commit.edit.indexes.push_back({"test" + format::be64_text(version), std::string(50'000, 'i')});
    BOOST_REQUIRE((engine->publish(nullptr, commit).outcome == Outcome::ok));
  }
  const auto commit_more = [&] { return engine->publish(nullptr, row_commit(kCell, version, "more", "r")).outcome; };
  BOOST_TEST((commit_more() == Outcome::ok));
  ++version;
  const auto filler = disk.path() / "filler";
  fill_disk(filler, base::free_bytes(disk.path()) - (2u << 20));
  BOOST_CHECK_EXCEPTION(commit_more(), Error, has_code(ErrorCode::no_space));
  fs::remove(filler);
  BOOST_TEST((commit_more() == Outcome::ok));
}

// A commit that was let in while there was room writes its log after a compaction has taken all that is for tables.
BOOST_AUTO_TEST_CASE(tables_leave_a_part_of_the_reserve_to_the_log) {
  const SmallDisk disk("20m");
  if (!disk.mounted()) return;
  engine::SpaceGuard guard(disk.path(), 4u << 20);
  const std::atomic<bool> failed = false;
  const auto files = engine::make_guarded_file_system(guard, 0600, failed);
  guard.require(0, 0, "commit");
  fill_disk(disk.path() / "filler");
  const std::size_t table = write_blocks(*files, disk.path() / "1.sst", SIZE_MAX);
  BOOST_TEST(table >= 50u);  // 3.5 MiB, but for what tmpfs needs itself
  BOOST_TEST(write_blocks(*files, disk.path() / "2.sst", 1) == 0u);
  BOOST_TEST(write_blocks(*files, disk.path() / "3.log", 6) == 6u);
  BOOST_CHECK_EXCEPTION(guard.require(0, 0, "commit"), Error, has_code(ErrorCode::no_space));
  std::filesystem::remove(disk.path() / "filler");
  guard.require(0, 0, "commit");
}

BOOST_AUTO_TEST_CASE(the_store_goes_on_when_there_is_room_again) {
  const SmallDisk disk("60m");
  if (!disk.mounted()) return;
  const auto engine = open_disk_engine(disk.path() / "s", {});
  engine->publish(nullptr, row_commit(kCell, 0, format::be64_text(0), "r"));
  fill_disk(disk.path() / "filler");
  const auto staging = engine->stage();
  BOOST_CHECK_EXCEPTION(engine->publish(nullptr, row_commit(kCell, 1, "row", "2")), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(!engine->view()->find_row(kCell, "row").has_value());
  fs::remove(disk.path() / "filler");
  BOOST_TEST((engine->publish(nullptr, row_commit(kCell, 1, "row", "2")).outcome == Outcome::ok));
  BOOST_TEST(engine->view()->find_row(kCell, "row").value() == "2");
}

BOOST_AUTO_TEST_CASE(a_disk_that_others_fill_while_we_commit_does_no_harm) {
  const SmallDisk disk("80m");
  if (!disk.mounted()) return;
  const fs::path path = disk.path() / "s";
  WriterProcess filler("fill", disk.path() / "filler");
  std::uint64_t count = 0;
  {
    std::unique_ptr<engine::Engine> engine;
    while (engine == nullptr) {
      try {
        engine = open_disk_engine(path, {});
      } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::no_space), error.what());
        BOOST_TEST(!fs::exists(path));
      }
    }
    for (int attempt = 0; attempt < 3000; ++attempt) {
      try {
        const auto staging = engine->stage();
        stage(*staging, BlobKind::chunk, noise(count, 2000));
        if (engine->publish(staging.get(), row_commit(kCell, count, format::be64_text(count), "r")).outcome == Outcome::ok)
          ++count;
      } catch (const Error& error) {
        BOOST_REQUIRE_MESSAGE(error.code() == ErrorCode::no_space, error.what());
      }
    }
    filler.kill();
    check_commits(*engine, count, 2000);
  }
  fs::remove(disk.path() / "filler");
  check_commits(*open_disk_engine(path, {}), count, 2000);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_too_small_for_a_store_is_left_as_it_was) {
  const SmallDisk disk("4m");
  if (!disk.mounted()) return;
  BOOST_CHECK_EXCEPTION(open_disk_engine(disk.path() / "s", {}), Error, has_code(ErrorCode::no_space));
  BOOST_TEST(fs::is_empty(disk.path()));
}

BOOST_AUTO_TEST_CASE(a_read_only_disk_is_refused_for_writing_and_read_all_the_same) {
  const SmallDisk disk("60m");
  if (!disk.mounted()) return;
  { check_commits(*open_disk_engine(disk.path() / "s", {}), 0, 1); }
  disk.make_read_only();
  BOOST_CHECK_EXCEPTION(open_disk_engine(disk.path() / "s", {}), Error, has_code(ErrorCode::io));
  BOOST_CHECK_EXCEPTION(open_disk_engine(disk.path() / "t", {}), Error, has_code(ErrorCode::io));
  BOOST_CHECK_NO_THROW(open_disk_engine(disk.path() / "s", {.read_only = true}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
