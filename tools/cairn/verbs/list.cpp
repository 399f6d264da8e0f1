// cairn list: the entries of an artifact, all or those that match.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <memory>

#include "documents.h"
#include "entries.h"
#include "ids.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct ListVerbOptions {
  std::string id;
  ListOptions list;
};

ExitStatus list(const ListVerbOptions& options, Context& context) {
  const Store store = open_reader(context);
  const ArtifactId id{resolve(store, options.id, {"artifact"}).digest};
  const std::vector<ArtifactEntry> entries = store.list(id, options.list);
  if (!context.json) print_entries(entries, context.out);
  else
    for (const ArtifactEntry& entry : entries) context.out.json(document(entry));
  return ExitStatus::done;
}

}  // namespace

Action add_list(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ListVerbOptions>();
  app.add_option("id", options->id, "An artifact's id, or the beginning of one")->type_name("ID")->required();
  app.add_option("path", options->list.path, "Only this entry and what is below it")->type_name("PATH");
  app.add_option("--match", options->list.match, "Only what this pattern matches, as in .gitignore")->type_name("PATTERN");
  return [options, &context] { return list(*options, context); };
}

}  // namespace cairn::cli
