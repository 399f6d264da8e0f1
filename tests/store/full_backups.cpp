// Backups onto a disk that fills up (needs root, as mount does; skipped with a message otherwise).
#include <boost/test/unit_test.hpp>

#include <cairn/backup.h>

#include "base/file.h"
#include "store/stores.h"
#include "support/acknowledged_work.h"
#include "support/small_disk.h"
#include "support/writer_process.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

void fill(Store& store, std::int64_t step, std::size_t bytes) {
  store.run("argon").checkpoint(step).save("state", numbers(step, bytes / sizeof(std::int64_t))).commit();
}

Steps shown_by(const fs::path& backup) {
  const Store store = Store::open(backup, {.create = false, .read_only = true});
  check_clean(store);
  return steps_of(store.find_run("argon").value());
}

BOOST_AUTO_TEST_SUITE(full_backups)

BOOST_AUTO_TEST_CASE(a_first_backup_that_does_not_fit_leaves_nothing) {
  on_disk([](TestStore& store) {
    for (const std::size_t bytes : {100u, 80'000'000u}) {
      fill(*store, static_cast<std::int64_t>(bytes), bytes);
      const SmallDisk disk(bytes == 100 ? "4m" : "60m");
      if (!disk.mounted()) return;
      BOOST_CHECK_EXCEPTION(store->back_up(disk.path() / "backup", {}), Error, has_code(ErrorCode::no_space));
      BOOST_TEST(fs::is_empty(disk.path()));
    }
  });
}

BOOST_AUTO_TEST_CASE(a_later_one_that_does_not_fit_leaves_what_was_there) {
  on_disk([](TestStore& store) {
    const SmallDisk disk("120m");
    if (!disk.mounted()) return;
    const fs::path backup = disk.path() / "backup";
    fill(*store, 1, 1'000'000);
    store->back_up(backup, {});
    const std::uint64_t free = base::free_bytes(disk.path());
    fill(*store, 2, 150'000'000);
    BOOST_CHECK_EXCEPTION(store->back_up(backup, {}), Error, has_code(ErrorCode::no_space));
    BOOST_TEST((shown_by(backup) == Steps{1}));
    BOOST_TEST(base::free_bytes(disk.path()) + 1'000'000 > free);
    BOOST_CHECK_EXCEPTION(store->back_up(backup, {.verify = false}), Error, has_code(ErrorCode::no_space));
    store->run("argon").prune({.last = 1});
    fill(*store, 3, 1'000'000);
    store->run("argon").prune({.last = 1});
    store->compact();
    store->back_up(backup, {});
    BOOST_TEST((shown_by(backup) == Steps{3}));
  });
}

// At whichever moment it finds no room, nothing but that is said, and what was there stays.
BOOST_AUTO_TEST_CASE(a_disk_that_others_fill_meanwhile_does_no_harm) {
  on_disk([](TestStore& store) {
    const SmallDisk disk("100m");
    if (!disk.mounted()) return;
    const fs::path backup = disk.path() / "backup";
    fill(*store, 1, 300'000);
    store->back_up(backup, {});
    WriterProcess filler("fill", disk.path() / "filler");
    std::int64_t step = 1, shown = 1;
    int refused = 0;
    for (int round = 0; round < 60; ++round) {
      fill(*store, ++step, round % 3 == 0 ? 3'000'000 : 2'000);
      if (round % 3 == 0) store->run("argon").prune({.last = 1});
      try {
        store->back_up(backup, {});
        shown = step;
      } catch (const Error& error) {
        BOOST_REQUIRE_MESSAGE(error.code() == ErrorCode::no_space, error.what());
        ++refused;
      }
      BOOST_TEST(shown_by(backup).front() == shown);
    }
    BOOST_TEST_MESSAGE(refused << " of 60 found no room");
    filler.kill();
    fs::remove(disk.path() / "filler");
    store->back_up(backup, {});
    BOOST_TEST(shown_by(backup).front() == step);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
