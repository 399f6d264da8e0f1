// Cuts the power of the file system under a running census: an ext4 in an image is shut down without writing its log
// (FS_IOC_SHUTDOWN), so that only what was synced is there after mounting it again. Needs root; skipped otherwise.
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "crash/census.h"

namespace cairn::test {
namespace {

constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);  // FS_IOC_SHUTDOWN, include/uapi/linux/fs.h
constexpr std::uint32_t kNoLogFlush = 2;

bool run_command(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

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

  bool plug_in() const { return run_command("mount -o loop " + image_.string() + " " + mount_.string()); }
  void pull_out() const { run_command("umount " + mount_.string()); }
  void cut_power() const {
    const int root = ::open(mount_.c_str(), O_RDONLY | O_CLOEXEC);
    std::uint32_t how = kNoLogFlush;
    BOOST_REQUIRE(::ioctl(root, kShutdown, &how) == 0);
    ::close(root);
  }

 private:
  TemporaryDirectory directory_;
  fs::path image_, mount_;
  bool usable_ = false;
};

BOOST_AUTO_TEST_SUITE(power_cut)

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_when_the_power_goes) {
  const Disk disk;
  if (!disk.usable()) return;
  const std::uint64_t seed = std::random_device{}();
  BOOST_TEST_MESSAGE("seed " << seed);
  std::mt19937_64 random(seed);
  CensusRuns runs(disk.path() / "store");
  const int cuts = rounds("CAIRN_POWER_CUTS", 20);
  for (int cut = 0; cut < cuts;) {
    const pid_t child = runs.go_on();
    std::this_thread::sleep_for(runs.random_moment(random));
    // Stopped first: an fsync that races with the shutdown may report success for what was dropped.
    ::kill(child, SIGSTOP);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, WUNTRACED) == child);
    const bool finished = !WIFSTOPPED(status);
    if (!finished) {
      disk.cut_power();
      ::kill(child, SIGKILL);
      wait_for(child);
      disk.pull_out();
      BOOST_REQUIRE(disk.plug_in());
      ++cut;
    }
    runs.check_store();
    if (finished) runs.next_run();
  }
  BOOST_REQUIRE(wait_for(runs.go_on()));
  runs.next_run();
  BOOST_TEST_MESSAGE(cuts << " cuts, " << runs.finished() << " runs finished between and after them");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
