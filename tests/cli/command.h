// Runs the built command as a user would, and keeps what it said.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace cairn::test {

struct Outcome {
  int status = 0;  ///< exit status; 1000 + the signal's number if one ended it
  std::string out;
  std::string err;
};

struct CommandOptions {
  std::string input{};                 ///< standard input
  std::optional<std::string> store{};  ///< CAIRN_STORE; else it is not set
  bool close_output = false;           ///< start it without a standard output
};

using Arguments = std::vector<std::string>;

Outcome run_command(const Arguments& arguments, const CommandOptions& options = {});

/// Starts the command; its standard input is the reading end of a pipe. The caller waits for it.
pid_t start_command(const Arguments& arguments, int input, int output, int error);
/// Exit status as in Outcome.
int wait_for(pid_t process);

std::string read_all(const std::filesystem::path& path);
void write_all(const std::filesystem::path& path, std::string_view bytes);
std::vector<std::string> lines(const std::string& text);

/// A new store in a directory of its own, for one test.
class CommandFixture {
 public:
  CommandFixture();

  /// Runs a verb on the store. The rest may be options of any kind.
  Outcome run(Arguments arguments, const CommandOptions& options = {}) const;
  /// The same with --json, which must succeed; each line of the output parsed.
  std::vector<boost::json::object> run_json(Arguments arguments, const CommandOptions& options = {}) const;
  /// The first line of a run that must succeed.
  std::string run_line(Arguments arguments, const CommandOptions& options = {}) const;
  /// A new file with that content.
  std::string file(const std::string& name, std::string_view content) const;

  std::filesystem::path store() const { return directory_.path() / "store"; }
  const std::filesystem::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace cairn::test
