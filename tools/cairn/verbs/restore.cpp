// cairn restore: an artifact back into files.
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <map>
#include <memory>

#include "entries.h"
#include "ids.h"
#include "progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct RestoreVerbOptions {
  std::string id;
  std::string into;
  RestoreOptions restore;
};

ExitStatus restore(RestoreVerbOptions& options, Context& context) {
  const Store store = open_reader(context);
  const ArtifactId id{resolve(store, options.id, {"artifact"}).digest};
  Progress bar("restoring");
  options.restore.progress = [&](const RestoreProgress& progress) { bar.update(progress.size_bytes, progress.size_total); };
  const RestoreReceipt receipt = store.restore(id, options.into, options.restore);
  if (context.json)
    context.out.json({{"id", id.hex()},
                      {"path", json_text(receipt.path.string())},
                      {"entry_count", receipt.entry_count},
                      {"size_bytes", receipt.size_bytes},
                      {"kept_count", receipt.kept_count}});
  else
    context.out.line(printable(receipt.path.string()));
  return ExitStatus::done;
}

}  // namespace

Action add_restore(CLI::App& app, Context& context) {
  static const std::map<std::string, Existing> kExisting{
      {"refuse", Existing::refuse}, {"overwrite", Existing::overwrite}, {"keep-equal", Existing::keep_equal}};
  const auto options = std::make_shared<RestoreVerbOptions>();
  RestoreOptions& restored = options->restore;
  app.add_option("id", options->id, "An artifact's id, or the beginning of one")->type_name("ID")->required();
  app.add_option("--into", options->into, "The directory to write its tree below; created if absent")
      ->type_name("DIR")
      ->required();
  app.add_option("--path", restored.path, "Only this entry and what is below it")->type_name("PATH");
  app.add_option("--name", restored.name, "Under this name, instead of its own")->type_name("NAME");
  app.add_option("--existing", restored.existing,
                 "What becomes of files that are there: refuse, overwrite, or keep-equal, which leaves those "
                 "with the same bytes")
      ->transform(CLI::CheckedTransformer(kExisting).description(""))
      ->type_name("HOW")
      ->default_str("refuse");
  add_attributes_option(app, restored.attributes, "Which extended attributes to give back");
  app.add_flag("--owner", restored.owner, "Give back user and group");
  app.add_flag("--set-id", restored.set_id, "Give back set-user-id, set-group-id and sticky bits of files");
  app.add_flag("--sync", restored.sync, "Wait until all is on disk");
  app.add_flag("--resume", restored.resumable, "Keep what was restored when interrupted, and go on with it next time");
  app.add_option("--threads", restored.threads, "Threads that read and write; 0: one a core")->type_name("N");
  return [options, &context] { return restore(*options, context); };
}

}  // namespace cairn::cli
