#include "metadata.h"

#include <cairn/value_json.h>

#include "files.h"

namespace cairn::cli {

void add_metadata_options(CLI::App& app, std::vector<std::string>& texts, std::vector<std::string>& documents, const std::string& help,
                          const std::string& option) {
  // One value each, so that the run may come behind it.
  const auto add = [&](const std::string& name, std::vector<std::string>& values, const char* form, const std::string& what) {
    app.add_option(name, values, help + what)->type_name(form)->allow_extra_args(false)->take_all();
  };
  add(option, texts, "KEY=VALUE", ", a text (repeatable)");
  add(option + "-json", documents, "KEY=JSON", ", any value (repeatable)");
}

Map parse_metadata(const std::vector<std::string>& texts, const std::vector<std::string>& documents, const std::string& option) {
  Map metadata;
  for (const std::string& text : texts) {
    const auto [key, value] = split_assignment(option, text);
    metadata.put(Value(key), Value(value));
  }
  for (const std::string& text : documents) {
    const auto [key, value] = split_assignment(option + "-json", text);
    metadata.put(Value(key), from_json(value));
  }
  return metadata;
}

}  // namespace cairn::cli
