// cairn run-step: run a command once with declared files, and bring back what it made later.
#include <cairn/detached_step.h>
#include <cairn/error.h>
#include <cairn/store.h>

#include <CLI/App.hpp>

#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "child.h"
#include "files.h"
#include "numbers.h"
#include "text.h"
#include "values.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOutputs = "outputs";  // of the artifact that they are

struct RunStepOptions {
  std::string run, step, code_version;
  std::vector<std::string> inputs, outputs, parameters, command;
  std::uint32_t lease_seconds = 24 * 60 * 60;
  bool reuse = false;
};

// What is declared for one file.
struct Declared {
  std::string name;  ///< label of an input, place of an output in the artifact
  fs::path path;
};

// An identifier; the path is told by it as far as that goes.
std::string label_of(const std::string& path) {
  std::string label = "in_";
  for (const char c : path.substr(0, 200)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (fits || label.back() != '_') label += fits ? c : '_';
  }
  while (label.back() == '_') label.pop_back();
  return label;
}

std::vector<Declared> declared_inputs(const std::vector<std::string>& paths) {
  std::vector<Declared> files;
  std::set<std::string> labels;
  for (const std::string& path : paths) {
    if (path == "-") throw UsageError("--in -: expected the path of a file");
    require_readable_file(path);
    const std::string plain = label_of(path);
    std::string label = plain;
    for (int i = 2; !labels.insert(label).second; ++i) label = fmt::format("{}_{}", plain, i);
    files.push_back({label, path});
  }
  return files;
}

// A path that leads out of the directory is one name in the artifact.
std::vector<Declared> declared_outputs(const std::vector<std::string>& paths) {
  std::vector<Declared> files;
  std::set<std::string> names;
  for (const std::string& text : paths) {
    const fs::path path = fs::path(text).lexically_normal();
    if (!path.has_filename() || path.filename() == "." || path.filename() == "..")
      throw UsageError(fmt::format("--out {}: expected the path of a file", printable(text)));
    const bool inside = path.is_relative() && *path.begin() != "..";
    files.push_back({inside ? path.string() : file_name(path.string()), path});
    if (!names.insert(files.back().name).second) throw UsageError(fmt::format("--out {} is given twice", printable(text)));
  }
  return files;
}

Value text_or_bytes(const std::string& text) { return json_text(text) == text ? Value(text) : bytes_value(text); }

Value parameters_of(const RunStepOptions& options) {
  const auto list = [](const std::vector<std::string>& texts) {
    List values;
    for (const std::string& text : texts) values.push_back(text_or_bytes(text));
    return Value(std::move(values));
  };
  std::vector<std::pair<std::string, Value>> all{{"command", list(options.command)}, {"outputs", list(options.outputs)}};
  for (const std::string& text : options.parameters) {
    auto [name, value] = split_assignment("--param", text);
    const auto same = [&](const auto& known) { return known.first == name; };
    if (std::ranges::any_of(all, same)) throw UsageError(fmt::format("--param {} is given twice, or taken", printable(name)));
    all.emplace_back(std::move(name), text_or_bytes(value));
  }
  Map map;
  for (auto& [name, value] : all) map.put(text_or_bytes(name), std::move(value));
  return map;
}

// The bytes alone: a file that was only touched is the same input.
NamedSource source_of(const fs::path& path) {
  const auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  const auto read = [file, path](std::span<std::byte> out) {
    file->read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (file->bad() || (file->fail() && !file->eof())) throw Error(ErrorCode::io, fmt::format("read {}", path.string()));
    return static_cast<std::size_t>(file->gcount());
  };
  return {path.filename().string(), ReadBytes(read)};
}

class StepRunner {
 public:
  StepRunner(const RunStepOptions& options, Context& context)
      : options_(options), context_(context), inputs_(declared_inputs(options.inputs)),
        outputs_(declared_outputs(options.outputs)),
        step_(store_path(context), options.run, options.step, step_options(options), {.create = false}) {}

  ExitStatus run() {
    if (claim()) return work();
    restore();
    report(true);
    return ExitStatus::done;
  }

 private:
  static StepOptions step_options(const RunStepOptions& options) {
    return {.code_version = options.code_version,
            .parameters = parameters_of(options),
            .reuse = options.reuse,
            .lease = std::chrono::seconds(options.lease_seconds)};
  }

  // Waits also for another process that is at the step.
  bool claim() {
    bool claimed = false;
    try {
      wait_while(context_, {ErrorCode::locked, ErrorCode::conflict}, [&] {
        std::vector<FileInput> inputs;
        for (const Declared& input : inputs_) inputs.push_back({input.name, source_of(input.path)});
        claimed = step_.claim(inputs);
      });
    } catch (const Error& error) {
      if (error.code() != ErrorCode::conflict) throw;
      throw Error(ErrorCode::locked, error.what());
    }
    return claimed;
  }

  ExitStatus work() {
    const int status = run_child(options_.command);
    if (status != 0) return fail(fmt::format("the command ended with status {}", status), status);
    std::vector<NamedSource> sources;
    for (const Declared& output : outputs_) {
      if (!fs::is_regular_file(output.path)) return fail(fmt::format("the command made no file {}", output.path.string()), 1);
      sources.push_back({output.name, output.path});
    }
    wait_while(context_, {ErrorCode::locked}, [&] { step_.record(sources, {.name = kOutputs}); });
    report(false);
    return ExitStatus::done;
  }

  // The status is what the shell is told of the command, whatever becomes of the record.
  ExitStatus fail(const std::string& message, int status) {
    fmt::print(stderr, "cairn run-step: {}: {}\n", printable(options_.step), printable(message));
    try {
      wait_while(context_, {ErrorCode::locked}, [&] { step_.record_failure(message, status); });
    } catch (const Error& error) {
      fmt::print(stderr, "cairn run-step: that is not recorded: {}\n", printable(error.what()));
    }
    return static_cast<ExitStatus>(status);
  }

  // What is made from an output afterwards is newer than it is, as if the command had been run.
  void restore() {
    if (outputs_.empty()) return;
    const Store store = open_reader(context_);
    for (const Declared& output : outputs_) {
      const fs::path directory = output.path.has_parent_path() ? output.path.parent_path() : fs::path(".");
      store.restore(step_.result(), directory,
                    {.path = output.name, .name = output.path.filename().string(), .existing = Existing::keep_equal});
      fs::last_write_time(output.path, fs::file_time_type::clock::now());
    }
  }

  void report(bool recorded_before) {
    if (!context_.json) {
      if (recorded_before)
        fmt::print(stderr, "cairn run-step: {} is recorded; {} brought back\n", printable(options_.step),
                   count_of(outputs_.size(), "file"));
      return;
    }
    context_.out.json(boost::json::object{{"run", json_text(options_.run)},
                                          {"step", json_text(options_.step)},
                                          {"process", step_.process().text()},
                                          {"data", step_.data().text()},
                                          {"result", step_.result().hex()},
                                          {"recorded_before", recorded_before}});
  }

  const RunStepOptions& options_;
  Context& context_;
  std::vector<Declared> inputs_, outputs_;
  DetachedStep step_;
};

}  // namespace

Action add_run_step(CLI::App& app, Context& context) {
  const auto options = std::make_shared<RunStepOptions>();
  const auto add_repeated = [&](const char* name, std::vector<std::string>& values, const char* help, const char* form) {
    app.add_option(name, values, help)->type_name(form)->allow_extra_args(false)->take_all();
  };
  app.add_option("run", options->run, "The run; created if there is none of that name")->type_name("RUN")->required();
  app.add_option("step", options->step, "The step's name")->type_name("NAME")->required();
  app.add_option("command", options->command, "What to run, behind --")->type_name("COMMAND...")->required();
  add_repeated("--in", options->inputs, "A file that the command reads (repeatable)", "FILE");
  add_repeated("--out", options->outputs, "A file that it makes (repeatable)", "FILE");
  add_repeated("--param", options->parameters, "What else its files depend on (repeatable)", "KEY=VALUE");
  app.add_option("--code-version", options->code_version, "Change it when the command does something else")->type_name("TEXT");
  app.add_flag("--reuse", options->reuse, "Take the files of an equal step of another run");
  add_number<std::uint32_t>(app, "--lease", options->lease_seconds,
                            "After so long another host may take the step over; else a day")
      ->type_name("SECONDS");
  add_wait_option(app, context);
  return [options, &context] { return StepRunner(*options, context).run(); };
}

}  // namespace cairn::cli
