// Checkpoints that another thread makes: what they hold, and how much of them may wait.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <fstream>
#include <thread>

#include "store/gate.h"
#include "store/stores.h"

namespace cairn::test {
namespace {

constexpr CheckpointOptions kBackground{.background = true};
constexpr AsyncCommitOptions kSkip{.when_busy = WhenBusy::skip};

using Array = std::vector<std::int64_t>;
Array array_of(std::int64_t value, std::size_t bytes = 400'000) { return Array(bytes / sizeof(std::int64_t), value); }

// Knows where and by whom it was encoded last.
struct Watched {
  std::vector<double> values;
  static inline std::atomic<const double*> encoded_at = nullptr;
  static inline std::atomic<std::thread::id> encoded_by = std::thread::id();
};

// Cannot be encoded.
struct Unstorable {
  int value = 0;
};

}  // namespace
}  // namespace cairn::test

template <>
struct cairn::Codec<cairn::test::Watched> {
  static void encode(const Encoder& out, const cairn::test::Watched& value) {
    cairn::test::Watched::encoded_at = value.values.data();
    cairn::test::Watched::encoded_by = std::this_thread::get_id();
    cairn::encode(out, value.values);
  }
  static cairn::test::Watched decode(const Decoder& in) { return {cairn::decode<std::vector<double>>(in)}; }
  static std::string type_name() { return "watched"; }
};

template <>
struct cairn::Codec<cairn::test::Unstorable> {
  static void encode(const Encoder&, const cairn::test::Unstorable&) { throw Error(ErrorCode::unstorable, "no way back"); }
  static cairn::test::Unstorable decode(const Decoder&) { return {}; }
  static std::string type_name() { return "unstorable"; }
};

namespace cairn::test {
namespace {

BOOST_AUTO_TEST_SUITE(background)

BOOST_AUTO_TEST_CASE(a_value_that_is_handed_over_is_encoded_where_it_is_by_another_thread) {
  GatedStore store;
  Run run = store->run("argon");
  Watched value{std::vector<double>(1000, 1.5)};
  const double* const at = value.values.data();
  CheckpointBuilder builder = run.checkpoint(1, kBackground);
  builder.save("state", std::move(value));
  BOOST_TEST(Watched::encoded_at.load() == nullptr);
  const Receipt receipt = builder.commit_async().get();
  BOOST_TEST(Watched::encoded_at.load() == at);
  BOOST_TEST((Watched::encoded_by.load() != std::this_thread::get_id()));
  BOOST_TEST(receipt.sequence == 1u);
  BOOST_TEST((run.restart<Watched>("state").value().values == std::vector<double>(1000, 1.5)));
  check_clean(*store);
}

BOOST_AUTO_TEST_CASE(what_is_copied_may_change_afterwards) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    Particles state = particles(1);
    CheckpointBuilder builder = run.checkpoint(1, kBackground);
    builder.save("state", state).save("text", "literal").save("name", std::string("argon")).note("energy", -1.5).tag("good");
    state = particles(2);
    const PendingCommit pending = builder.commit_async();
    BOOST_TEST(!pending.skipped());
    const Receipt receipt = pending.get();
    BOOST_TEST(pending.is_done());
    receipt.durable.get();
    const Checkpoint found = run.tagged("good").value();
    BOOST_TEST((found.id == receipt.id));
    BOOST_TEST((store->get<Particles>(found.state.at("state")) == particles(1)));
    BOOST_TEST(store->get<std::string>(found.state.at("text")) == "literal");
    BOOST_TEST(store->get<std::string>(found.state.at("name")) == "argon");
    BOOST_TEST((*found.metadata.find(Value("energy")) == Value(-1.5)));
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(files_are_read_when_the_checkpoint_is_made) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const auto path = store.write_file("frames", "before");
    CheckpointBuilder builder = run.checkpoint(1, kBackground);
    builder.attach("frames", path);
    BOOST_CHECK_EXCEPTION(builder.attach("frames", path), Error, has_code(ErrorCode::invalid_argument));
    store.write_file("frames", "at the commit");
    builder.commit_async().get();
    BOOST_TEST(store->read_file(run.latest().value().artifacts.at("frames")) == "at the commit");
  });
}

BOOST_AUTO_TEST_CASE(what_was_stored_here_is_published_there) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    const Receipt receipt = run.checkpoint(1).save("state", array_of(1)).commit_async().get();
    BOOST_TEST((run.restart_report<Array>("state").value().checkpoint.id == receipt.id));
    const Receipt again = run.checkpoint(1).save("state", array_of(1)).commit_async().get();
    BOOST_TEST(again.existed);
    BOOST_TEST((again.id == receipt.id));
  });
}

BOOST_AUTO_TEST_CASE(a_background_checkpoint_may_be_committed_here) {
  for (const Durability durability : {Durability::sync, Durability::async, Durability::on_close}) {
    for_each_store([&](TestStore& store) {
      Run run = store->run("argon");
      const Receipt receipt = run.checkpoint(1, kBackground).save("state", array_of(1)).commit({durability});
      run.flush();
      BOOST_TEST((run.latest().value().id == receipt.id));
      BOOST_TEST((run.restart<Array>("state").value() == array_of(1)));
    });
  }
}

BOOST_AUTO_TEST_CASE(checkpoints_of_all_kinds_keep_their_order) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    std::vector<std::int64_t> steps;
    for (std::int64_t step = 1; step <= 40; ++step) {
      if (step % 4 == 0) run.checkpoint(step).save("s", step).commit({static_cast<Durability>(step / 4 % 3)});
      else if (step % 4 == 1) run.checkpoint(step).save("s", step).commit_async();
      else run.checkpoint(step, kBackground).save("s", step).commit_async({step % 4 == 2 ? Durability::async : Durability::on_close});
    }
    run.flush();
    for (const Checkpoint& checkpoint : run.history()) BOOST_TEST(checkpoint.sequence == static_cast<std::uint64_t>(checkpoint.step));
    BOOST_TEST(run.history().size() == 40u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(views_are_refused) {
  GatedStore store;
  Run run = store->run("argon");
  std::vector<double> values(10);
  CheckpointBuilder builder = run.checkpoint(1, kBackground);
  BOOST_CHECK_EXCEPTION(builder.save("view", ArrayView<const double>(values, {10})), Error,
                        has_code(ErrorCode::invalid_argument, "not views"));
  BOOST_CHECK_EXCEPTION(builder.save("", 1), Error, has_code(ErrorCode::invalid_argument));
  builder.save("state", 1);
  BOOST_CHECK_EXCEPTION(builder.save("state", 2), Error, has_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(builder.save("other", ObjectId{}), Error, has_code(ErrorCode::not_found));
  builder.commit_async().get();
  BOOST_TEST(run.restart<int>("state").value() == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_stored_is_told_by_get_and_by_the_next_call) {
  GatedStore store;
  Run run = store->run("argon");
  const PendingCommit pending = run.checkpoint(1, kBackground).save("handle", Unstorable{}).commit_async();
  BOOST_CHECK_EXCEPTION(pending.get(), Error, has_code(ErrorCode::unstorable, "handle: no way back"));
  BOOST_CHECK_EXCEPTION(run.checkpoint(2, kBackground).save("state", 2).commit_async(), Error,
                        has_code(ErrorCode::unstorable, "commit checkpoint 1 of run argon"));
  run.checkpoint(2, kBackground).save("state", 2).commit_async().get();
  BOOST_TEST(run.history().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_gone_is_told_of) {
  GatedStore store;
  Run run = store->run("argon");
  BOOST_CHECK_EXCEPTION(run.checkpoint(1, kBackground).attach("frames", "/nowhere/frames").commit_async().get(), Error,
                        has_code(ErrorCode::io, "/nowhere/frames"));
  BOOST_CHECK_THROW(run.flush(), Error);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_is_skipped_when_so_much_waits_already) {
  GatedStore store(1'000'000);
  Run run = store->run("argon");
  Run other = store->run("neon");
  store.gate().close();
  const auto make = [](Run& of, std::int64_t step) {
    CheckpointBuilder builder = of.checkpoint(step, kBackground);
    builder.save("state", array_of(step));
    return builder;
  };
  const PendingCommit first = make(run, 1).commit_async(kSkip), second = make(other, 2).commit_async(kSkip);
  BOOST_TEST(!first.skipped());
  BOOST_TEST(!second.skipped());
  CheckpointBuilder third = make(run, 3);
  const PendingCommit skipped = third.commit_async(kSkip);
  BOOST_TEST(skipped.skipped());
  BOOST_TEST(!skipped.is_done());
  BOOST_CHECK_EXCEPTION(skipped.get(), Error, has_code(ErrorCode::invalid_argument, "skipped"));
  store.gate().open();
  store->flush();
  BOOST_TEST(run.history().size() == 1u);
  third.commit_async(kSkip).get();  // it is still there
  BOOST_TEST((run.restart<Array>("state").value() == array_of(3)));
}

BOOST_AUTO_TEST_CASE(a_checkpoint_waits_until_there_is_room) {
  GatedStore store(1'000'000);
  Run run = store->run("argon");
  store.gate().close();
  for (const std::int64_t step : {1, 2}) run.checkpoint(step, kBackground).save("state", array_of(step)).commit_async();
  store.gate().await_arrival();
  std::atomic<bool> returned = false;
  std::thread thread([&] {
    store->run("argon").checkpoint(3, kBackground).save("state", array_of(3)).commit_async();
    returned = true;
  });
  while (!store.is_room_awaited() && !returned) std::this_thread::yield();
  BOOST_TEST(!returned);
  store.gate().open();
  thread.join();
  run.flush();
  BOOST_TEST(run.history().size() == 3u);
}

BOOST_AUTO_TEST_CASE(one_that_is_larger_than_all_that_may_wait_goes_in_alone) {
  GatedStore store(1000);
  Run run = store->run("argon");
  store.gate().close();
  BOOST_TEST(!run.checkpoint(1, kBackground).save("state", array_of(1)).commit_async(kSkip).skipped());
  BOOST_TEST(run.checkpoint(2, kBackground).save("state", 2).commit_async(kSkip).skipped());
  store.gate().open();
  run.flush();
  for (std::int64_t step = 2; step <= 10; ++step) run.checkpoint(step, kBackground).save("state", array_of(step)).commit_async();
  for (std::int64_t step = 11; step <= 20; ++step) run.checkpoint(step).save("state", array_of(step)).commit({Durability::async});
  run.flush();
  BOOST_TEST(run.history().size() == 20u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_store_to_close_makes_room_for_others) {
  GatedStore store(1'000'000);
  Run run = store->run("argon"), other = store->run("neon");
  for (std::int64_t step = 1; step <= 10; ++step)
    run.checkpoint(step, kBackground).save("state", array_of(step)).commit_async({Durability::on_close});
  for (std::int64_t step = 1; step <= 10; ++step) other.checkpoint(step).save("state", array_of(step)).commit({Durability::on_close});
  store->flush();
  BOOST_TEST(run.history().size() == 10u);
  BOOST_TEST(other.history().size() == 10u);
}

BOOST_AUTO_TEST_CASE(a_value_may_hold_the_last_handle_that_keeps_the_store_open) {
  TestStore store(store_kinds()[1]);
  {
    Run run = store->run("argon");
    const auto path = store.write_file("frames", "frames");
    CheckpointBuilder builder = run.checkpoint(1, kBackground);
    // Called, and let go of, by the other thread.
    builder.attach("frames", path, {.progress = [run](const AddProgress&) { run.name(); }});
    builder.commit_async();
    run.checkpoint(2).save("state", 2).commit({Durability::on_close});
  }
  store.close();
  for (;;) {  // until that thread has closed the store
    try {
      const Store again = Store::open(store.path());
      BOOST_TEST(again.find_run("argon").value().history().size() == 2u);
      break;
    } catch (const Error& error) {
      BOOST_REQUIRE(error.code() == ErrorCode::locked);
      std::this_thread::yield();
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
