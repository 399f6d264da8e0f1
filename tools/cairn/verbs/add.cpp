// cairn add: files and trees in.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "documents.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

ExitStatus add(const std::vector<std::string>& paths, Context& context) {
  Store store = open_writer(context);
  for (const std::string& path : paths) {
    const ArtifactReceipt receipt = store.add(path);
    if (context.json) {
      boost::json::object described = document(receipt);
      described.emplace("path", json_text(path));
      context.out.json(described);
    } else {
      context.out.line(fmt::format("{}  {}, {} new  {}", receipt.id.hex(), human_size(receipt.size_bytes),
                                   human_size(receipt.bytes_new), printable(path)));
    }
    context.out.flush();  // what is durable is said at once
  }
  return ExitStatus::done;
}

}  // namespace

Action add_add(CLI::App& app, Context& context) {
  const auto paths = std::make_shared<std::vector<std::string>>();
  app.add_option("path", *paths, "Files and directories")->type_name("PATH")->required();
  return [paths, &context] { return add(*paths, context); };
}

}  // namespace cairn::cli
