// cairn tag, cairn untag: names of checkpoints.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>

#include "documents.h"
#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct TagArguments {
  std::string checkpoint, run, tag;
};

void print(std::string_view run, const TagArguments& arguments, const CheckpointId* checkpoint, Context& context) {
  if (!context.json) return;
  context.out.json(boost::json::object{{"run", json_text(run)},
                                       {"tag", json_text(arguments.tag)},
                                       {"checkpoint", checkpoint ? boost::json::value(checkpoint->hex()) : boost::json::value(nullptr)}});
}

ExitStatus tag(const TagArguments& arguments, Context& context) {
  const Store store = open_writer(context);
  auto [run, checkpoint] = resolve_checkpoint(store, arguments.checkpoint, arguments.run);
  run.tag(checkpoint, arguments.tag);
  print(run.name(), arguments, &checkpoint, context);
  return ExitStatus::done;
}

ExitStatus untag(const TagArguments& arguments, Context& context) {
  const Store store = open_writer(context);
  Run run = get_run(store, arguments.run);
  if (!run.untag(arguments.tag))
    throw Error(ErrorCode::not_found, fmt::format("run {} has no tag {}", printable(run.name()), printable(arguments.tag)));
  print(run.name(), arguments, nullptr, context);
  return ExitStatus::done;
}

}  // namespace

Action add_tag(CLI::App& app, Context& context) {
  const auto arguments = std::make_shared<TagArguments>();
  app.add_option("checkpoint", arguments->checkpoint, "An id, RUN@STEP, RUN:latest or RUN:TAG")->type_name("CHECKPOINT")->required();
  app.add_option("tag", arguments->tag, "The tag; moves from the checkpoint of the run that has it")->type_name("TAG")->required();
  app.add_option("--of", arguments->run, "The run, if an id is given; else the one that made the checkpoint")->type_name("RUN");
  add_wait_option(app, context);
  return [arguments, &context] { return tag(*arguments, context); };
}

Action add_untag(CLI::App& app, Context& context) {
  const auto arguments = std::make_shared<TagArguments>();
  app.add_option("run", arguments->run, "The run's name")->type_name("RUN")->required();
  app.add_option("tag", arguments->tag, "The tag")->type_name("TAG")->required();
  add_wait_option(app, context);
  return [arguments, &context] { return untag(*arguments, context); };
}

}  // namespace cairn::cli
