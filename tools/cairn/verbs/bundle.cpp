// cairn bundle: runs, checkpoints and nodes with all they need, as one file for another store.
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <system_error>

#include "bundle_documents.h"
#include "output_stream.h"
#include "progress.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  SelectionOptions selection;
  std::string output, list;
  Compression compression = Compression::lz4;
};

void sync(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_synced) throw Error(ErrorCode::io, fmt::format("sync {}: {}", path.string(), std::generic_category().message(error)));
}

// The file appears when it is complete and on disk.
class NewFile {
 public:
  NewFile(const fs::path& target, Interrupts& interrupts)
      : target_(target), path_(target.string() + ".tmp"), interrupts_(interrupts), out_(path_, std::ios::binary | std::ios::trunc) {
    if (!out_) throw Error(ErrorCode::io, fmt::format("create {}: it cannot be written", path_.string()));
    interrupts_.set_unfinished(path_);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
    interrupts_.set_unfinished({});
  }
  std::ostream& stream() { return out_; }
  void publish() {
    out_.close();
    if (!out_) throw Error(ErrorCode::io, fmt::format("write {}: not all of it could be written", path_.string()));
    sync(path_);
    std::error_code error;
    fs::rename(path_, target_, error);
    if (error) throw Error(ErrorCode::io, fmt::format("create {}: {}", target_.string(), error.message()));
    path_.clear();
    sync(target_.has_parent_path() ? target_.parent_path() : fs::path("."));
  }

 private:
  const fs::path target_;
  fs::path path_;
  Interrupts& interrupts_;
  std::ofstream out_;
};

BundleReport list(const std::string& file) {
  if (file == "-") return list_bundle(std::cin);
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorCode::io, fmt::format("read {}: it cannot be opened", file));
  return list_bundle(in);
}

void show(const BundleReport& report, Context& context) {
  if (context.json) context.out.json(document(report));
  else print(report, context.out);
}

ExitStatus bundle(const Options& options, Context& context) {
  if (!options.list.empty()) {
    show(list(options.list), context);
    return ExitStatus::done;
  }
  if (options.output.empty()) throw UsageError("where to? Name a file with --output FILE, or - for standard output");
  const Store store = open_reader(context);
  const BundleSelection selection = selection_of(store, options.selection);
  Progress progress("bundle");
  const BundleOptions how{.compression = options.compression,
                          .progress = [&](const CareProgress& done) { progress.update(done.done, done.total); }};
  if (options.output == "-") {
    if (context.json) throw UsageError("with --json the bundle must go to a file");
    OutputStream out(context.out);
    store.bundle(selection, out.get(), how);
    return ExitStatus::done;
  }
  NewFile file(options.output, context.interrupts);
  const BundleReport report = store.bundle(selection, file.stream(), how);
  file.publish();
  show(report, context);
  return ExitStatus::done;
}

}  // namespace

Action add_bundle(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  add_selection_options(app, options->selection);
  app.add_option("-o,--output", options->output, "The file to write, or - for standard output")->type_name("FILE");
  app.add_option("--list", options->list, "Only tell what is in a bundle, - being standard input")->type_name("FILE");
  const std::map<std::string, Compression> methods{{"none", Compression::none}, {"lz4", Compression::lz4}, {"zstd", Compression::zstd}};
  app.add_option("--compression", options->compression, "none, lz4 or zstd")->transform(CLI::CheckedTransformer(methods))->type_name("METHOD");
  return [options, &context] { return bundle(*options, context); };
}

}  // namespace cairn::cli
