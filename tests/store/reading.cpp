// Readers: what they may not do, and what they see beside a writer.
#include <boost/test/unit_test.hpp>

#include "store/stores.h"
#include "support/writer_process.h"

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(a_reader_reads_everything) {
  on_disk([](TestStore& store) {
    Run run = store->run("argon");
    const auto file = store.write_file("f", "bytes");
    run.checkpoint(1).save("state", particles(1)).attach("file", file).tag("t").commit();
    const auto step = run.step("relax", {{"x", 1}}, [] { return 2; });
    const Store reader = Store::open(store.path(), {.read_only = true});
    const Run seen = reader.find_run("argon").value();
    BOOST_TEST((seen.restart<Particles>("state").value() == particles(1)));
    BOOST_TEST(seen.tagged("t").value().step == 1);
    BOOST_TEST(reader.read_file(seen.latest().value().artifacts.at("file")) == "bytes");
    BOOST_TEST(reader.ancestors(step.data()).size() == 2u);
    BOOST_TEST(reader.runs().size() == 1u);
    BOOST_TEST(reader.stats().checkpoint_count == 1u);
    check_clean(reader);
  });
}

BOOST_AUTO_TEST_CASE(a_reader_refuses_every_writing_call) {
  on_disk([](TestStore& store) {
    store->run("argon").step("relax", {{"x", 1}}, [] { return 2; });
    const auto file = store.write_file("f", "bytes");
    store.close();
    Store reader = Store::open(store.path(), {.read_only = true});
    const auto refused = has_code(ErrorCode::read_only);
    BOOST_CHECK_EXCEPTION(reader.run("new"), Error, refused);
    BOOST_CHECK_EXCEPTION(reader.put(1), Error, refused);
    BOOST_CHECK_EXCEPTION(reader.add(file), Error, refused);
    Run run = reader.run("argon");
    BOOST_CHECK_EXCEPTION(run.checkpoint(1).save("state", 1).commit(), Error, refused);
    BOOST_CHECK_EXCEPTION(run.step("new", {}, [] { return 1; }), Error, refused);
    BOOST_CHECK_EXCEPTION(run.add("file", file), Error, refused);
    BOOST_CHECK_EXCEPTION(run.finish(), Error, refused);
    BOOST_TEST(run.history().empty());
  });
}

BOOST_AUTO_TEST_CASE(a_reader_sees_what_is_new_when_it_refreshes) {
  on_disk([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("state", 1).commit();
    Store reader = Store::open(store.path(), {.read_only = true});
    const Run seen = reader.find_run("argon").value();
    run.checkpoint(2).save("state", std::vector<double>(20'000, 2.5)).commit();
    run.step("relax", {{"fresh", 1}}, [] { return 1; });
    store->run("new");
    reader.refresh();
    BOOST_TEST(seen.latest().value().step == 2);
    BOOST_TEST((seen.restart<std::vector<double>>("state").value() == std::vector<double>(20'000, 2.5)));
    BOOST_TEST(reader.find_run("new").has_value());
    for (const Node& node : nodes_of(reader, "kind = calculation")) BOOST_TEST(reader.links(node.uuid).size() == 3u);
  });
}

BOOST_AUTO_TEST_CASE(a_store_is_not_made_for_a_reader) {
  const TemporaryDirectory directory;
  BOOST_CHECK_EXCEPTION(Store::open(directory.path() / "absent", {.read_only = true}), Error, has_code(ErrorCode::no_store));
  BOOST_CHECK_EXCEPTION(Store::open(directory.path() / "absent", {.create = false}), Error, has_code(ErrorCode::no_store));
}

BOOST_AUTO_TEST_CASE(a_writer_process_keeps_others_out_until_it_ends) {
  on_disk([](TestStore& store) {
    store.close();
    WriterProcess writer("hold", store.path());
    BOOST_CHECK_EXCEPTION(Store::open(store.path()), Error, has_code(ErrorCode::locked));
    writer.kill();
    BOOST_CHECK_NO_THROW(Store::open(store.path()));
  });
}

BOOST_AUTO_TEST_CASE(a_reader_beside_a_writer_process_sees_whole_checkpoints) {
  on_disk([](TestStore& store) {
    store.close();
    WriterProcess writer("checkpoint", store.path(), 100'000);
    Store reader = Store::open(store.path(), {.read_only = true});
    std::uint64_t last = 0;
    for (int looks = 0; looks < 30 || last < 20; ++looks) {
      reader.refresh();
      const auto run = reader.find_run("writer");
      const auto report = run ? run->restart_report<std::int64_t>("number") : std::nullopt;
      if (!report) continue;
      BOOST_REQUIRE(report->skipped.empty());
      BOOST_REQUIRE(report->checkpoint.sequence >= last);
      last = report->checkpoint.sequence;
      BOOST_REQUIRE(static_cast<std::uint64_t>(report->value) == last);
      const auto array = reader.get<std::vector<std::int64_t>>(report->checkpoint.state.at("array"));
      BOOST_REQUIRE((array == std::vector<std::int64_t>(5000, report->value)));
    }
    writer.kill();
    const Store after = Store::open(store.path());
    BOOST_TEST(after.find_run("writer").value().latest().value().sequence >= last);
    check_clean(after);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
