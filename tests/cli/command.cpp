#include "command.h"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace cairn::test {

pid_t start_command(const Arguments& arguments, int input, int output, int error) {
  std::vector<char*> argv{const_cast<char*>(CAIRN_COMMAND)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t process = ::fork();
  if (process != 0) return process;
  ::dup2(input, STDIN_FILENO);
  if (output < 0)
    ::close(STDOUT_FILENO);
  else
    ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  ::execv(CAIRN_COMMAND, argv.data());
  ::_exit(127);
}

int wait_for(pid_t process) {
  int status = 0;
  BOOST_REQUIRE_EQUAL(::waitpid(process, &status, 0), process);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

Outcome run_command(const Arguments& arguments, const CommandOptions& options) {
  const TemporaryDirectory scratch;
  const auto open_scratch = [&](const char* name, int flags) {
    return ::open((scratch.path() / name).c_str(), flags | O_CLOEXEC, 0600);
  };
  write_all(scratch.path() / "in", options.input);
  const int input = open_scratch("in", O_RDONLY);
  const int output = options.close_output ? -1 : open_scratch("out", O_WRONLY | O_CREAT);
  const int error = open_scratch("err", O_WRONLY | O_CREAT);
  if (options.store)
    ::setenv("CAIRN_STORE", options.store->c_str(), 1);
  else
    ::unsetenv("CAIRN_STORE");
  Outcome outcome;
  outcome.status = wait_for(start_command(arguments, input, output, error));
  for (const int descriptor : {input, output, error})
    if (descriptor >= 0) ::close(descriptor);
  if (!options.close_output) outcome.out = read_all(scratch.path() / "out");
  outcome.err = read_all(scratch.path() / "err");
  return outcome;
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(file, "read " << path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> list;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) list.push_back(line);
  return list;
}

CommandFixture::CommandFixture() { BOOST_REQUIRE_EQUAL(run_command({"init", store().string()}).status, 0); }

Outcome CommandFixture::run(Arguments arguments, const CommandOptions& options) const {
  arguments.insert(arguments.begin() + 1, {"--store", store().string()});
  return run_command(arguments, options);
}

std::vector<boost::json::object> CommandFixture::run_json(Arguments arguments, const CommandOptions& options) const {
  arguments.push_back("--json");
  const Outcome outcome = run(std::move(arguments), options);
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, "status " << outcome.status << ": " << outcome.err);
  std::vector<boost::json::object> documents;
  for (const std::string& line : lines(outcome.out)) documents.push_back(boost::json::parse(line).as_object());
  return documents;
}

std::string CommandFixture::run_line(Arguments arguments, const CommandOptions& options) const {
  const Outcome outcome = run(std::move(arguments), options);
  BOOST_REQUIRE_MESSAGE(outcome.status == 0, "status " << outcome.status << ": " << outcome.err);
  const auto all = lines(outcome.out);
  BOOST_REQUIRE(!all.empty());
  return all.front();
}

std::string CommandFixture::file(const std::string& name, std::string_view content) const {
  write_all(path() / name, content);
  return (path() / name).string();
}

}  // namespace cairn::test
