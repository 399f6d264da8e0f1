// cairn get: one object out.
#include <cairn/store.h>
#include <cairn/text.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>

#include <memory>
#include <string>

#include "ids.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct GetOptions {
  std::string id;
  bool text = false;
};

ExitStatus get(const GetOptions& options, Context& context) {
  const Store store = open_reader(context);
  const ObjectId id{resolve(store, options.id, {"object"}).digest};
  if (options.text) {
    const std::string text = store.text(id);
    if (context.json)
      context.out.json(boost::json::string(text));
    else
      context.out.line(text);
    return ExitStatus::done;
  }
  const Value value = store.get_value(id);
  if (context.json)
    context.out.line(to_json(value));
  else if (const auto content = file_content(value))
    context.out.raw(*content);
  else
    context.out.raw(to_text(value));
  return ExitStatus::done;
}

}  // namespace

Action add_get(CLI::App& app, Context& context) {
  const auto options = std::make_shared<GetOptions>();
  app.add_option("id", options->id, "An object's id, or the beginning of one")->type_name("ID")->required();
  app.add_flag("--text", options->text, "Print it on one line, as Class@version=2(x=1,y=[1, 2]); large arrays as (...)");
  return [options, &context] { return get(*options, context); };
}

}  // namespace cairn::cli
