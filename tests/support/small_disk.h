// A small file system of our own, to be filled or turned read-only (needs root, as mount does).
#pragma once

#include <boost/test/unit_test.hpp>

#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_directory.h"

namespace cairn::test {

class SmallDisk {
 public:
  /// `size` as tmpfs takes it: "40m". Not mounted without the right to: the test then says so and returns.
  explicit SmallDisk(const std::string& size) : options_("size=" + size) {
    mounted_ = ::mount("tmpfs", path().c_str(), "tmpfs", 0, options_.c_str()) == 0;
    if (!mounted_) BOOST_TEST_MESSAGE("skipped: cannot mount a tmpfs here");
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::filesystem::path& path() const { return directory_.path(); }
  void make_read_only() const {
    BOOST_REQUIRE(::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, options_.c_str()) == 0);
  }

 private:
  TemporaryDirectory directory_;
  std::string options_;
  bool mounted_ = false;
};

/// Writes `file` until its disk has no room, or it has so many bytes.
inline void fill_disk(const std::filesystem::path& file, std::uint64_t bytes = UINT64_MAX) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(65536, 'x');
  for (std::uint64_t done = 0; done < bytes && out.write(block.data(), static_cast<std::streamsize>(block.size())).flush();)
    done += block.size();
}

}  // namespace cairn::test
