// The log of the records, which is written into zeros that stand ahead of it.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/disk_engine.h"
#include "support/errors.h"
#include "support/rows.h"
#include "support/temporary_directory.h"
#include "support/text_files.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::open_disk_engine;

constexpr engine::CellId kCell = 20;
constexpr std::uint64_t kCommits = 20;

std::string row_name(std::uint64_t number) { return "row " + std::to_string(number); }

void commit(engine::Engine& engine, std::uint64_t number) {
  BOOST_REQUIRE((engine.publish(nullptr, row_commit(kCell, number, row_name(number), std::string(1000, 'x'))).outcome ==
                 engine::Outcome::ok));
}

void check_rows(const engine::Engine& engine, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) BOOST_TEST(engine.view()->find_row(kCell, row_name(i)).has_value());
  BOOST_TEST(!engine.view()->find_row(kCell, row_name(count)).has_value());
}

fs::path last_log(const fs::path& store) {
  std::vector<fs::path> logs;
  for (const auto& entry : fs::directory_iterator(store / "db"))
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  return *std::ranges::max_element(logs);
}

std::size_t zeros_behind(const std::string& log) {
  const std::size_t last = log.find_last_not_of('\0');
  return last == std::string::npos ? log.size() : log.size() - last - 1;
}

// A store as a crash leaves it after so many commits; `lost` of them have not been acknowledged.
void make_crashed(const fs::path& path, const fs::path& from, std::uint64_t lost = 0) {
  const auto engine = open_disk_engine(from, {});
  for (std::uint64_t i = 0; i < kCommits - lost; ++i) commit(*engine, i);
  fs::copy_file(from / "lock", from.string() + ".lock", fs::copy_options::overwrite_existing);
  for (std::uint64_t i = kCommits - lost; i < kCommits; ++i) commit(*engine, i);
  fs::copy(from, path, fs::copy_options::recursive);
  if (lost != 0) fs::copy_file(from.string() + ".lock", path / "lock", fs::copy_options::overwrite_existing);
}

// The end of its last record did not get to the disk.
void tear(const fs::path& store) {
  const fs::path log = last_log(store);
  std::string bytes = read_text(log);
  const std::size_t end = bytes.size() - zeros_behind(bytes);
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(end) - 300, bytes.end(), '\0');
  write_text(log, bytes);
}

BOOST_AUTO_TEST_SUITE(log_zeros)

BOOST_AUTO_TEST_CASE(small_commits_do_not_make_the_log_grow_and_closing_it_cuts_it) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  std::uintmax_t size = 0;
  {
    const auto engine = open_disk_engine(path, {});
    commit(*engine, 0);
    size = fs::file_size(last_log(path));
    for (std::uint64_t i = 1; i < kCommits; ++i) commit(*engine, i);
    BOOST_TEST(fs::file_size(last_log(path)) == size);
    BOOST_TEST(zeros_behind(read_text(last_log(path))) > size / 2);
  }
  BOOST_TEST(fs::file_size(last_log(path)) < size / 2);
  check_rows(*open_disk_engine(path, {.read_only = true}), kCommits);
  check_rows(*open_disk_engine(path, {}), kCommits);
}

BOOST_AUTO_TEST_CASE(a_crash_that_leaves_zeros_loses_nothing) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "crashed";
  make_crashed(path, directory.path() / "s");
  check_rows(*open_disk_engine(path, {.read_only = true}), kCommits);
  for (std::uint64_t i = kCommits; i < kCommits + 3; ++i) {  // each writer begins a log of its own
    const auto engine = open_disk_engine(path, {});
    check_rows(*engine, i);
    commit(*engine, i);
  }
  check_rows(*open_disk_engine(path, {}), kCommits + 3);
}

BOOST_AUTO_TEST_CASE(a_torn_record_in_front_of_zeros_is_no_commit) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "crashed";
  make_crashed(path, directory.path() / "s", 1);
  tear(path);
  check_rows(*open_disk_engine(path, {.read_only = true}), kCommits - 1);
  for (std::uint64_t i = kCommits - 1; i < kCommits + 3; ++i) {  // the torn log stays in front of theirs
    const auto engine = open_disk_engine(path, {});
    check_rows(*engine, i);
    commit(*engine, i);
  }
  check_rows(*open_disk_engine(path, {}), kCommits + 3);
}

BOOST_AUTO_TEST_CASE(an_acknowledged_commit_that_is_torn_is_damage) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "crashed";
  make_crashed(path, directory.path() / "s");
  tear(path);
  for (const bool read_only : {true, false})
    BOOST_CHECK_EXCEPTION(open_disk_engine(path, {.read_only = read_only}), Error,
                          has_code(ErrorCode::damaged, "1 of 20 commits"));
}

BOOST_AUTO_TEST_CASE(a_reader_sees_each_commit_though_no_file_grows) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "s";
  const auto writer = open_disk_engine(path, {});
  commit(*writer, 0);
  const auto reader = open_disk_engine(path, {.read_only = true});
  for (std::uint64_t i = 1; i < kCommits; ++i) {
    commit(*writer, i);
    reader->refresh();
    check_rows(*reader, i + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
