// Repair of files: what keeps a store from being opened, and what its packs and tables look like.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "engine/lock_file.h"
#include "store/repaired_store.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

void overwrite(const fs::path& path, std::uint64_t at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(at));
  file << bytes;
  BOOST_REQUIRE(file.good());
}

bool has(const RepairReport& report, std::string_view action, std::string_view kind) {
  const bool found = std::ranges::any_of(report.items, [&](const RepairItem& item) { return item.action == action && item.kind == kind; });
  if (!found)
    for (const RepairItem& item : report.items) BOOST_TEST_MESSAGE(item.action << " " << item.kind << " " << item.id << ": " << item.problem);
  for (const Damage& damage : report.remaining) BOOST_TEST_MESSAGE("remains " << damage.kind << " " << damage.id << ": " << damage.problem);
  return found;
}

std::vector<fs::path> files_with(const fs::path& directory, std::string_view extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

// A dry run tells of it and changes nothing, and a repair mends it.
void check_mended(const RepairedStore& store, std::string_view action, std::string_view kind) {
  const auto before = bytes_of(store.path());
  BOOST_TEST(has(store.repair({}), action, kind));
  BOOST_TEST((bytes_of(store.path()) == before), "a dry run changes something");
  const RepairReport report = store.repair();
  BOOST_TEST(has(report, action, kind));
  BOOST_TEST(report.is_whole());
  BOOST_TEST(store.open().verify().damage.empty());
  BOOST_TEST(store.wrong_answers() == 0u);
  BOOST_TEST(store.repair().items.empty());
}

BOOST_AUTO_TEST_SUITE(repairs_of_files)

BOOST_AUTO_TEST_CASE(a_superblock_that_is_missing_is_made_again) {
  const RepairedStore store;
  fs::remove(store.path() / "cairn");
  check_mended(store, "rebuilt", "file");
}

BOOST_AUTO_TEST_CASE(a_superblock_with_any_bit_flipped_is_made_again) {
  const RepairedStore whole;
  const Uuid uuid = whole.open().uuid();
  const std::uint64_t size = fs::file_size(whole.path() / "cairn");
  for (std::uint64_t at = 3; at < size; at += 17) {
    BOOST_TEST_CONTEXT("byte " << at) {
      const RepairedStore store;
      overwrite(store.path() / "cairn", at, "#");
      BOOST_CHECK_THROW(store.open(), Error);
      BOOST_TEST(store.repair().is_whole());
      const Store after = store.open();
      BOOST_TEST(after.uuid().text().substr(24) == uuid.text().substr(24));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_store_of_a_newer_format_is_left_alone) {
  const RepairedStore store;
  std::ofstream(store.path() / "cairn") << "cairn store\nformat 99\nwhatever it has\n";
  BOOST_CHECK_EXCEPTION(store.repair(), Error, has_code(ErrorCode::newer_format));
}

BOOST_AUTO_TEST_CASE(a_witness_that_is_no_number_is_written_anew) {
  const RepairedStore store;
  overwrite(store.path() / "lock", 1026, "rubbish");
  BOOST_CHECK_EXCEPTION(store.open(), Error, has_code(ErrorCode::damaged));
  check_mended(store, "accepted", "file");
}

BOOST_AUTO_TEST_CASE(commits_that_are_lost_are_counted_and_no_longer_missed) {
  const RepairedStore store;
  std::uint64_t before = 0;
  {
    Store open = store.open();
    before = open.find_run("run 0")->history().size();
  }
  const auto records = store.beside("records");
  RepairedStore::copy_files(store.path() / "db", records);
  {
    Store open = store.open();
    for (std::int64_t step = 700; step < 705; ++step) open.run("run 0").checkpoint(step).save("array", large_array(step)).commit();
  }
  fs::remove_all(store.path() / "db");
  RepairedStore::copy_files(records, store.path() / "db");
  BOOST_CHECK_EXCEPTION(store.open(), Error, has_code(ErrorCode::damaged, "commits are lost"));
  const auto bytes = bytes_of(store.path());
  const RepairReport planned = store.repair({});
  BOOST_TEST((bytes_of(store.path()) == bytes), "a dry run changes something");
  const RepairReport report = store.repair();
  BOOST_TEST(report.lost_commits >= 5u);
  BOOST_TEST(planned.lost_commits == report.lost_commits);
  BOOST_TEST(has(report, "accepted", "commits"));
  BOOST_TEST(report.is_whole());
  BOOST_TEST(store.wrong_answers() == 0u);
  BOOST_TEST(store.open().find_run("run 0")->history().size() == before);
  BOOST_TEST(!fs::is_empty(store.path() / "quarantine"));  // what the packs have of them
  BOOST_TEST(store.repair().items.empty());
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_gone_costs_what_was_in_it_and_nothing_else) {
  const RepairedStore store;
  const auto packs = files_with(store.path() / "packs", ".pack");
  fs::remove(packs.front());
  const RepairReport report = store.repair();
  BOOST_TEST(has(report, "rebuilt", "pack"));
  const auto is_lost = [](const Damage& damage) { return damage.kind == "lost"; };
  BOOST_TEST(!report.remaining.empty());
  BOOST_TEST(std::ranges::all_of(report.remaining, is_lost));
  Store after = store.open();
  BOOST_TEST(std::ranges::all_of(after.verify().damage, is_lost));
  after.run("run 0").checkpoint(900).save("array", large_array(900)).commit();
  BOOST_TEST((after.find_run("run 0")->restart<std::vector<std::int64_t>>("array").value() == large_array(900)));
  after.collect();
  after.compact();
  BOOST_TEST(std::ranges::all_of(after.verify().damage, is_lost));
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_gone_comes_back_from_another_store) {
  const RepairedStore store;
  fs::remove(files_with(store.path() / "packs", ".pack").front());
  BOOST_TEST(store.repair({.apply = true, .from = {RepairedStore::whole()}}).is_whole());
  BOOST_TEST(store.wrong_answers() == 0u);
}

BOOST_AUTO_TEST_CASE(headers_of_segments_are_made_again) {
  const RepairedStore store;
  const fs::path pack = files_with(store.path() / "packs", ".pack").front();
  overwrite(pack, 0, std::string(64, '\0'));
  check_mended(store, "rebuilt", "pack");
}

BOOST_AUTO_TEST_CASE(a_pack_that_was_cut_loses_what_is_behind_the_cut) {
  const RepairedStore store;
  const fs::path pack = files_with(store.path() / "packs", ".pack").front();
  fs::resize_file(pack, fs::file_size(pack) / 2);
  const RepairReport report = store.repair();
  BOOST_TEST(has(report, "rebuilt", "pack"));
  BOOST_TEST(std::ranges::all_of(report.remaining, [](const Damage& damage) { return damage.kind == "lost"; }));
  BOOST_TEST(store.open().find_run("run 0")->at(0).has_value());
}

// Wherever a table is damaged, either RocksDB refuses it as a whole, or all that lies elsewhere stays.
BOOST_AUTO_TEST_CASE(blocks_of_records_that_cannot_be_read_cost_no_others) {
  const RepairedStore whole;
  std::size_t mended = 0, refused = 0;
  for (const fs::path& table : files_with(whole.path() / "db", ".sst")) {
    BOOST_TEST_CONTEXT(table.filename()) {
      const RepairedStore store;
      overwrite(store.path() / "db" / table.filename(), 10, std::string(8, '\x55'));
      const auto before = bytes_of(store.path());
      try {
        store.repair({});
        BOOST_TEST((bytes_of(store.path()) == before), "a dry run changes something");
        const RepairReport report = store.repair();
        for (const Damage& damage : report.remaining)
          BOOST_TEST(damage.kind == "lost", damage.kind << " " << damage.id << ": " << damage.problem);
        ++mended;
      } catch (const Error& error) {
        BOOST_TEST((error.code() == ErrorCode::damaged), error.what());
        ++refused;
        continue;
      }
      for (const Damage& damage : store.open().verify().damage) BOOST_TEST(damage.kind == "lost", damage.kind << " " << damage.problem);
      BOOST_TEST(store.repair().items.empty());
    }
  }
  BOOST_TEST_MESSAGE(mended << " mended, " << refused << " refused");
  BOOST_TEST(mended > refused);
}

BOOST_AUTO_TEST_CASE(records_that_are_gone_are_salvaged_from_the_packs) {
  const RepairedStore store;
  fs::remove_all(store.path() / "db");
  const auto before = bytes_of(store.path());
  const RepairReport told = store.repair({});
  BOOST_TEST(!told.is_whole());
  BOOST_TEST((bytes_of(store.path()) == before), "a dry run changes something");
  const RepairReport report = store.repair();
  BOOST_TEST(report.is_whole());
  for (const RepairReport& each : {told, report})
    BOOST_TEST(std::ranges::any_of(each.items, [](const RepairItem& item) { return item.action == "rebuilt" && item.id == "run 1"; }));

  Store opened = store.open();
  BOOST_TEST(opened.verify().damage.empty());
  for (int part = 0; part < 4; ++part) {
    const Run run = opened.find_run("run " + std::to_string(part % 2)).value();
    for (std::int64_t step = part * 10; step < part * 10 + 3; ++step) {
      const Checkpoint checkpoint = run.at(step).value();
      BOOST_TEST((opened.get<std::vector<std::int64_t>>(checkpoint.state.at("array")) == large_array(step)));
      BOOST_TEST(opened.get<std::int64_t>(checkpoint.state.at("step")) == step);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
