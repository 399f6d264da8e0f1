// Makes checkpoints, prunes them and collects what they had, until it is killed, and tells by lines in a file outside what is done:
//
//   collecting_writer STORE ACKNOWLEDGEMENTS FIRST
//
// One thread collects all the time. The others make checkpoints, each in a run of its own, with numbers that others have as well.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kWriters = 2;

std::vector<std::int64_t> numbers(std::int64_t which) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(which % 3 == 0 ? 40 : 6000), which % 5);
}

void tell(int file, const std::string& line) {
  if (::write(file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

void write(cairn::Store& store, int file, int writer, std::int64_t first) {
  cairn::Run run = store.run("run " + std::to_string(writer));
  for (std::int64_t number = first;; ++number) {
    const std::vector<std::int64_t> own(5000, number);
    run.checkpoint(number).save("shared", numbers(number)).save("own", own).commit();
    tell(file, std::to_string(writer) + " " + std::to_string(number) + "\n");
    if (number % 3 == 0) run.prune({.last = 2});
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fputs("usage: collecting_writer STORE ACKNOWLEDGEMENTS FIRST\n", stderr);
    return 2;
  }
  try {
    const int file = ::open(arguments[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    cairn::Store store = cairn::Store::open(arguments[1]);
    const std::int64_t first = std::stoll(arguments[3]);
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) writers.emplace_back([&, writer] { write(store, file, writer, first); });
    for (;;) store.collect();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "collecting_writer: %s\n", error.what());
    ::_exit(1);
  }
}
