#include "plain_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kWriteBytes = 4u << 20;
constexpr std::size_t kReadBytes = 1u << 20;

[[noreturn]] void fail(const std::string& doing) { throw std::system_error(errno, std::generic_category(), doing); }

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (number_ < 0) fail("open " + path.string());
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

void write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), std::min(bytes.size(), kWriteBytes));
    if (put < 0) fail("write");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

constexpr std::uint64_t kSplitmixStep = 0x9e3779b97f4a7c15u;

// The output function of splitmix64 (Steele, Lea, Flood 2014).
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
  return number ^ (number >> 31);
}

}  // namespace

void Buffer::Free::operator()(std::byte* memory) const { std::free(memory); }

Buffer::Buffer(std::size_t size)
    : memory_(static_cast<std::byte*>(std::aligned_alloc(kPage, (size + kPage - 1) / kPage * kPage))), size_(size) {
  if (memory_ == nullptr) throw std::bad_alloc();
  std::memset(memory_.get(), 0, size);
}

void fill_random(std::span<std::byte> out, std::uint64_t seed) {
  std::uint64_t state = mixed(seed + 1);  // neighbours of a state are its successors: seeds must not be neighbours
  while (!out.empty()) {
    const std::uint64_t number = mixed(state += kSplitmixStep);
    const std::size_t count = std::min(out.size(), sizeof number);
    std::memcpy(out.data(), &number, count);
    out = out.subspan(count);
  }
}

AppendFile::AppendFile(const fs::path& path)
    : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
  if (descriptor_ < 0) fail("open " + path.string());
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::span<const std::byte> record) const {
  write_all(descriptor_, record);
  if (::fdatasync(descriptor_) != 0) fail("fdatasync");
}

void write_direct(const fs::path& path, std::span<const std::byte> bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT);
  write_all(file.number(), bytes);
  if (::fdatasync(file.number()) != 0) fail("fdatasync " + path.string());
  const Descriptor directory(path.parent_path(), O_RDONLY | O_DIRECTORY);
  if (::fsync(directory.number()) != 0) fail("fsync " + path.parent_path().string());
}

void read_plain(const fs::path& path, std::span<std::byte> out) {
  const Descriptor file(path, O_RDONLY);
  while (!out.empty()) {
    const ssize_t got = ::read(file.number(), out.data(), std::min(out.size(), kReadBytes));
    if (got < 0) fail("read " + path.string());
    if (got == 0) throw std::runtime_error("read " + path.string() + ": the file ends early");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void evict(const fs::path& path) {
  const Descriptor file(path, O_RDONLY);
  ::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED);
}

void evict_all(const fs::path& directory) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) evict(entry.path());
}

std::uint64_t disk_bytes(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    struct stat status {};
    if (::lstat(entry.path().c_str(), &status) == 0) bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

}  // namespace bench
