// cairn runs: list the runs.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus runs(Context& context) {
  Table table({"RUN", "CHECKPOINTS", "STEP", "TIME", "LATEST"});
  for (const RunInfo& run : open_reader(context).runs()) {
    if (context.json) {
      context.out.json(document(run));
      continue;
    }
    const Checkpoint* latest = run.latest ? &*run.latest : nullptr;
    std::string id = latest ? short_id(latest->id.digest) : "-";
    if (latest && latest->damaged) id += " (damaged)";
    table.add({printable(run.name), fmt::format("{}", run.checkpoint_count),
               latest ? fmt::format("{}", latest->step) : "-", short_time(latest ? latest->time : run.created),
               id});
  }
  table.print(context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_runs(CLI::App&, Context& context) {
  return [&context] { return runs(context); };
}

}  // namespace cairn::cli
