// What every verb shares: which store, which form of output, and the options that say so.
#pragma once

#include <cairn/store.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
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
  std::uint32_t wait_seconds = 30;  ///< for another process that has the store open for writing
  Output out;
  Interrupts interrupts;
};

/// Adds -s/--store and --json.
void add_common_options(CLI::App& app, Context& context);

/// Adds --wait, for verbs that write.
void add_wait_option(CLI::App& app, Context& context);

/// Calls `use` again and again for as long as it throws an error of one of the `codes`, and --wait lets it; then passes on what it
/// throws.
void wait_while(const Context& context, std::initializer_list<ErrorCode> codes, const std::function<void()>& use);

/// The directory of -s/--store, else of $CAIRN_STORE. Throws UsageError if neither is given.
std::string store_path(const Context& context);

/// Both open the store and never create it. A reader works beside a writer; a writer waits for another one, see --wait.
Store open_reader(const Context& context);
Store open_writer(const Context& context, Compression compression = Compression::lz4);

}  // namespace cairn::cli
