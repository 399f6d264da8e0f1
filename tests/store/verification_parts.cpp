// Verifying a part of a store: by time, by id, a sample, the structure alone; beside a writer; and what is no damage.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <limits>
#include <set>
#include <thread>

#include "format/records.h"
#include "object/objects.h"
#include "store/damage.h"
#include "store/purges.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using engine::BlobKind;
using engine::Family;
using Array = std::vector<std::int64_t>;

// Large enough for chunks in a pack, and different for each number.
Array array_of(std::int64_t number) {
  Array array(20'000);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = (number + 1) * 0x9e3779b97f4a7c1 * static_cast<std::int64_t>(i + 1);
  return array;
}

struct Contents {
  CheckpointId first, second;
  ObjectId first_array, second_array, small, loose;
  Timestamp between{};
  Uuid node;  // has `loose` as its content
};

Contents fill(Store& store) {
  Contents held;
  Run run = store.run("argon");
  held.first = run.checkpoint(1).save("array", array_of(1)).save("small", 1).commit().id;
  held.first_array = run.latest()->state.at("array");
  held.between = run.latest()->time + std::chrono::nanoseconds(1);
  held.second = run.checkpoint(2).save("array", array_of(2)).save("small", 1).commit().id;
  held.second_array = run.latest()->state.at("array");
  held.small = run.latest()->state.at("small");
  held.loose = store.put(array_of(3));
  held.node = nodes_of(store, "kind = data").back().uuid;
  return held;
}

// A way to damage a closed store, and what verify must then say of it.
struct DamageCase {
  std::string name;
  std::function<void(const std::filesystem::path&, const Contents&)> damage;
  std::string kind;       // of a finding
  bool is_structure;      // found without reading data
  bool of_first, of_second;  // affects these checkpoints
};

const std::vector<DamageCase>& damage_cases() {
  const auto remove_digest = [](const std::filesystem::path& path, const Digest& digest) {
    edit_records(path, [&](engine::Records& records) {
      BOOST_REQUIRE(records.db().Delete({}, records.family(Family::digest), engine::digest_key(digest)).ok());
    });
  };
  static const std::vector<DamageCase> cases = {
      {"a bit of a chunk", [](const auto& path, const Contents& held) { damage_chunk_of(path, held.second_array); }, "chunk", false,
       false, true},
      {"a bit of an object", [](const auto& path, const Contents& held) { damage_blob(path, held.small.digest); }, "object", true, true,
       true},
      {"a bit of a checkpoint", [](const auto& path, const Contents& held) { damage_blob(path, held.first.digest); }, "checkpoint", true,
       true, false},
      {"a missing object", [=](const auto& path, const Contents& held) { remove_digest(path, held.second_array.digest); }, "checkpoint",
       true, false, true},
      {"a missing chunk",
       [=](const auto& path, const Contents& held) {
         remove_digest(path, chunk_of(path, BlobKind::object, held.first_array.digest));
       },
       "chunk_list", true, true, false},
      {"a missing row",
       [](const auto& path, const Contents&) {
         edit_records(path, [](engine::Records& records) {
           const std::string key = format::be64_text(format::kFirstRunCell) + format::row::by_step(2, 2);
           BOOST_REQUIRE(records.db().Delete({}, records.family(Family::cell), key).ok());
         });
       },
       "checkpoint", true, false, true},
  };
  return cases;
}

bool has_kind(const VerifyReport& report, std::string_view kind) {
  for (const Damage& damage : report.damage)
    if (damage.kind == kind) return true;
  for (const Damage& damage : report.damage) BOOST_TEST_MESSAGE(damage.kind << " " << damage.id << ": " << damage.problem);
  return false;
}

std::string affected(const VerifyReport& report) {
  std::string text;
  for (const Damage& damage : report.damage)
    for (const std::string& what : damage.affected) text += what + "\n";
  return text;
}

void expect_clean(const VerifyReport& report, std::string_view what = "") {
  for (const Damage& damage : report.damage) BOOST_ERROR(what << " found " << damage.kind << " " << damage.id << ": " << damage.problem);
}

Named checkpoint(const CheckpointId& id) { return {"checkpoint", id.digest, {}}; }

// Removes a digest, as a collection does, and notes a purge of another if there is one.
void remove_blobs(const std::filesystem::path& path, const std::vector<Digest>& digests, const std::optional<Digest>& purged = {}) {
  edit_records(path, [&](engine::Records& records) {
    for (const Digest& digest : digests)
      BOOST_REQUIRE(records.db().Delete({}, records.family(Family::digest), engine::digest_key(digest)).ok());
    if (purged) BOOST_REQUIRE(records.db().Put({}, records.family(Family::claim), format::claim::purged(*purged), "").ok());
  });
}

// All blobs below an object, itself among them.
std::vector<Digest> blobs_below(const std::filesystem::path& path, const ObjectId& object) {
  const auto engine = engine::open_disk_engine(path, {.read_only = true});
  std::unordered_set<Digest> seen;
  object::walk_closure(*engine->view(), {BlobKind::object, object.digest}, seen, [](const auto&) { return true; });
  return {seen.begin(), seen.end()};
}

BOOST_AUTO_TEST_SUITE(verification_parts)

BOOST_AUTO_TEST_CASE(each_damage_is_found_by_each_way_to_look_that_comes_to_it) {
  for (const DamageCase& one : damage_cases())
    on_disk([&](TestStore& store) {
      BOOST_TEST_CONTEXT(one.name) {
        const Contents held = fill(*store);
        store.close();
        one.damage(store.path(), held);
        store.reopen();
        BOOST_TEST(has_kind(store->verify(), one.kind));
        BOOST_TEST(has_kind(store->verify({.threads = 3}), one.kind));
        BOOST_TEST(store->verify({.read_data = false}).damage.empty() != one.is_structure);
        BOOST_TEST(has_kind(store->verify({.since = Timestamp()}), one.kind));
        BOOST_TEST(store->verify({.since = held.between}).damage.empty() != one.of_second);
        BOOST_TEST(store->verify({.only = {checkpoint(held.first)}}).damage.empty() != one.of_first);
        BOOST_TEST(store->verify({.only = {checkpoint(held.second)}}).damage.empty() != one.of_second);
        BOOST_TEST(!store->verify({.only = {checkpoint(held.first), checkpoint(held.second)}}).damage.empty());
        BOOST_TEST(store->verify({.only = {{"node", {}, held.node}}}).damage.empty());
        const std::string lost = affected(store->verify());
        BOOST_TEST((lost.find("step 1") != std::string::npos) == one.of_first);
        BOOST_TEST((lost.find("step 2") != std::string::npos) == one.of_second);
      }
    });
}

BOOST_AUTO_TEST_CASE(a_reader_finds_the_same) {
  on_disk([](TestStore& store) {
    const Contents held = fill(*store);
    store.close();
    expect_clean(Store::open(store.path(), {.read_only = true}).verify({.threads = 2}));
    damage_chunk_of(store.path(), held.second_array);
    const Store reader = Store::open(store.path(), {.read_only = true});
    BOOST_TEST(has_kind(reader.verify(), "chunk"));
    BOOST_TEST(affected(reader.verify()).find("step 2") != std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(a_part_reads_what_it_needs_and_no_more) {
  for_each_store([](TestStore& store) {
    const Contents held = fill(*store);
    const VerifyReport all = store->verify(), first = store->verify({.only = {checkpoint(held.first)}}),
                       object = store->verify({.only = {{"object", held.loose.digest, {}}}});
    for (const VerifyReport& report : {all, first, object}) expect_clean(report);
    BOOST_TEST(all.blobs_read == all.blob_count);
    BOOST_TEST(first.checkpoint_count == 1u);
    BOOST_TEST(first.blobs_read == first.blob_count);
    BOOST_TEST(first.bytes_read > 160'000u);
    BOOST_TEST(first.bytes_read < all.bytes_read / 2);
    BOOST_TEST(object.checkpoint_count == 0u);
    BOOST_TEST(object.bytes_read > 160'000u);
    const VerifyReport structure = store->verify({.read_data = false, .only = {checkpoint(held.first)}});
    BOOST_TEST(structure.bytes_read < 20'000u);
    BOOST_TEST(structure.blob_count == first.blob_count);
    const VerifyReport node = store->verify({.only = {{"node", {}, held.node}}});
    BOOST_TEST(node.node_count == 1u);
    BOOST_TEST(node.blobs_read == object.blobs_read);
  });
}

BOOST_AUTO_TEST_CASE(since_a_moment_means_what_was_made_then_or_later) {
  for_each_store([](TestStore& store) {
    const Contents held = fill(*store);
    BOOST_TEST(store->verify({.since = held.between}).checkpoint_count == 1u);
    BOOST_TEST(store->verify({.since = Timestamp()}).checkpoint_count == 2u);
    const VerifyReport later = store->verify({.since = Timestamp::max()});
    BOOST_TEST(later.blobs_read == 0u);
    BOOST_TEST(later.checkpoint_count == 0u);
    BOOST_TEST(later.node_count == 0u);
    BOOST_TEST(store->verify({.since = held.between, .only = {checkpoint(held.first)}}).checkpoint_count == 0u);
  });
}

BOOST_AUTO_TEST_CASE(a_sample_is_another_part_each_time) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    for (std::int64_t step = 0; step < 5; ++step) run.checkpoint(step).save("array", array_of(step)).commit();
    const std::uint64_t all = store->verify().blobs_read;
    BOOST_REQUIRE(all > 80u);
    std::set<std::uint64_t> bytes;
    for (int i = 0; i < 10; ++i) {
      const VerifyReport report = store->verify({.sample = 0.5});
      expect_clean(report);
      BOOST_TEST(report.blob_count == all);
      BOOST_TEST(report.blobs_read > all / 5);  // farther off in one of 10^9
      BOOST_TEST(report.blobs_read < all - all / 5);
      bytes.insert(report.bytes_read);
    }
    BOOST_TEST(bytes.size() > 1u);
    BOOST_TEST(store->verify({.sample = 0}).blobs_read == 0u);
    BOOST_TEST(store->verify({.sample = 1}).blobs_read == all);
    const Named latest = checkpoint(run.latest()->id);
    const VerifyReport part = store->verify({.sample = 0, .only = {latest}});
    BOOST_TEST(part.blobs_read < 5u);  // what names the chunks is read all the same
    BOOST_TEST(part.blob_count > 10u);
  });
}

BOOST_AUTO_TEST_CASE(damage_is_found_by_about_as_many_samples_as_are_large) {
  on_disk([](TestStore& store) {
    const Contents held = fill(*store);
    store.close();
    damage_chunk_of(store.path(), held.second_array);
    store.reopen();
    int found = 0;
    for (int i = 0; i < 100; ++i)
      if (!store->verify({.sample = 0.5}).damage.empty()) ++found;
    BOOST_TEST(found > 20);
    BOOST_TEST(found < 80);
  });
}

BOOST_AUTO_TEST_CASE(options_that_are_wrong_are_refused) {
  for_each_store([](TestStore& store) {
    const Contents held = fill(*store);
    for (const double sample : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
      BOOST_CHECK_EXCEPTION(store->verify({.sample = sample}), Error, has_code(ErrorCode::invalid_argument));
    BOOST_CHECK_EXCEPTION(store->verify({.only = {{"chunk", held.small.digest, {}}}}), Error, has_code(ErrorCode::invalid_argument));
  });
}

BOOST_AUTO_TEST_CASE(what_is_named_and_not_there_is_a_finding) {
  for_each_store([](TestStore& store) {
    fill(*store);
    for (const std::string kind : {"object", "artifact", "checkpoint", "node"}) {
      const VerifyReport report = store->verify({.only = {{kind, {}, Uuid{}}}});
      BOOST_REQUIRE(report.damage.size() == 1u);
      BOOST_TEST(report.damage[0].kind == kind);
    }
  });
}

BOOST_AUTO_TEST_CASE(progress_ends_with_what_was_read_and_may_end_it) {
  for_each_store([](TestStore& store) {
    const Contents held = fill(*store);
    for (const auto& only : {std::vector<Named>(), std::vector<Named>{checkpoint(held.first)}}) {
      std::uint64_t done = 0, total = 0;
      const VerifyReport report = store->verify({.only = only, .progress = [&](std::uint64_t now, std::uint64_t all) {
                                                   BOOST_TEST(now >= done);
                                                   done = now;
                                                   total = all;
                                                 }});
      BOOST_TEST(done == report.blobs_read);
      BOOST_TEST(total == done);
    }
    const auto stop = [](std::uint64_t, std::uint64_t) { throw Error(ErrorCode::cancelled, "enough"); };
    BOOST_CHECK_EXCEPTION(store->verify({.progress = stop}), Error, has_code(ErrorCode::cancelled));
  });
}

BOOST_AUTO_TEST_CASE(what_was_purged_is_no_damage_nor_is_what_is_missing_below_it) {
  for (const bool is_purged : {true, false})
    on_disk([&](TestStore& store) {
      const Contents held = fill(*store);
      store.close();
      std::vector<Digest> gone = blobs_below(store.path(), held.second_array);
      const std::vector<Digest> others = blobs_below(store.path(), held.first_array);  // which need the same schemas, if any
      std::erase_if(gone, [&](const Digest& digest) { return std::ranges::find(others, digest) != others.end(); });
      for (const bool has_root : {true, false}) {  // a collection comes to the chunks first, then to what names them
        std::vector<Digest> now = gone;
        if (has_root) std::erase(now, held.second_array.digest);
        remove_blobs(store.path(), now, is_purged ? std::optional(held.second_array.digest) : std::nullopt);
        store.reopen();
        const VerifyReport report = store->verify(), part = store->verify({.only = {checkpoint(held.second)}});
        if (is_purged) {
          expect_clean(report, "of all");
          expect_clean(part, "of a part");
        } else {
          BOOST_TEST(!report.damage.empty());
          BOOST_TEST(!part.damage.empty());
          BOOST_TEST(affected(report).find("step 2") != std::string::npos);
        }
        store.close();
      }
    });
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_was_purged_is_no_damage) {
  on_disk([](TestStore& store) {
    const Contents held = fill(*store);
    store.close();
    remove_blobs(store.path(), {held.second.digest, held.second_array.digest}, held.second.digest);
    store.reopen();
    const VerifyReport report = store->verify();
    expect_clean(report);
    BOOST_TEST(report.checkpoint_count == 2u);
    expect_clean(store->verify({.only = {checkpoint(held.second)}}));
  });
}

// Stages the array, and has it named by a row if so asked; returns the object.
ObjectId put_beside(const std::filesystem::path& path, std::int64_t number, bool is_named) {
  const auto engine = engine::open_disk_engine(path, {});
  const auto staging = engine->stage();
  const ObjectId id = object::write_object(*staging, encodable(array_of(number)));
  engine::Commit commit;
  commit.cell = format::kGroupCell;
  commit.guard.version = engine->view()->cell(commit.cell).version;
  commit.guard.epoch = engine->view()->cell(commit.cell).epoch;
  commit.id = Uuid::generate();
  if (is_named) {
    format::GroupRecord group;
    group.name = "g";
    const auto extras = object::write_object_bytes(*staging, encodable(Map{{Value("of"), Value(id)}}));
    group.extras.assign(reinterpret_cast<const char*>(extras.data()), extras.size());
    commit.edit.rows.push_back({format::row::group("g"), format::encode_group(group)});
  }
  BOOST_REQUIRE((engine->publish(staging.get(), commit).outcome == engine::Outcome::ok));
  return id;
}

BOOST_AUTO_TEST_CASE(what_nothing_needs_may_name_what_is_gone) {
  for (const bool is_named : {false, true})
    on_disk([&](TestStore& store) {
      fill(*store);
      store.close();
      const ObjectId id = put_beside(store.path(), 7, is_named);
      store.reopen();
      expect_clean(store->verify());
      store.close();
      remove_blobs(store.path(), {chunk_of(store.path(), BlobKind::object, id.digest)});
      store.reopen();
      BOOST_TEST(store->verify().damage.empty() != is_named);
    });
}

BOOST_AUTO_TEST_CASE(what_lies_deep_is_traced_to_the_checkpoint) {
  on_disk([](TestStore& store) {
    ObjectId inner = store->put(array_of(9));
    const ObjectId deepest = inner;
    for (int depth = 0; depth < 30; ++depth) inner = store->put(Value(List{Value(inner), Value(depth)}));
    store->run("argon").checkpoint(1).save("nested", inner).commit();
    store->run("neon").checkpoint(1).save("other", 1).commit();
    store.close();
    damage_chunk_of(store.path(), deepest);
    store.reopen();
    const VerifyReport report = store->verify();
    BOOST_REQUIRE(report.damage.size() == 1u);
    BOOST_REQUIRE(report.damage[0].affected.size() == 1u);
    BOOST_TEST(report.damage[0].affected[0].starts_with("run argon checkpoint"));
  });
}

BOOST_AUTO_TEST_CASE(forks_of_what_is_damaged_are_affected_too) {
  on_disk([](TestStore& store) {
    const Contents held = fill(*store);
    store->run("argon").fork("what-if", {.at = held.first}).checkpoint(5).save("small", 2).commit();
    store.close();
    damage_chunk_of(store.path(), held.first_array);
    store.reopen();
    const std::string lost = affected(store->verify());
    BOOST_TEST(lost.find("run argon") != std::string::npos);
    BOOST_TEST(lost.find("run what-if") != std::string::npos);
    BOOST_TEST(lost.find("step 5") == std::string::npos);
  });
}

BOOST_AUTO_TEST_CASE(numbers_that_were_given_out_before_are_reported) {
  const auto verify_with = [](const std::string& row, std::uint64_t value) {
    VerifyReport report;
    on_disk([&](TestStore& store) {
      fill(*store);
      store.close();
      edit_records(store.path(), [&](engine::Records& records) {
        const std::string key = format::be64_text(format::kRootCell) + row;
        BOOST_REQUIRE(records.db().Put({}, records.family(Family::cell), key, format::be64_text(value)).ok());
      });
      report = Store::open(store.path(), {.read_only = true}).verify();
    });
    return report;
  };
  BOOST_TEST(has_kind(verify_with(format::row::next_node(), 1), "row"));
  BOOST_TEST(has_kind(verify_with(format::row::next_cell(), format::kFirstRunCell), "row"));
  expect_clean(verify_with(format::row::next_node(), 1000));
}

BOOST_AUTO_TEST_CASE(a_writer_that_commits_meanwhile_is_no_damage) {
  for_each_store([](TestStore& store) {
    fill(*store);
    std::atomic<bool> is_over = false;
    std::atomic<std::int64_t> committed = 0;
    std::thread writer([&] {
      Run run = store->run("beside");
      for (std::int64_t step = 0; !is_over; committed = ++step) {
        run.checkpoint(step).save("array", Array(1000, step)).commit();
        if (step % 8 == 0) run.checkpoint(step).save("large", array_of(step)).commit();
      }
    });
    for (int i = 0; i < 10 || committed < 10; ++i) expect_clean(store->verify({.threads = 2}));
    if (store.on_disk()) {
      for (int i = 0; i < 5; ++i) expect_clean(Store::open(store.path(), {.read_only = true}).verify());
    }
    is_over = true;
    writer.join();
    BOOST_TEST(store->run("beside").history().size() >= 10u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
