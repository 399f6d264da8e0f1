// cairn purges: what was purged.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus purges(Context& context) {
  Table table({"ID", "KIND", "SIZE", "TIME", "REASON"});
  for (const Purged& purged : open_reader(context).purges()) {
    if (context.json) context.out.json(document(purged));
    else
      table.add({short_id(purged.digest), purged.kind, human_size(purged.size_bytes), short_time(purged.time), printable(purged.reason)});
  }
  table.print(context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_purges(CLI::App&, Context& context) {
  return [&context] { return purges(context); };
}

}  // namespace cairn::cli
