// cairn verify: read everything and compare it with its digest.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>

#include "documents.h"
#include "progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

// A store that is too damaged to be opened is a finding of verify, not a failure of it.
VerifyReport make_report(bool read_data, const Context& context) {
  const std::string path = store_path(context);
  Progress progress("verify");
  try {
    return open_reader(context).verify(
        {.read_data = read_data,
         .progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); }});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::damaged) throw;
    VerifyReport report;
    report.damage.push_back({"store", path, error.what(), {}});
    return report;
  }
}

void print_report(const VerifyReport& report, Output& out) {
  for (const Damage& damage : report.damage) {
    out.line(fmt::format("damaged {} {}: {}", damage.kind, printable(damage.id), printable(damage.problem)));
    for (const std::string& affected : damage.affected)
      out.line(fmt::format("  lost with it: {}", printable(affected)));
  }
  out.line(fmt::format("{}: {} ({} read), {}, {}, {}",
                       report.damage.empty() ? "no damage" : count_of(report.damage.size(), "finding"),
                       count_of(report.blob_count, "blob"), human_size(report.bytes_read),
                       count_of(report.checkpoint_count, "checkpoint"), count_of(report.node_count, "node"),
                       count_of(report.link_count, "link")));
}

ExitStatus verify(bool read_data, Context& context) {
  const VerifyReport report = make_report(read_data, context);
  if (context.json)
    context.out.json(document(report));
  else
    print_report(report, context.out);
  return report.damage.empty() ? ExitStatus::done : ExitStatus::damage_found;
}

}  // namespace

Action add_verify(CLI::App& app, Context& context) {
  const auto skip_data = std::make_shared<bool>(false);
  app.add_flag("--no-data", *skip_data, "Check the structure only, do not read every byte");
  return [skip_data, &context] { return verify(!*skip_data, context); };
}

}  // namespace cairn::cli
