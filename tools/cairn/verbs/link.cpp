// cairn link: link two nodes of the provenance graph.
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <memory>
#include <string>

#include "documents.h"
#include "ids.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct LinkOptions {
  std::string source, target, type = "reference", label;
};

ExitStatus link(const LinkOptions& options, Context& context) {
  Store store = open_writer(context);
  const Node source = store.get_node(resolve(store, options.source, {"node"}).node);
  const Uuid target = resolve(store, options.target, {"node"}).node;
  Transaction transaction = source.run.empty() ? store.transaction() : store.run(source.run).transaction();
  const LinkType type = parse_link(options.type).value();
  transaction.link(source.uuid, target, type, options.label);
  transaction.commit();
  if (context.json) context.out.json(document(Link{source.uuid, target, type, options.label}));
  return ExitStatus::done;
}

}  // namespace

Action add_link(CLI::App& app, Context& context) {
  const auto options = std::make_shared<LinkOptions>();
  app.add_option("source", options->source, "Where it begins")->type_name("ID")->required();
  app.add_option("target", options->target, "Where it ends")->type_name("ID")->required();
  app.add_option("--type", options->type,
                 "return, reference or mutual; input, create and call links are made with their target, see cairn node")
      ->check(CLI::IsMember({"return", "reference", "mutual"}))
      ->type_name("TYPE")
      ->capture_default_str();
  app.add_option("--label", options->label, "An identifier: letters, digits and underscores")->type_name("LABEL")->required();
  add_wait_option(app, context);
  return [options, &context] { return link(*options, context); };
}

}  // namespace cairn::cli
