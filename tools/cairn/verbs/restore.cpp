// cairn restore: an artifact back into files.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <filesystem>
#include <memory>

#include "ids.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct RestoreOptions {
  std::string id;
  std::string into;
};

ExitStatus restore(const RestoreOptions& options, Context& context) {
  const Store store = open_reader(context);
  const ArtifactId id{resolve(store, options.id, {"artifact"}).digest};
  store.restore(id, options.into);
  const std::string path = (std::filesystem::path(options.into) / store.list(id).at(0).path).string();
  if (context.json)
    context.out.json({{"id", id.hex()}, {"path", json_text(path)}});
  else
    context.out.line(printable(path));
  return ExitStatus::done;
}

}  // namespace

Action add_restore(CLI::App& app, Context& context) {
  const auto options = std::make_shared<RestoreOptions>();
  app.add_option("id", options->id, "An artifact's id, or the beginning of one")->type_name("ID")->required();
  app.add_option("--into", options->into, "The directory to write its tree below; created if absent")
      ->type_name("DIR")
      ->required();
  return [options, &context] { return restore(*options, context); };
}

}  // namespace cairn::cli
