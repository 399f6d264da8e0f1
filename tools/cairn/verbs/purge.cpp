// cairn purge: free the bytes of an object, artifact or checkpoint, and keep what is known of it.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>

#include "documents.h"
#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string id;
  PurgeOptions purge;
};

PurgeReport purge(Store& store, const Named& named, const PurgeOptions& options) {
  if (named.kind == "object") return store.purge(ObjectId{named.digest}, options);
  if (named.kind == "artifact") return store.purge(ArtifactId{named.digest}, options);
  return store.purge(CheckpointId{named.digest}, options);
}

ExitStatus purge(const Options& options, Context& context) {
  Store store = options.purge.dry_run ? open_reader(context) : open_writer(context);
  const PurgeReport report = purge(store, resolve(store, options.id, {"object", "artifact", "checkpoint"}), options.purge);
  if (context.json) {
    boost::json::object shown = document(report);
    shown.emplace("dry_run", options.purge.dry_run);
    context.out.json(shown);
    return ExitStatus::done;
  }
  for (const Uuid& node : report.nodes) context.out.line(fmt::format("kept without it: node {}", node.text()));
  for (const CheckpointId& id : report.checkpoints) context.out.line(fmt::format("cannot be restarted as a whole: checkpoint {}", id.hex()));
  context.out.line(fmt::format("{} {} {}, {}", report.purged.kind, report.purged.digest.hex(),
                               options.purge.dry_run ? "would be purged" : "purged", human_size(report.purged.size_bytes)));
  return ExitStatus::done;
}

}  // namespace

Action add_purge(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("id", options->id, "An object, artifact or checkpoint: its id, or the beginning of it; RUN@STEP, RUN:TAG or RUN:latest")
      ->type_name("ID")
      ->required();
  app.add_option("--reason", options->purge.reason, "Told to whoever asks for it later")->type_name("TEXT");
  app.add_flag("--dry-run", options->purge.dry_run, "Only tell");
  return [options, &context] { return purge(*options, context); };
}

}  // namespace cairn::cli
