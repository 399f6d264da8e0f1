// cairn unbundle: take in what cairn bundle wrote.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "bundle_documents.h"
#include "progress.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string file;
  MergeVerbOptions merge;
};

MergeReport take(Store& store, std::istream& in, MergeOptions options) {
  Progress progress("unbundle");
  options.progress = [&](const CareProgress& done) { progress.update(done.done, done.total); };
  return store.unbundle(in, options);
}

ExitStatus unbundle(const Options& options, Context& context) {
  const MergeOptions merge = merge_options(options.merge);
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) throw Error(ErrorCode::io, fmt::format("read {}: it cannot be opened", options.file));
  }
  Store store = merge.dry_run ? open_reader(context) : open_writer(context);
  const MergeReport report = take(store, options.file == "-" ? std::cin : file, merge);
  return finish_merge(report, merge.dry_run, context.json, context.out);
}

}  // namespace

Action add_unbundle(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  app.add_option("file", options->file, "The bundle, or - for standard input")->type_name("FILE")->required();
  add_merge_options(app, options->merge);
  add_wait_option(app, context);
  return [options, &context] { return unbundle(*options, context); };
}

}  // namespace cairn::cli
