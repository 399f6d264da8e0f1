// cairn violations: links that break a rule, and that imports took in.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus violations(Context& context) {
  Table table({"LINK", "LABEL", "SOURCE", "TARGET", "RULE"});
  for (const Violation& violation : open_reader(context).violations()) {
    const Link& link = violation.link;
    if (context.json)
      context.out.json(document(violation));
    else
      table.add({std::string(link_name(link.type)), printable(link.label), link.source.text(), link.target.text(),
                 printable(violation.rule)});
  }
  table.print(context.out);
  return ExitStatus::done;
}

}  // namespace

Action add_violations(CLI::App&, Context& context) {
  return [&context] { return violations(context); };
}

}  // namespace cairn::cli
