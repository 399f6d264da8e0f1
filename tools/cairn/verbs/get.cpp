// cairn get: one object out.
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <memory>

#include "ids.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus get(const std::string& id, Context& context) {
  const Store store = open_reader(context);
  const Value value = store.get_value(ObjectId{resolve(store, id, {"object"}).digest});
  if (context.json)
    context.out.line(to_json(value));
  else if (const auto content = file_content(value))
    context.out.raw(*content);
  else
    context.out.raw(value_text(value));
  return ExitStatus::done;
}

}  // namespace

Action add_get(CLI::App& app, Context& context) {
  const auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "An object's id, or the beginning of one")->type_name("ID")->required();
  return [id, &context] { return get(*id, context); };
}

}  // namespace cairn::cli
