// Collection beside everything else: random interleavings of one thread, which a seed repeats, and real threads. What a checkpoint
// names is there, whole, at any time; what is open for reading stays.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

#include "store/stores.h"

namespace cairn::test {
namespace {

using Numbers = std::vector<std::int64_t>;

// Some small, some large, and of each only a few different ones, so that many are stored again after they were collected.
Numbers numbers(std::int64_t which) { return Numbers(static_cast<std::size_t>(which % 3 == 0 ? 40 : 4000 + which), which); }

std::string file_text(std::int64_t which) {
  std::string text;
  for (int line = 0; line < 1500; ++line) text += std::to_string(which % 4 * 100'000 + line * (which % 3 + 1)) + " of " + std::to_string(which) + "\n";
  return text;
}

constexpr std::int64_t kDifferent = 9;

std::int64_t noted(const Checkpoint& checkpoint, const std::string& name) {
  return *checkpoint.metadata.find(std::string_view(name))->get_if<std::int64_t>();
}

// For any thread.
void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what + " is another one");
}

// Makes and checks checkpoints whose metadata say what is in them.
class Writer {
 public:
  Writer(TestStore& store, std::uint64_t seed, std::string name) : store_(store), random_(seed), name_(std::move(name)) {}

  std::int64_t below(std::int64_t end) { return std::uniform_int_distribution<std::int64_t>(0, end - 1)(random_); }

  void checkpoint() {
    Run run = store_->run(name_);
    const std::int64_t state = below(kDifferent), file = below(kDifferent);
    auto builder = run.checkpoint(++step_);
    builder.save("state", numbers(state)).note("state", state);
    if (below(2) == 0) builder.attach("file", path_of(file)).note("file", file);
    if (below(3) == 0) add_known(builder);
    if (below(8) == 0) builder.tag("tag " + std::to_string(below(3)));
    if (below(6) == 0) return;  // given up
    const Checkpoint made = (builder.commit(), *run.at(step_));
    known_[state] = made.state.at("state");
    if (const auto added = made.artifacts.find("file"); added != made.artifacts.end()) artifacts_[file] = added->second;
  }

  // An object or artifact of an earlier checkpoint, which may have been collected, or may be at this moment.
  void add_known(CheckpointBuilder& builder) {
    try {
      if (!known_.empty()) {
        const auto& [which, id] = *std::next(known_.begin(), below(static_cast<std::int64_t>(known_.size())));
        builder.save("known", id).note("known", which);
      }
      if (!artifacts_.empty()) {
        const auto& [which, id] = *std::next(artifacts_.begin(), below(static_cast<std::int64_t>(artifacts_.size())));
        builder.attach("again", id).note("again", which);
      }
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
    }
  }

  void fork_and_prune() {
    Run run = store_->run(name_);
    if (!run.latest()) return;
    const std::string fork = name_ + " fork " + std::to_string(below(3));
    if (store_->find_run(fork)) store_->delete_run(fork);
    else run.fork(fork);
    run.prune({.last = static_cast<std::size_t>(1 + below(3))});
  }

  void step() {
    Run run = store_->run(name_);
    const std::int64_t which = below(4);
    require(run.step("work", {{"x", which}}, [&] { return numbers(which); }).value() == numbers(which), "a result of a step");
  }

  void put() {
    const Numbers value = numbers(below(kDifferent));
    require(store_->get<Numbers>(store_->put(value)) == value, "an object");
  }

  // Opens the file of a checkpoint, to be read later.
  void open_file() {
    const auto newest = store_->run(name_).latest();
    if (!newest || !newest->artifacts.contains("file")) return;
    opened_.emplace_back(noted(*newest, "file"), store_->open_file(newest->artifacts.at("file"), ""));
  }
  void read_files() {
    for (auto& [which, file] : opened_) {
      std::string text(file.size(), ' ');
      file.read_at(0, std::as_writable_bytes(std::span(text)));
      require(text == file_text(which), "a file that was open");
    }
    opened_.clear();
  }

  void operate() {
    switch (below(16)) {
      case 0: case 1: return fork_and_prune();
      case 2: return step();
      case 3: return put();
      case 4: return open_file();
      case 5: return read_files();
      default: return checkpoint();
    }
  }

 private:
  std::filesystem::path path_of(std::int64_t which) {
    const std::string name = name_ + " file " + std::to_string(which);
    const auto path = store_.beside(name);
    return std::filesystem::exists(path) ? path : store_.write_file(name, file_text(which));
  }

  TestStore& store_;
  std::mt19937_64 random_;
  const std::string name_;
  std::int64_t step_ = 0;
  std::map<std::int64_t, ObjectId> known_;
  std::map<std::int64_t, ArtifactId> artifacts_;
  std::vector<std::pair<std::int64_t, ArtifactFile>> opened_;
};

void check_checkpoint(const Store& store, const Checkpoint& checkpoint) {
  for (const auto& [name, id] : checkpoint.state)
    require(store.get<Numbers>(id) == numbers(noted(checkpoint, name)), name);
  for (const auto& [name, id] : checkpoint.artifacts)
    require(store.read_file(id, "") == file_text(noted(checkpoint, name)), name);
}

void check_all(const Store& store) {
  for (const RunInfo& info : store.runs()) {
    const Run run = store.find_run(info.name).value();
    for (const Checkpoint& checkpoint : run.history()) check_checkpoint(store, checkpoint);
  }
  check_clean(store);
}

BOOST_AUTO_TEST_SUITE(collecting)

BOOST_AUTO_TEST_CASE(whatever_was_done_in_whatever_order_nothing_that_is_needed_goes) {
  for (const std::uint64_t seed : {1u, 2u})
    for_each_store([&](TestStore& store) {
      if (store.kind().name == "on a weak engine") return;
      std::mt19937_64 random(seed);
      std::deque<Writer> writers;
      for (int i = 0; i < 3; ++i) writers.emplace_back(store, seed * 100 + static_cast<std::uint64_t>(i), "run " + std::to_string(i));
      std::uint64_t freed = 0;
      for (int i = 0; i < 120; ++i) {
        BOOST_TEST_CONTEXT("seed " << seed << ", operation " << i) {
          writers[random() % writers.size()].operate();
          if (random() % 12 != 0) continue;
          freed += store->collect().freed_count;
          check_all(*store);
        }
      }
      for (Writer& writer : writers) writer.read_files();
      BOOST_TEST(freed > 0u);
      writers.clear();
      store.reopen();
      check_all(*store);
    });
}

BOOST_AUTO_TEST_CASE(threads_store_and_read_while_another_collects) {
  for_each_store([](TestStore& store) {
    constexpr int kWriters = 3, kOperations = 80;
    std::atomic<int> at_work = kWriters;
    std::mutex failures_mutex;
    std::vector<std::string> failures;
    const auto guarded = [&](const auto& work) {
      try {
        work();
      } catch (const std::exception& error) {
        const std::lock_guard lock(failures_mutex);
        failures.push_back(error.what());
      }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kWriters; ++i)
      threads.emplace_back([&, i] {
        guarded([&] {
          Writer writer(store, static_cast<std::uint64_t>(i) + 7, "run " + std::to_string(i));
          for (int operation = 0; operation < kOperations; ++operation) writer.operate();
          writer.read_files();
        });
        --at_work;
      });
    std::uint64_t freed = 0;
    guarded([&] {
      while (at_work > 0) freed += store->collect().freed_count;
    });
    for (std::thread& thread : threads) thread.join();
    for (const std::string& failure : failures) BOOST_ERROR(failure);
    BOOST_TEST(freed > 0u);
    store.reopen();
    check_all(*store);
    store->collect();
    check_all(*store);
  });
}

BOOST_AUTO_TEST_CASE(a_reader_in_between_sees_whole_checkpoints) {
  on_disk([](TestStore& store) {
    Writer writer(store, 5, "run");
    writer.checkpoint();
    std::optional<Store> reader(Store::open(store.path(), {.read_only = true}));
    std::uint64_t freed = 0, checked = 0;
    for (int i = 0; i < 25; ++i) {
      for (int k = 0; k < 4; ++k) writer.operate();
      freed += store->collect().freed_count;
      for (const RunInfo& info : reader->runs())
        for (const Checkpoint& checkpoint : reader->find_run(info.name)->history()) check_checkpoint(*reader, checkpoint), ++checked;
      if (i % 3 == 0) reader->refresh();
      if (i % 10 == 0) check_clean(*reader);
    }
    BOOST_TEST(freed > 0u);
    BOOST_TEST(checked > 25u);
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
