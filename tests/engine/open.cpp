// Opening stores: what is refused, with which error, and that a refusal changes nothing.
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "engine/engines.h"
#include "support/text_files.h"
#include "support/writer_process.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobKind;
using engine::open_disk_engine;
using engine::Outcome;

constexpr engine::CellId kCell = 20;

std::map<std::string, std::string> contents(const fs::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    files[entry.path().string()] = entry.is_regular_file() ? read_text(entry.path()) : "";
  return files;
}

void make_store(const fs::path& path) {
  const auto engine = open_disk_engine(path, {});
  const auto staging = engine->stage();
  stage(*staging, BlobKind::chunk, noise(1, 100'000));
  stage(*staging, BlobKind::object, noise(2, 100));
  BOOST_REQUIRE((engine->publish(staging.get(), row_commit(kCell, 0, "row", "1")).outcome == Outcome::ok));
}

void check_store(engine::Engine& engine) {
  const auto view = engine.view();
  BOOST_TEST(view->find_row(kCell, "row").value() == "1");
  BOOST_TEST((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, noise(1, 100'000))) == noise(1, 100'000)));
  BOOST_TEST((view->get_blob(BlobKind::object, digest_of(BlobKind::object, noise(2, 100))) == noise(2, 100)));
  BOOST_TEST(engine.verify().empty());
}

void refused(const fs::path& path, const engine::DiskOptions& options, ErrorCode code) {
  BOOST_CHECK_EXCEPTION(open_disk_engine(path, options), Error, has_code(code));
}

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(a_store_is_there_again_after_it_was_closed) {
  const TemporaryDirectory directory;
  make_store(directory.path() / "s");
  check_store(*open_disk_engine(directory.path() / "s", {}));
  check_store(*open_disk_engine(directory.path() / "s", {.create = false}));
  check_store(*open_disk_engine(directory.path() / "s", {.read_only = true}));
}

BOOST_AUTO_TEST_CASE(no_store_is_made_where_none_may_be) {
  const TemporaryDirectory directory;
  refused(directory.path() / "absent", {.create = false}, ErrorCode::no_store);
  refused(directory.path() / "absent", {.read_only = true}, ErrorCode::no_store);
  BOOST_TEST(!fs::exists(directory.path() / "absent"));
  write_text(directory.path() / "file", "x");
  refused(directory.path() / "file", {}, ErrorCode::no_store);
  refused(directory.path(), {}, ErrorCode::no_store);  // not empty
  BOOST_TEST(contents(directory.path()).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_second_writer_is_told_who_the_first_is) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  const auto first = open_disk_engine(path, {});
  try {
    open_disk_engine(path, {});
    BOOST_ERROR("a second writer was let in");
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::locked));
    BOOST_TEST(std::string(error.what()).find("process " + std::to_string(::getpid())) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_lock_of_a_killed_writer_is_free) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  WriterProcess writer("hold", path);
  refused(path, {}, ErrorCode::locked);
  writer.kill();
  BOOST_CHECK_NO_THROW(open_disk_engine(path, {}));
}

BOOST_AUTO_TEST_CASE(a_damaged_superblock_is_refused_and_nothing_changes) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  const std::string good = read_text(path / "cairn");
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_text(path / "cairn", std::string_view(good).substr(0, size));
    const auto before = contents(path);
    refused(path, {}, ErrorCode::damaged);
    refused(path, {.read_only = true}, ErrorCode::damaged);
    BOOST_TEST((contents(path) == before));
  }
  for (const std::size_t at : {0u, 20u, 40u, 60u, 90u}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    write_text(path / "cairn", bad);
    BOOST_CHECK_THROW(open_disk_engine(path, {}), Error);
  }
  write_text(path / "cairn", good);
  check_store(*open_disk_engine(path, {}));
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_refused_naming_both_versions) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  std::string text = read_text(path / "cairn");
  text.replace(text.find("format 8"), 8, "format 9");
  write_text(path / "cairn", text);
  const auto before = contents(path);
  for (const bool read_only : {false, true}) {
    try {
      open_disk_engine(path, {.read_only = read_only});
      BOOST_ERROR("a newer format was opened");
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::newer_format));
      BOOST_TEST(std::string(error.what()).find("format 9 is newer than 8") != std::string::npos);
    }
  }
  BOOST_TEST((contents(path) == before));
}

BOOST_AUTO_TEST_CASE(an_interrupted_creation_is_started_over) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  fs::rename(path / "cairn", path / "cairn.tmp");  // as a crash just before the last rename leaves it
  refused(path, {.create = false}, ErrorCode::no_store);
  BOOST_TEST(fs::exists(path / "cairn.tmp"));
  const auto engine = open_disk_engine(path, {});
  BOOST_TEST(!engine->view()->find_row(kCell, "row").has_value());
}

BOOST_AUTO_TEST_CASE(lost_commits_are_refused_with_their_number) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  {
    const auto engine = open_disk_engine(path, {});
    for (std::uint64_t i = 0; i < 20; ++i) engine->publish(nullptr, row_commit(kCell, i, "row", std::string(1000, 'x')));
  }
  for (const auto& entry : fs::directory_iterator(path / "db"))
    if (entry.path().extension() == ".log") fs::resize_file(entry.path(), entry.file_size() / 2);
  try {
    open_disk_engine(path, {});
    BOOST_ERROR("a store that lost commits was opened");
  } catch (const Error& error) {
    BOOST_TEST((error.code() == ErrorCode::damaged));
    BOOST_TEST(std::string(error.what()).find("of 20 commits are lost") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_store_that_lost_a_file_of_its_records_is_refused) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s", copy = directory.path() / "copy";
  // Each writer begins a log of its own and makes tables of the one before. Of four tables RocksDB would begin to make one, and leave
  // files behind that nobody needs.
  constexpr std::uint64_t kCommits = 3;
  for (std::uint64_t i = 0; i < kCommits; ++i)
    open_disk_engine(path, {})->publish(nullptr, row_commit(kCell, i, "row " + std::to_string(i), "x"));
  std::uint64_t count = 0;
  for (const auto& entry : fs::directory_iterator(path / "db")) {
    const fs::path name = entry.path().filename();
    if (name.extension() != ".log" && name.extension() != ".sst") continue;
    if (entry.file_size() == 0) continue;  // a log that was begun and never written to
    ++count;
    for (const bool read_only : {true, false}) {
      fs::copy(path, copy, fs::copy_options::recursive);
      fs::remove(copy / "db" / name);
      BOOST_TEST_CONTEXT(name.string() << (read_only ? " for reading" : " for writing"))
        BOOST_CHECK_EXCEPTION(open_disk_engine(copy, {.read_only = read_only}), Error, has_code(ErrorCode::damaged));
      fs::remove_all(copy);
    }
  }
  BOOST_TEST(count >= kCommits);
}

BOOST_AUTO_TEST_CASE(a_pack_that_the_disk_does_not_give_back_is_damage) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  fs::remove(path / "packs" / "00000001.pack");
  fs::create_symlink("/proc/self/mem", path / "packs" / "00000001.pack");  // nothing is mapped there: EIO
  const auto reader = open_disk_engine(path, {.read_only = true});
  BOOST_CHECK_EXCEPTION(reader->view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, noise(1, 100'000))), Error,
                        has_code(ErrorCode::damaged, "Input/output error"));
}

BOOST_AUTO_TEST_CASE(what_a_crash_left_in_a_pack_is_cut) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  const fs::path pack = path / "packs" / "00000001.pack";
  const auto size = fs::file_size(pack);
  std::ofstream(pack, std::ios::app | std::ios::binary) << std::string(10'000, 'x');
  write_text(path / "packs" / "00000002.pack", "begun and never committed");
  check_store(*open_disk_engine(path, {}));
  BOOST_TEST(fs::file_size(pack) == size);
  BOOST_TEST(!fs::exists(path / "packs" / "00000002.pack"));
}

BOOST_AUTO_TEST_CASE(a_blob_with_a_flipped_bit_is_reported_and_repaired_by_saving_it_again) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  {
    std::fstream pack(path / "packs" / "00000001.pack", std::ios::in | std::ios::out | std::ios::binary);
    pack.seekp(50'000);
    pack.put('\x5a').put('\x5a').put('\x5a').put('\x5a');
  }
  const auto engine = open_disk_engine(path, {});
  const auto bytes = noise(1, 100'000);
  BOOST_CHECK_EXCEPTION(engine->view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)), Error,
                        has_code(ErrorCode::damaged));
  const auto staging = engine->stage();
  BOOST_TEST((stage(*staging, BlobKind::chunk, bytes) == engine::StageResult::repaired));
  engine->publish(staging.get(), row_commit(kCell, 1, "other", "2"));
  check_store(*engine);
}

BOOST_AUTO_TEST_CASE(a_reader_sees_whole_commits_of_a_writer_in_another_process) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  open_disk_engine(path, {});
  const WriterProcess writer("commit", path, 100'000);
  std::uint64_t last = 0, seen = 0;
  while (last < 300) {
    const auto reader = open_disk_engine(path, {.read_only = true});
    for (int i = 0; i < 5; ++i, reader->refresh()) {
      const auto view = reader->view();
      const auto a = view->find_row(kWriterCell, "a"), b = view->find_row(kWriterCell, "b");
      if (!a) continue;
      BOOST_REQUIRE(a == b);
      const std::uint64_t number = std::stoull(*a);
      BOOST_REQUIRE(number >= last);
      last = number;
      const auto bytes = writer_blob(number);
      BOOST_REQUIRE((view->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)) == bytes));
      ++seen;
    }
  }
  BOOST_TEST(seen > 0u);
}

// For ThreadSanitizer: refreshing replaces the records that verify reads.
BOOST_AUTO_TEST_CASE(a_reader_can_be_verified_while_it_is_refreshed) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  const auto reader = open_disk_engine(path, {.read_only = true});
  std::atomic<bool> done = false;
  std::thread refreshing([&] {
    while (!done) {
      const auto view = reader->view();  // so that refreshing opens the records once more
      reader->refresh();
    }
  });
  for (int i = 0; i < 20; ++i) BOOST_TEST(reader->verify().empty());
  done = true;
  refreshing.join();
}

BOOST_AUTO_TEST_CASE(a_reader_can_not_write) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  make_store(path);
  const auto before = contents(path);
  {
    const auto reader = open_disk_engine(path, {.read_only = true});
    BOOST_CHECK_EXCEPTION(reader->stage(), Error, has_code(ErrorCode::read_only));
    BOOST_CHECK_EXCEPTION(reader->publish(nullptr, row_commit(kCell, 1, "row", "2")), Error, has_code(ErrorCode::read_only));
    check_store(*reader);
  }
  BOOST_TEST((contents(path) == before));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
