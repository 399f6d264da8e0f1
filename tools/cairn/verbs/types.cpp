// cairn types: what kinds of objects the store holds.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus types(Context& context) {
  const StoredTypes found = open_reader(context).types();
  Table table({"TYPE", "VERSION", "OBJECTS", "BYTES"});
  for (const StoredType& type : found.types) {
    if (context.json)
      context.out.json(document(type));
    else
      table.add({printable(type.name), type.is_class ? fmt::format("{}", type.class_version) : "-",
                 fmt::format("{}", type.count), human_size(type.bytes)});
  }
  table.print(context.out);
  if (found.damaged_count != 0)
    fmt::print(stderr, "cairn types: {} cannot be read; cairn verify tells more\n",
               count_of(found.damaged_count, "object"));
  return ExitStatus::done;
}

}  // namespace

Action add_types(CLI::App&, Context& context) {
  return [&context] { return types(context); };
}

}  // namespace cairn::cli
