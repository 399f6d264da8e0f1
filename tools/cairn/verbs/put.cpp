// cairn put: one object in.
#include <cairn/error.h>
#include <cairn/store.h>
#include <cairn/value_json.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <memory>

#include "files.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct PutOptions {
  std::string file;
  std::string type = "bytes";
  bool value_json = false;
};

Value text_value(std::string text, const std::string& file) {
  Value value(std::move(text));
  if (!value.is<std::string>())
    throw Error(ErrorCode::unstorable, fmt::format("put {}: it is not UTF-8; expected that of --type text", file));
  return value;
}

ExitStatus put(const PutOptions& options, Context& context) {
  std::string content = read_input(options.file);
  const Value value = options.value_json       ? from_json(content)
                      : options.type == "text" ? text_value(std::move(content), options.file)
                                               : bytes_value(content);
  const ObjectId id = open_writer(context).put(value);
  if (context.json)
    context.out.json({{"id", id.hex()}});
  else
    context.out.line(id.hex());
  return ExitStatus::done;
}

}  // namespace

Action add_put(CLI::App& app, Context& context) {
  const auto options = std::make_shared<PutOptions>();
  app.add_option("file", options->file, "What to store; - is standard input")->type_name("FILE")->required();
  CLI::Option* type = app.add_option("--type", options->type, "What the content is: bytes or text")
                          ->check(CLI::IsMember({"bytes", "text"}))
                          ->type_name("TYPE")
                          ->capture_default_str();
  app.add_flag("--json-value", options->value_json, "The content is a value in JSON, as get --json prints it")
      ->excludes(type);
  add_wait_option(app, context);
  return [options, &context] { return put(*options, context); };
}

}  // namespace cairn::cli
