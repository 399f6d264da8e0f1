#include "processes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace bench {
namespace {

namespace fs = std::filesystem;

// What a process prints, kept in memory so that no disk is in the way.
class Printed {
 public:
  Printed() : descriptor_(::memfd_create("printed", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  ~Printed() { ::close(descriptor_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  int descriptor() const { return descriptor_; }

  std::string text() const {
    std::ifstream in(fmt::format("/proc/self/fd/{}", descriptor_), std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
  }

 private:
  int descriptor_;
};

class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> found;
  for (std::string& word : words) found.push_back(word.data());
  found.push_back(nullptr);
  return found;
}

std::vector<std::string> joined_environment(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;  // first, as getenv(3) takes the first of a name
  for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
  return all;
}

pid_t spawn(const Command& command, const Printed& output, const Printed& error) {
  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), output.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), error.descriptor(), STDERR_FILENO);
  ::posix_spawn_file_actions_addchdir_np(actions.get(), command.directory.c_str());
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = joined_environment(command.environment);
  pid_t process = 0;
  const int problem = ::posix_spawnp(&process, words.front().c_str(), actions.get(), nullptr, pointers(words).data(),
                                     pointers(environment).data());
  if (problem != 0) throw std::system_error(problem, std::generic_category(), "start " + words.front());
  return process;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Until it starts its program a child shares our memory, and what that held at most would count as the child's.
void forget_own_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace

Finished run_process(const Command& command) {
  const Printed output;
  const Printed error;
  forget_own_peak();
  const auto begin = std::chrono::steady_clock::now();
  const pid_t process = spawn(command, output, error);
  int status = 0;
  rusage usage{};
  while (::wait4(process, &status, 0, &usage) < 0)
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error(fmt::format("{}: status {}\n{}", fmt::join(command.words, " "), status, error.text()));
  const Cost cost{time.count(), seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
                  static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
  return {cost, output.text()};
}

std::optional<fs::path> find_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    const fs::path program = fs::path(directory) / name;
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

}  // namespace bench
