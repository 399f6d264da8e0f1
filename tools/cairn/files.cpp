#include "files.h"

#include <cairn/error.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "exit_status.h"

namespace cairn::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kComponentMax = 255;  // NAME_MAX of the file systems of Linux

[[noreturn]] void throw_system(int number, std::string_view doing, const fs::path& path) {
  // Not not_found, whatever the number: that is for what is not in the store.
  const ErrorCode code = number == EEXIST                       ? ErrorCode::exists
                         : number == ENOSPC || number == EDQUOT ? ErrorCode::no_space
                                                                : ErrorCode::io;
  throw Error(code, fmt::format("{} {}: {}", doing, path.string(), std::strerror(number)));
}

// A descriptor that is closed with it; standard input is left open.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ > STDERR_FILENO) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

std::string read_input(const std::string& file) {
  const Descriptor input(file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.number() < 0) throw_system(errno, "read", file);
  std::string bytes;
  std::array<char, 64 << 10> part;
  for (;;) {
    const ssize_t got = ::read(input.number(), part.data(), part.size());
    if (got == 0) return bytes;
    if (got > 0)
      bytes.append(part.data(), static_cast<std::size_t>(got));
    else if (errno != EINTR)
      throw_system(errno, "read", file);
  }
}

void require_readable_file(const std::string& path) {
  if (path == "-") return;
  if (::access(path.c_str(), R_OK) != 0) throw_system(errno, "read", path);
  if (fs::is_directory(path)) throw_system(EISDIR, "read", path);
}

void require_readable_tree(const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0) throw_system(errno, "read", path);
  if (!fs::is_directory(path) && !fs::is_regular_file(path))
    throw Error(ErrorCode::unstorable, fmt::format("read {}: expected a file or directory", path));
}

void write_new_file(const fs::path& path, std::string_view bytes) {
  const Descriptor output(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (output.number() < 0) throw_system(errno, "create", path);
  while (!bytes.empty()) {
    const ssize_t written = ::write(output.number(), bytes.data(), bytes.size());
    if (written >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR)
      throw_system(errno, "write", path);
  }
}

std::string file_name(std::string_view name, std::string_view suffix) {
  std::string safe;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '/' || c == '%' || (c == '.' && safe.empty()))
      safe += fmt::format("%{:02X}", byte);
    else
      safe += c;
  }
  safe += suffix;
  if (safe.empty() || safe.size() > kComponentMax)
    throw Error(ErrorCode::limit, fmt::format("write a file called '{}': expected 1 to {} bytes, got {}", safe,
                                              kComponentMax, safe.size()));
  return safe;
}

std::pair<std::string, std::string> split_assignment(std::string_view option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    throw UsageError(fmt::format("{} {}: expected a name, '=' and what it stands for", option, text));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

NewDirectory::NewDirectory(const fs::path& target, Interrupts& interrupts) : interrupts_(interrupts) {
  std::error_code error;
  target_ = fs::absolute(target, error);
  if (!error) target_ = fs::weakly_canonical(target_, error);
  if (error) throw_system(error.value(), "create", target);
  if (!target_.has_filename()) target_ = target_.parent_path();
  const bool there = fs::exists(target_, error);
  if (there && (!fs::is_directory(target_, error) || !fs::is_empty(target_, error) || error))
    throw Error(ErrorCode::exists, fmt::format("create {}: it is there and not an empty directory", target.string()));
  if (there && fs::equivalent(target_, ".", error))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("create {}: the directory you are in would be replaced; name another", target.string()));
  fs::create_directories(target_.parent_path(), error);
  if (error) throw_system(error.value(), "create", target_.parent_path());
  struct stat before {};
  const mode_t mode = there && ::stat(target_.c_str(), &before) == 0 ? before.st_mode & 0777 : 0777;
  for (int attempt = 0;; ++attempt) {
    path_ = target_.parent_path() / fmt::format(".cairn-{}-{}", ::getpid(), attempt);
    if (::mkdir(path_.c_str(), mode) == 0) break;
    if (errno != EEXIST) throw_system(errno, "create", path_);
  }
  interrupts_.set_unfinished(path_);
}

NewDirectory::~NewDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  interrupts_.set_unfinished({});
}

void NewDirectory::publish() {
  // Replaces an empty directory and fails if somebody filled it meanwhile.
  if (std::rename(path_.c_str(), target_.c_str()) != 0) throw_system(errno, "create", target_);
  path_.clear();
  interrupts_.set_unfinished({});
}

}  // namespace cairn::cli
