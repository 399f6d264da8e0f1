// Lines in a file outside of the store, which tell what a program begins and what is done.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace cairn::test {

class Acknowledgements {
 public:
  explicit Acknowledgements(const char* path) : file_(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}

  void tell(const std::string& what, std::int64_t number) const {
    const std::string line = what + " " + std::to_string(number) + "\n";
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw std::runtime_error("acknowledge");
  }

 private:
  int file_;
};

}  // namespace cairn::test
