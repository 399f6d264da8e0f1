// Does steps one after the other, in order to be killed while it does: step_writer STORE JOURNAL COUNT. Even ones are done at most
// once, odd ones under a lease. Each call of the work writes "begun I" and "done I" to the journal, which is outside of the store.
#include <cairn/cairn.h>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace cairn::test {
namespace {

class Journal {
 public:
  explicit Journal(const char* path) : descriptor_(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  void write(const std::string& line) const {
    const std::string bytes = line + "\n";
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) ::_exit(3);
  }

 private:
  int descriptor_;
};

void do_step(Run& run, const Journal& journal, int number) {
  const auto work = [&](StepContext& context) {
    journal.write("begun " + std::to_string(number) + " " + std::to_string(context.attempt()));
    if (number % 3 == 0 && context.attempt() == 1) throw std::runtime_error("the first attempt fails");
    journal.write("done " + std::to_string(number));
    return std::vector<int>(static_cast<std::size_t>(number % 7) * 300, number);
  };
  StepOptions options{.attempts_max = 2};
  if (number % 2 == 0)
    options.at_most_once = true;
  else
    options.lease = std::chrono::hours(1);
  try {
    run.step("work", {{"number", number}}, work, options);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted) throw;
    journal.write("interrupted " + std::to_string(number));
  }
}

}  // namespace
}  // namespace cairn::test

int main(int count, char** arguments) {
  using namespace cairn::test;
  if (count != 4) return 2;
  try {
    cairn::Store store = cairn::Store::open(arguments[1]);
    cairn::Run run = store.run("steps");
    const Journal journal(arguments[2]);
    for (int number = 0; number < std::stoi(arguments[3]); ++number) do_step(run, journal, number);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "step_writer: %s\n", error.what());
    return 1;
  }
}
