// Verify: silent about a whole store, and about a damaged one it says what is wrong and what that affects.
#include <boost/test/unit_test.hpp>

#include "format/records.h"
#include "store/damage.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

using engine::Family;
using Array = std::vector<std::int64_t>;

Array large_array() { return Array(5000, 0x0123456789abcdef); }

// Ids of what the store of these tests holds.
struct Contents {
  CheckpointId first, second;
  ObjectId small, large;  // states of both, and of the second checkpoint
  ArtifactId artifact;    // of both
  Uuid process, data;
};

Contents fill(TestStore& store) {
  Run run = store->run("argon");
  Contents held;
  const auto file = store.write_file("f", std::string(9000, 'f'));
  held.first = run.checkpoint(1).save("small", particles(1)).attach("file", file).commit().id;
  held.second = run.checkpoint(2).save("small", particles(1)).save("large", large_array()).attach("file", file).tag("t").commit().id;
  const Checkpoint newest = run.latest().value();
  held.small = newest.state.at("small");
  held.large = newest.state.at("large");
  held.artifact = newest.artifacts.at("file");
  const auto step = run.step("relax", {{"x", 1}}, [] { return 2; });
  held.process = step.process();
  held.data = step.data();
  return held;
}

// Damages a filled store and returns what verify then says.
VerifyReport verify_after(const std::function<void(const std::filesystem::path&, const Contents&)>& damage) {
  VerifyReport report;
  on_disk([&](TestStore& store) {
    const Contents held = fill(store);
    store.close();
    damage(store.path(), held);
    store.reopen();
    report = store->verify();
  });
  return report;
}

// As verify_after, with one row removed from, or put into, a family.
VerifyReport verify_without(Family family, const std::function<std::string(const Contents&)>& key) {
  return verify_after([&](const std::filesystem::path& path, const Contents& held) {
    edit_records(path, [&](engine::Records& records) {
      std::string before;
      BOOST_REQUIRE(records.db().Get({}, records.family(family), key(held), &before).ok());
      BOOST_REQUIRE(records.db().Delete({}, records.family(family), key(held)).ok());
    });
  });
}

VerifyReport verify_with(Family family, const std::string& key, const std::string& value) {
  return verify_after([&](const std::filesystem::path& path, const Contents&) {
    edit_records(path, [&](engine::Records& records) { BOOST_REQUIRE(records.db().Put({}, records.family(family), key, value).ok()); });
  });
}

// True if some damage is of the kind and its problem holds `text`; prints all of it otherwise.
bool reports(const VerifyReport& report, std::string_view kind, std::string_view text) {
  for (const Damage& damage : report.damage)
    if (damage.kind == kind && damage.problem.find(text) != std::string::npos) return true;
  for (const Damage& damage : report.damage) BOOST_TEST_MESSAGE(damage.kind << " " << damage.id << ": " << damage.problem);
  return false;
}

std::string affected(const VerifyReport& report, std::string_view kind) {
  std::string text;
  for (const Damage& damage : report.damage)
    if (damage.kind == kind)
      for (const std::string& what : damage.affected) text += what + "\n";
  return text;
}

std::string row_key(const std::string& key) { return format::be64_text(format::kFirstRunCell) + key; }

BOOST_AUTO_TEST_SUITE(verification)

BOOST_AUTO_TEST_CASE(a_whole_store_has_no_damage_and_everything_is_counted) {
  for_each_store([](TestStore& store) {
    fill(store);
    store.reopen();
    std::uint64_t done = 0, total = 0;
    const VerifyReport report = store->verify({.progress = [&](std::uint64_t now, std::uint64_t all) { done = now; total = all; }});
    BOOST_TEST(report.damage.empty());
    BOOST_TEST(report.checkpoint_count == 2u);
    BOOST_TEST(report.node_count == 4u);
    BOOST_TEST(report.link_count == 3u);
    BOOST_TEST(report.blob_count > 6u);
    BOOST_TEST(report.bytes_read > 9000u);
    BOOST_TEST(done == report.blob_count);
    BOOST_TEST(total == report.blob_count);
  });
}

BOOST_AUTO_TEST_CASE(without_reading_data_the_structure_is_verified) {
  for_each_store([](TestStore& store) {
    fill(store);
    const VerifyReport report = store->verify({.read_data = false});
    BOOST_TEST(report.damage.empty());
    BOOST_TEST(report.bytes_read < store->verify().bytes_read);
  });
}

BOOST_AUTO_TEST_CASE(an_empty_store_is_whole) {
  for_each_store([](TestStore& store) { BOOST_TEST(store->verify().damage.empty()); });
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_a_pack_affects_the_checkpoints_that_need_the_chunk) {
  const auto report = verify_after([](const auto& path, const Contents& held) { damage_chunk_of(path, held.large); });
  BOOST_TEST(reports(report, "chunk", ""));
  BOOST_TEST(affected(report, "chunk").find("step 2") != std::string::npos);
  BOOST_TEST(affected(report, "chunk").find("step 1") == std::string::npos);
  const auto both = verify_after([](const auto& path, const Contents& held) { damage_chunk_of(path, held.artifact); });
  BOOST_TEST(affected(both, "chunk").find("step 2") != std::string::npos);
  BOOST_TEST(affected(both, "chunk").find("step 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_beside_the_records_affects_what_needs_the_object) {
  const auto report = verify_after([](const auto& path, const Contents& held) { damage_blob(path, held.small.digest); });
  BOOST_TEST(reports(report, "object", ""));
  BOOST_TEST(affected(report, "object").find("number 1") != std::string::npos);
  BOOST_TEST(affected(report, "object").find("number 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_damaged_checkpoint_is_reported_once) {
  const auto report = verify_after([](const auto& path, const Contents& held) { damage_blob(path, held.first.digest); });
  BOOST_TEST(reports(report, "checkpoint", ""));
  BOOST_TEST(std::count_if(report.damage.begin(), report.damage.end(), [](const Damage& d) { return d.kind == "checkpoint"; }) == 1);
  BOOST_TEST(affected(report, "checkpoint").find("step 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_blob_is_reported_by_what_names_it) {
  const auto digest = [](const Digest& id) { return std::string(engine::digest_key(id)); };
  const auto object = verify_without(Family::digest, [&](const Contents& held) { return digest(held.large.digest); });
  BOOST_TEST(reports(object, "checkpoint", "missing"));
  BOOST_TEST(affected(object, "checkpoint").find("step 2") != std::string::npos);
  BOOST_TEST(affected(object, "checkpoint").find("step 1") == std::string::npos);
  const auto artifact = verify_without(Family::digest, [&](const Contents& held) { return digest(held.artifact.digest); });
  BOOST_TEST(affected(artifact, "checkpoint").find("step 1") != std::string::npos);
  const auto chunk = verify_after([&](const auto& path, const Contents& held) {
    const std::string key = digest(chunk_of(path, engine::BlobKind::object, held.large.digest));
    edit_records(path, [&](engine::Records& records) { BOOST_REQUIRE(records.db().Delete({}, records.family(Family::digest), key).ok()); });
  });
  BOOST_TEST((reports(chunk, "object", "missing") || reports(chunk, "chunk_list", "missing")));
  BOOST_TEST((affected(chunk, "object") + affected(chunk, "chunk_list")).find("step 2") != std::string::npos);
  const auto data = verify_without(Family::digest, [&](const Contents& held) { return digest(held.small.digest); });
  BOOST_TEST(reports(data, "checkpoint", "missing"));
}

BOOST_AUTO_TEST_CASE(a_pack_that_is_gone_or_short_is_reported) {
  const auto gone = verify_after([](const auto& path, const Contents&) { std::filesystem::remove(path / "packs" / "00000001.pack"); });
  BOOST_TEST(reports(gone, "file", ""));
  BOOST_TEST(reports(gone, "chunk", ""));
  const auto cut = verify_after([](const auto& path, const Contents&) { std::filesystem::resize_file(path / "packs" / "00000001.pack", 100); });
  BOOST_TEST(reports(cut, "file", ""));
  BOOST_TEST(affected(cut, "checkpoint").find("step 1") != std::string::npos);
  BOOST_TEST(affected(cut, "checkpoint").find("step 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_row_of_a_run_is_reported) {
  namespace row = format::row;
  const auto without = [](const std::string& key) {
    return verify_without(Family::cell, [key](const Contents&) { return row_key(key); });
  };
  BOOST_TEST(reports(without(row::checkpoint(1)), "run", "checkpoint number 1 is missing"));
  BOOST_TEST(reports(without(row::checkpoint(2)), "run", "checkpoint number 2 is missing"));
  BOOST_TEST(reports(without(row::by_step(1, 1)), "checkpoint", "missing from the steps"));
  BOOST_TEST(!without(row::run()).damage.empty());
}

BOOST_AUTO_TEST_CASE(a_row_that_leads_nowhere_is_reported) {
  namespace row = format::row;
  BOOST_TEST(reports(verify_with(Family::cell, row_key(row::tag("lost")), format::be64_text(77)), "run", "tag lost"));
  BOOST_TEST(reports(verify_with(Family::cell, row_key(row::by_step(5, 77)), ""), "run", "step"));
  BOOST_TEST(reports(verify_with(Family::claim, format::claim::node(Uuid{}), format::be64_text(999)), "claim", "999"));
  BOOST_TEST(reports(verify_with(Family::claim, format::claim::checkpoint(CheckpointId{}), format::be64_pair(format::kFirstRunCell, 1)),
                     "claim", "another"));
  BOOST_TEST(!verify_with(Family::claim, format::claim::run_name("lost"), format::be64_text(500)).damage.empty());
  format::StepRecord step;
  step.name = "relax";
  step.process = 998;
  step.result = 999;
  BOOST_TEST(reports(verify_with(Family::cell, row_key(row::step(Digest{})), format::encode_step(step)), "run", "999"));
}

BOOST_AUTO_TEST_CASE(a_claim_that_is_gone_is_reported) {
  const auto node = verify_without(Family::claim, [](const Contents& held) { return format::claim::node(held.process); });
  BOOST_TEST(reports(node, "node", "does not lead to it"));
  const auto checkpoint = verify_without(Family::claim, [](const Contents& held) { return format::claim::checkpoint(held.first); });
  BOOST_TEST(reports(checkpoint, "checkpoint", "does not lead to it"));
}

BOOST_AUTO_TEST_CASE(nodes_links_and_indexes_are_compared) {
  BOOST_TEST(reports(verify_without(Family::node, [](const Contents&) { return format::be64_text(3); }), "claim", "missing"));
  BOOST_TEST(!verify_without(Family::links, [](const Contents&) { return format::be64_text(3); }).damage.empty());
  BOOST_TEST(reports(verify_without(Family::index, [](const Contents&) { return format::index::type("step", 3); }), "node", "index 't'"));
  BOOST_TEST(reports(verify_with(Family::index, format::index::type("other", 3), ""), "index", "says what the node does not"));
  BOOST_TEST(reports(verify_with(Family::index, format::index::backlink({1, 2, 1, 4}), ""), "index", "says what the node does not"));
  BOOST_TEST(reports(verify_with(Family::node, format::be64_text(3), "rubbish"), "node", ""));
  BOOST_TEST(reports(verify_with(Family::links, format::be64_text(3), "\xff"), "links", ""));
}

BOOST_AUTO_TEST_CASE(ids_in_a_report_are_text) {
  const auto report = verify_without(Family::node, [](const Contents&) { return format::be64_text(3); });
  for (const Damage& damage : report.damage)
    for (const char c : damage.id) BOOST_TEST((c >= ' ' && c < 127));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
