// cairn fork: begin a run that goes on from a checkpoint of another one.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <memory>
#include <string>

#include "documents.h"
#include "ids.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct ForkArguments {
  std::string checkpoint, name, of;
};

ExitStatus fork(const ForkArguments& arguments, Context& context) {
  const Store store = open_writer(context);
  auto [run, checkpoint] = resolve_checkpoint(store, arguments.checkpoint, arguments.of);
  const Run made = run.fork(arguments.name, {.at = checkpoint});
  if (context.json)
    context.out.json(boost::json::object{{"run", json_text(made.name())},
                                         {"uuid", made.uuid().text()},
                                         {"forked_from", {{"run", json_text(run.name())}, {"checkpoint", checkpoint.hex()}}}});
  else
    context.out.line(made.uuid().text());
  return ExitStatus::done;
}

}  // namespace

Action add_fork(CLI::App& app, Context& context) {
  const auto arguments = std::make_shared<ForkArguments>();
  app.add_option("checkpoint", arguments->checkpoint, "The last checkpoint that the fork has: an id, RUN@STEP, RUN:latest or RUN:TAG")
      ->type_name("CHECKPOINT")
      ->required();
  app.add_option("run", arguments->name, "The name of the new run")->type_name("RUN")->required();
  app.add_option("--of", arguments->of, "The run to fork, if an id is given; else the one that made the checkpoint")->type_name("RUN");
  add_wait_option(app, context);
  return [arguments, &context] { return fork(*arguments, context); };
}

}  // namespace cairn::cli
