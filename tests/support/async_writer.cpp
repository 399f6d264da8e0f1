// Commits checkpoints with every durability until it is killed, and acknowledges each that is on disk by a line in a file outside:
//
//   async_writer STORE ACKNOWLEDGEMENTS SEED
//
// The steps of run "work" go on from the newest; the state of a step is a row of numbers that depends on it alone. Lines are
// "done STEP", as soon as a future says so, and "told STEP", when a call has returned that promises less.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <utility>

#include "support/acknowledged_work.h"

namespace cairn::test {
namespace {

class AsyncWriter {
 public:
  AsyncWriter(const char* store, const char* acknowledgements, std::uint64_t seed)
      : store_(Store::open(store, {.background_bytes = 2u << 20})),
        run_(store_.run(kWorkRun)),
        acknowledgements_(::open(acknowledgements, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)),
        random_(seed) {}

  [[noreturn]] void work() {
    const auto latest = run_.latest();
    for (std::int64_t step = latest ? latest->step + 1 : 1;; ++step) {
      commit(step);
      acknowledge("told", step);
      acknowledge_done();
    }
  }

 private:
  void commit(std::int64_t step) {
    const std::size_t count = work_count(step);
    switch (random_() % 6) {
      case 0: return await(step, run_.checkpoint(step).save(kWorkState, numbers(step, count)).commit().durable);
      case 1:
      case 2: return await(step, commit_behind(step, Durability::async));
      case 3: return await(step, commit_behind(step, Durability::on_close));
      case 4:
        pending_.emplace_back(step, run_.checkpoint(step, {.background = true}).save(kWorkState, numbers(step, count)).commit_async());
        return;
      case 5: {
        region_ = numbers(step, count);
        run_.protect(kWorkState, std::span(region_));
        pending_.emplace_back(step, run_.commit_async(step));
        return;
      }
    }
  }
  std::shared_future<void> commit_behind(std::int64_t step, Durability durability) {
    return run_.checkpoint(step).save(kWorkState, numbers(step, work_count(step))).commit({durability}).durable;
  }
  void await(std::int64_t step, std::shared_future<void> durable) { waiting_.emplace_back(step, std::move(durable)); }

  void acknowledge_done() {
    std::erase_if(waiting_, [&](const auto& one) {
      const bool is_done = one.second.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
      if (is_done) acknowledge("done", one.first);
      return is_done;
    });
    std::erase_if(pending_, [&](const auto& one) {
      if (one.second.is_done()) acknowledge("done", one.first);
      return one.second.is_done();
    });
  }
  void acknowledge(const std::string& word, std::int64_t step) const {
    const std::string line = word + " " + std::to_string(step) + "\n";
    if (::write(acknowledgements_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
  }

  Store store_;
  Run run_;
  const int acknowledgements_;
  std::mt19937_64 random_;
  Numbers region_;
  std::deque<std::pair<std::int64_t, std::shared_future<void>>> waiting_;
  std::deque<std::pair<std::int64_t, PendingCommit>> pending_;
};

}  // namespace
}  // namespace cairn::test

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: async_writer STORE ACKNOWLEDGEMENTS SEED\n", stderr);
    return 2;
  }
  try {
    cairn::test::AsyncWriter(arguments[1], arguments[2], std::stoull(arguments[3])).work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "async_writer: %s\n", error.what());
    return 1;
  }
}
