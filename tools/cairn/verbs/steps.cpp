// cairn steps: the steps of a run, and how often they were tried.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ids.h"
#include "step_documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct StepsOptions {
  std::string run, name;
};

std::string version_text(const StepStatus& step) { return step.code_version.empty() ? "-" : printable(step.code_version); }

std::string seconds_of(const StepAttemptInfo& attempt) {
  return fmt::format("{:.3f}", std::chrono::duration<double>(attempt.ended - attempt.begun).count());
}

// One line a step.
void print_steps(const std::vector<StepStatus>& steps, Output& out) {
  Table table({"STEP", "VERSION", "STATE", "ATTEMPTS", "TIME", "PROCESS"});
  for (const StepStatus& step : steps)
    table.add({printable(step.name), version_text(step), std::string(state_text(step)), fmt::format("{}", step.attempts.size()),
               short_time(step.recorded), step.process ? step.process->text() : printable(step.worker)});
  table.print(out);
}

// One line an attempt.
void print_attempts(const std::vector<StepStatus>& steps, Output& out) {
  Table table({"STEP", "VERSION", "ATTEMPT", "END", "BEGUN", "SECONDS", "PROCESS", "MESSAGE"});
  for (const StepStatus& step : steps) {
    const auto add = [&](std::vector<std::string> attempt) {
      attempt.insert(attempt.begin(), {printable(step.name), version_text(step)});
      table.add(std::move(attempt));
    };
    for (const StepAttemptInfo& attempt : step.attempts)
      add({fmt::format("{}", attempt.number), step_end_name(attempt.end), short_time(attempt.begun), seconds_of(attempt),
           attempt.process.text(), printable(attempt.message)});
    const std::string_view state = state_text(step);
    if (state == "running") add({"-", "running", "-", "-", "-", printable(step.worker)});
    if (state == "reused") add({"-", "reused", short_time(step.recorded), "-", step.process->text(), ""});
  }
  table.print(out);
}

ExitStatus steps(const StepsOptions& options, Context& context) {
  const Store store = open_reader(context);
  const std::vector<StepStatus> steps = get_run(store, options.run).steps(options.name);
  if (steps.empty() && !options.name.empty())
    throw Error(ErrorCode::not_found, fmt::format("run {} has no step {}", printable(options.run), printable(options.name)));
  if (context.json)
    for (const StepStatus& step : steps) context.out.json(document(step));
  else if (options.name.empty())
    print_steps(steps, context.out);
  else
    print_attempts(steps, context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_steps(CLI::App& app, Context& context) {
  const auto options = std::make_shared<StepsOptions>();
  app.add_option("run", options->run, "The run's name")->type_name("RUN")->required();
  app.add_option("name", options->name, "Only the steps of this name, attempt by attempt")->type_name("NAME");
  return [options, &context] { return steps(*options, context); };
}

}  // namespace cairn::cli
