// cairn why: why a recorded step was done.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <memory>

#include "difference_documents.h"
#include "differences.h"
#include "ids.h"
#include "numbers.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct WhyOptions {
  std::string run, step;
  std::uint64_t limit = 1;
};

void print_reason(const StepReason& reason, Output& out) {
  const StepInfo& step = reason.step;
  out.line(shortened(fmt::format("step {} of run {}", printable(step.name), printable(step.run)), 80));
  out.line(fmt::format("process   {}", step.process.text()));
  out.line(fmt::format("recorded  {}", short_time(step.time)));
  if (!reason.compared || !reason.difference.has_reason()) {
    out.line(to_text(reason));
    return;
  }
  out.line("done because");
  StepDifference reasons = reason.difference;
  reasons.outputs.clear();
  print(reasons, out);
  const std::string run = reason.compared->run == step.run ? "" : fmt::format(" of run {}", printable(reason.compared->run));
  out.line("compared with");
  out.line(shortened(fmt::format("    {}, {}{}", reason.compared->process.text(), short_time(reason.compared->time), run), 80));
}

std::vector<StepReason> find_reasons(const Store& store, const WhyOptions& options) {
  if (!options.step.empty()) return get_run(store, options.run).why(options.step, options.limit);
  return {store.why(resolve(store, options.run, {"node"}).node)};
}

ExitStatus why(const WhyOptions& options, Context& context) {
  const Store store = open_reader(context);
  bool first = true;
  for (const StepReason& reason : find_reasons(store, options)) {
    if (context.json) {
      context.out.json(document(reason));
      continue;
    }
    if (!std::exchange(first, false)) context.out.line("");
    print_reason(reason, context.out);
  }
  return ExitStatus::done;
}

}  // namespace

Action add_why(CLI::App& app, Context& context) {
  const auto options = std::make_shared<WhyOptions>();
  app.add_option("run", options->run,
                 "The run's name; without STEP, the calculation of a step: its id, or the beginning of one")
      ->type_name("RUN")
      ->required();
  app.add_option("step", options->step, "The step's name")->type_name("STEP");
  add_number<std::uint64_t>(app, "--limit", options->limit, "Of several steps of that name show the newest so many");
  return [options, &context] { return why(*options, context); };
}

}  // namespace cairn::cli
