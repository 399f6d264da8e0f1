#include "engine/rocksdb_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "base/file.h"

namespace cairn::engine {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

bool is_full(int error_number) { return error_number == ENOSPC || error_number == EDQUOT; }

IOStatus errno_status(int error_number, const std::string& doing) {
  const char* message = std::strerror(error_number);
  return is_full(error_number) ? IOStatus::NoSpace(doing, message) : IOStatus::IOError(doing, message);
}

using Use = SpaceGuard::Use;

Use use_of(std::string_view path) { return path.ends_with(".sst") ? Use::table : Use::log; }

// Calls `attempt` (-1 and errno on failure) again after some of the ballast was given back.
template <class Attempt>
auto with_ballast(SpaceGuard& guard, Use use, Attempt attempt) {
  for (;;) {
    const std::uint64_t seen = guard.releases();
    const auto result = attempt();
    if (result >= 0 || (errno != EINTR && !(is_full(errno) && guard.release(seen, use)))) return result;
  }
}

// Where a sync finds blocks that the file has, written once, it need not write the inode as well: that halves what a small commit
// takes (4 KB with fdatasync on ext4: 89 us, 190 us at the end of the file). RocksDB takes zeros behind a record for the end of
// the log, since it once wrote logs by mmap.
constexpr std::size_t kZerosAhead = 256u << 10;
constexpr std::size_t kSmallWrite = 64u << 10;  // larger ones have little from that, and would be written twice

bool is_log(std::string_view path) { return path.ends_with(".log"); }

// Keeps its own offset, so that a write that was cut short by a full disk can go on exactly where it stopped.
class GuardedFile : public FSWritableFile {
 public:
  GuardedFile(SpaceGuard& guard, base::File file, bool direct, std::uint64_t size)
      : guard_(guard), file_(std::move(file)), use_(use_of(file_.name())), direct_(direct), size_(size), allocated_(size) {}

  using FSWritableFile::Append;
  using FSWritableFile::PositionedAppend;

  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    const std::uint64_t end = size_ + data.size();
    if (end > allocated_ && data.size() <= kSmallWrite && is_log(file_.name())) write_zeros(end);
    return write(data, size_);
  }
  IOStatus PositionedAppend(const Slice& data, std::uint64_t offset, const IOOptions&, IODebugContext*) override {
    return write(data, offset);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions&, IODebugContext*) override {
    const auto truncate = [&] { return ::ftruncate(file_.descriptor(), static_cast<off_t>(size)); };
    if (with_ballast(guard_, use_, truncate) != 0) return failed("truncate");
    size_ = allocated_ = size;
    return IOStatus::OK();
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override {
    if (allocated_ > size_ && ::ftruncate(file_.descriptor(), static_cast<off_t>(size_)) != 0) {
      // The zeros stay, and do no harm.
    }
    file_.close();
    return IOStatus::OK();
  }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    const auto sync = [&] { return ::fdatasync(file_.descriptor()); };
    // A failed fdatasync is not tried again: the kernel may have dropped the pages (fsync(2), "Errors").
    return sync() == 0 ? IOStatus::OK() : failed("fdatasync");
  }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return ::fsync(file_.descriptor()) == 0 ? IOStatus::OK() : failed("fsync");
  }
  bool IsSyncThreadSafe() const override { return true; }
  bool use_direct_io() const override { return direct_; }
  std::size_t GetRequiredBufferAlignment() const override { return 4096; }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }

 private:
  IOStatus write(const Slice& data, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < data.size()) {
      const ssize_t put = with_ballast(guard_, use_, [&] {
        return ::pwrite(file_.descriptor(), data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
      });
      if (put < 0) return failed("write");
      done += static_cast<std::size_t>(put);
    }
    size_ = std::max(size_, offset + data.size());
    allocated_ = std::max(allocated_, size_);
    return IOStatus::OK();
  }
  // Behind `end`, which is that of the next write. Where there is no room for them, there are none: the ballast is not for this.
  void write_zeros(std::uint64_t end) {
    static constexpr std::array<char, kZerosAhead> kZeros{};
    const ssize_t put = ::pwrite(file_.descriptor(), kZeros.data(), kZeros.size(), static_cast<off_t>(end));
    if (put > 0) allocated_ = end + static_cast<std::uint64_t>(put);
  }
  IOStatus failed(const char* doing) const { return errno_status(errno, std::string(doing) + " " + file_.name()); }

  SpaceGuard& guard_;
  base::File file_;
  const Use use_;
  bool direct_;
  std::uint64_t size_;
  std::uint64_t allocated_;  // where the zeros behind it end
};

class GuardedFileSystem : public rocksdb::FileSystemWrapper {
 public:
  GuardedFileSystem(SpaceGuard& guard, mode_t mode, const std::atomic<bool>& records_failed)
      : rocksdb::FileSystemWrapper(rocksdb::FileSystem::Default()),
        guard_(guard),
        mode_(mode),
        records_failed_(records_failed) {}

  const char* Name() const override { return "cairn.GuardedFileSystem"; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return open(path, options, O_TRUNC, result);
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* result, IODebugContext*) override {
    return open(path, options, 0, result);
  }
  IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* result, IODebugContext* debug) override {
    const IOStatus renamed = RenameFile(old_path, path, options.io_options, debug);
    return renamed.ok() ? open(path, options, 0, result) : renamed;
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    return retried([&] { return FileSystemWrapper::RenameFile(from, to, options, debug); });
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options,
                    IODebugContext* debug) override {
    const IOStatus linked = retried([&] { return FileSystemWrapper::LinkFile(from, to, options, debug); });
    // What file systems without links say; RocksDB copies then.
    return !linked.ok() && (errno == EPERM || errno == ENOSYS) ? IOStatus::NotSupported(linked.ToString()) : linked;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    if (records_failed_ && path.ends_with(".sst")) return IOStatus::OK();
    return FileSystemWrapper::DeleteFile(path, options, debug);
  }
  IOStatus CreateDir(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    return retried([&] { return FileSystemWrapper::CreateDir(path, options, debug); });
  }
  IOStatus CreateDirIfMissing(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    return retried([&] { return FileSystemWrapper::CreateDirIfMissing(path, options, debug); });
  }

 private:
  template <class Call>
  IOStatus retried(Call call) {
    for (;;) {
      const std::uint64_t seen = guard_.releases();
      const IOStatus status = call();
      if (!status.IsNoSpace() || !guard_.release(seen, Use::log)) return status;
    }
  }

  IOStatus open(const std::string& path, const FileOptions& options, int extra, std::unique_ptr<FSWritableFile>* result) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | extra;
    bool direct = options.use_direct_writes && !options.use_mmap_writes;
    const auto open_as = [&](int with) {
      return with_ballast(guard_, use_of(path), [&] { return ::open(path.c_str(), flags | with, mode_); });
    };
    int descriptor = open_as(direct ? O_DIRECT : 0);
    if (descriptor < 0 && errno == EINVAL && direct) {  // a file system without direct I/O
      direct = false;
      descriptor = open_as(0);
    }
    if (descriptor < 0) return errno_status(errno, "open " + path);
    base::File file(descriptor, path);
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) return errno_status(errno, "stat " + path);
    const auto size = static_cast<std::uint64_t>(status.st_size);
    *result = std::make_unique<GuardedFile>(guard_, std::move(file), direct, size);
    return IOStatus::OK();
  }

  SpaceGuard& guard_;
  mode_t mode_;
  const std::atomic<bool>& records_failed_;
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> make_guarded_file_system(SpaceGuard& guard, mode_t mode,
                                                              const std::atomic<bool>& records_failed) {
  return std::make_shared<GuardedFileSystem>(guard, mode, records_failed);
}

}  // namespace cairn::engine
