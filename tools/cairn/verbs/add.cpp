// cairn add: files and trees in.
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include "documents.h"
#include "entries.h"
#include "files.h"
#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct AddVerbOptions {
  std::vector<std::string> paths;
  std::vector<std::string> ignore_from;
  bool together = false;
  bool skip_special = false;
  bool no_hard_links = false;
  Compression compression = Compression::lz4;
  AddOptions add;
};

std::size_t fill_from_input(std::span<std::byte> out) {
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, out.data(), out.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) throw Error(ErrorCode::io, "read standard input: the system refuses");
  }
}

void report(const ArtifactReceipt& receipt, const std::string& path, Context& context) {
  if (context.json) {
    boost::json::object described = document(receipt);
    described.emplace("path", json_text(path));
    context.out.json(described);
  } else {
    context.out.line(fmt::format("{}  {}, {} new  {}", receipt.id.hex(), human_size(receipt.size_bytes),
                                 human_size(receipt.bytes_new), printable(path)));
  }
  for (const std::string& skipped : receipt.skipped)
    fmt::print(stderr, "cairn add: {} was skipped: it is a socket, pipe or device\n", printable(skipped));
  context.out.flush();  // what is durable is said at once
}

// Several paths as one artifact, each under the last part of its path.
ArtifactReceipt add_together(Store& store, const AddVerbOptions& options) {
  std::vector<NamedSource> sources;
  for (const std::string& path : options.paths) {
    const std::filesystem::path plain = std::filesystem::path(path).lexically_normal();
    sources.push_back({(plain.has_filename() ? plain : plain.parent_path()).filename().string(),
                       std::filesystem::path(path)});
  }
  return store.add_files(sources, options.add);
}

ExitStatus add(AddVerbOptions& options, Context& context) {
  if (options.skip_special) options.add.special_files = SpecialFiles::skip;
  options.add.hard_links = !options.no_hard_links;
  const bool from_input = options.paths == std::vector<std::string>{"-"};
  if ((from_input || options.together) && options.add.name.empty())
    throw UsageError(from_input ? "standard input needs --name" : "--together needs --name");
  if (!options.add.name.empty() && options.paths.size() > 1 && !options.together)
    throw UsageError("--name is for one path, or for several with --together");
  for (const std::string& path : options.ignore_from) {
    std::istringstream patterns(read_input(path));
    for (std::string line; std::getline(patterns, line);) options.add.ignore.push_back(line);
  }
  Store store = open_writer(context, options.compression);
  if (from_input) {
    report(store.add_source(ReadBytes(fill_from_input), options.add), "-", context);
  } else if (options.together) {
    report(add_together(store, options), options.add.name, context);
  } else {
    for (const std::string& path : options.paths) report(store.add(path, options.add), path, context);
  }
  return ExitStatus::done;
}

}  // namespace

Action add_add(CLI::App& app, Context& context) {
  static const std::map<std::string, Compression> kCompression{
      {"none", Compression::none}, {"lz4", Compression::lz4}, {"zstd", Compression::zstd}};
  const auto options = std::make_shared<AddVerbOptions>();
  app.add_option("path", options->paths, "Files and directories; - for standard input")->type_name("PATH")->required();
  app.add_option("--name", options->add.name, "What the artifact is called, instead of the last part of its path")
      ->type_name("NAME");
  app.add_flag("--together", options->together, "All paths as one artifact, a directory called --name");
  app.add_option("--ignore", options->add.ignore, "Leave out what this pattern matches, as in .gitignore; may be repeated")
      ->type_name("PATTERN")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  app.add_option("--ignore-from", options->ignore_from, "A file of such patterns")->type_name("FILE")->expected(1);
  app.add_option("--ignore-file", options->add.ignore_files,
                 "The name of files in the tree that hold such patterns, as .gitignore does")
      ->type_name("NAME")
      ->expected(1);
  app.add_flag("--skip-special", options->skip_special, "Leave out sockets, pipes and devices, instead of refusing them");
  add_attributes_option(app, options->add.attributes, "Which extended attributes to keep");
  app.add_flag("--owner", options->add.owner, "Keep user and group");
  app.add_flag("--no-hard-links", options->no_hard_links, "Do not keep that several names are one file");
  app.add_flag("--read-all", options->add.read_all, "Read also files that have not changed since they were read before");
  app.add_option("--compression", options->compression, "Of what is new: none, lz4 or zstd")
      ->transform(CLI::CheckedTransformer(kCompression).description(""))
      ->type_name("HOW")
      ->default_str("lz4");
  app.add_option("--threads", options->add.threads, "Threads that read; 0: one a core")->type_name("N");
  add_wait_option(app, context);
  return [options, &context] { return add(*options, context); };
}

}  // namespace cairn::cli
