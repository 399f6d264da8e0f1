// cairn init: create a store.
#include <cairn/error.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <memory>

#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct InitOptions {
  std::string directory;
  std::string mode = "0700";
};

std::uint32_t parse_mode(const std::string& text) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc() || end != text.data() + text.size() || mode > 0777 || (mode & 0700) != 0700)
    throw UsageError(fmt::format("--mode {}: expected octal permission bits from 0700 to 0777", text));
  return mode;
}

ExitStatus init(const InitOptions& options, Context& context) {
  namespace fs = std::filesystem;
  const fs::path directory = options.directory.empty() ? store_path(context) : options.directory;
  const std::uint32_t mode = parse_mode(options.mode);
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error))
    throw Error(ErrorCode::exists, fmt::format("create {}: expected a new or empty directory", directory.string()));
  const Store store = Store::open(directory, {.create = true, .directory_mode = mode});
  if (context.json)
    context.out.json({{"store", json_text(directory.string())}, {"uuid", store.uuid().text()}});
  else
    context.out.line(fmt::format("created {}, store {}", printable(directory.string()), store.uuid().text()));
  return ExitStatus::done;
}

}  // namespace

Action add_init(CLI::App& app, Context& context) {
  const auto options = std::make_shared<InitOptions>();
  app.add_option("directory", options->directory, "Where, a new or empty directory; else --store")->type_name("DIR");
  app.add_option("--mode", options->mode, "Permissions: 0700, or 0750 for a group of readers")
      ->type_name("MODE")
      ->capture_default_str();
  return [options, &context] { return init(*options, context); };
}

}  // namespace cairn::cli
