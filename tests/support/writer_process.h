// A running store_writer (see store_writer.cpp), killed at the end of its scope.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace cairn::test {

class WriterProcess {
 public:
  /// Returns when the writer has opened its store. Throws if it ended before.
  WriterProcess(std::string mode, const std::filesystem::path& path, std::uint64_t count = 0) {
    std::vector<std::string> words = {CAIRN_STORE_WRITER, std::move(mode), path.string(), std::to_string(count)};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ready[2];
    if (::pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    process_ = ::fork();
    if (process_ == 0) {
      ::dup2(ready[1], STDOUT_FILENO);
      ::execv(CAIRN_STORE_WRITER, arguments.data());
      ::_exit(127);
    }
    ::close(ready[1]);
    char byte;
    const bool opened = ::read(ready[0], &byte, 1) == 1;
    ::close(ready[0]);
    if (opened) return;
    kill();
    throw std::runtime_error("store_writer " + words[1] + " ended before it had opened its store");
  }
  WriterProcess(const WriterProcess&) = delete;
  WriterProcess& operator=(const WriterProcess&) = delete;
  ~WriterProcess() { kill(); }

  void kill() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    wait();
  }
  /// Waits for its end; its exit status, or -1 if it was killed.
  int wait() {
    if (process_ <= 0) return -1;
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
};

}  // namespace cairn::test
