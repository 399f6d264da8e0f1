// What a collection gives back to the file system, and when: packs, holes in packs, and readers of other processes.
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <fstream>
#include <vector>

#include "engine/collection.h"
#include "engine/engines.h"
#include "format/pack.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::BlobKind;
using engine::Engine;
using engine::open_disk_engine;
using engine::Outcome;

constexpr engine::CellId kCell = 20;
constexpr std::size_t kCount = 60;

std::vector<std::byte> blob(std::size_t number) { return noise(number + 1, 40'000 + 1000 * (number % 7)); }
Digest id(std::size_t number) { return digest_of(BlobKind::chunk, blob(number)); }

void store(Engine& engine, std::size_t begin, std::size_t end) {
  const auto staging = engine.stage();
  for (std::size_t i = begin; i < end; ++i) stage(*staging, BlobKind::chunk, blob(i));
  const auto version = engine.view()->cell(kCell).version;
  BOOST_REQUIRE((engine.publish(staging.get(), row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
}

template <class Keep>
engine::SweepReport collect(Engine& engine, const Keep& keep) {
  const auto collection = engine.begin_collection();
  for (std::size_t i = 0; i < kCount; ++i)
    if (const auto found = collection->marks().find(id(i)); found && keep(i)) collection->marks().mark(found->number);
  while (!collection->take_touched().empty()) {
  }
  BOOST_REQUIRE(collection->condemn({}));
  return collection->sweep();
}

bool is_even(std::size_t number) { return number % 2 == 0; }
bool none(std::size_t) { return false; }

template <class Keep>
void check(const Engine& engine, const Keep& keep) {
  const auto view = engine.view();
  for (std::size_t i = 0; i < kCount; ++i) {
    BOOST_TEST(view->find_blob(id(i)).has_value() == keep(i));
    if (keep(i)) BOOST_TEST((view->get_blob(BlobKind::chunk, id(i)) == blob(i)));
  }
  for (const engine::Finding& finding : engine.verify()) BOOST_ERROR(finding.where << ": " << finding.problem);
}

fs::path pack(const fs::path& store, std::uint64_t number) { return store / "packs" / format::pack_file_name(number); }

std::uint64_t blocks(const fs::path& file) {
  struct stat status {};
  BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

class StoreDirectory {
 public:
  fs::path path() const { return directory_.path() / "store"; }
  std::unique_ptr<Engine> open(std::uint64_t pack_bytes_max = 1u << 30) const {
    return open_disk_engine(path(), {.pack_bytes_max = pack_bytes_max});
  }
  std::unique_ptr<Engine> read() const { return open_disk_engine(path(), {.read_only = true}); }

 private:
  TemporaryDirectory directory_;
};

BOOST_AUTO_TEST_SUITE(collected_packs)

BOOST_AUTO_TEST_CASE(what_is_left_between_blobs_becomes_holes) {
  const StoreDirectory directory;
  auto engine = directory.open();
  store(*engine, 0, kCount);
  const std::uint64_t before = blocks(pack(directory.path(), 1));
  const engine::SweepReport swept = collect(*engine, is_even);
  BOOST_TEST(swept.freed_count == kCount / 2);
  BOOST_TEST(swept.returned_bytes > swept.freed_bytes * 8 / 10);
  BOOST_TEST(swept.waiting_bytes == 0u);
  BOOST_TEST(blocks(pack(directory.path(), 1)) == before - swept.returned_bytes);
  check(*engine, is_even);
  engine = nullptr;
  engine = directory.open();
  check(*engine, is_even);
  store(*engine, 0, kCount);  // the same again
  check(*engine, [](std::size_t) { return true; });
}

BOOST_AUTO_TEST_CASE(what_was_never_committed_is_given_back_too) {
  const StoreDirectory directory;
  auto engine = directory.open();
  {
    const auto dropped = engine->stage();
    for (std::size_t i = 0; i < kCount; ++i) stage(*dropped, BlobKind::chunk, noise(1000 + i, 50'000));
    store(*engine, 0, 10);
  }
  const std::uint64_t before = blocks(pack(directory.path(), 1));
  const engine::SweepReport swept = collect(*engine, [](std::size_t i) { return i < 10; });
  BOOST_TEST(swept.freed_count == 0u);
  BOOST_TEST(swept.returned_bytes > 50'000u * kCount * 8 / 10);
  BOOST_TEST(blocks(pack(directory.path(), 1)) < before);
  check(*engine, [](std::size_t i) { return i < 10; });
}

BOOST_AUTO_TEST_CASE(what_a_staging_has_not_committed_yet_stays) {
  const StoreDirectory directory;
  const auto engine = directory.open();
  const auto waiting = engine->stage();
  for (std::size_t i = 10; i < 20; ++i) stage(*waiting, BlobKind::chunk, blob(i));
  store(*engine, 0, 10);  // with this, the pack is on disk
  store(*engine, 20, kCount);
  collect(*engine, none);
  check(*engine, none);
  const auto version = engine->view()->cell(kCell).version;
  BOOST_REQUIRE((engine->publish(waiting.get(), row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
  check(*engine, [](std::size_t i) { return i >= 10 && i < 20; });
}

BOOST_AUTO_TEST_CASE(a_pack_of_which_nothing_is_left_is_removed) {
  const StoreDirectory directory;
  auto engine = directory.open(1);
  store(*engine, 0, kCount);
  store(*engine, 0, 1);
  {
    const auto extra = engine->stage();
    stage(*extra, BlobKind::chunk, noise(77, 100'000));
    const auto version = engine->view()->cell(kCell).version;
    engine->publish(extra.get(), row_commit(kCell, version, "row", ""));
  }
  BOOST_TEST(fs::exists(pack(directory.path(), 2)));
  std::uint64_t last = 1;
  while (fs::exists(pack(directory.path(), last + 1))) ++last;
  collect(*engine, none);
  for (std::uint64_t number = 1; number < last; ++number) BOOST_TEST(!fs::exists(pack(directory.path(), number)));
  BOOST_TEST(fs::exists(pack(directory.path(), last)));  // so that its number is not given out again
  check(*engine, none);
  engine = nullptr;
  engine = directory.open();
  check(*engine, none);
}

BOOST_AUTO_TEST_CASE(a_pack_that_has_another_name_gets_no_holes) {
  const StoreDirectory directory;
  const auto engine = directory.open();
  store(*engine, 0, kCount);
  fs::create_hard_link(pack(directory.path(), 1), directory.path() / "copy");
  const std::uint64_t before = blocks(directory.path() / "copy");
  const engine::SweepReport swept = collect(*engine, is_even);
  BOOST_TEST(swept.freed_count == kCount / 2);
  BOOST_TEST(swept.returned_bytes == 0u);
  BOOST_TEST(blocks(directory.path() / "copy") == before);
  check(*engine, is_even);
}

BOOST_AUTO_TEST_CASE(a_reader_keeps_what_it_saw_until_it_looks_anew) {
  const StoreDirectory directory;
  const auto engine = directory.open();
  store(*engine, 0, kCount);
  auto reader = directory.read();
  const engine::SweepReport swept = collect(*engine, is_even);
  BOOST_TEST(swept.returned_bytes == 0u);
  BOOST_TEST(swept.waiting_bytes > 0u);
  check(*reader, [](std::size_t) { return true; });
  reader->refresh();
  check(*reader, is_even);
  const std::uint64_t before = engine->stats().pack_bytes;
  store(*engine, 0, 1);  // gives back what waited
  BOOST_TEST(engine->stats().pack_bytes <= before - swept.waiting_bytes + (16u << 10));  // holes take a little room themselves
  check(*reader, is_even);
}

BOOST_AUTO_TEST_CASE(what_waits_when_the_store_is_closed_is_found_by_the_next_collection) {
  const StoreDirectory directory;
  auto engine = directory.open();
  store(*engine, 0, kCount);
  auto reader = directory.read();
  collect(*engine, is_even);
  engine = nullptr;
  engine = directory.open();
  check(*reader, [](std::size_t) { return true; });
  BOOST_TEST(collect(*engine, is_even).waiting_bytes > 0u);
  check(*reader, [](std::size_t) { return true; });
  reader = nullptr;
  BOOST_TEST(collect(*engine, is_even).returned_bytes > 0u);
  check(*engine, is_even);
}

BOOST_AUTO_TEST_CASE(a_reader_that_could_not_lock_finds_its_state_expired_and_not_damaged) {
  const StoreDirectory directory;
  const auto engine = directory.open();
  store(*engine, 0, kCount);
  fs::rename(directory.path() / "lock", directory.path() / "lock2");
  const auto reader = directory.read();
  fs::rename(directory.path() / "lock2", directory.path() / "lock");
  const auto view = reader->view();
  collect(*engine, is_even);
  BOOST_TEST((view->get_blob(BlobKind::chunk, id(0)) == blob(0)));
  BOOST_CHECK_EXCEPTION(view->get_blob(BlobKind::chunk, id(1)), Error, has_code(ErrorCode::expired));
  const std::vector<Digest> both{id(0), id(1)};
  BOOST_CHECK_EXCEPTION(view->get_many(BlobKind::chunk, both, [](std::size_t, auto) {}), Error, has_code(ErrorCode::expired));
  reader->refresh();
  check(*reader, is_even);
}

BOOST_AUTO_TEST_CASE(runs_of_blobs_lead_to_none_that_was_removed) {
  const StoreDirectory directory;
  const auto engine = directory.open();
  std::vector<Digest> ids;
  std::vector<std::vector<std::byte>> blobs;
  for (std::size_t i = 0; i < 1000; ++i) {
    blobs.push_back(noise(5000 + i, 5000));
    ids.push_back(digest_of(BlobKind::chunk, blobs.back()));
  }
  const auto staging = engine->stage();
  for (const auto& bytes : blobs) stage(*staging, BlobKind::chunk, bytes);
  BOOST_REQUIRE((engine->publish(staging.get(), row_commit(kCell, 0, "row", "")).outcome == Outcome::ok));
  {
    const auto collection = engine->begin_collection();
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (i != 700) collection->marks().mark(collection->marks().find(ids[i]).value().number);
    BOOST_TEST(collection->take_touched().empty());
    BOOST_REQUIRE(collection->condemn({}));
    BOOST_TEST(collection->sweep().freed_count == 1u);
  }
  const auto view = engine->view();
  BOOST_CHECK_EXCEPTION(view->get_many(BlobKind::chunk, ids, [](std::size_t, auto) {}), Error, has_code(ErrorCode::not_found));
  ids.erase(ids.begin() + 700);
  std::size_t seen = 0;
  view->get_many(BlobKind::chunk, ids, [&](std::size_t, auto) { ++seen; });
  BOOST_TEST(seen == ids.size());
}

BOOST_AUTO_TEST_CASE(many_thousands_are_removed_at_once) {
  const StoreDirectory directory;
  auto engine = directory.open();
  constexpr std::size_t kMany = 60'000;
  {
    const auto staging = engine->stage();
    for (std::size_t i = 0; i < kMany; ++i) stage(*staging, BlobKind::chunk, noise(1'000'000 + i, 24));
    const auto version = engine->view()->cell(kCell).version;
    BOOST_REQUIRE((engine->publish(staging.get(), row_commit(kCell, version, "row", "")).outcome == Outcome::ok));
  }
  store(*engine, 0, kCount);
  const engine::SweepReport swept = collect(*engine, is_even);
  BOOST_TEST(swept.freed_count == kMany + kCount / 2);
  check(*engine, is_even);
  engine = nullptr;
  engine = directory.open();
  check(*engine, is_even);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
