// cairn invalidate: which recorded steps other runs must not take over any more.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <memory>
#include <optional>
#include <string>

#include "moments.h"
#include "step_documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct InvalidateOptions {
  std::optional<std::string> name, code_version, before;
  bool list = false;
};

void list_invalidations(Context& context) {
  const auto text = [](const std::optional<std::string>& given) {
    return !given ? "any" : given->empty() ? "(none)" : printable(*given);
  };
  Table table({"NAME", "VERSION", "RECORDED BEFORE"});
  for (const StepInvalidation& steps : open_reader(context).step_invalidations()) {
    if (context.json)
      context.out.json(document(steps));
    else
      table.add({text(steps.name), text(steps.code_version), steps.recorded_before ? short_time(*steps.recorded_before) : "any"});
  }
  table.print(context.out);
}

ExitStatus invalidate(const InvalidateOptions& options, Context& context) {
  const bool is_any_given = options.name || options.code_version || options.before;
  if (options.list == is_any_given)
    throw UsageError("which steps? Give at least one of --name, --code-version and --before, or --list alone");
  if (options.list) {
    list_invalidations(context);
    return ExitStatus::done;
  }
  StepInvalidation steps{.name = options.name, .code_version = options.code_version};
  if (options.before) steps.recorded_before = parse_moment("--before", *options.before);
  open_writer(context).invalidate_steps(steps);
  if (context.json) context.out.json(document(steps));
  return ExitStatus::done;
}

}  // namespace

Action add_invalidate(CLI::App& app, Context& context) {
  const auto options = std::make_shared<InvalidateOptions>();
  app.add_option("--name", options->name, "Steps of this name")->type_name("NAME");
  app.add_option("--code-version", options->code_version, "Steps of this version of their code; '' for those without one")
      ->type_name("TEXT");
  app.add_option("--before", options->before, "Steps recorded before a time, or longer ago than an age such as 12h or 7d")
      ->type_name("TIME");
  app.add_flag("--list", options->list, "List what was invalidated, oldest first");
  add_wait_option(app, context);
  return [options, &context] { return invalidate(*options, context); };
}

}  // namespace cairn::cli
