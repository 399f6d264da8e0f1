#include "engine/lock_file.h"

#include <cairn/error.h>
#include <cairn/node.h>

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/process.h"

namespace cairn::engine {
namespace {

constexpr std::size_t kOwnerBytes = 1024;      // text, padded with newlines
constexpr int kReadAttempts = 100;
constexpr std::uint64_t kWitnessOffset = 1024; // u64 commits, u64 XXH3-64 of the first
constexpr std::uint64_t kFreedOffset = 1040;   // u64 epoch, u64 XXH3-64 of the first

std::string owner_text() {
  std::string text = fmt::format("host {}\nprocess {}\nsince {}\nboot {}\n", base::host_name(), ::getpid(),
                                 format_time(Timestamp(std::chrono::nanoseconds(base::now_nanoseconds()))), base::boot_id());
  text.resize(kOwnerBytes, '\n');
  return text;
}

// Empty if what stands there is no number that was written. Where nothing was ever written, or no more than the length of the file
// got to the disk, it is 0.
std::optional<std::uint64_t> find_number(const base::File& file, std::uint64_t offset) {
  std::array<std::byte, 16> bytes{};
  if (file.read_at(offset, bytes) != bytes.size() || bytes == std::array<std::byte, 16>{}) return 0;
  const auto sum = base::load_little_endian<std::uint64_t>(bytes.data() + 8);
  if (sum != base::hash64(std::span(bytes).first(8))) return std::nullopt;
  return base::load_little_endian<std::uint64_t>(bytes.data());
}

std::uint64_t number_in(const base::File& file, std::uint64_t offset) { return find_number(file, offset).value_or(0); }

// Without it nobody knows whether commits are lost.
std::uint64_t witness_in(const base::File& file) {
  for (int attempt = 0; attempt < kReadAttempts; ++attempt)  // a writer may be writing it
    if (const auto witness = find_number(file, kWitnessOffset)) return *witness;
  throw Error(ErrorCode::damaged, fmt::format("open {}: what stands at byte {} is no number of commits, so it cannot be told whether "
                                              "any are lost; expected the file as a writer left it (without it, that is not asked)", file.name(), kWitnessOffset));
}

void set_number(const base::File& file, std::uint64_t offset, std::uint64_t number) {
  std::array<std::byte, 16> bytes{};
  base::store_little_endian(bytes.data(), number);
  base::store_little_endian(bytes.data() + 8, base::hash64(std::span(bytes).first(8)));
  file.write_at(offset, bytes);
}

// "host a, process 12, since ..." for the message to whom comes second.
std::string describe_owner(const base::File& file) {
  std::array<std::byte, kOwnerBytes> bytes{};
  std::string_view text = base::as_text(std::span(bytes).first(file.read_at(0, bytes)));
  std::string described;
  for (int line = 0; line < 3 && !text.empty(); ++line) {
    const std::size_t end = text.find('\n');
    if (!described.empty()) described += ", ";
    described += text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return described.empty() ? "unknown" : described;
}

}  // namespace

LockFile::LockFile(const std::filesystem::path& store, mode_t mode)
    : file_(base::File::open(store / "lock", O_RDWR | O_CREAT, mode)) {
  if (::flock(file_.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      throw Error(ErrorCode::locked, fmt::format("open {}: another process has it open for writing: {}", store.string(),
                                                 describe_owner(file_)));
    base::throw_errno(errno, fmt::format("lock {} (the file system must support flock)", file_.name()));
  }
  file_.write_at(0, base::as_bytes(owner_text()));
}

std::uint64_t LockFile::witness() const { return witness_in(file_); }

std::uint64_t read_witness(const std::filesystem::path& store) {
  const auto file = base::File::open_if_exists(store / "lock", O_RDONLY);
  return file ? witness_in(*file) : 0;
}

void LockFile::set_witness(std::uint64_t commits) const { set_number(file_, kWitnessOffset, commits); }
void LockFile::set_freed_epoch(std::uint64_t epoch) const { set_number(file_, kFreedOffset, epoch); }

std::uint64_t freed_epoch_in(const base::File& lock) { return number_in(lock, kFreedOffset); }

}  // namespace cairn::engine
