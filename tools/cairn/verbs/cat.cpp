// cairn cat: one file of an artifact, or a part of it.
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <unistd.h>

#include <cstdint>
#include <memory>

#include "ids.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct CatOptions {
  std::string id;
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = UINT64_MAX;
};

ExitStatus cat(const CatOptions& options, Context& context) {
  if (context.json) throw UsageError("--json is not for the bytes of a file");
  const Store store = open_reader(context);
  ArtifactFile file = store.open_file(ArtifactId{resolve(store, options.id, {"artifact"}).digest}, options.path);
  std::string buffer(1u << 20, '\0');
  std::uint64_t offset = options.offset, left = options.length;
  while (left > 0) {
    const auto out = std::as_writable_bytes(std::span(buffer)).first(std::min<std::uint64_t>(left, buffer.size()));
    const std::size_t got = file.read_at(offset, out);
    if (got == 0) break;
    context.out.raw(std::string_view(buffer).substr(0, got));
    context.out.flush();
    offset += got;
    left -= got;
  }
  return ExitStatus::done;
}

}  // namespace

Action add_cat(CLI::App& app, Context& context) {
  const auto options = std::make_shared<CatOptions>();
  app.add_option("id", options->id, "An artifact's id, or the beginning of one")->type_name("ID")->required();
  app.add_option("path", options->path, "The file in it, unless it is one file")->type_name("PATH");
  app.add_option("--offset", options->offset, "Bytes to pass over")->type_name("BYTES");
  app.add_option("--length", options->length, "Bytes to write at most")->type_name("BYTES");
  return [options, &context] { return cat(*options, context); };
}

}  // namespace cairn::cli
