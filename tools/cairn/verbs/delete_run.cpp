// cairn delete-run: remove a run.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus delete_run(const std::string& name, Context& context) {
  const DeletedRun deleted = open_writer(context).delete_run(name);
  if (context.json) {
    context.out.json(document(deleted));
    return ExitStatus::done;
  }
  Table table({"STAYS", "FOR"});
  for (const auto& [id, runs] : deleted.kept) table.add({short_id(id.digest), printable(fmt::format("{}", fmt::join(runs, ", ")))});
  table.print(context.out);
  context.out.line(fmt::format("{} removed, {} kept", count_of(deleted.removed_count, "checkpoint"), deleted.kept.size()));
  return ExitStatus::done;
}

}  // namespace

Action add_delete_run(CLI::App& app, Context& context) {
  const auto name = std::make_shared<std::string>();
  app.add_option("run", *name, "The run's name")->type_name("RUN")->required();
  add_wait_option(app, context);
  return [name, &context] { return delete_run(*name, context); };
}

}  // namespace cairn::cli
