// Trees as they are found on a machine, there and back: every name, byte, mode, time, link, attribute and owner.
//
// CAIRN_TREES names the trees, separated by colons, such as CAIRN_TREES=/usr/include:/usr/lib; else /usr/include is taken.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

std::string attribute(const fs::path& path, const char* name) {
  const ssize_t size = ::lgetxattr(path.c_str(), name, nullptr, 0);
  BOOST_REQUIRE_GE(size, 0);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  BOOST_REQUIRE_EQUAL(::lgetxattr(path.c_str(), name, bytes.data(), bytes.size()), size);
  return bytes;
}

std::map<std::string, std::string> attributes_of(const fs::path& path) {
  const ssize_t size = ::llistxattr(path.c_str(), nullptr, 0);
  std::string names(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (size > 0) BOOST_REQUIRE_EQUAL(::llistxattr(path.c_str(), names.data(), names.size()), size);
  std::map<std::string, std::string> found;
  for (std::size_t at = 0; at < names.size(); at += std::string_view(names.c_str() + at).size() + 1)
    found.emplace(names.c_str() + at, attribute(path, names.c_str() + at));
  return found;
}

bool same_bytes(const fs::path& one, const fs::path& other) {
  std::ifstream a(one, std::ios::binary), b(other, std::ios::binary);
  std::vector<char> from_a(1 << 20), from_b(1 << 20);
  do {
    a.read(from_a.data(), static_cast<std::streamsize>(from_a.size()));
    b.read(from_b.data(), static_cast<std::streamsize>(from_b.size()));
    if (a.gcount() != b.gcount() || !std::equal(from_a.begin(), from_a.begin() + a.gcount(), from_b.begin())) return false;
  } while (a.gcount() != 0);
  return true;
}

class TreeComparison {
 public:
  /// Whether owners are compared: only root may give files away.
  TreeComparison(fs::path before, fs::path after, bool owners)
      : before_(std::move(before)), after_(std::move(after)), owners_(owners) {}

  /// What differs, a line each; empty if nothing does.
  std::vector<std::string> run() {
    compare("");
    return std::move(differences_);
  }
  std::size_t entry_count() const { return entry_count_; }

 private:
  static std::set<std::string> names_in(const fs::path& directory) {
    std::set<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory)) names.insert(entry.path().filename().string());
    return names;
  }

  template <class T>
  void expect_equal(const fs::path& path, const char* what, const T& a, const T& b) {
    if (a != b) differences_.push_back(fmt::format("{}: {}", path.string(), what));
  }

  void compare(const fs::path& path) {
    const fs::path one = path.empty() ? before_ : before_ / path, other = path.empty() ? after_ : after_ / path;
    struct stat a {}, b {};
    BOOST_REQUIRE_EQUAL(::lstat(one.c_str(), &a), 0);
    if (::lstat(other.c_str(), &b) != 0) return differences_.push_back(path.string() + ": missing");
    ++entry_count_;
    expect_equal(path, "mode", a.st_mode, b.st_mode);
    expect_equal(path, "time", std::pair(a.st_mtim.tv_sec, a.st_mtim.tv_nsec), std::pair(b.st_mtim.tv_sec, b.st_mtim.tv_nsec));
    if (owners_) expect_equal(path, "owner", std::pair(a.st_uid, a.st_gid), std::pair(b.st_uid, b.st_gid));
    expect_equal(path, "attributes", attributes_of(one), attributes_of(other));
    if (S_ISLNK(a.st_mode)) expect_equal(path, "link", fs::read_symlink(one), fs::read_symlink(other));
    if (S_ISREG(a.st_mode) && S_ISREG(b.st_mode)) compare_files(path, a, b);
    if (S_ISDIR(a.st_mode) && S_ISDIR(b.st_mode)) compare_directories(path);
  }

  void compare_files(const fs::path& path, const struct stat& a, const struct stat& b) {
    // Two names are one file there if they are here.
    const auto [first_a, new_a] = first_names_before_.emplace(std::pair(a.st_dev, a.st_ino), path);
    const auto [first_b, new_b] = first_names_after_.emplace(std::pair(b.st_dev, b.st_ino), path);
    expect_equal(path, "hard link", first_a->second, first_b->second);
    if (!new_a && !new_b) return;
    expect_equal(path, "size", a.st_size, b.st_size);
    if (!same_bytes(path.empty() ? before_ : before_ / path, path.empty() ? after_ : after_ / path))
      differences_.push_back(path.string() + ": bytes");
  }

  void compare_directories(const fs::path& path) {
    const std::set<std::string> here = names_in(before_ / path), there = names_in(after_ / path);
    expect_equal(path, "names", here, there);
    for (const std::string& name : here) compare(path / name);
  }

  using File = std::pair<dev_t, ino_t>;
  const fs::path before_, after_;
  const bool owners_;
  std::vector<std::string> differences_;
  std::map<File, fs::path> first_names_before_, first_names_after_;
  std::size_t entry_count_ = 0;
};

void expect_round_trip(const fs::path& tree, const fs::path& directory) {
  const bool is_root = ::geteuid() == 0;
  Store store = Store::open(directory / "store");
  const ArtifactReceipt added =
      store.add(tree, {.special_files = SpecialFiles::refuse, .attributes = KeptAttributes::all, .owner = true});
  RestoreOptions options;
  options.name = "restored";
  options.owner = is_root;
  options.attributes = is_root ? KeptAttributes::all : KeptAttributes::user;
  options.set_id = true;
  store.restore(added.id, directory, options);
  TreeComparison comparison(tree, directory / "restored", is_root);
  const std::vector<std::string> differences = comparison.run();
  BOOST_TEST_MESSAGE(fmt::format("{}: {} entries, {} bytes", tree.string(), comparison.entry_count(), added.size_bytes));
  for (std::size_t i = 0; i < std::min<std::size_t>(differences.size(), 20); ++i) BOOST_ERROR(differences[i]);
  BOOST_TEST(comparison.entry_count() == added.entry_count);
}

void run(const std::string& command) {
  BOOST_REQUIRE_EQUAL(std::system((command + " >/dev/null 2>&1").c_str()), 0);
}

void write(const fs::path& path, std::string_view bytes, mode_t mode = 0644) {
  std::ofstream(path, std::ios::binary) << bytes;
  BOOST_REQUIRE_EQUAL(::chmod(path.c_str(), mode), 0);
}

void set_time(const fs::path& path, std::int64_t seconds, long nanoseconds) {
  const timespec times[2] = {{0, UTIME_OMIT}, {seconds, nanoseconds}};
  BOOST_REQUIRE_EQUAL(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

// One entry of each kind, and what their names, modes and times can be.
void make_every_kind(const fs::path& tree) {
  fs::create_directories(tree / "directories/empty");
  fs::create_directory(tree / "directories/closed");
  fs::path deep = tree / "deep";
  for (int level = 0; level < 60; ++level) deep /= fmt::format("level {}", level);
  fs::create_directories(deep);
  write(deep / "bottom", "here");
  write(tree / "empty", "");
  write(tree / "set-id", "program", 06755);
  write(tree / "unreadable by others", "secret", 0600);
  for (const char* name : {"line\nbreak", "\xff\xfe not UTF-8", "trailing space ", ".hidden", "-rf", "back\\slash", "Case", "case"})
    write(tree / name, name);
  write(tree / std::string(255, 'n'), "long");
  write(tree / "zeros", std::string(3 << 20, '\0'));
  write(tree / "holes", "front");
  fs::resize_file(tree / "holes", std::uintmax_t{1} << 30);
  fs::create_hard_link(tree / "holes", tree / "directories/holes again");
  fs::create_symlink("directories/empty", tree / "link to a directory");
  fs::create_symlink("/nowhere/\n at all", tree / "dangling link");
  fs::create_symlink("link to itself", tree / "link to itself");
  // Where the file system has them.
  static_cast<void>(::setxattr((tree / "empty").c_str(), "user.note", "a\0b", 3, 0));
  static_cast<void>(::setxattr((tree / "directories").c_str(), "user.directory", "", 0, 0));
  set_time(tree / "empty", -1, 1);
  set_time(tree / "set-id", 4'000'000'000, 999'999'999);
  set_time(tree / "dangling link", 1, 2);
  BOOST_REQUIRE_EQUAL(::chmod((tree / "directories/closed").c_str(), 0500), 0);
  set_time(tree / "directories", 12345, 6789);
}

std::vector<fs::path> trees_of_the_machine() {
  const char* given = std::getenv("CAIRN_TREES");
  std::vector<fs::path> trees;
  std::istringstream names(given != nullptr ? given : "/usr/include");
  for (std::string name; std::getline(names, name, ':');) trees.emplace_back(name);
  return trees;
}

BOOST_AUTO_TEST_SUITE(real_trees)

BOOST_AUTO_TEST_CASE(trees_of_the_machine_come_back_as_they_were) {
  for (const fs::path& tree : trees_of_the_machine()) {
    const TemporaryDirectory directory;
    expect_round_trip(tree, directory.path());
  }
}

BOOST_AUTO_TEST_CASE(a_git_working_tree_comes_back_as_it_was) {
  const TemporaryDirectory directory;
  const std::string git = "git -C '" + directory.path().string() + "'/";
  run(git + " init tree");
  for (const char* part : {"include", "src", "tests"})
    run("cp -a '" CAIRN_SOURCE_DIR "/" + std::string(part) + "' '" + directory.path().string() + "/tree'");
  run(git + "tree add --all");
  run(git + "tree -c user.name=a -c user.email=a@b commit --message all");
  expect_round_trip(directory.path() / "tree", directory.path());
  run(git + "restored fsck --full");
}

BOOST_AUTO_TEST_CASE(every_kind_of_entry_comes_back_as_it_was) {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path() / "tree");
  make_every_kind(directory.path() / "tree");
  expect_round_trip(directory.path() / "tree", directory.path());
  struct stat restored {};
  BOOST_REQUIRE_EQUAL(::stat((directory.path() / "restored/holes").c_str(), &restored), 0);
  BOOST_TEST(restored.st_blocks * 512 < 1 << 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn
