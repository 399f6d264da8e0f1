// cairn repair: rebuild what can be rebuilt of a damaged store, and say what could not.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "damage.h"
#include "numbers.h"
#include "stage_progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct RepairChoices {
  bool apply = false;
  std::vector<std::string> from;
  unsigned threads = 0;
};

RepairReport run_repair(const RepairChoices& choices, const Context& context) {
  StageProgress progress;
  RepairOptions options{.apply = choices.apply};
  options.from.assign(choices.from.begin(), choices.from.end());
  options.threads = choices.threads;
  options.progress = [&](const CareProgress& done) { progress.update(done); };
  RepairReport report;
  wait_while(context, {ErrorCode::locked}, [&] { report = Store::repair(store_path(context), options); });
  return report;
}

std::string line_of(const RepairItem& item, bool applied) {
  const std::string what = item.id.empty() ? count_of(item.count, item.kind) : fmt::format("{} {}", item.kind, printable(item.id));
  return fmt::format("{}{} {}: {}", applied ? "" : "would be ", item.action, what, printable(item.problem));
}

void print(const RepairReport& report, Output& out) {
  for (const RepairItem& item : report.items) out.line(line_of(item, report.applied));
  print_damage(report.remaining, out);
  const std::size_t losses = known_losses(report.remaining).size(), damaged = report.remaining.size() - losses;
  if (report.items.empty() && report.remaining.empty()) out.line("nothing is wrong");
  else if (!report.applied && !report.items.empty()) out.line("nothing was changed: --apply does it");
  else if (report.remaining.empty()) out.line("all was mended");
  else out.line(fmt::format("{} remain, and {} known {}", count_of(damaged, "finding"), losses, losses == 1 ? "loss" : "losses"));
}

ExitStatus repair(const RepairChoices& choices, Context& context) {
  const RepairReport report = run_repair(choices, context);
  if (context.json) context.out.json(document(report));
  else print(report, context.out);
  const bool is_whole = report.is_whole() && (report.applied || report.items.empty());
  return is_whole ? ExitStatus::done : ExitStatus::damage_found;
}

}  // namespace

Action add_repair(CLI::App& app, Context& context) {
  const auto choices = std::make_shared<RepairChoices>();
  app.add_flag("--apply", choices->apply, "Do it; else only tell what would be done");
  app.add_option("--from", choices->from, "Another store that may have whole copies of what is damaged; may be given again")->type_name("STORE");
  add_number<unsigned>(app, "--threads", choices->threads, "That read; 0: one for each processor")->default_str("0");
  add_wait_option(app, context);
  return [choices, &context] { return repair(*choices, context); };
}

}  // namespace cairn::cli
