// cairn backup: copy the store into a directory, and later what is new.
#include <cairn/backup.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>

#include "documents.h"
#include "numbers.h"
#include "stage_progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string directory;
  bool no_verify = false;
  unsigned threads = 0;
};

BackupReport run_backup(const Options& options, const Context& context) {
  StageProgress progress;
  BackupOptions backup{.verify = !options.no_verify, .threads = options.threads};
  backup.progress = [&](const CareProgress& done) { progress.update(done); };
  return open_reader(context).back_up(options.directory, backup);
}

void print(const Options& options, const BackupReport& report, Output& out) {
  const std::string news = report.is_first ? "" : fmt::format(", {} new", report.commits_new);
  out.line(fmt::format("{}: {}{}, as of {}", printable(options.directory), count_of(report.commits, "commit"), news,
                       short_time(report.moment)));
  std::string bytes = fmt::format("{} copied", human_size(report.copied_bytes));
  const auto add = [&](std::uint64_t size, const char* what) {
    if (size != 0) bytes += fmt::format(", {} {}", human_size(size), what);
  };
  add(report.reflinked_bytes, "shared with the store");
  add(report.resumed_bytes, "found of an earlier attempt");
  add(report.shared_bytes, "there already");
  add(report.row_bytes, "of records");
  add(report.removed_bytes, "removed");
  out.line(bytes);
  if (!options.no_verify)
    out.line(fmt::format("{} new, {} read back and compared", count_of(report.verified_count, "blob"), human_size(report.verified_bytes)));
}

ExitStatus backup(const Options& options, Context& context) {
  const BackupReport report = run_backup(options, context);
  if (context.json)
    context.out.json(document(report));
  else
    print(options, report, context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_backup(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("directory", options->directory, "Where: a new or empty directory, or an earlier backup of the same store")
      ->type_name("DIR")
      ->required();
  app.add_flag("--no-verify", options->no_verify, "Do not read back what was copied; damage is copied as it is");
  add_number<unsigned>(app, "--threads", options->threads, "That read back; 0: one for each processor")->default_str("0");
  return [options, &context] { return backup(*options, context); };
}

}  // namespace cairn::cli
