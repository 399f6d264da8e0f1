// Works with a store in two sessions, whatever becomes of it, and acknowledges what was committed in
// a file outside:
//
//   acknowledging_writer STORE ACKNOWLEDGEMENTS FILE
//
// FILE is attached to checkpoints and added. Lines of the acknowledgements: "session NUMBER",
// "checkpoint ID STEP COUNT", "object ID SEED COUNT", "batch SEED ID...", "large NUMBER", "graph NUMBER", "artifact ID",
// "step NAME SEED COUNT", "error CODE DOING: MESSAGE", "end". The exit status is 0 also after errors, if they were cairn::Error.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include "support/acknowledged_work.h"
#include "support/large_batch.h"

namespace cairn::test {
namespace {

constexpr unsigned kSecondsMax = 60;  // then the writer hangs, and is ended by a signal

class Writer {
 public:
  Writer(std::filesystem::path store, const char* acknowledgements, std::filesystem::path file)
      : path_(std::move(store)),
        file_(std::move(file)),
        acknowledgements_(::open(acknowledgements, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}

  void work(std::int64_t session) const {
    acknowledge("session " + std::to_string(session));
    std::optional<Store> store;
    // Little memory, so that records are flushed and compacted, too.
    attempt("open", [&] { store = Store::open(path_, {.memory_bytes = 400'000}); });
    if (!store) return;
    std::int64_t step = session * 100;
    for (int i = 0; i < 12; ++i) checkpoint(*store, ++step, kSmall);
    checkpoint(*store, ++step, kLarge);
    run_step(*store, ++step, kSmall);
    attach(*store, ++step);
    run_step(*store, ++step, kLarge);
    put(*store, ++step, kLarge);
    put_batch(*store, ++step);
    put_large_batch(*store, session);
    load_graph(*store, session);
    checkpoint(*store, ++step, kHuge);
    add(*store);
    for (int i = 0; i < 12; ++i) checkpoint(*store, ++step, kSmall);
  }

  void acknowledge(std::string line) const {
    line += '\n';
    if (::write(acknowledgements_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
  }
  void acknowledge(const Receipt& receipt, std::int64_t step, std::size_t count) const {
    acknowledge("checkpoint " + receipt.id.hex() + " " + std::to_string(step) + " " + std::to_string(count));
  }

 private:
  template <class Action>
  void attempt(const std::string& doing, Action action) const {
    try {
      action();
    } catch (const Error& error) {
      acknowledge(std::string("error ") + error_name(error.code()) + " " + doing + ": " + error.what());
    }
  }

  void checkpoint(Store& store, std::int64_t step, std::size_t count) const {
    attempt("checkpoint " + std::to_string(step), [&] {
      acknowledge(store.run(kWorkRun).checkpoint(step).save(kWorkState, numbers(step, count)).commit(), step,
                  count);
    });
  }
  void attach(Store& store, std::int64_t step) const {
    attempt("attach " + std::to_string(step), [&] {
      CheckpointBuilder checkpoint = store.run(kWorkRun).checkpoint(step);
      checkpoint.save(kWorkState, numbers(step, kSmall)).attach(kWorkFile, file_);
      acknowledge(checkpoint.commit(), step, kSmall);
    });
  }
  void run_step(Store& store, std::int64_t seed, std::size_t count) const {
    const std::string name = "step-" + std::to_string(seed);
    attempt(name, [&] {
      store.run(kWorkRun).step(name, {Input("seed", seed)}, [&] { return numbers(seed, count); });
      acknowledge("step " + name + " " + std::to_string(seed) + " " + std::to_string(count));
    });
  }
  void put(Store& store, std::int64_t seed, std::size_t count) const {
    attempt("put", [&] {
      const ObjectId id = store.put(numbers(seed, count));
      acknowledge("object " + id.hex() + " " + std::to_string(seed) + " " + std::to_string(count));
    });
  }
  void put_batch(Store& store, std::int64_t seed) const {
    attempt("put a batch", [&] {
      std::string line = "batch " + std::to_string(seed);
      for (const ObjectId& id : store.put_all(batch(seed))) line += " " + id.hex();
      acknowledge(line);
    });
  }
  void put_large_batch(Store& store, std::int64_t number) const {
    attempt("put a large batch", [&] {
      store.put_all(large_batch(number));
      acknowledge("large " + std::to_string(number));
    });
  }
  void load_graph(Store& store, std::int64_t number) const {
    attempt(std::string(kLoading) + " " + std::to_string(number), [&] {
      load_large_graph(store, number);
      acknowledge("graph " + std::to_string(number));
    });
  }
  void add(Store& store) const {
    attempt("add", [&] { acknowledge("artifact " + store.add(file_).id.hex()); });
  }

  const std::filesystem::path path_, file_;
  const int acknowledgements_;
};

}  // namespace
}  // namespace cairn::test

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: acknowledging_writer STORE ACKNOWLEDGEMENTS FILE\n", stderr);
    return 2;
  }
  ::alarm(cairn::test::kSecondsMax);
  const cairn::test::Writer writer(arguments[1], arguments[2], arguments[3]);
  try {
    for (const int session : {1, 2}) writer.work(session);
    writer.acknowledge("end");
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "acknowledging_writer: %s\n", error.what());
    return 1;
  }
}
