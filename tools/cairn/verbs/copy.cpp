// cairn copy: runs, checkpoints and nodes from another store.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <memory>
#include <string>

#include "bundle_documents.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string from;
  SelectionOptions selection;
  MergeVerbOptions merge;
};

ExitStatus copy(const Options& options, Context& context) {
  const MergeOptions merge = merge_options(options.merge);
  const Store source = Store::open(options.from, {.create = false, .read_only = true});
  const BundleSelection selection = selection_of(source, options.selection);
  Store store = merge.dry_run ? open_reader(context) : open_writer(context);
  return finish_merge(store.copy_from(source, selection, merge), merge.dry_run, context.json, context.out);
}

}  // namespace

Action add_copy(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("--from", options->from, "The other store's directory")->type_name("DIR")->required();
  add_selection_options(app, options->selection);
  add_merge_options(app, options->merge);
  add_wait_option(app, context);
  return [options, &context] { return copy(*options, context); };
}

}  // namespace cairn::cli
