// cairn export: nodes out, as a document of another system.
#include <cairn/error.h>
#include <cairn/interchange.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "ids.h"
#include "output_stream.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct ExportVerbOptions {
  std::string format, into;
  std::vector<std::string> ids;
  bool no_ancestors = false;
};

std::vector<std::string> exporting_formats() {
  std::vector<std::string> names;
  for (const FormatInfo& format : formats())
    if (format.exports) names.emplace_back(format.name);
  return names;
}

// A run by its name is all of its nodes.
void add_nodes(const Store& store, const std::string& id, std::vector<Uuid>& nodes) {
  if (!store.find_run(id)) return nodes.push_back(resolve(store, id, {"node"}).node);
  for (const Node& node : store.query({.filter = Filter::where("run", Comparison::equal, id)}).nodes) nodes.push_back(node.uuid);
}

ExitStatus export_nodes(const ExportVerbOptions& options, Context& context) {
  const Store store = open_reader(context);
  std::vector<Uuid> nodes;
  for (const std::string& id : options.ids) add_nodes(store, id, nodes);
  OutputStream out(context.out);
  const ExportReport report = export_document(store, options.format, nodes, out.get(),
                                              {.ancestors = !options.no_ancestors, .into = options.into});
  if (!options.into.empty()) {
    if (context.json)
      context.out.json(boost::json::parse(report.json()));
    else
      context.out.raw(report.text());
  } else if (context.json) {
    fmt::print(stderr, "{}\n", report.json());
  } else if (!report.items.empty()) {
    fmt::print(stderr, "{}", report.text());
  }
  return ExitStatus::done;
}

}  // namespace

Action add_export(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ExportVerbOptions>();
  app.add_option("id", options->ids, "Nodes: their ids or the beginnings of them; or names of runs")->type_name("ID")->required();
  app.add_option("--format", options->format, "What to write")
      ->check(CLI::IsMember(exporting_formats()))
      ->type_name("FORMAT")
      ->required();
  app.add_option("--into", options->into, "A new or empty directory for the document and the files that belong to it")
      ->type_name("DIR");
  app.add_flag("--no-ancestors", options->no_ancestors,
               "Only these nodes, what they called, and what that used and made; not all that it came from");
  return [options, &context] { return export_nodes(*options, context); };
}

}  // namespace cairn::cli
