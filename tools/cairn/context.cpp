#include "context.h"

#include <CLI/App.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "numbers.h"

namespace cairn::cli {

void add_common_options(CLI::App& app, Context& context) {
  app.add_option("-s,--store", context.store, "The store's directory; else $CAIRN_STORE")->type_name("DIR");
  app.add_flag("--json", context.json, "Print results as JSON");
}

void add_wait_option(CLI::App& app, Context& context) {
  add_number<std::uint32_t>(app, "--wait", context.wait_seconds, "Wait so long for another process that writes to the store; else 30")
      ->type_name("SECONDS");
}

// There is no event to wait for: who holds the lock of a file does not tell when it lets go.
void wait_while(const Context& context, std::initializer_list<ErrorCode> codes, const std::function<void()>& use) {
  using namespace std::chrono_literals;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(context.wait_seconds);
  for (auto pause = 5ms;; pause = std::min(2 * pause, 200ms)) {
    try {
      return use();
    } catch (const Error& error) {
      const bool waits = std::ranges::find(codes, error.code()) != codes.end();
      if (!waits || std::chrono::steady_clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

std::string store_path(const Context& context) {
  if (!context.store.empty()) return context.store;
  const char* variable = std::getenv("CAIRN_STORE");
  if (variable == nullptr || *variable == '\0')
    throw UsageError("which store? Name it with --store DIR or in the environment variable CAIRN_STORE");
  return variable;
}

Store open_reader(const Context& context) {
  return Store::open(store_path(context), {.create = false, .read_only = true});
}

Store open_writer(const Context& context, Compression compression) {
  std::optional<Store> store;
  wait_while(context, {ErrorCode::locked},
             [&] { store.emplace(Store::open(store_path(context), {.create = false, .compression = compression})); });
  return std::move(*store);
}

}  // namespace cairn::cli
