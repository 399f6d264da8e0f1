// cairn import: a document of another system in.
#include <cairn/error.h>
#include <cairn/interchange.h>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "files.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

struct ImportVerbOptions {
  std::string format, file;
  ImportOptions import;
};

std::vector<std::string> importing_formats() {
  std::vector<std::string> names;
  for (const FormatInfo& format : formats())
    if (format.imports) names.emplace_back(format.name);
  return names;
}

ImportReport import_file(Store& store, const ImportVerbOptions& options) {
  if (options.file == "-") return import_document(store, options.format, std::cin, options.import);
  std::ifstream file(options.file, std::ios::binary);
  if (!file) throw Error(ErrorCode::io, fmt::format("open {}: the system refuses", options.file));
  return import_document(store, options.format, file, options.import);
}

ExitStatus run_import(ImportVerbOptions& options, Context& context) {
  if (options.file != "-") require_readable_file(options.file);
  if (options.import.name.empty() && options.file != "-") options.import.name = std::filesystem::path(options.file).filename().string();
  Store store = open_writer(context);
  try {
    const ImportReport report = import_file(store, options);
    if (context.json)
      context.out.json(boost::json::parse(report.json()));
    else
      context.out.raw(report.text());
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", options.file == "-" ? "standard input" : options.file, error.what()));
  }
  return ExitStatus::done;
}

}  // namespace

Action add_import(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ImportVerbOptions>();
  app.add_option("file", options->file, "The document; - is standard input")->type_name("FILE")->required();
  app.add_option("--format", options->format, "What it is written in")
      ->check(CLI::IsMember(importing_formats()))
      ->type_name("FORMAT")
      ->required();
  app.add_option("--run", options->import.run, "The run that new nodes belong to, made if absent")->type_name("RUN");
  app.add_option("--name", options->import.name, "What the document is called, instead of its file")->type_name("NAME");
  app.add_option("--bytes-max", options->import.document_bytes_max, "Refuse a longer document: reading takes some thirty times as much memory")
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--partial", options->import.partial, "Leave out what is wrong in it, and say so, instead of importing nothing");
  app.add_flag("--allow-nonfinite", options->import.allow_nonfinite, "JSON may have NaN, Infinity and -Infinity, as Python writes them");
  app.add_flag("--references-as-text", options->import.references_as_text, "Text that has the form of a reference stays text (weave)");
  app.add_option("--allow", options->import.allowed_classes, "Classes that may come in, with * for any text; else all (airflow)")
      ->type_name("PATTERN");
  add_wait_option(app, context);
  return [options, &context] { return run_import(*options, context); };
}

}  // namespace cairn::cli
