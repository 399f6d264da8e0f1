// Classes in a store: refused saves, fallbacks, versions, the registry of OpenOptions.
#include <boost/test/unit_test.hpp>

#include <functional>

#include "store/stores.h"

namespace cairn::test {
namespace {

struct Solver {
  double tolerance = 0.5;
  std::function<void()> callback;
};
BOOST_DESCRIBE_STRUCT(Solver, (), (tolerance, callback))

struct State {
  std::vector<std::int64_t> large = std::vector<std::int64_t>(2'000'000, 7);  // more than a commit keeps beside its records
  Solver solver;
};
BOOST_DESCRIBE_STRUCT(State, (), (large, solver))

struct Older {
  int length_mm = 0;
};
BOOST_DESCRIBE_STRUCT(Older, (), (length_mm))
struct Newer {
  double length = 0;
};
BOOST_DESCRIBE_STRUCT(Newer, (), (length))

struct Third {
  int a = 0;
};
BOOST_DESCRIBE_STRUCT(Third, (), (a))

}  // namespace
}  // namespace cairn::test

template <>
struct cairn::ClassTraits<cairn::test::Third> {
  static std::string name() { return "Third"; }
  static constexpr std::uint32_t version = 3;
};
template <>
struct cairn::ClassTraits<cairn::test::Older> {
  static std::string name() { return "Rod"; }
  static constexpr std::uint32_t version = 1;
};
template <>
struct cairn::ClassTraits<cairn::test::Newer> {
  static std::string name() { return "Rod"; }
  static constexpr std::uint32_t version = 2;
};

namespace cairn::test {
namespace {

Registry rods() {
  Registry registry;
  registry.add<Newer>().migrate(1, [](Object& rod) {
    rod.set("length", static_cast<double>(*rod.find("length_mm")->get_if<std::int64_t>()) / 1000);
    rod.erase("length_mm");
  });
  return registry;
}

BOOST_AUTO_TEST_SUITE(classes)

BOOST_AUTO_TEST_CASE(a_refused_save_names_the_state_and_leaves_checkpoint_and_store_as_they_were) {
  for_each_store([](TestStore& store) {
    auto run = std::make_optional(store->run("argon"));
    const StoreStats before = store->stats();
    auto checkpoint = std::make_optional(run->checkpoint(1));
    BOOST_CHECK_EXCEPTION(checkpoint->save("state", State{}), Error,
                          has_code(ErrorCode::unstorable, "state.solver.callback: std::function has no codec"));
    BOOST_CHECK_EXCEPTION(store->put(State{}), Error,
                          has_code(ErrorCode::unstorable, "solver.callback: std::function has no codec"));
    BOOST_TEST(store->stats().disk_bytes == before.disk_bytes);
    BOOST_TEST(checkpoint->save("state", 5).commit().bytes_new < 100u);
    BOOST_TEST(store->stats().blobs.at("object").count == 1u);
    BOOST_TEST(!store->stats().blobs.contains("chunk"));
    checkpoint.reset();
    run.reset();
    store.reopen();
    BOOST_TEST(store->run("argon").restart<int>("state").value() == 5);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_fallback_is_asked_for_at_each_save) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    CheckpointBuilder checkpoint = run.checkpoint(1);
    checkpoint.save("state", Solver{}, {.fallback = Fallback::describe});
    BOOST_CHECK_EXCEPTION(checkpoint.save("more", Solver{}), Error, has_code(ErrorCode::unstorable));
    checkpoint.commit();
    const ObjectId state = run.latest().value().state.at("state");
    const Value value = store->get_value(state);
    BOOST_TEST(value.get_if<Object>()->find("callback")->is<Lossy>());
    const ObjectId id = store->put(Solver{}, {.fallback = Fallback::describe});
    BOOST_TEST((id == state));
    BOOST_CHECK_EXCEPTION(store->get<Solver>(id), Error, has_code(ErrorCode::type_mismatch, "callback"));
    BOOST_TEST(store->get<Solver>(id, {.type_hint = true}).tolerance == 0.5);
    BOOST_TEST(run.restart<Solver>("state", {.type_hint = true}).value().tolerance == 0.5);
  });
}

BOOST_AUTO_TEST_CASE(an_object_too_new_is_refused_naming_versions_and_store_and_can_be_read_as_plain_data) {
  for_each_store([](TestStore& store) {
    const ObjectId id = store->put(Newer{2.5});
    store->run("argon").checkpoint(1).save("rod", Newer{2.5}).commit();
    const std::string message =
        "object of Rod: version 2 is newer than 1, the newest this program knows; it can be read as a Value";
    const std::string title = store.on_disk() ? "store " + store.path().string() : "a store in memory";
    BOOST_CHECK_EXCEPTION(store->get<Older>(id), Error, has_code(ErrorCode::newer_class, title + ": " + message));
    BOOST_CHECK_EXCEPTION(store->run("argon").restart<Older>("rod"), Error,
                          has_code(ErrorCode::newer_class, title + ": " + message));
    BOOST_TEST((*store->get_value(id).get_if<Object>()->find("length") == Value(2.5)));
  });
}

BOOST_AUTO_TEST_CASE(a_store_on_disk_migrates_what_an_older_program_left) {
  on_disk([](TestStore& store) {
    const ObjectId id = store->put(Older{1500});
    store->run("argon").checkpoint(1).save("rod", Older{1500}).commit();
    store.close();
    const Store newer = Store::open(store.path(), {.registry = rods()});
    BOOST_TEST(newer.get<Newer>(id).length == 1.5);
    BOOST_TEST(newer.find_run("argon").value().restart<Newer>("rod").value().length == 1.5);
  });
}

BOOST_AUTO_TEST_CASE(a_store_in_memory_has_a_registry_of_its_own) {
  Store store = Store::in_memory({.registry = rods()});
  BOOST_TEST(store.get<Newer>(store.put(Older{1500})).length == 1.5);
  Store other = Store::in_memory();
  BOOST_CHECK_EXCEPTION(other.get<Newer>(other.put(Older{1500})), Error, has_code(ErrorCode::type_mismatch, "no migration"));
}

BOOST_AUTO_TEST_CASE(an_allow_list_holds_for_typed_reading_alone) {
  Registry registry;
  registry.allow({"Bar"});
  Store store = Store::in_memory({.registry = registry});
  const ObjectId id = store.put(Newer{1});
  BOOST_CHECK_EXCEPTION(store.get<Newer>(id), Error, has_code(ErrorCode::not_allowed, "Rod"));
  BOOST_TEST(store.get_value(id).is<Object>());
}

BOOST_AUTO_TEST_CASE(a_registry_with_a_gap_is_refused_before_a_store_is_made) {
  Registry registry;
  registry.add<Third>().migrate(1, [](Object&) {});
  TemporaryDirectory directory;
  BOOST_CHECK_EXCEPTION(Store::open(directory.path() / "store", {.registry = registry}), Error,
                        has_code(ErrorCode::invalid_argument, "class Third has a migration from version 1 and none from 2 to 3"));
  BOOST_TEST(!std::filesystem::exists(directory.path() / "store"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
