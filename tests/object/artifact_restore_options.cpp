// Restoring where something is already, in parts, and after an interruption.
#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <sys/file.h>
#include <sys/xattr.h>

#include "base/bytes.h"
#include "base/file.h"
#include "blob_map.h"
#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/blobs.h"
#include "random_bytes.h"
#include "scratch_directory.h"

namespace cairn::object {
namespace {

namespace fs = std::filesystem;

auto with_code(ErrorCode code, std::string_view mentioned = "") {
  return [=](const Error& error) {
    return error.code() == code && std::string_view(error.what()).find(mentioned) != std::string_view::npos;
  };
}

struct stat status_of(const fs::path& path) {
  struct stat status {};
  BOOST_REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

struct Fixture {
  ScratchDirectory scratch;
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};
  const fs::path source = scratch / "tree";
  const fs::path into = scratch / "into";

  Fixture() {
    fs::create_directories(source / "sub/empty");
    fs::create_directory(into);
    write_file(source / "a", "first", 0640);
    write_file(source / "sub/b", std::string(100'000, 'b'));
    write_file(source / "sub/c", "");
    fs::create_symlink("../a", source / "sub/link");
    set_time(source / "a", 1'600'000'000, 1);
    set_time(source / "sub", 5, 6);
  }

  ArtifactId add() { return add_path(staging, source).id; }
  RestoreReceipt restore(const ArtifactId& id, const RestoreOptions& options = {}) {
    return restore_artifact(view, id, into, options);
  }
};

BOOST_FIXTURE_TEST_SUITE(artifact_restore_options, Fixture)

BOOST_AUTO_TEST_CASE(one_entry_comes_back_alone_and_under_any_name) {
  const ArtifactId id = add();
  restore(id, {.path = "sub/b"});
  BOOST_TEST(read_whole(into / "b") == std::string(100'000, 'b'));
  const RestoreReceipt receipt = restore(id, {.path = "sub", .name = "other"});
  BOOST_TEST(receipt.path == into / "other");
  BOOST_TEST(receipt.entry_count == 5u);
  fs::rename(into / "other", into / "sub");
  BOOST_TEST((snapshot(into / "sub") == snapshot(source / "sub")));
  BOOST_CHECK_EXCEPTION(restore(id, {.path = "sub/none"}), Error, with_code(ErrorCode::not_found, "sub/none"));
  BOOST_CHECK_EXCEPTION(restore(id, {.path = "a/b"}), Error, with_code(ErrorCode::not_found, "a/b"));
  BOOST_CHECK_EXCEPTION(restore(id, {.name = "../x"}), Error, with_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_CASE(what_is_there_is_overwritten_file_by_file) {
  const ArtifactId id = add();
  fs::create_directories(into / "tree/a_directory");
  write_file(into / "tree/a", "other bytes");
  write_file(into / "tree/mine", "stays");
  fs::create_symlink(scratch / "nowhere", into / "tree/sub");  // where a directory comes
  const ino_t before = status_of(into / "tree/a").st_ino;
  restore(id, {.existing = Existing::overwrite});
  BOOST_TEST(status_of(into / "tree/a").st_ino != before);
  BOOST_TEST(read_whole(into / "tree/mine") == "stays");
  fs::remove(into / "tree/mine");
  fs::remove(into / "tree/a_directory");
  set_time(into / "tree", status_of(source).st_mtim.tv_sec, status_of(source).st_mtim.tv_nsec);
  BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
  BOOST_TEST(entry_count(into) == 1u);
}

BOOST_AUTO_TEST_CASE(equal_files_are_kept) {
  const ArtifactId id = add();
  restore(id);
  const ino_t a = status_of(into / "tree/a").st_ino, b = status_of(into / "tree/sub/b").st_ino;
  std::string changed(100'000, 'b');
  changed.back() = 'x';
  write_file(into / "tree/sub/b", changed);
  ::chmod((into / "tree/a").c_str(), 0600);
  BOOST_TEST(restore(id, {.existing = Existing::keep_equal}).kept_count == 2u);
  BOOST_TEST(status_of(into / "tree/a").st_ino == a);
  BOOST_TEST(status_of(into / "tree/sub/b").st_ino != b);
  BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
}

BOOST_AUTO_TEST_CASE(a_directory_in_the_place_of_a_file_is_refused) {
  const ArtifactId id = add();
  fs::create_directories(into / "tree/a/full");
  for (const Existing existing : {Existing::overwrite, Existing::keep_equal})
    BOOST_CHECK_EXCEPTION(restore(id, {.existing = existing}), Error, with_code(ErrorCode::exists, "tree/a"));
  BOOST_TEST(fs::is_directory(into / "tree/a/full"));
  for (const auto& entry : fs::directory_iterator(into / "tree")) BOOST_TEST(!entry.path().filename().string().starts_with(".cairn"));
}

// Writing through it, or changing its mode, would change a file that has another name elsewhere.
BOOST_AUTO_TEST_CASE(a_file_with_another_name_elsewhere_is_not_touched) {
  const ArtifactId id = add();
  for (const char* bytes : {"first", "other"}) {
    fs::remove_all(into / "tree");
    fs::create_directory(into / "tree");
    write_file(scratch / "victim", bytes, 0600);
    fs::create_hard_link(scratch / "victim", into / "tree/a");
    const auto before = snapshot(scratch / "victim");
    restore(id, {.existing = Existing::keep_equal});
    BOOST_TEST((snapshot(scratch / "victim") == before));
    BOOST_TEST(read_whole(into / "tree/a") == "first");
    fs::remove(scratch / "victim");
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_is_there_is_not_followed) {
  const ArtifactId id = add();
  write_file(scratch / "victim", "untouched");
  fs::create_directory(scratch / "victims");
  for (const Existing existing : {Existing::overwrite, Existing::keep_equal}) {
    fs::remove_all(into / "tree");
    fs::create_directory(into / "tree");
    fs::create_symlink(scratch / "victim", into / "tree/a");
    fs::create_directory_symlink(scratch / "victims", into / "tree/sub");
    restore(id, {.existing = existing});
    BOOST_TEST(read_whole(scratch / "victim") == "untouched");
    BOOST_TEST(fs::is_empty(scratch / "victims"));
    BOOST_TEST(!fs::is_symlink(into / "tree/sub"));
  }
}

BOOST_AUTO_TEST_CASE(hard_links_come_back_as_names_of_one_file) {
  fs::create_hard_link(source / "a", source / "sub/again");
  fs::create_hard_link(source / "a", source / "zz");
  const ArtifactId id = add();
  for (const RestoreOptions& options : {RestoreOptions{}, {.resumable = true}, {.existing = Existing::overwrite}}) {
    if (options.existing == Existing::refuse) fs::remove_all(into / "tree");
    restore(id, options);
    BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
    BOOST_TEST(status_of(into / "tree/a").st_nlink == 3u);
    BOOST_TEST(status_of(into / "tree/a").st_ino == status_of(into / "tree/sub/again").st_ino);
    BOOST_TEST(entry_count(into) == 1u);
  }
  restore(id, {.path = "sub"});
  BOOST_TEST(status_of(into / "sub/again").st_nlink == 1u);
}

BOOST_AUTO_TEST_CASE(holes_come_back_as_holes) {
  fs::resize_file(source / "sub/b", 1u << 30);
  std::fstream(source / "sub/b").seekp(500u << 20) << "middle";
  const ArtifactId id = add();
  for (const RestoreOptions& options : {RestoreOptions{}, {.resumable = true}, {.existing = Existing::keep_equal}}) {
    if (options.existing == Existing::refuse) fs::remove_all(into / "tree");
    restore(id, options);
    BOOST_TEST(status_of(into / "tree/sub/b").st_size == 1 << 30);
    BOOST_TEST(status_of(into / "tree/sub/b").st_blocks * 512 < 1 << 20);
    std::ifstream restored(into / "tree/sub/b");
    std::string found(6, ' ');
    restored.seekg(500u << 20).read(found.data(), 6);
    BOOST_TEST(found == "middle");
  }
}

BOOST_AUTO_TEST_CASE(large_files_come_back_from_any_number_of_threads) {
  const auto bytes = random_bytes(100u << 20, 5);
  write_file(source / "large", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const ArtifactId id = add();
  for (const unsigned threads : {1u, 2u, 5u}) {
    restore(id, {.threads = threads});
    BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
    fs::remove_all(into / "tree");
  }
}

BOOST_AUTO_TEST_CASE(attributes_come_back_if_asked_for) {
  const std::string path = (source / "a").string();
  if (::setxattr(path.c_str(), "user.unit", "eV", 2, 0) != 0) return;
  const ArtifactId id = add_path(staging, source, {.attributes = KeptAttributes::all, .owner = true}).id;
  char value[8];
  restore(id);
  BOOST_TEST(::getxattr((into / "tree/a").c_str(), "user.unit", value, sizeof value) < 0);
  restore(id, {.existing = Existing::overwrite, .owner = true, .attributes = KeptAttributes::user});
  BOOST_TEST(::getxattr((into / "tree/a").c_str(), "user.unit", value, sizeof value) == 2);
}

BOOST_AUTO_TEST_CASE(set_id_bits_come_back_only_if_asked_for) {
  ::chmod((source / "a").c_str(), 06755);
  const ArtifactId id = add();
  restore(id);
  BOOST_TEST((status_of(into / "tree/a").st_mode & 07777) == 0755u);
  restore(id, {.existing = Existing::keep_equal, .set_id = true});
  BOOST_TEST((status_of(into / "tree/a").st_mode & 07777) == 06755u);
}

struct Stop {};

BOOST_AUTO_TEST_CASE(an_interrupted_restore_is_gone_on_with) {
  fs::create_hard_link(source / "a", source / "sub/again");
  ::chmod((source / "sub/b").c_str(), 0400);
  const ArtifactId id = add();
  for (std::uint64_t stop = 1; stop <= 8; ++stop) {
    const RestoreOptions options{.resumable = true, .progress = [&](const RestoreProgress& progress) {
      if (progress.entry_count == stop) throw Stop();
    }};
    BOOST_CHECK_THROW(restore(id, options), Stop);
    BOOST_TEST(!fs::exists(into / "tree"));
    restore(id, {.resumable = true});
    BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
    BOOST_TEST(entry_count(into) == 1u);
    fs::remove_all(into / "tree");
  }
}

// The hidden name can be foreseen, so somebody may have put a file there that he can write to.
BOOST_AUTO_TEST_CASE(a_begun_file_that_others_may_write_to_is_not_gone_on_with) {
  write_file(scratch / "single", std::string(100'000, 's'));
  const ArtifactId id = add_path(staging, scratch / "single").id;
  // Its name is that of the directory beside it, which holds the lock.
  fs::path name;
  const RestoreOptions looking{.resumable = true, .progress = [&](const RestoreProgress&) {
    for (const auto& entry : fs::directory_iterator(into)) name = entry.path();
    throw Stop();
  }};
  BOOST_CHECK_THROW(restore(id, looking), Stop);
  const std::string hidden = name.string().substr(0, name.string().size() - std::string("-links").size());
  write_file(hidden, "mine", 0666);
  const ino_t before = status_of(hidden).st_ino;
  restore(id, {.resumable = true});
  BOOST_TEST(status_of(into / "single").st_ino != before);
  BOOST_TEST(read_whole(into / "single") == std::string(100'000, 's'));
}

BOOST_AUTO_TEST_CASE(a_finished_directory_that_may_not_be_read_is_gone_on_with) {
  ::chmod((source / "sub").c_str(), 0311);
  write_file(source / "z", "last");
  const ArtifactId id = add();
  const RestoreOptions options{.resumable = true, .progress = [&](const RestoreProgress& progress) {
    if (progress.entry_count == 7) throw Stop();
  }};
  BOOST_CHECK_THROW(restore(id, options), Stop);
  restore(id, {.resumable = true});
  BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
}

BOOST_AUTO_TEST_CASE(what_was_there_before_it_was_gone_on_with_is_checked) {
  const ArtifactId id = add();
  const RestoreOptions options{.resumable = true, .progress = [&](const RestoreProgress& progress) {
    if (progress.entry_count == 7) throw Stop();
  }};
  BOOST_CHECK_THROW(restore(id, options), Stop);
  const fs::path begun = fs::directory_iterator(into)->path();
  BOOST_REQUIRE(begun.filename().string().starts_with(".cairn-"));
  write_file(begun / "a", "torn!");
  write_file(begun / "stranger", "x");
  fs::create_directories(begun / "sub/strangers/deep");
  restore(id, options.progress ? RestoreOptions{.resumable = true} : options);
  BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
}

BOOST_AUTO_TEST_CASE(two_resumable_restores_of_one_artifact_do_not_meet) {
  const ArtifactId id = add();
  bool tried = false;
  const RestoreOptions options{.resumable = true, .progress = [&](const RestoreProgress&) {
    if (std::exchange(tried, true)) return;
    BOOST_CHECK_EXCEPTION(restore(id, {.resumable = true}), Error, with_code(ErrorCode::conflict));
  }};
  restore(id, options);
  BOOST_TEST(tried);
  BOOST_TEST((snapshot(into / "tree") == snapshot(source)));
}

BOOST_AUTO_TEST_CASE(hard_links_that_lie_are_refused) {
  using Groups = std::vector<std::vector<std::string>>;
  const format::Artifact honest = format::decode_artifact(view.get_blob(engine::BlobKind::artifact, add().digest));
  const auto refused = [&](const Groups& groups) {
    format::Artifact lying = honest;
    lying.hard_links = groups;
    const ArtifactId id{stage_blob(staging, engine::BlobKind::artifact, format::encode_artifact(lying))};
    BOOST_CHECK_EXCEPTION(restore(id), Error, with_code(ErrorCode::damaged));
    BOOST_TEST(entry_count(into) == 0u);
  };
  refused({{"a", "sub/b"}});               // other bytes
  refused({{"a", "nowhere"}});
  refused({{"sub", "sub/empty"}});         // directories
  refused({{"sub/link", "a"}});
  refused({{"a", "sub/b"}, {"b", "sub/b"}});
  refused({{"a"}});
  refused({{"a", "a"}});
  refused({{"../victim", "a"}});
  refused({{"/etc/passwd", "a"}});
  refused({{"b", "c"}, {"a", "d"}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
