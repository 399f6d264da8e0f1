// What every verb shares: which store, which form of output, and the options that say so.
#pragma once

#include <cairn/store.h>

#include <string>

#include "exit_status.h"
#include "interrupts.h"
#include "output.h"

namespace CLI {
class App;
}

namespace cairn::cli {

struct Context {
  std::string store;  ///< as given; empty if it was not
  bool json = false;
  Output out;
  Interrupts interrupts;
};

/// Adds -s/--store and --json.
void add_common_options(CLI::App& app, Context& context);

/// The directory of -s/--store, else of $CAIRN_STORE. Throws UsageError if neither is given.
std::string store_path(const Context& context);

/// Both open the store and never create it. A reader works beside a writer.
Store open_reader(const Context& context);
Store open_writer(const Context& context, Compression compression = Compression::lz4);

}  // namespace cairn::cli
