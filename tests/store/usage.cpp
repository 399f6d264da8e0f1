// Where the bytes are: by run, type and artifact, how a run grows, and what nothing needs.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "object/objects.h"
#include "store/blob_totals.h"
#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using Array = std::vector<std::int64_t>;

constexpr std::size_t kArrayBytes = 20'000 * sizeof(std::int64_t);

Array array_of(std::int64_t number) {
  Array array(20'000);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = (number + 1) * 0x9e3779b97f4a7c1 * static_cast<std::int64_t>(i + 1);
  return array;
}

const UsageTotal& total_of(const std::vector<UsageTotal>& totals, std::string_view name) {
  const auto found = std::ranges::find(totals, name, &UsageTotal::name);
  BOOST_REQUIRE_MESSAGE(found != totals.end(), "nothing is called " << name);
  return *found;
}

// With what names them, and what a conflict may have left.
bool is_about(std::uint64_t bytes, std::uint64_t expected) { return bytes >= expected && bytes < expected + expected / 10 + 2000; }

BOOST_AUTO_TEST_SUITE(usage)

BOOST_AUTO_TEST_CASE(an_empty_store_uses_nothing) {
  for_each_store([](TestStore& store) {
    const StoreUsage usage = store->usage();
    BOOST_TEST(usage.runs.empty());
    BOOST_TEST(usage.types.empty());
    BOOST_TEST(usage.artifacts.empty());
    BOOST_TEST(usage.garbage_bytes == 0u);
  });
}

BOOST_AUTO_TEST_CASE(runs_count_what_they_need_largest_first) {
  for_each_store([](TestStore& store) {
    Run small = store->run("small"), large = store->run("large");
    small.checkpoint(1).save("array", array_of(1)).commit();
    for (std::int64_t step = 1; step <= 3; ++step) large.checkpoint(step).save("array", array_of(step)).save("again", array_of(1)).commit();
    store->put(array_of(9));
    const StoreUsage usage = store->usage();
    BOOST_REQUIRE(usage.runs.size() == 3u);
    BOOST_TEST(usage.runs[0].name == "large");
    BOOST_TEST(usage.runs[0].count == 3u);
    BOOST_TEST(is_about(usage.runs[0].logical_bytes, 6 * kArrayBytes));
    BOOST_TEST(is_about(usage.runs[0].stored_bytes, 3 * kArrayBytes));
    const UsageTotal& one = total_of(usage.runs, "small");
    BOOST_TEST(one.count == 1u);
    BOOST_TEST(is_about(one.stored_bytes, kArrayBytes));  // which the other one has, too
    const UsageTotal& none = total_of(usage.runs, "");
    BOOST_TEST(none.count == 1u);
    BOOST_TEST(is_about(none.stored_bytes, kArrayBytes));
    BOOST_TEST(is_about(usage.garbage_bytes, 0));
  });
}

BOOST_AUTO_TEST_CASE(what_a_run_recorded_counts_with_it) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.step("make", {}, [] { return array_of(4); });
    const CheckpointId id = run.checkpoint(1).save("small", 1).commit().id;
    run.put_writes(id, "task", {{"channel", Value(Bytes(200'000, std::byte{3}))}});
    const StoreUsage usage = store->usage();
    BOOST_TEST(total_of(usage.runs, "argon").logical_bytes >= kArrayBytes + 200'000);
    BOOST_TEST(is_about(usage.garbage_bytes, 0));
  });
}

BOOST_AUTO_TEST_CASE(a_fork_counts_what_it_has_of_its_parent) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("array", array_of(1)).commit();
    run.fork("what-if").checkpoint(2).save("array", array_of(2)).commit();
    const StoreUsage usage = store->usage();
    BOOST_TEST(total_of(usage.runs, "what-if").count == 2u);
    BOOST_TEST(is_about(total_of(usage.runs, "what-if").stored_bytes, 2 * kArrayBytes));
    BOOST_TEST(is_about(total_of(usage.runs, "argon").stored_bytes, kArrayBytes));
  });
}

BOOST_AUTO_TEST_CASE(types_count_data_nodes_and_what_they_share_once) {
  for_each_store([](TestStore& store) {
    store->put(array_of(1));
    store->put(array_of(2));
    store->put(particles(1));
    Run run = store->run("argon");
    run.step("copy", {}, [] { return array_of(1); });
    const StoreUsage usage = store->usage();
    BOOST_REQUIRE(usage.types.size() == 2u);
    BOOST_TEST(usage.types[0].count == 3u);
    BOOST_TEST(is_about(usage.types[0].logical_bytes, 3 * kArrayBytes));
    BOOST_TEST(is_about(usage.types[0].stored_bytes, 2 * kArrayBytes));
    BOOST_TEST(usage.types[1].count == 1u);
    BOOST_TEST(usage.types[1].name == nodes_of(*store, "kind = data")[2].type);
  });
}

BOOST_AUTO_TEST_CASE(artifacts_count_by_label_or_by_their_own_name) {
  for_each_store([](TestStore& store) {
    std::string bytes(100'000, 'x');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i * 2654435761u >> 13);
    const auto file = store.write_file("frames", bytes), other = store.write_file("small", "x");
    store->add(file);
    store->add(other);
    Run run = store->run("argon");
    run.checkpoint(1).attach("trajectory", file).commit();
    run.checkpoint(2).attach("trajectory", file).commit();
    Transaction transaction = store->transaction();
    transaction.add({.type = "file", .label = "labelled", .content = store->add(file).id});
    transaction.commit();
    const StoreUsage usage = store->usage();
    BOOST_TEST(total_of(usage.artifacts, "trajectory").count == 2u);
    BOOST_TEST(total_of(usage.artifacts, "labelled").count == 1u);
    BOOST_TEST(is_about(total_of(usage.artifacts, "trajectory").logical_bytes, 200'000));
    BOOST_TEST(total_of(usage.artifacts, "trajectory").stored_bytes < 110'000u);
    BOOST_TEST(total_of(usage.artifacts, "frames").count == 1u);
    BOOST_TEST(usage.artifacts.back().name == "small");
  });
}

BOOST_AUTO_TEST_CASE(of_artifacts_the_largest_hundred_are_listed) {
  TestStore store(store_kinds().front());
  for (int i = 0; i < 120; ++i) store->add(store.write_file("file" + std::to_string(i), std::string(static_cast<std::size_t>(100 + i), 'x')));
  const StoreUsage usage = store->usage();
  BOOST_TEST(usage.artifacts.size() == 100u);
  BOOST_TEST(usage.artifacts.front().name == "file119");
}

BOOST_AUTO_TEST_CASE(what_nothing_refers_to_is_garbage) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (std::int64_t step = 1; step <= 3; ++step) run.checkpoint(step).save("array", array_of(step)).commit();
    BOOST_TEST(is_about(store->usage().garbage_bytes, 0));
    run.prune({.last = 1});
    BOOST_TEST(is_about(store->usage().garbage_bytes, 2 * kArrayBytes));
  });
}

BOOST_AUTO_TEST_CASE(a_run_grows_by_what_no_older_checkpoint_has) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Array array = array_of(1);
    run.checkpoint(10).save("array", array).commit();
    run.checkpoint(20).save("array", array).save("small", 1).commit();
    array[7] = 0;
    run.checkpoint(30).save("array", array).save("other", array_of(2)).commit();
    const auto growth = store->growth("argon");
    BOOST_REQUIRE(growth.size() == 3u);
    BOOST_TEST(growth[0].sequence == 1u);
    BOOST_TEST(growth[0].step == 10);
    BOOST_TEST((growth[0].time == run.at(10)->time));
    BOOST_TEST(growth[0].logical_bytes == growth[0].new_bytes);
    BOOST_TEST(is_about(growth[0].new_bytes, kArrayBytes));
    BOOST_TEST(is_about(growth[1].logical_bytes, kArrayBytes));
    BOOST_TEST(growth[1].new_bytes < 1000u);
    BOOST_TEST(growth[1].new_bytes > 0u);
    BOOST_TEST(is_about(growth[2].logical_bytes, 2 * kArrayBytes));
    BOOST_TEST(growth[2].new_bytes > kArrayBytes);
    BOOST_TEST(growth[2].new_bytes < kArrayBytes + 40'000);
  });
}

BOOST_AUTO_TEST_CASE(a_fork_grows_from_its_parents_first_checkpoint_on) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    run.checkpoint(1).save("array", array_of(1)).commit();
    run.fork("what-if").checkpoint(2).save("array", array_of(1)).commit();
    const auto growth = store->growth("what-if");
    BOOST_REQUIRE(growth.size() == 2u);
    BOOST_TEST(is_about(growth[0].new_bytes, kArrayBytes));
    BOOST_TEST(growth[1].new_bytes == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_run_without_checkpoints_has_not_grown_and_no_run_is_not_found) {
  for_each_store([](TestStore& store) {
    store->run("argon");
    BOOST_TEST(store->growth("argon").empty());
    BOOST_CHECK_EXCEPTION(store->growth("neon"), Error, has_code(ErrorCode::not_found));
  });
}

BOOST_AUTO_TEST_CASE(what_is_damaged_counts_for_nothing) {
  on_disk([](TestStore& store) {
    const CheckpointId first = store->run("argon").checkpoint(1).save("array", array_of(1)).commit().id;
    store->run("argon").checkpoint(2).save("array", array_of(2)).commit();
    store.close();
    damage_blob(store.path(), first.digest);
    const Store reader = Store::open(store.path(), {.read_only = true});
    const auto growth = reader.growth("argon");
    BOOST_REQUIRE(growth.size() == 2u);
    BOOST_TEST(growth[0].logical_bytes == 0u);
    BOOST_TEST(is_about(growth[1].new_bytes, kArrayBytes));
    BOOST_TEST(is_about(total_of(reader.usage().runs, "argon").logical_bytes, kArrayBytes));
  });
}

BOOST_AUTO_TEST_CASE(what_is_shared_again_and_again_counts_as_often_and_is_read_once) {
  TestStore store(store_kinds().front());
  ObjectId inner = store->put(Value(std::string(1000, 'x')));
  for (int depth = 0; depth < 80; ++depth) inner = store->put(Value(List{Value(inner), Value(inner)}));  // 2^80 in all
  store->run("argon").checkpoint(1).save("nested", inner).commit();
  const auto growth = store->growth("argon");
  BOOST_REQUIRE(growth.size() == 1u);
  BOOST_TEST(growth[0].logical_bytes == UINT64_MAX);
  BOOST_TEST(growth[0].new_bytes < 20'000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
