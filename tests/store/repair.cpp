// Repair of records: what is derived is made again from what it follows from, and all questions are answered as before.
#include <boost/test/unit_test.hpp>

#include <set>

#include "format/records.h"
#include "store/repaired_store.h"

namespace cairn::test {
namespace {

using engine::Family;
namespace row = format::row;
namespace claim = format::claim;
namespace index = format::index;

std::string row_key(format::CellId cell, const std::string& key) { return format::be64_text(cell) + key; }

// All keys of a family that begin so.
std::vector<std::string> keys_of(engine::Records& records, Family family, const std::string& prefix) {
  std::vector<std::string> keys;
  const std::unique_ptr<rocksdb::Iterator> rows(records.db().NewIterator({}, records.family(family)));
  for (rows->Seek(prefix); rows->Valid() && rows->key().starts_with(prefix); rows->Next()) keys.push_back(rows->key().ToString());
  return keys;
}

using Change = std::function<void(engine::Records&)>;

Change erase_all(Family family, const std::string& prefix) {
  return [=](engine::Records& records) {
    const auto keys = keys_of(records, family, prefix);
    BOOST_REQUIRE(!keys.empty());
    for (const std::string& key : keys) BOOST_REQUIRE(records.db().Delete({}, records.family(family), key).ok());
  };
}

// One of several.
Change erase_first(Family family, const std::string& prefix) {
  return [=](engine::Records& records) {
    const auto keys = keys_of(records, family, prefix);
    BOOST_REQUIRE(keys.size() > 1u);
    BOOST_REQUIRE(records.db().Delete({}, records.family(family), keys.front()).ok());
  };
}

// The rows of a letter in every cell of a run.
Change erase_in_runs(char letter) {
  return [=](engine::Records& records) {
    std::size_t count = 0;
    for (format::CellId cell = format::kFirstRunCell; cell < format::kFirstRunCell + 10; ++cell)
      for (const std::string& key : keys_of(records, Family::cell, format::be64_text(cell) + letter)) {
        BOOST_REQUIRE(records.db().Delete({}, records.family(Family::cell), key).ok());
        ++count;
      }
    BOOST_REQUIRE(count != 0);
  };
}

// The first row that begins so gets another value.
Change overwrite(Family family, const std::string& prefix, const std::string& value = "rubbish") {
  return [=](engine::Records& records) {
    const auto keys = keys_of(records, family, prefix);
    BOOST_REQUIRE(!keys.empty());
    BOOST_REQUIRE(records.db().Put({}, records.family(family), keys.front(), value).ok());
  };
}

Change put(Family family, const std::string& key, const std::string& value) {
  return [=](engine::Records& records) { BOOST_REQUIRE(records.db().Put({}, records.family(family), key, value).ok()); };
}

struct Breakage {
  std::string name;
  Change change;
};

std::string letter(char c) { return std::string(1, c); }

// Each is of something that follows from the rest.
const std::vector<Breakage>& breakages() {
  static const std::vector<Breakage> all = [] {
    const format::CellId run = format::kFirstRunCell;
    std::vector<Breakage> list;
    for (const char c : {index::kBacklink, index::kBacklinkPage, index::kContent, index::kType, index::kState, index::kTag, index::kGroup,
                         index::kAttribute, index::kStep, index::kStepTime, index::kStepKey})
      list.push_back({"index " + letter(c) + " without entries", erase_all(Family::index, letter(c))});
    for (const char c : {claim::kRunName, claim::kNode, claim::kCheckpoint, claim::kUniqueId})
      list.push_back({"no claims " + letter(c), erase_all(Family::claim, letter(c))});
    for (const char c : {row::kRun, row::kByStep, row::kPin, row::kCheckpoint})
      list.push_back({"runs without rows " + letter(c), erase_in_runs(c)});
    for (const char c : {row::kNextCell, row::kNextNode, row::kLease})
      list.push_back({"root without rows " + letter(c), erase_all(Family::cell, row_key(format::kRootCell, letter(c)))});
    const std::vector<Breakage> others = {
        {"an index of everything that is not there", put(Family::index, index::type("point", 99'999), "")},
        {"an entry of another type", put(Family::index, index::type("other", 3), "")},
        {"an entry of no index", put(Family::index, "Z", "")},
        {"a page of backlinks that cannot be read", overwrite(Family::index, letter(index::kBacklinkPage))},
        {"a step in the index that is none", overwrite(Family::index, letter(index::kStepKey), std::string(24, 'x'))},
        {"an entry of an index of attributes that was never made", put(Family::index, index::attribute(77, "\1", 3), "")},
        {"a name that leads to nothing", put(Family::claim, claim::node(Uuid{}), format::be64_text(99'999))},
        {"a name that leads to another node", overwrite(Family::claim, letter(claim::kNode), format::be64_text(5))},
        {"an id that leads to no checkpoint", overwrite(Family::claim, letter(claim::kCheckpoint), format::be64_pair(run, 77))},
        {"a run's name that leads to nothing", put(Family::claim, claim::run_name("nothing"), format::be64_text(run + 500))},
        {"a step that leads to no checkpoint", put(Family::cell, row_key(run, row::by_step(5, 77)), "")},
        {"a row of a checkpoint that cannot be read", overwrite(Family::cell, row_key(run, letter(row::kCheckpoint)))},
        {"a record of a run that cannot be read", overwrite(Family::cell, row_key(run, letter(row::kRun)))},
        {"the next node is one that is there", put(Family::cell, row_key(format::kRootCell, row::next_node()), format::be64_text(2))},
        {"a lease that is missing from those of its cell", erase_first(Family::cell, row_key(format::kRootCell, row::blocks_of(format::kLooseCell)))},
        {"no node of a run", erase_all(Family::node, format::be64_text(1))},
        {"no held links", erase_all(Family::links, "")},
        {"held links that cannot be read", overwrite(Family::links, "", "\xff")},
        {"no page of links", erase_all(Family::index, letter(index::kLinkPage))},
        {"a page of links that cannot be read", overwrite(Family::index, letter(index::kLinkPage))},
        {"no ends of packs", erase_all(Family::engine, "pack")},
        {"no state", erase_all(Family::engine, "state")},
        {"no places of blobs", erase_all(Family::digest, "")},
        {"a place of a blob that cannot be read", overwrite(Family::digest, "")},
    };
    list.insert(list.end(), others.begin(), others.end());
    return list;
  }();
  return all;
}

void print(const RepairReport& report) {
  for (const RepairItem& item : report.items)
    BOOST_TEST_MESSAGE(item.action << " " << item.count << " " << item.kind << " " << item.id << ": " << item.problem);
  for (const Damage& damage : report.remaining) BOOST_TEST_MESSAGE("remains " << damage.kind << " " << damage.id << ": " << damage.problem);
}

BOOST_AUTO_TEST_SUITE(repairs)

BOOST_AUTO_TEST_CASE(a_whole_store_is_left_as_it_is) {
  const RepairedStore store;
  const auto before = bytes_of(store.path());
  for (const bool apply : {false, true}) {
    const RepairReport report = store.repair({.apply = apply});
    print(report);
    BOOST_TEST(report.items.empty());
    BOOST_TEST(report.is_whole());
    BOOST_TEST(report.applied == apply);
    if (!apply) BOOST_TEST((bytes_of(store.path()) == before));
  }
  BOOST_TEST(!std::filesystem::exists(store.path() / "quarantine"));
  BOOST_TEST(store.wrong_answers() == 0u);
}

BOOST_AUTO_TEST_CASE(whatever_is_derived_is_made_again) {
  for (const Breakage& one : breakages())
    BOOST_TEST_CONTEXT(one.name) {
      const RepairedStore store;
      store.edit(one.change);
      const auto before = bytes_of(store.path());
      const RepairReport planned = store.repair({});
      BOOST_TEST(!planned.items.empty());
      BOOST_TEST((bytes_of(store.path()) == before), "a dry run changes something");
      const RepairReport report = store.repair();
      print(report);
      BOOST_TEST(!report.items.empty());
      BOOST_TEST(report.is_whole());
      BOOST_TEST(store.open().verify().damage.empty());
      BOOST_TEST(store.wrong_answers() == 0u);
      BOOST_TEST(store.repair().items.empty(), "a second time there is something to do");
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_cannot_be_read_is_given_up_with_what_leads_to_it_and_nothing_else) {
  const RepairedStore store;
  Uuid lost;
  std::uint64_t number = 0;
  {
    const Store before = store.open();
    lost = nodes_of(before, "type = point").front().uuid;
  }
  store.edit([&](engine::Records& records) {
    std::string owner;
    BOOST_REQUIRE(records.db().Get({}, records.family(Family::claim), claim::node(lost), &owner).ok());
    number = format::parse_be64(owner);
    BOOST_REQUIRE(records.db().Put({}, records.family(Family::node), owner, "rubbish").ok());
  });
  const RepairReport report = store.repair();
  print(report);
  BOOST_TEST(report.is_whole());
  BOOST_TEST(std::filesystem::exists(store.path() / "quarantine" / ("node-" + std::to_string(number))));
  const Answers now = answers_of(store.open());
  for (const std::string& answer : store.answers())
    BOOST_TEST((now.contains(answer) || answer.find(lost.text()) != std::string::npos || answer.starts_with("index ")), answer);
  for (const std::string& answer : now) BOOST_TEST((store.answers().contains(answer) || answer.starts_with("index ")), answer);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_that_left_nothing_behind_is_not_missed_any_more) {
  const RepairedStore store;
  CheckpointId lost;
  {
    const Store before = store.open();
    lost = before.find_run("run 0")->at(1)->id;
  }
  damage_blob(store.path(), lost.digest);
  store.edit([&](engine::Records& records) {
    std::string place;
    BOOST_REQUIRE(records.db().Get({}, records.family(Family::claim), claim::checkpoint(lost), &place).ok());
    const std::string cell = place.substr(0, 8), sequence = place.substr(8);
    BOOST_REQUIRE(records.db().Delete({}, records.family(Family::claim), claim::checkpoint(lost)).ok());
    BOOST_REQUIRE(records.db().Delete({}, records.family(Family::cell), cell + row::checkpoint(format::parse_be64(sequence))).ok());
    BOOST_REQUIRE(records.db().Delete({}, records.family(Family::digest), engine::digest_key(lost.digest)).ok());
  });
  const RepairReport report = store.repair();
  print(report);
  BOOST_TEST(report.is_whole());
  const Store after = store.open();
  BOOST_TEST(!after.find_checkpoint(lost));
  const std::vector<Checkpoint> history = after.find_run("run 0")->history();
  BOOST_TEST(after.find_run("run 0")->at(0).has_value());
  BOOST_TEST(std::ranges::none_of(history, [](const Checkpoint& checkpoint) { return checkpoint.step == 1; }));
  BOOST_TEST(after.runs().front().name == "fork 0");
}

BOOST_AUTO_TEST_CASE(a_group_without_a_record_keeps_its_members) {
  const RepairedStore store;
  store.edit(erase_all(Family::cell, row_key(format::kGroupCell, row::group("some"))));
  BOOST_TEST(store.repair().is_whole());
  BOOST_TEST(nodes_of(store.open(), "group = \"some\"").size() == 8u);
}

BOOST_AUTO_TEST_CASE(a_label_without_a_text_gets_one_that_says_so) {
  const RepairedStore store;
  store.edit(erase_all(Family::cell, row_key(format::kRootCell, row::label(2))));
  const RepairReport report = store.repair();
  BOOST_TEST(report.is_whole());
  BOOST_TEST(std::ranges::count(report.items, "label", &RepairItem::kind) == 1);
}

BOOST_AUTO_TEST_CASE(a_store_that_is_in_use_is_not_repaired) {
  const RepairedStore store;
  const Store writer = store.open();
  BOOST_CHECK_EXCEPTION(store.repair(), Error, has_code(ErrorCode::locked));
}

BOOST_AUTO_TEST_CASE(where_no_store_is_there_is_nothing_to_repair) {
  const TemporaryDirectory directory;
  BOOST_CHECK_EXCEPTION(Store::repair(directory.path(), {.apply = true}), Error, has_code(ErrorCode::no_store));
  BOOST_CHECK_EXCEPTION(Store::repair(directory.path() / "nothing", {}), Error, has_code(ErrorCode::no_store));
  BOOST_CHECK_EXCEPTION(Store::repair("", {}), Error, has_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
