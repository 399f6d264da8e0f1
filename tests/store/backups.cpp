// Backups: they show what the store showed, get what is new, and are refused where something else is.
#include <boost/test/unit_test.hpp>

#include <cairn/backup.h>

#include <fstream>
#include <set>

#include "engine/disk_engine.h"
#include "store/stores.h"
#include "support/writer_process.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

using Numbers = std::vector<std::int64_t>;

// No two have a chunk in common.
Numbers many(std::int64_t which, std::size_t count = 40'000) {
  Numbers made(count);
  std::uint64_t state = static_cast<std::uint64_t>(which) * 0x9e3779b97f4a7c15u + 1;
  for (std::int64_t& number : made) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    number = static_cast<std::int64_t>(state);
  }
  return made;
}

void commit(Run& run, std::int64_t step) { run.checkpoint(step).save("state", many(step)).save("step", step).commit(); }

void fill(Store& store, std::int64_t first, std::int64_t last) {
  Run run = store.run("argon");
  for (std::int64_t step = first; step <= last; ++step) commit(run, step);
}

// All that the public interface tells of a store, but for what it takes on the disk.
std::string told(const Store& store) {
  std::string text = store.uuid().text();
  for (const RunInfo& info : store.runs()) {
    text += "\nrun " + info.name + " " + info.uuid.text();
    for (const Checkpoint& checkpoint : store.find_run(info.name)->history()) {
      text += "\n  " + checkpoint.id.hex() + " " + std::to_string(checkpoint.step);
      for (const std::string& tag : checkpoint.tags) text += " " + tag;
      for (const auto& [name, id] : checkpoint.state) text += "\n    " + name + " " + store.text(id);
    }
  }
  for (const Node& node : nodes_of(store)) {
    text += "\nnode " + node.uuid.text() + " " + node.type + " " + node.label + " " + node.run;
    for (const Link& link : store.links(node.uuid))
      text += "\n  " + link.source.text() + " " + link.target.text() + " " + link.label;
  }
  const StoreStats stats = store.stats();
  for (const auto& [kind, count] : stats.blobs)
    text += "\n" + kind + " " + std::to_string(count.count) + " " + std::to_string(count.bytes);
  return text;
}

Store open_reader(const fs::path& path) { return Store::open(path, {.create = false, .read_only = true}); }

// The backup says what the store says, and is whole.
void check_equal(const Store& store, const fs::path& backup) {
  const Store reader = open_reader(backup);
  BOOST_TEST(told(reader) == told(store));
  check_clean(reader);
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
  return names;
}

std::uint64_t bytes_of_packs(const fs::path& store) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(store / "packs")) bytes += fs::file_size(entry);
  return bytes;
}

void flip(const fs::path& file, std::uint64_t at) {
  std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
  bytes.seekg(static_cast<std::streamoff>(at));
  const char flipped = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(flipped);
}

BOOST_AUTO_TEST_SUITE(backups)

BOOST_AUTO_TEST_CASE(a_backup_is_a_store_that_says_the_same) {
  on_disk([](TestStore& store) {
    fill(*store, 1, 5);
    store->find_run("argon")->tag(store->find_run("argon")->at(3)->id, "third");
    store->add(store.write_file("file", std::string(300'000, 'f')));
    store->run("argon").step("relax", {{"x", 1}}, [] { return 2; });
    const fs::path backup = store.beside("backup");
    const BackupReport report = store->back_up(backup, {});
    BOOST_TEST(report.is_first);
    BOOST_TEST((report.uuid == store->uuid()));
    BOOST_TEST(report.commits == report.commits_new);
    BOOST_TEST(report.copied_bytes + report.reflinked_bytes == bytes_of_packs(store.path()));
    BOOST_TEST(report.shared_bytes == 0u);
    BOOST_TEST(report.verified_count > 100u);
    BOOST_TEST(names_in(backup) == (std::set<std::string>{"cairn", "db", "lock", "packs"}), boost::test_tools::per_element());
    check_equal(*store, backup);
  });
}

BOOST_AUTO_TEST_CASE(an_empty_store_has_a_backup) {
  on_disk([](TestStore& store) {
    const BackupReport first = store->back_up(store.beside("backup"), {});
    BOOST_TEST(first.commits == 0u);
    fill(*store, 1, 1);
    BOOST_TEST(!store->back_up(store.beside("backup"), {}).is_first);
    check_equal(*store, store.beside("backup"));
  });
}

BOOST_AUTO_TEST_CASE(a_later_backup_writes_only_what_is_new) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    fill(*store, 1, 10);
    const BackupReport first = store->back_up(backup, {});
    fill(*store, 11, 12);
    const BackupReport second = store->back_up(backup, {});
    BOOST_TEST(!second.is_first);
    BOOST_TEST(second.shared_bytes == first.copied_bytes + first.reflinked_bytes);
    BOOST_TEST(second.copied_bytes + second.reflinked_bytes < 1'000'000u);
    BOOST_TEST(second.verified_bytes < 1'000'000u);
    BOOST_TEST(second.commits_new == second.commits - first.commits);
    BOOST_TEST(second.row_count < first.row_count);
    check_equal(*store, backup);
    const BackupReport third = store->back_up(backup, {});
    BOOST_TEST(third.copied_bytes + third.reflinked_bytes == 0u);
    BOOST_TEST(third.row_count == 0u);
    BOOST_TEST(third.commits_new == 0u);
    check_equal(*store, backup);
  });
}

BOOST_AUTO_TEST_CASE(it_shows_the_state_at_which_it_was_begun) {
  on_disk([](TestStore& store) {
    fill(*store, 1, 2);
    const std::string before = told(*store);
    const Store reader = open_reader(store.path());
    fill(*store, 3, 4);
    reader.back_up(store.beside("backup"), {});
    BOOST_TEST(told(open_reader(store.beside("backup"))) == before);
  });
}

// In small packs, so that some are needed no more.
BOOST_AUTO_TEST_CASE(what_was_pruned_and_compacted_goes_from_the_backup_too) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "store", backup = directory.path() / "backup";
  Store store = make_store(engine::open_disk_engine(path, {.pack_bytes_max = 1u << 20}));
  for (std::int64_t step = 1; step <= 20; ++step) {
    fill(store, step, step);
    if (step % 6 == 0) store.back_up(backup, {});
  }
  const std::set<std::string> before = names_in(backup / "packs");
  store.run("argon").prune({.last = 2});
  store.compact();
  fill(store, 21, 22);
  const BackupReport report = store.back_up(backup, {});
  BOOST_TEST(report.removed_bytes > 1'000'000u);
  BOOST_TEST(names_in(backup / "packs").size() < before.size());
  BOOST_TEST(names_in(backup / "packs") == names_in(path / "packs"), boost::test_tools::per_element());
  check_equal(store, backup);
}

BOOST_AUTO_TEST_CASE(what_a_collection_took_out_of_a_pack_does_not_harm_it) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), fresh = store.beside("fresh");
    Run run = store->run("argon");
    for (std::int64_t step = 1; step <= 12; ++step) commit(run, step);
    store->back_up(backup, {});
    for (std::int64_t step = 13; step <= 16; ++step) commit(run, step);
    run.prune({.every = 4});
    const CollectReport collected = store->collect();
    BOOST_TEST(collected.returned_bytes > 1'000'000u);
    commit(run, 17);
    store->back_up(backup, {});
    check_equal(*store, backup);
    // The holes are holes in a copy that is made anew.
    const BackupReport anew = store->back_up(fresh, {});
    BOOST_TEST(anew.copied_bytes + anew.reflinked_bytes + 1'000'000u < bytes_of_packs(store.path()) + anew.reflinked_bytes);
    BOOST_TEST(bytes_of_packs(fresh) == bytes_of_packs(store.path()));
    check_equal(*store, fresh);
  });
}

BOOST_AUTO_TEST_CASE(a_backup_beside_a_writer_is_one_of_the_states_that_it_went_through) {
  on_disk([](TestStore& store) {
    store.close();
    WriterProcess writer("checkpoint", store.path(), 100'000);
    const fs::path backup = store.beside("backup");
    std::int64_t last = 0;
    for (int round = 0; round < 12; ++round) {
      const Store reader = open_reader(store.path());
      const std::optional<Run> shown = reader.find_run("writer");
      const std::size_t before = shown ? shown->history().size() : 0;
      reader.back_up(backup, {.verify = round % 3 != 0});
      const Store copy = open_reader(backup);
      check_clean(copy);
      const Run run = copy.find_run("writer").value();
      std::int64_t expected = static_cast<std::int64_t>(run.history().size());
      BOOST_TEST(static_cast<std::size_t>(expected) == before);
      BOOST_TEST(expected >= last);
      last = expected;
      for (const Checkpoint& checkpoint : run.history()) {
        BOOST_TEST(checkpoint.step == expected--);
        BOOST_TEST(copy.get<std::int64_t>(checkpoint.state.at("number")) == checkpoint.step);
        BOOST_TEST((copy.get<Numbers>(checkpoint.state.at("array")) == Numbers(5000, checkpoint.step)));
      }
      if (last != 0) BOOST_TEST(run.tagged("newest")->step == last);
    }
    BOOST_TEST(last > 0);
  });
}

BOOST_AUTO_TEST_CASE(a_backup_that_was_written_to_is_refused_and_stays_as_it_is) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    fill(*store, 1, 2);
    store->back_up(backup, {});
    {
      const Store opened = Store::open(backup, {.create = false});  // opened, but not changed
    }
    fill(*store, 3, 3);
    store->back_up(backup, {});
    std::string before;
    {
      Store changed = Store::open(backup, {.create = false});
      changed.run("another").checkpoint(1).save("x", 1).commit();
      before = told(changed);
    }
    fill(*store, 4, 20);
    BOOST_CHECK_EXCEPTION(store->back_up(backup, {}), Error, has_code(ErrorCode::conflict, "was written to since"));
    BOOST_TEST(told(open_reader(backup)) == before);
  });
}

BOOST_AUTO_TEST_CASE(a_store_that_goes_on_from_a_backup_has_backups_of_its_own) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), another = store.beside("another");
    fill(*store, 1, 2);
    store->back_up(backup, {});
    store->back_up(another, {});
    Store moved = Store::open(backup, {.create = false});
    fill(moved, 3, 4);
    moved.back_up(another, {});
    check_equal(moved, another);
  });
}

BOOST_AUTO_TEST_CASE(an_older_state_of_the_store_does_not_replace_a_newer_one) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), older = store.beside("older");
    fill(*store, 1, 2);
    store->back_up(older, {});
    fill(*store, 3, 4);
    store->back_up(backup, {});
    Store restored = Store::open(older, {.create = false});
    BOOST_CHECK_EXCEPTION(restored.back_up(backup, {}), Error, has_code(ErrorCode::conflict, "and the store only"));
    for (std::int64_t number = 0; number < 30; ++number) restored.put(number);
    BOOST_CHECK_EXCEPTION(restored.back_up(backup, {}), Error, has_code(ErrorCode::conflict, "that the store never had"));
    for (std::int64_t step = 3; step <= 8; ++step)
      restored.run("argon").checkpoint(step).save("state", many(100 + step)).commit();
    BOOST_CHECK_EXCEPTION(restored.back_up(backup, {}), Error, has_code(ErrorCode::conflict));
    BOOST_CHECK_EXCEPTION(restored.back_up(backup, {.verify = false}), Error, has_code(ErrorCode::conflict));
    check_equal(*store, backup);
    store->back_up(backup, {});
  });
}

BOOST_AUTO_TEST_CASE(it_is_refused_where_something_else_is) {
  on_disk([](TestStore& store) {
    fill(*store, 1, 1);
    const auto refused = [&](const fs::path& where, ErrorCode code) {
      BOOST_CHECK_EXCEPTION(store->back_up(where, {}), Error, has_code(code));
    };
    refused("", ErrorCode::invalid_argument);
    refused(store.path(), ErrorCode::invalid_argument);
    refused(store.path() / "packs" / "backup", ErrorCode::invalid_argument);
    fs::create_directory_symlink(store.path(), store.beside("link"));
    refused(store.beside("link"), ErrorCode::invalid_argument);
    refused(store.beside("link") / "new" / "backup", ErrorCode::invalid_argument);
    refused(store.beside("."), ErrorCode::exists);  // the directory above
    refused(store.write_file("file", "x"), ErrorCode::exists);
    Store::open(store.beside("other"), {});
    refused(store.beside("other"), ErrorCode::exists);
    fs::copy(store.path(), store.beside("copy"), fs::copy_options::recursive);
    refused(store.beside("copy"), ErrorCode::exists);
    check_clean(*store);
    BOOST_TEST(!fs::exists(store.path() / "packs" / "backup"));
  });
}

BOOST_AUTO_TEST_CASE(two_backups_into_one_directory_do_not_mix) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    fill(*store, 1, 1);
    store->back_up(backup, {});
    fill(*store, 2, 2);
    const Store opened = Store::open(backup, {.create = false});
    BOOST_CHECK_EXCEPTION(store->back_up(backup, {}), Error, has_code(ErrorCode::locked));
  });
}

BOOST_AUTO_TEST_CASE(a_store_in_memory_has_no_backup) {
  const TemporaryDirectory directory;
  BOOST_CHECK_EXCEPTION(Store::in_memory().back_up(directory.path() / "b", {}), Error, has_code(ErrorCode::invalid_argument, "in memory"));
  BOOST_TEST(!fs::exists(directory.path() / "b"));
}

BOOST_AUTO_TEST_CASE(damage_is_not_taken_for_a_backup) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), pack = store.path() / "packs" / "00000001.pack";
    fill(*store, 1, 2);
    store->back_up(backup, {});
    const std::string before = told(open_reader(backup));
    const std::uint64_t end = fs::file_size(pack);
    fill(*store, 3, 4);
    store.close();
    flip(pack, end + 100'000);
    const Store reader = open_reader(store.path());
    BOOST_CHECK_EXCEPTION(reader.back_up(backup, {}), Error, has_code(ErrorCode::damaged, "in the store: read chunk"));
    BOOST_TEST(told(open_reader(backup)) == before);
    check_clean(open_reader(backup));
    reader.back_up(backup, {.verify = false});
    BOOST_TEST(told(open_reader(backup)).starts_with(before.substr(0, 60)));
    BOOST_TEST(open_reader(backup).verify().damage.size() == reader.verify().damage.size());
    BOOST_TEST(!open_reader(backup).verify().damage.empty());
  });
}

BOOST_AUTO_TEST_CASE(damage_in_what_a_backup_had_before_is_not_looked_at_again) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    fill(*store, 1, 2);
    store->back_up(backup, {});
    store.close();
    flip(store.path() / "packs" / "00000001.pack", 100'000);
    const Store damaged = Store::open(store.path(), {});
    BOOST_TEST(!damaged.back_up(backup, {}).is_first);
    BOOST_TEST(!damaged.verify().damage.empty());
    check_clean(open_reader(backup));
  });
}

// As one leaves it that is killed: bytes behind the ends of its packs, of which some never came to the disk.
BOOST_AUTO_TEST_CASE(what_an_earlier_attempt_copied_is_used_if_it_is_right) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), pack = fs::path("packs") / "00000001.pack";
    fill(*store, 1, 2);
    store->back_up(backup, {});
    const std::uint64_t end = fs::file_size(backup / pack);
    fill(*store, 3, 6);
    for (const bool is_right : {true, false}) {
      const fs::path copy = store.beside(is_right ? "right" : "wrong");
      fs::copy(backup, copy, fs::copy_options::recursive);
      fs::copy_file(store.path() / pack, copy / pack, fs::copy_options::overwrite_existing);
      fs::resize_file(copy / pack, end + 500'000);
      if (!is_right) flip(copy / pack, end + 200'000);
      const BackupReport report = store->back_up(copy, {});
      if (is_right) BOOST_TEST(report.resumed_bytes == 500'000u / 4096 * 4096);
      else BOOST_TEST(report.resumed_bytes == 0u);
      check_equal(*store, copy);
    }
  });
}

BOOST_AUTO_TEST_CASE(a_first_attempt_that_was_killed_is_gone_on_with) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    fill(*store, 1, 3);
    store->back_up(backup, {});
    fs::rename(backup / "cairn", backup / "cairn.tmp");
    BOOST_CHECK_EXCEPTION(open_reader(backup), Error, has_code(ErrorCode::no_store));
    fill(*store, 4, 5);
    const BackupReport report = store->back_up(backup, {});
    BOOST_TEST(report.is_first);
    BOOST_TEST(report.resumed_bytes > 900'000u);
    BOOST_TEST(!fs::exists(backup / "cairn.tmp"));
    check_equal(*store, backup);
    // That of another store is left alone, and one that has not said yet whose it is goes.
    Store other = Store::open(store.beside("other"), {});
    fs::rename(backup / "cairn", backup / "cairn.tmp");
    BOOST_CHECK_EXCEPTION(other.back_up(backup, {}), Error, has_code(ErrorCode::exists, "unfinished backup"));
    fs::resize_file(backup / "cairn.tmp", 0);
    BOOST_TEST(other.back_up(backup, {}).is_first);
    check_equal(other, backup);
  });
}

BOOST_AUTO_TEST_CASE(what_is_missing_of_a_backup_is_copied_again) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup"), pack = backup / "packs" / "00000001.pack";
    fill(*store, 1, 3);
    store->back_up(backup, {});
    fs::resize_file(pack, 300'000);
    store->back_up(backup, {});
    check_equal(*store, backup);
    fs::remove(pack);
    store->back_up(backup, {});
    check_equal(*store, backup);
  });
}

BOOST_AUTO_TEST_CASE(readers_of_a_backup_keep_what_they_see) {
  const TemporaryDirectory directory;
  const fs::path backup = directory.path() / "backup";
  Store store = make_store(engine::open_disk_engine(directory.path() / "store", {.pack_bytes_max = 300'000}));
  fill(store, 1, 8);
  store.back_up(backup, {});
  {
    const Store reader = open_reader(backup);
    const ObjectId first = reader.find_run("argon")->at(1)->state.at("state");
    store.run("argon").prune({.last = 1});
    store.compact();
    BOOST_TEST(store.back_up(backup, {}).removed_bytes == 0u);
    BOOST_TEST((reader.get<Numbers>(first) == many(1)));
    check_clean(reader);
    check_equal(store, backup);
  }
  BOOST_TEST(store.back_up(backup, {}).removed_bytes > 1'000'000u);
  check_equal(store, backup);
}

// A later commit may name bytes that an earlier one made durable; see FORMAT.md, "Backups".
BOOST_AUTO_TEST_CASE(a_backup_between_writing_and_committing_has_what_is_committed_later) {
  on_disk([](TestStore& store) {
    const fs::path backup = store.beside("backup");
    Run run = store->run("argon"), other = store->run("krypton");
    auto waiting = run.checkpoint(1);
    waiting.save("state", many(1));  // lies in a pack when the other commit makes that durable
    commit(other, 2);
    store->back_up(backup, {});
    waiting.commit();
    const BackupReport report = store->back_up(backup, {});
    BOOST_TEST(report.copied_bytes + report.reflinked_bytes < 200'000u);
    check_equal(*store, backup);
  });
}

BOOST_AUTO_TEST_CASE(progress_is_told_and_may_end_it) {
  on_disk([](TestStore& store) {
    fill(*store, 1, 5);
    std::map<std::string, CareProgress> last;
    store->back_up(store.beside("backup"), {.progress = [&](const CareProgress& progress) {
      BOOST_TEST(progress.done >= last[std::string(progress.stage)].done);
      last[std::string(progress.stage)] = progress;
    }});
    BOOST_TEST(last.at("packs").done == last.at("packs").total);
    BOOST_TEST(last.at("packs").total == bytes_of_packs(store.path()));
    BOOST_TEST(last.at("verify").done > 0u);
    BOOST_TEST(last.at("verify").done <= last.at("verify").total);
    BOOST_TEST(last.at("records").done > 0u);
    const auto stop = [](const CareProgress&) { throw std::runtime_error("stop"); };
    BOOST_CHECK_THROW(store->back_up(store.beside("stopped"), {.progress = stop}), std::runtime_error);
    BOOST_TEST(!fs::exists(store.beside("stopped") / "cairn"));
    store->back_up(store.beside("stopped"), {});
    check_equal(*store, store.beside("stopped"));
  });
}

BOOST_AUTO_TEST_CASE(files_of_a_backup_may_be_read_by_those_who_may_read_the_store) {
  const TemporaryDirectory directory;
  Store store = Store::open(directory.path() / "store", {.directory_mode = 0750});
  fill(store, 1, 2);
  store.back_up(directory.path() / "backup", {});
  const auto mode_of = [&](const char* name) {
    return static_cast<unsigned>(fs::status(directory.path() / "backup" / name).permissions());
  };
  BOOST_TEST(mode_of("") == 0750u);
  BOOST_TEST(mode_of("packs") == 0750u);
  BOOST_TEST(mode_of("packs/00000001.pack") == 0640u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
