// Writes that fail under an engine: what is lost with them is reported as such, and what was not lost stays.
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/resource.h>

#include "engine/engines.h"
#include "engine/records.h"

namespace cairn::test {
namespace {

using engine::BlobKind;
using engine::open_disk_engine;
using engine::Outcome;
using engine::StageResult;

constexpr engine::CellId kCell = 20, kOtherCell = 21;

// Writes that make a file longer than this fail with EFBIG, for as long as this object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

void commit(engine::Engine& engine, engine::Staging& staging, engine::CellId cell, std::uint64_t version) {
  BOOST_REQUIRE((engine.publish(&staging, row_commit(cell, version, "row", "x")).outcome == Outcome::ok));
}

// A store with one committed blob in its pack, and two stagings that hold another, which a failed write has
// lost.
struct LostBlob {
  LostBlob() {
    const auto first = engine->stage();
    stage(*first, BlobKind::chunk, noise(1, 100'000));
    commit(*engine, *first, kCell, 0);
    stage(*writer, BlobKind::chunk, lost);
    BOOST_TEST((stage(*holder, BlobKind::chunk, lost) == StageResult::existed));
    const FileSizeLimit limit(4096);
    BOOST_CHECK_EXCEPTION(engine->publish(writer.get(), row_commit(kCell, 1, "row", "2")), Error,
                          has_code(ErrorCode::io));
  }

  TemporaryDirectory directory;
  std::unique_ptr<engine::Engine> engine = open_disk_engine(directory.path() / "s", {});
  std::unique_ptr<engine::Staging> writer = engine->stage(), holder = engine->stage();
  std::vector<std::byte> lost = noise(2, 100'000);
};

// Makes the cell's header unreadable, so that a commit to the cell fails when its batch is built.
void break_cell(const std::filesystem::path& store, engine::CellId cell) {
  engine::RecordsOptions options;
  options.directory = store / "db";
  const engine::Records records(options);
  const std::string key = "cell" + format::be64_text(cell);
  BOOST_REQUIRE(records.db().Put({}, records.family(engine::Family::engine), key, "short").ok());
}

BOOST_AUTO_TEST_SUITE(failed_writes)

BOOST_AUTO_TEST_CASE(saving_again_what_was_lost_reports_the_failed_write_and_no_damage) {
  const LostBlob store;
  BOOST_CHECK_EXCEPTION(stage(*store.holder, BlobKind::chunk, store.lost), Error,
                        has_code(ErrorCode::io, "what was saved and not committed is lost"));
}

BOOST_AUTO_TEST_CASE(other_bytes_in_the_place_of_lost_ones_are_no_collision) {
  const LostBlob store;
  const auto next = store.engine->stage();
  stage(*next, BlobKind::chunk, noise(3, 100'000));
  commit(*store.engine, *next, kCell, 1);
  BOOST_CHECK_EXCEPTION(stage(*store.holder, BlobKind::chunk, store.lost), Error, has_code(ErrorCode::io));
  BOOST_TEST(store.engine->stats().collisions == 0u);
}

BOOST_AUTO_TEST_CASE(a_staging_that_begins_after_a_failed_write_saves_what_was_lost) {
  const LostBlob store;
  BOOST_CHECK_EXCEPTION(store.engine->publish(store.holder.get(), row_commit(kCell, 1, "row", "2")), Error,
                        has_code(ErrorCode::io));
  const auto next = store.engine->stage();
  BOOST_TEST((stage(*next, BlobKind::chunk, store.lost) == StageResult::added));
  commit(*store.engine, *next, kCell, 1);
  const auto bytes = store.engine->view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, store.lost));
  BOOST_TEST((bytes == store.lost));
}

BOOST_AUTO_TEST_CASE(a_blob_that_two_commits_need_is_kept_when_the_first_of_them_fails) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "s";
  open_disk_engine(path, {});
  break_cell(path, kOtherCell);
  const auto bytes = noise(1, 100'000);
  {
    const auto engine = open_disk_engine(path, {});
    const auto first = engine->stage(), second = engine->stage();
    stage(*first, BlobKind::chunk, bytes);
    BOOST_TEST((stage(*second, BlobKind::chunk, bytes) == StageResult::existed));
    // By now the bytes are durable in the pack; only the records do not know of it.
    BOOST_CHECK_THROW(engine->publish(first.get(), row_commit(kOtherCell, 0, "row", "1")), Error);
    commit(*engine, *second, kCell, 0);
  }
  const auto engine = open_disk_engine(path, {});
  BOOST_TEST((engine->view()->get_blob(BlobKind::chunk, digest_of(BlobKind::chunk, bytes)) == bytes));
  BOOST_TEST(engine->verify().empty());
}

BOOST_AUTO_TEST_CASE(after_a_commit_of_unknown_outcome_the_next_ones_say_that_nothing_was_changed) {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "s";
  {
    const auto engine = open_disk_engine(path, {});
    engine->publish(nullptr, row_commit(kCell, 0, "row", "1"));
    {
      const FileSizeLimit limit(4096);
      const engine::Commit large = row_commit(kCell, 1, "row", std::string(10'000, 'x'));
      BOOST_CHECK_EXCEPTION(engine->publish(nullptr, large), Error, has_code(ErrorCode::unknown_outcome));
    }
    for (int attempt = 0; attempt < 3; ++attempt)
      BOOST_CHECK_EXCEPTION(engine->publish(nullptr, row_commit(kCell, 1, "row", "2")), Error,
                            has_code(ErrorCode::io, "nothing was changed"));
    BOOST_TEST(engine->view()->find_row(kCell, "row").value() == "1");
  }
  const auto engine = open_disk_engine(path, {});
  BOOST_TEST(engine->view()->find_row(kCell, "row").value() == "1");
  BOOST_TEST((engine->publish(nullptr, row_commit(kCell, 1, "row", "2")).outcome == Outcome::ok));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
