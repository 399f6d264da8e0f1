// cairn verify: read everything and compare it with its digest.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "damage.h"
#include "documents.h"
#include "ids.h"
#include "moments.h"
#include "numbers.h"
#include "progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct VerifyChoices {
  bool read_data = false, structure = false;
  std::string sample, since;
  unsigned threads = 0;
  std::vector<std::string> ids;
};

// 0.05 or 5%.
double parse_part(const std::string& text) {
  const bool is_percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (is_percent ? 1 : 0);
  double part = 0;
  const auto [stopped, error] = std::from_chars(text.data(), end, part);
  if (is_percent) part /= 100;
  if (error != std::errc() || stopped != end || !(part >= 0 && part <= 1))
    throw UsageError(fmt::format("--sample: expected a part from 0 to 1, or from 0% to 100%, got '{}'", printable(text)));
  return part;
}

VerifyOptions make_options(const VerifyChoices& choices) {
  VerifyOptions options;
  options.read_data = !choices.structure;
  if (!choices.sample.empty()) options.sample = parse_part(choices.sample);
  if (!choices.since.empty()) options.since = parse_moment("--since", choices.since);
  options.threads = choices.threads;
  return options;
}

// A store that is too damaged to be opened is a finding of verify, not a failure of it.
VerifyReport make_report(const VerifyChoices& choices, const Context& context) {
  VerifyOptions options = make_options(choices);
  const std::string path = store_path(context);
  Progress progress("verify");
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  try {
    const Store store = open_reader(context);
    for (const std::string& id : choices.ids) options.only.push_back(resolve(store, id, {"object", "artifact", "checkpoint", "node"}));
    return store.verify(options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    VerifyReport report;
    report.damage.push_back({"store", path, error.what(), {}});
    return report;
  }
}

void print_report(const VerifyReport& report, Output& out) {
  print_damage(report.damage, out);
  const std::size_t losses = known_losses(report.damage).size(), found = report.damage.size() - losses;
  const std::string known = losses == 0 ? "" : fmt::format(", {} known {}", losses, losses == 1 ? "loss" : "losses");
  const std::string read = report.blobs_read == report.blob_count ? "" : fmt::format("{} of them, ", report.blobs_read);
  out.line(fmt::format("{}{}: {} ({}{} read), {}, {}, {}",
                       found != 0 ? count_of(found, "finding") : losses == 0 ? "no damage" : "no new damage", known,
                       count_of(report.blob_count, "blob"), read, human_size(report.bytes_read),
                       count_of(report.checkpoint_count, "checkpoint"), count_of(report.node_count, "node"),
                       count_of(report.link_count, "link")));
}

ExitStatus verify(const VerifyChoices& choices, Context& context) {
  const VerifyReport report = make_report(choices, context);
  if (context.json)
    context.out.json(document(report));
  else
    print_report(report, context.out);
  return new_damage(report.damage).empty() ? ExitStatus::done : ExitStatus::damage_found;
}

}  // namespace

Action add_verify(CLI::App& app, Context& context) {
  const auto choices = std::make_shared<VerifyChoices>();
  app.add_option("id", choices->ids,
                 "Only these checkpoints (also as RUN@STEP), nodes, objects and artifacts, with all that they need")->type_name("ID");
  CLI::Option* data = app.add_flag("--read-data", choices->read_data, "Read every byte and compare it with its digest (the default)");
  app.add_flag("--structure,--no-data", choices->structure, "Check the structure only, do not read every byte")->excludes(data);
  app.add_option("--sample", choices->sample, "Read only this part of the blobs, another one each time: 0.05 or 5%")->type_name("P");
  app.add_option("--since", choices->since, "Only checkpoints and nodes made after a time, or within an age such as 12h or 7d")
      ->type_name("TIME");
  add_number<unsigned>(app, "--threads", choices->threads, "That read; 0: one for each processor")->default_str("0");
  return [choices, &context] { return verify(*choices, context); };
}

}  // namespace cairn::cli
