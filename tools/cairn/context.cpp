#include "context.h"

#include <CLI/App.hpp>

#include <cstdlib>

namespace cairn::cli {

void add_common_options(CLI::App& app, Context& context) {
  app.add_option("-s,--store", context.store, "The store's directory; else $CAIRN_STORE")->type_name("DIR");
  app.add_flag("--json", context.json, "Print results as JSON");
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
  return Store::open(store_path(context), {.create = false, .compression = compression});
}

}  // namespace cairn::cli
