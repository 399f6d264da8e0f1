// A file system of its own whose power can be cut: an ext4 in an image, shut down without writing its log
// (FS_IOC_SHUTDOWN), so that only what was synced is there after mounting it again. Needs root.
#pragma once

#include <sys/ioctl.h>
#include <sys/mount.h>

#include "crash/process.h"

namespace cairn::test {

inline constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);  // FS_IOC_SHUTDOWN, include/uapi/linux/fs.h
inline constexpr std::uint32_t kNoLogFlush = 2;

inline bool run_command(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

class Disk {
 public:
  Disk() : image_(directory_.path() / "image"), mount_(directory_.path() / "mount") {
    fs::create_directory(mount_);
    usable_ = run_command("truncate -s 1G " + image_.string()) && run_command("mkfs.ext4 -q -F " + image_.string()) && plug_in();
    if (!usable_) BOOST_TEST_MESSAGE("skipped: cannot make and mount an ext4 image here");
  }
  ~Disk() {
    if (usable_) pull_out();
  }
  bool usable() const { return usable_; }
  const fs::path& path() const { return mount_; }

  /// False if the process has ended before; else it is killed, and the disk is as it was when the power went.
  bool cut_power_under(pid_t child) const {
    // Stopped first: an fsync that races with the shutdown may report success for what was dropped.
    ::kill(child, SIGSTOP);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    if (!WIFSTOPPED(status)) return false;
    cut_power();
    ::kill(child, SIGKILL);
    wait_for(child);
    pull_out();
    BOOST_REQUIRE(plug_in());
    return true;
  }

 private:
  bool plug_in() const { return run_command("mount -o loop " + image_.string() + " " + mount_.string()); }
  void pull_out() const { run_command("umount " + mount_.string()); }
  void cut_power() const {
    const int root = ::open(mount_.c_str(), O_RDONLY | O_CLOEXEC);
    std::uint32_t how = kNoLogFlush;
    BOOST_REQUIRE(::ioctl(root, kShutdown, &how) == 0);
    ::close(root);
  }

  TemporaryDirectory directory_;
  fs::path image_, mount_;
  bool usable_ = false;
};

}  // namespace cairn::test
