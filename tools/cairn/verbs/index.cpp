// cairn index: make an index of an attribute, drop one, or list them.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "documents.h"
#include "progress.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct IndexOptions {
  std::optional<std::string> path;
  bool drop = false;
};

void make(const FilterPath& path, Context& context) {
  Progress progress("index");
  open_writer(context).index_attribute(path, [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); });
}

void list(Context& context) {
  Table table({"PATH", "STATE", "ENTRIES"});
  for (const AttributeIndex& index : open_reader(context).attribute_indexes()) {
    if (context.json)
      context.out.json(document(index));
    else
      table.add({printable(index.path.text()), std::string(index_state_name(index.state)), fmt::format("{}", index.entry_count)});
  }
  table.print(context.out);
}

ExitStatus index(const IndexOptions& options, Context& context) {
  if (options.drop && !options.path) throw UsageError("--drop: expected the path of the index to drop");
  if (!options.path)
    list(context);
  else if (options.drop)
    open_writer(context).drop_attribute_index(*options.path);
  else
    make(*options.path, context);
  return ExitStatus::done;
}

}  // namespace

Action add_index(CLI::App& app, Context& context) {
  const auto options = std::make_shared<IndexOptions>();
  app.add_option("path", options->path, "What to index, such as attributes.energy or extras.project; without it, list the indexes")
      ->type_name("PATH");
  app.add_flag("--drop", options->drop, "Remove the index of PATH");
  add_wait_option(app, context);
  return [options, &context] { return index(*options, context); };
}

}  // namespace cairn::cli
