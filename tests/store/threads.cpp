// Many threads on one store. Also to be run with ThreadSanitizer: tools/test tsan.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

#include "store/stores.h"

namespace cairn::test {
namespace {

// Calls `body` with 0, 1, ... count - 1, each in a thread of its own. What it throws fails the test.
void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::string> failures(static_cast<std::size_t>(count));
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      try {
        body(i);
      } catch (const std::exception& error) {
        failures[static_cast<std::size_t>(i)] = error.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) BOOST_TEST(failure == "");
}

std::string run_name(int thread) { return "run " + std::to_string(thread); }

BOOST_AUTO_TEST_SUITE(threads)

BOOST_AUTO_TEST_CASE(runs_are_written_side_by_side) {
  for_each_store([](TestStore& store) {
    in_threads(6, [&](int thread) {
      Run run = store->run(run_name(thread));
      for (int step = 0; step < 10; ++step) {
        run.checkpoint(step).save("state", particles(step)).save("large", std::vector<int>(3000, thread)).tag("newest").commit();
        run.step("relax", {{"x", step}}, [&] { return step; });
      }
    });
    store.reopen();
    for (int thread = 0; thread < 6; ++thread) {
      const Run run = store->find_run(run_name(thread)).value();
      BOOST_TEST(run.history().size() == 10u);
      BOOST_TEST((run.restart<std::vector<int>>("large").value() == std::vector<int>(3000, thread)));
      BOOST_TEST(run.tagged("newest").value().step == 9);
    }
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 60u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(threads_share_one_run) {
  for_each_store([](TestStore& store) {
    in_threads(6, [&](int thread) {
      for (int i = 0; i < 10; ++i) {
        Run run = store->run("shared");  // the first makes it, and none is locked out by another
        run.checkpoint(thread * 100 + i).save("state", i).commit();
        run.step("relax", {{"x", i}}, [&] { return i; });
      }
    });
    store.reopen();
    const std::vector<Checkpoint> history = store->run("shared").history();
    BOOST_REQUIRE(history.size() == 60u);
    for (std::size_t i = 0; i < 60; ++i) BOOST_TEST(history[i].sequence == 60 - i);
    BOOST_TEST(nodes_of(*store, "kind = calculation").size() == 10u);
    BOOST_TEST(store->runs().size() == 1u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(threads_and_runs_commit_with_every_durability_at_once) {
  for_each_store([](TestStore& store) {
    constexpr int kThreads = 6, kCommits = 12;
    in_threads(kThreads, [&](int thread) {
      Run shared = store->run("shared"), own = store->run(run_name(thread));
      std::vector<Receipt> receipts;
      std::vector<PendingCommit> pending;
      for (int i = 0; i < kCommits; ++i) {
        for (Run* run : {&shared, &own}) {
          CheckpointBuilder builder = run->checkpoint(thread * 1000 + i, {.background = i % 4 == 3});
          builder.save("thread", thread).save("large", std::vector<int>(3000, thread * 100 + i));
          if (i % 4 == 3) pending.push_back(builder.commit_async({i % 8 == 3 ? Durability::async : Durability::on_close}));
          else receipts.push_back(builder.commit({static_cast<Durability>(i % 4)}));
        }
        if (i == 5) own.step("relax", {{"x", i}}, [&] { return i; });
        if (i == 7) shared.flush();
      }
      store->flush();
      for (const Receipt& receipt : receipts) receipt.durable.get();
      for (const PendingCommit& one : pending) one.get();
      for (const Receipt& receipt : receipts)
        if (store->find_checkpoint(receipt.id).value().sequence != receipt.sequence) throw std::runtime_error("another sequence");
    });
    store.reopen();
    std::map<std::int64_t, std::int64_t> last;  // of each thread
    std::vector<Checkpoint> history = store->run("shared").history();
    BOOST_TEST(history.size() == static_cast<std::size_t>(kThreads * kCommits));
    for (auto checkpoint = history.rbegin(); checkpoint != history.rend(); ++checkpoint) {
      const std::int64_t thread = checkpoint->step / 1000, i = checkpoint->step % 1000;
      BOOST_TEST(last.try_emplace(thread, -1).first->second == i - 1);  // each saw its own in order
      last[thread] = i;
      BOOST_TEST(store->get<std::vector<int>>(checkpoint->state.at("large")).at(2999) == thread * 100 + i);
    }
    for (int thread = 0; thread < kThreads; ++thread) {
      history = store->run(run_name(thread)).history();
      BOOST_REQUIRE(history.size() == static_cast<std::size_t>(kCommits));
      for (int i = 0; i < kCommits; ++i) BOOST_TEST(history[static_cast<std::size_t>(kCommits - 1 - i)].step == thread * 1000 + i);
    }
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(threads_put_the_same_and_other_values) {
  for_each_store([](TestStore& store) {
    in_threads(6, [&](int thread) {
      for (int i = 0; i < 10; ++i) {
        store->put(i);
        store->put(thread * 1000 + i + 100);
      }
    });
    BOOST_TEST(nodes_of(*store, "kind = data").size() == 70u);
    check_clean(*store);
  });
}

BOOST_AUTO_TEST_CASE(readers_in_other_threads_see_whole_checkpoints) {
  for_each_store([](TestStore& store) {
    Run run = store->run("argon");
    std::atomic<bool> done = false;
    in_threads(3, [&](int thread) {
      if (thread == 0) {
        for (int step = 1; step <= 30; ++step) run.checkpoint(step).save("a", step).save("b", std::vector<int>(2000, step)).commit();
        done = true;
        return;
      }
      while (!done) {
        const auto latest = run.restart_report<int>("a");
        if (!latest) continue;
        if (store->get<std::vector<int>>(latest->checkpoint.state.at("b")) != std::vector<int>(2000, latest->value))
          throw std::runtime_error("a checkpoint was seen in parts");
        nodes_of(*store, "run = argon");
        run.history({.before = std::nullopt, .limit = 3});
      }
    });
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
