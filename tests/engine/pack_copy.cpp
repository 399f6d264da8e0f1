// Copies of packs: what is copied, what is shared, and what stays a hole.
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "engine/pack_copy.h"
#include "support/rows.h"
#include "support/temporary_directory.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using engine::Extent;
using engine::PackCopy;

constexpr std::uint64_t kSize = 12u << 20, kBegin = 5u << 20, kHole = 6u << 20, kHoleEnd = 9u << 20;

std::uint64_t blocks(const fs::path& file) {
  struct stat status {};
  BOOST_REQUIRE(::stat(file.c_str(), &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Noise with a hole in it.
void make_pack(const fs::path& path) {
  const base::File file = base::File::open(path, O_RDWR | O_CREAT);
  file.write_at(0, noise(1, kSize));
  BOOST_REQUIRE(::fallocate(file.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, kHole, kHoleEnd - kHole) == 0);
  file.sync();
}

// An image with Btrfs, where files may share blocks.
class SharingDisk {
 public:
  SharingDisk() : mount_(directory_.path() / "mount") {
    fs::create_directory(mount_);
    const std::string image = (directory_.path() / "image").string();
    usable_ = run("truncate -s 300M " + image) && run("mkfs.btrfs -q " + image) &&
              run("mount -o loop " + image + " " + mount_.string());
    if (!usable_) BOOST_TEST_MESSAGE("skipped: cannot make and mount a Btrfs image here");
  }
  ~SharingDisk() {
    if (usable_) run("umount " + mount_.string());
  }
  bool usable() const { return usable_; }
  const fs::path& path() const { return mount_; }

 private:
  static bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

  TemporaryDirectory directory_;
  fs::path mount_;
  bool usable_ = false;
};

BOOST_AUTO_TEST_SUITE(pack_copies)

BOOST_AUTO_TEST_CASE(a_copy_has_the_bytes_and_the_holes) {
  const TemporaryDirectory directory;
  const fs::path pack = directory.path() / "a", copy = directory.path() / "b";
  make_pack(pack);
  std::uint64_t told = 0;
  const PackCopy done = engine::copy_pack(pack, copy, {0, kSize}, 0600, [&](std::uint64_t bytes) { told += bytes; });
  BOOST_TEST(done.copied_bytes + done.reflinked_bytes <= kSize);
  if (done.reflinked_bytes == 0) BOOST_TEST(done.copied_bytes == kSize - (kHoleEnd - kHole));
  BOOST_TEST(told == kSize);
  BOOST_TEST((read_all(copy) == read_all(pack)));
  BOOST_TEST(blocks(copy) == blocks(pack));
}

BOOST_AUTO_TEST_CASE(only_the_range_is_copied) {
  const TemporaryDirectory directory;
  const fs::path pack = directory.path() / "a", copy = directory.path() / "b";
  make_pack(pack);
  std::ofstream(copy, std::ios::binary) << std::string(kBegin, 'o') << std::string(4096, 'x');
  engine::copy_pack(pack, copy, {kBegin, kSize - 4096}, 0600, {});
  const std::string bytes = read_all(copy);
  BOOST_TEST((bytes == std::string(kBegin, 'o') + read_all(pack).substr(kBegin, kSize - 4096 - kBegin)));
}

BOOST_AUTO_TEST_CASE(what_is_a_hole_now_is_one_in_the_copy) {
  const TemporaryDirectory directory;
  const fs::path pack = directory.path() / "a", copy = directory.path() / "b";
  make_pack(pack);
  std::ofstream(copy, std::ios::binary) << std::string(kSize, 'o');
  engine::copy_pack(pack, copy, {0, kSize}, 0600, {});
  BOOST_TEST((read_all(copy) == read_all(pack)));
  BOOST_TEST(blocks(copy) == blocks(pack));
}

BOOST_AUTO_TEST_CASE(a_hole_at_the_end_and_a_pack_that_is_one_hole_are_as_long_as_they_were) {
  const TemporaryDirectory directory;
  const fs::path pack = directory.path() / "a", copy = directory.path() / "b";
  make_pack(pack);
  engine::copy_pack(pack, copy, {0, kHoleEnd}, 0600, {});
  BOOST_TEST((read_all(copy) == read_all(pack).substr(0, kHoleEnd)));
  base::File::open(pack, O_RDWR).truncate(0);
  base::File::open(pack, O_RDWR).truncate(kSize);
  fs::remove(copy);
  BOOST_TEST(engine::copy_pack(pack, copy, {0, kSize}, 0600, {}).copied_bytes == 0u);
  BOOST_TEST(fs::file_size(copy) == kSize);
}

BOOST_AUTO_TEST_CASE(what_a_damaged_pack_lacks_stays_out) {
  const TemporaryDirectory directory;
  const fs::path pack = directory.path() / "a", copy = directory.path() / "b";
  make_pack(pack);
  fs::resize_file(pack, kBegin + 5000);
  BOOST_TEST(engine::copy_pack(pack, copy, {0, kSize}, 0600, {}).copied_bytes >= kBegin);
  BOOST_TEST((read_all(copy) == read_all(pack).substr(0, kBegin + 4096)));
  fs::remove(pack);
  BOOST_TEST(engine::copy_pack(pack, copy, {0, kSize}, 0600, {}).copied_bytes == 0u);
}

BOOST_AUTO_TEST_CASE(blocks_are_shared_where_the_file_system_can) {
  const SharingDisk disk;
  if (!disk.usable()) return;
  const fs::path pack = disk.path() / "a", copy = disk.path() / "b";
  make_pack(pack);
  const std::uint64_t free = base::free_bytes(disk.path());
  const PackCopy first = engine::copy_pack(pack, copy, {0, kBegin}, 0600, {});
  const PackCopy rest = engine::copy_pack(pack, copy, {kBegin, kSize}, 0600, {});
  BOOST_TEST(first.reflinked_bytes == kBegin);
  BOOST_TEST(rest.reflinked_bytes == kSize - kBegin);
  BOOST_TEST(first.copied_bytes + rest.copied_bytes == 0u);
  BOOST_TEST((read_all(copy) == read_all(pack)));
  BOOST_TEST(base::free_bytes(disk.path()) + (4u << 20) > free);
  // They are two files all the same.
  BOOST_TEST(fs::hard_link_count(copy) == 1u);
  base::File::open(pack, O_RDWR).write_at(0, noise(2, 4096));
  BOOST_TEST(!(read_all(copy) == read_all(pack)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::test
