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

BOOST_AUTO_TEST_CASE(a_reader_asks_about_steps) {
  on_disk([](TestStore& store) {
    const Map parameters{{"cutoff", 30}};
    const std::vector<double> large(300'000, 2.5);
    Run run = store->run("argon");
    run.step("relax", {{"x", large}}, [] { return 2; }, {.parameters = parameters});
    BOOST_CHECK_THROW(run.step("fail", {}, []() -> int { throw std::runtime_error("no"); }), std::runtime_error);
    store->run("krypton").step("reduce", {{"x", large}}, [] { return 2; });
    store->invalidate_steps({.name = "other"});
    const Store reader = Store::open(store.path(), {.read_only = true});
    const Run seen = reader.find_run("argon").value();
    BOOST_TEST(seen.attempts("relax", {{"x", large}}, {.parameters = parameters}).size() == 1u);
    BOOST_TEST(seen.attempts("relax", {{"x", 1}}).empty());
    BOOST_TEST((seen.attempts("fail", {}).at(0).end == StepEnd::failed));
    BOOST_TEST(!seen.predict_step("relax", {{"x", large}}, {.parameters = parameters}).done);
    const StepReason predicted = seen.predict_step("relax", {{"x", large}}, {.parameters = Map{{"cutoff", 40}}});
    BOOST_TEST(to_text(predicted) == "would be done because parameters.cutoff: 30 -> 40");
    BOOST_TEST(to_text(seen.predict_step("relax", {{"x", std::vector<double>(300'000, 3.5)}}, {.parameters = parameters}))
                   .starts_with("would be done because input x is "));
    BOOST_TEST(!seen.predict_step("reduce", {{"x", large}}, {.reuse = true}).done);
    BOOST_TEST(seen.steps().size() == 2u);
    BOOST_TEST(reader.step_invalidations().size() == 1u);
  });
}

BOOST_AUTO_TEST_CASE(a_prediction_stores_nothing) {
  on_disk([](TestStore& store) {
    const Run run = store->run("argon");
    const auto bytes = [&] { return store->stats().disk_bytes; };
    const std::uint64_t before = bytes();
    std::vector<std::uint64_t> large(1'000'000);
    for (std::uint64_t i = 0; i < large.size(); ++i) large[i] = i * 0x9e3779b97f4a7c15u;
    BOOST_TEST(run.predict_step("relax", {{"x", large}}).done);
    BOOST_TEST(run.attempts("relax", {{"x", large}}).empty());
    BOOST_TEST(bytes() < before + large.size());  // an eighth of it: the log of the records may grow
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

// Whatever is asked, there are as many calculations as numbers but for the first, and each number came of the one before.
BOOST_AUTO_TEST_CASE(a_reader_beside_a_writer_process_gets_answers_about_whole_transactions) {
  on_disk([](TestStore& store) {
    store.close();
    WriterProcess writer("chain", store.path(), 1'000'000);
    Store reader = Store::open(store.path(), {.read_only = true});
    std::int64_t last = -1;
    for (int looks = 0; looks < 30 || last < 20; ++looks) {
      reader.refresh();
      const NodePage newest = reader.query(
          {.filter = Filter::parse("type = number"), .order_by = "attributes.number", .descending = true, .limit = 2});
      if (newest.nodes.size() < 2) continue;
      const Uuid number = newest.nodes[0].uuid;
      const std::int64_t count = *newest.nodes[0].attributes.get_if<Map>()->find("number")->get_if<std::int64_t>();
      BOOST_REQUIRE(count >= last);
      last = count;
      const auto steps = static_cast<std::uint64_t>(count);
      BOOST_REQUIRE(reader.count(Filter::parse("type = count")) == steps);
      BOOST_REQUIRE(reader.count(Filter::parse("attributes.number >= 1")) == steps);
      BOOST_REQUIRE(reader.explain(Filter::parse("attributes.number >= 1")).source == "attributes.number");
      BOOST_REQUIRE(reader.totals(Filter::parse("type = count or type = number")).size() == 2u);
      const Reach reach = reader.reach(std::span(&number, 1), Direction::up);
      BOOST_REQUIRE(reach.size() == 2 * steps + 1);
      const std::vector<Reached> roots = reader.roots(number);
      BOOST_REQUIRE(roots.size() == 1u);
      BOOST_REQUIRE(roots[0].depth == 2 * steps);
      const Uuid first = roots[0].node.uuid, before = newest.nodes[1].uuid;
      BOOST_REQUIRE(reader.find_path(before, number)->links.size() == 2u);
      BOOST_REQUIRE(reader.common_ancestors(std::vector{before, number}).size() == 2 * steps - 1);
      BOOST_REQUIRE(reader.impact(std::span(&first, 1), {.list = false}).affected_totals.size() == 2u);
      const Closure closure = reader.closure(std::span(&before, 1));
      BOOST_REQUIRE(closure.nodes.size() == 2 * steps - 1);
      BOOST_REQUIRE(closure.inputs.size() == 1u);
    }
    writer.kill();
    const Store after = Store::open(store.path());
    BOOST_TEST(after.count(Filter::parse("type = count")) >= static_cast<std::uint64_t>(last));
    check_clean(after);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
