// The cairn command: reads the command line, runs one verb, and tells the shell how it went.
#include <cairn/error.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include "text.h"
#include "verbs.h"

namespace cairn::cli {
namespace {

// A program may be started without standard descriptors. Files of the store would then take their numbers, and results
// be printed into them; so the numbers are taken first, by descriptors on which reading and writing fail or do nothing.
void take_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY));
}

// glibc raises the size from which it takes memory from the kernel to that of the largest block given back; buffers of
// many threads then come to lie between small blocks, and what is free stays with the process: adding all of /usr/lib
// took 120 MB resident of which 75 MB were in use, and takes 92 MB so.
void return_large_blocks() {
  constexpr int kLarge = 128 << 10;
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
}

// Reports an error on standard error: a line for people, and with --json a document for programs.
ExitStatus report(const std::string& verb, bool json, ExitStatus status, std::string_view code,
                  std::string_view message) {
  const std::string_view space = verb.empty() ? "" : " ";
  fmt::print(stderr, "cairn{}{}: {}\n", space, verb, json_text(message));
  if (json) {
    const boost::json::object document{{"error", {{"code", code}, {"message", json_text(message)}}}};
    fmt::print(stderr, "{}\n", boost::json::serialize(document));
  }
  return status;
}

ExitStatus report_usage(const std::string& verb, bool json, std::string message) {
  const bool one_line = message.find('\n') == std::string::npos;
  message += fmt::format("{}see cairn {}{}--help", one_line ? "; " : "\n", verb, verb.empty() ? "" : " ");
  return report(verb, json, ExitStatus::usage, error_name(ErrorCode::invalid_argument), message);
}

ExitStatus run_action(const std::string& verb, const Action& action, Context& context) {
  try {
    const ExitStatus status = action();
    context.out.flush();
    return status;
  } catch (const OutputClosed&) {
    return ExitStatus::failed;
  } catch (const UsageError& error) {
    return report_usage(verb, context.json, error.what());
  } catch (const Error& error) {
    return report(verb, context.json, exit_status(error.code()), error_name(error.code()), error.what());
  } catch (const std::exception& error) {
    return report(verb, context.json, ExitStatus::failed, error_name(ErrorCode::internal), error.what());
  }
}

// What is wrong with a command line on which no verb was found.
std::string missing_verb(const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  return rest.empty() ? "expected a verb" : fmt::format("there is no verb or option '{}'", printable(rest.front()));
}

ExitStatus run_command(int argc, char** argv) {
  Context context;
  CLI::App app("cairn: a checkpoint store for workflow engines", "cairn");
  app.set_version_flag("--version", "cairn " CAIRN_VERSION);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.get_formatter()->column_width(34);
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.footer(kExitStatusHelp);
  app.allow_extras();
  add_common_options(app, context);

  std::map<const CLI::App*, Action> actions;
  for (const Verb& verb : verbs()) {
    CLI::App* command = app.add_subcommand(verb.name, verb.help);
    command->allow_extras(false);
    command->group("Verbs");
    Action action = verb.add(*command, context);
    add_common_options(*command, context);
    command->footer(kExitStatusHelp);
    actions.emplace(command, std::move(action));
  }

  const auto verb_name = [&] {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? std::string() : chosen.front()->get_name();
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    const std::string text =
        dynamic_cast<const CLI::CallForVersion*>(&success) != nullptr ? app.version() + "\n" : app.help();
    return run_action(
        verb_name(), [&] { return context.out.raw(text), ExitStatus::done; }, context);
  } catch (const CLI::ParseError& error) {
    const bool json = std::any_of(argv + 1, argv + argc, [](std::string_view word) { return word == "--json"; });
    return report_usage(verb_name(), json, error.what());
  }
  const auto chosen = app.get_subcommands();
  if (chosen.size() != 1 || !app.remaining().empty()) return report_usage("", context.json, missing_verb(app));
  return run_action(verb_name(), actions.at(chosen.front()), context);
}

}  // namespace
}  // namespace cairn::cli

int main(int argc, char** argv) {
  cairn::cli::take_standard_descriptors();
  cairn::cli::return_large_blocks();
  std::signal(SIGPIPE, SIG_IGN);  // writing then reports EPIPE
  try {
    return static_cast<int>(cairn::cli::run_command(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "cairn: {}\n", error.what());
    return static_cast<int>(cairn::cli::ExitStatus::failed);
  }
}
