// Writes that fail under an engine: what is lost with them is reported as such, and what was not lost stays.
#include <boost/test/unit_test.hpp>

#include <signal.h>
#include <sys/resource.h>

#include "engine/engines.h"

namespace cairn::test {
namespace {

using engine::BlobKind;
using engine::open_disk_engine;
using engine::Outcome;
using engine::StageResult;

constexpr engine::CellId kCell = 20;

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

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
