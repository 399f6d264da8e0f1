// Restoring: what was added comes back, and what was never added cannot do harm. Hostile manifests are built from
// format::Entry, below everything that would clean them.
#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <csignal>
#include <functional>

#include "blob_map.h"
#include "format/artifact.h"
#include "object/artifacts.h"
#include "object/content.h"
#include "object/tree_files.h"
#include "random_bytes.h"
#include "scratch_directory.h"

namespace cairn::object {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using engine::BlobKind;
using format::ContentRef;
using format::DirectoryRef;
using format::Entry;
using format::SymlinkTarget;

auto with_code(ErrorCode code) {
  return [=](const Error& error) { return error.code() == code; };
}

struct Fixture {
  ScratchDirectory scratch;
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};
  const fs::path into = scratch / "into";
  const fs::path victim = scratch / "victim";

  Fixture() {
    fs::create_directory(into);
    fs::create_directory(victim);
    write_file(victim / "secret", "untouched");
    set_time(victim / "secret", 1, 1);
    set_time(victim, 2, 2);
  }

  void restore(const ArtifactId& id) { restore_artifact(view, id, into); }

  Entry file(std::string name, std::string_view bytes = "evil") {
    const ContentRef content =
        write_content(staging, {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
    return {std::move(name), 0644, 0, 0, content};
  }
  Entry directory(std::string name, std::vector<Entry> entries) {
    const Digest digest = stage_blob(staging, BlobKind::directory, format::encode_directory({std::move(entries)}));
    return {std::move(name), 0755, 0, 0, DirectoryRef{digest}};
  }
  static Entry link(std::string name, std::string target) {
    return {std::move(name), 0777, 0, 0, SymlinkTarget{std::move(target)}};
  }
  ArtifactId artifact(const Entry& root, std::uint64_t size, std::uint64_t count) {
    return {stage_blob(staging, BlobKind::artifact, format::encode_artifact({root, size, count}))};
  }

  // Refused, nothing left in the directory, nothing changed beside it.
  void check_refused(const ArtifactId& id, ErrorCode code = ErrorCode::damaged) {
    const auto before = snapshot(victim);
    BOOST_CHECK_EXCEPTION(restore(id), Error, with_code(code));
    BOOST_TEST(entry_count(into) == 0u);
    BOOST_TEST(entry_count(scratch.path()) == 2u);
    BOOST_TEST((snapshot(victim) == before));
  }
};

BOOST_FIXTURE_TEST_SUITE(artifact_restore, Fixture)

BOOST_AUTO_TEST_CASE(a_tree_of_every_kind_comes_back_as_it_was) {
  const fs::path source = scratch / "source";
  fs::create_directories(source / "deep/deeper/empty");
  write_file(source / "deep/file", std::string(100'000, 'x') + "end", 0600);
  write_file(source / "deep/deeper/script", "#!/bin/sh\n", 0755);
  write_file(source / "none", "");
  write_file(source / "\xff\xfe\n", "odd name", 0400);
  fs::create_symlink("deep/file", source / "link");
  fs::create_symlink("../../nowhere", source / "deep/dangling");
  fs::create_directory_symlink("deep", source / "linked_directory");
  set_time(source / "deep/file", 1'600'000'000, 999'999'999);
  set_time(source / "link", -5, 1);
  set_time(source / "deep/deeper/empty", 7, 7);
  ::chmod((source / "deep/deeper").c_str(), 0555);
  set_time(source / "deep/deeper", 8, 8);
  set_time(source / "deep", 9, 9);
  set_time(source, 10, 10);
  restore(add_path(staging, source).id);
  BOOST_TEST((snapshot(into / "source") == snapshot(source)));
  BOOST_TEST(entry_count(into) == 1u);
}

BOOST_AUTO_TEST_CASE(one_file_comes_back_under_its_name) {
  const auto bytes = random_bytes(5'000'000, 1);
  write_file(scratch / "source", {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0640);
  set_time(scratch / "source", 11, 12);
  restore(add_path(staging, scratch / "source").id);
  BOOST_TEST((snapshot(into / "source") == snapshot(scratch / "source")));
}

BOOST_AUTO_TEST_CASE(a_root_that_is_a_link_or_a_hole_comes_back) {
  restore(artifact(link("root", "/nowhere"), 0, 1));
  BOOST_TEST(fs::read_symlink(into / "root") == "/nowhere");
  const ContentRef hole{1ull << 36, ContentRef::Form::hole, {}};
  restore(artifact({"hole", 0600, 0, 0, hole}, hole.size, 1));
  BOOST_TEST(fs::file_size(into / "hole") == hole.size);
}

BOOST_AUTO_TEST_CASE(files_lose_their_set_id_and_sticky_bits) {
  Entry evil = file("program");
  evil.mode = 07755;
  restore(artifact(directory("tree", {evil}), 4, 2));
  struct stat status {};
  BOOST_REQUIRE(::lstat((into / "tree/program").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0755u);
}

BOOST_AUTO_TEST_CASE(modes_do_not_depend_on_the_umask) {
  const mode_t before = ::umask(0077);
  Entry open = file("open");
  open.mode = 0666;
  restore(artifact(directory("tree", {open}), 4, 2));
  ::umask(before);
  struct stat status {};
  BOOST_REQUIRE(::lstat((into / "tree/open").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0666u);
}

BOOST_AUTO_TEST_CASE(a_target_that_exists_is_not_touched) {
  write_file(scratch / "source", "new");
  const ArtifactId id = add_path(staging, scratch / "source").id;
  const std::function<void()> obstacles[] = {
      [&] { write_file(into / "source", "old"); },
      [&] { fs::create_directory(into / "source"); },
      [&] { fs::create_symlink("/nowhere", into / "source"); },
      [&] { fs::create_symlink(victim / "secret", into / "source"); },
  };
  for (const auto& make_obstacle : obstacles) {
    make_obstacle();
    const auto before = snapshot(into);
    BOOST_CHECK_EXCEPTION(restore(id), Error, with_code(ErrorCode::exists));
    BOOST_TEST((snapshot(into) == before));
    fs::remove_all(into / "source");
  }
  BOOST_TEST(read_whole(victim / "secret") == "untouched");
}

BOOST_AUTO_TEST_CASE(a_target_made_while_restoring_is_not_replaced) {
  // The blob is read after the first look at the target and before the rename.
  class Meddler : public MapView {
   public:
    Meddler(const BlobMap& blobs, fs::path path) : MapView(blobs), path_(std::move(path)) {}
    engine::Bytes get_blob(BlobKind kind, const Digest& digest) const override {
      if (kind == BlobKind::chunk) fs::create_directory(path_);
      return MapView::get_blob(kind, digest);
    }

   private:
    fs::path path_;
  };
  const ArtifactId id = artifact(directory("tree", {file("a")}), 4, 2);
  const Meddler meddler(map, into / "tree");
  BOOST_CHECK_EXCEPTION(restore_artifact(meddler, id, into), Error, with_code(ErrorCode::exists));
  BOOST_TEST(entry_count(into) == 1u);
  BOOST_TEST(entry_count(into / "tree") == 0u);
}

BOOST_AUTO_TEST_CASE(a_parent_swapped_for_a_link_while_restoring_leads_nowhere) {
  // As an attacker who can write to the target: while a file is fetched, the directory it is for becomes a link.
  class Swapper : public MapView {
   public:
    Swapper(const BlobMap& blobs, fs::path target, fs::path away) : MapView(blobs), target_(target), away_(away) {}
    engine::Bytes get_blob(BlobKind kind, const Digest& digest) const override {
      if (kind == BlobKind::chunk && !std::exchange(done_, true)) {
        const fs::path temporary = fs::directory_iterator(target_)->path();
        fs::rename(temporary / "sub", target_ / "moved");
        fs::create_directory_symlink(away_, temporary / "sub");
      }
      return MapView::get_blob(kind, digest);
    }

   private:
    fs::path target_, away_;
    mutable bool done_ = false;
  };
  const Entry sub = directory("sub", {file("a", "one"), file("secret", "overwritten")});
  const ArtifactId id = artifact(directory("tree", {sub, file("z", "two")}), 17, 5);
  const auto before = snapshot(victim);
  const Swapper swapper(map, into, victim);
  BOOST_CHECK_EXCEPTION(restore_artifact(swapper, id, into), Error, with_code(ErrorCode::conflict));
  BOOST_TEST((snapshot(victim) == before));
  BOOST_TEST(!fs::exists(into / "tree"));
}

BOOST_AUTO_TEST_CASE(names_that_lead_elsewhere_are_refused) {
  for (const std::string& name : {".."s, "."s, ""s, "../victim/x"s, "a/../../victim/x"s, "/tmp/x"s, "a//b"s, "a/b"s,
                                  "a\0b"s, "\0"s, std::string(256, 'a'), (victim / "x").string()}) {
    check_refused(artifact(directory("tree", {file(name)}), 4, 2));
    check_refused(artifact(directory("tree", {directory(name, {file("x")})}), 4, 3));
    check_refused(artifact(directory("tree", {link(name, "/")}), 0, 2));
    check_refused(artifact(file(name), 4, 1));
    check_refused(artifact(directory(name, {file("x")}), 4, 2));
  }
}

BOOST_AUTO_TEST_CASE(a_backslash_is_a_character_like_others) {
  restore(artifact(directory("tree", {file("..\\x", "a")}), 1, 2));
  BOOST_TEST(read_whole(into / "tree/..\\x") == "a");
}

BOOST_AUTO_TEST_CASE(no_file_is_written_through_a_link) {
  const std::string away = victim.string();
  // One name for a link and for a directory or file, in either order, is refused whole.
  check_refused(artifact(directory("tree", {link("evil", away), directory("evil", {file("secret")})}), 4, 4));
  check_refused(artifact(directory("tree", {directory("evil", {file("secret")}), link("evil", away)}), 4, 4));
  check_refused(artifact(directory("tree", {link("evil", away + "/secret"), file("evil")}), 4, 3));
  check_refused(artifact(directory("tree", {link("evil", away), file("evil/secret")}), 4, 3));
  // Links that lead out are restored as links and change nothing.
  const auto before = snapshot(victim);
  restore(artifact(directory("tree", {link("a", ".."), link("b", "a/.."), link("c", away), directory("d", {file("x")})}),
                   4, 6));
  BOOST_TEST((snapshot(victim) == before));
  BOOST_TEST(fs::read_symlink(into / "tree/c") == away);
}

BOOST_AUTO_TEST_CASE(modes_and_times_of_links_stay_with_the_links) {
  Entry evil = link("evil", (victim / "secret").string());
  evil.mode = 07777;
  evil.mtime_seconds = 1'000'000;
  const auto before = snapshot(victim);
  restore(artifact(directory("tree", {evil}), 0, 2));
  BOOST_TEST((snapshot(victim) == before));
}

BOOST_AUTO_TEST_CASE(unsorted_names_are_refused) {
  check_refused(artifact(directory("tree", {file("b"), file("a")}), 8, 3));
  check_refused(artifact(directory("tree", {file("a"), file("a")}), 8, 3));
}

BOOST_AUTO_TEST_CASE(totals_that_lie_are_refused) {
  const Entry tree = directory("tree", {file("a"), file("b")});
  for (const std::uint64_t count : {1u, 2u, 4u}) check_refused(artifact(tree, 8, count));
  for (const std::uint64_t size : {0u, 7u, 9u}) check_refused(artifact(tree, size, 3));
  check_refused(artifact(tree, 8, 1ull << 40), ErrorCode::limit);
}

BOOST_AUTO_TEST_CASE(sizes_that_lie_are_refused) {
  const Digest chunk = stage_blob(staging, BlobKind::chunk, random_bytes(1000, 1));
  const auto refused = [&](const ContentRef& content, std::uint64_t size) {
    check_refused(artifact(directory("tree", {{"file", 0644, 0, 0, content}}), size, 2));
  };
  for (const std::uint64_t size : {1u, 999u, 1001u}) refused({size, ContentRef::Form::chunk, chunk}, size);
  refused({1ull << 63, ContentRef::Form::chunk, chunk}, 1000);
  const Digest list = stage_blob(staging, BlobKind::chunk_list, format::encode_chunk_list({0, {{chunk, 1000}}}));
  refused({2000, ContentRef::Form::list, list}, 2000);
  refused({999, ContentRef::Form::list, list}, 999);
  refused({1000, ContentRef::Form::list, chunk}, 1000);
  refused({1000, ContentRef::Form::chunk, list}, 1000);
}

BOOST_AUTO_TEST_CASE(a_file_larger_than_the_system_allows_leaves_nothing_behind) {
  const ContentRef hole{2u << 20, ContentRef::Form::hole, {}};
  const ArtifactId holes = artifact({"hole", 0600, 0, 0, hole}, hole.size, 1);
  const ArtifactId bytes = artifact(directory("tree", {file("file", std::string(2u << 20, 'x'))}), 2u << 20, 2);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{1u << 20, before.rlim_max};
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  check_refused(holes, ErrorCode::io);
  check_refused(bytes, ErrorCode::io);
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);
}

BOOST_AUTO_TEST_CASE(a_tree_that_repeats_itself_costs_no_more_than_it_admits) {
  // 2^40 entries in 41 blobs.
  Entry tree = directory("x", {});
  for (int level = 0; level < 40; ++level) {
    Entry twin = tree;
    tree.name = "a";
    twin.name = "b";
    tree = directory("x", {tree, twin});
  }
  map.reads = 0;
  check_refused(artifact(tree, 0, 1000));
  BOOST_TEST(map.reads <= 2000u);
  BOOST_CHECK_EXCEPTION(list_entries(view, artifact(tree, 0, 1000)), Error, with_code(ErrorCode::damaged));
}

BOOST_AUTO_TEST_CASE(a_deep_tree_comes_back_and_a_deeper_one_is_refused) {
  const auto nested = [&](std::size_t depth) {
    Entry tree = directory("d", {});
    for (std::size_t level = 1; level < depth; ++level) tree = directory("d", {tree});
    return artifact(tree, 0, depth);
  };
  check_refused(nested(kTreeDepthMost + 1), ErrorCode::limit);
  BOOST_CHECK_EXCEPTION(list_entries(view, nested(100'000)), Error, with_code(ErrorCode::limit));
  const ArtifactId deepest = nested(kTreeDepthMost);
  restore(deepest);
  BOOST_TEST((add_path(staging, into / "d").entry_count == kTreeDepthMost));
  BOOST_TEST(list_entries(view, deepest).size() == kTreeDepthMost);
  const base::File target = base::File::open(into, O_RDONLY | O_DIRECTORY);
  remove_tree(target, "d");
  BOOST_TEST(entry_count(into) == 0u);
}

BOOST_AUTO_TEST_CASE(a_path_longer_than_the_system_allows_at_once_comes_back) {
  Entry tree = directory(std::string(255, 'd'), {file("end", "deep")});
  for (int level = 1; level < 40; ++level) tree = directory(std::string(255, 'd'), {tree});
  const ArtifactId id = artifact(tree, 4, 41);
  restore(id);
  const auto entries = list_entries(view, add_path(staging, into / std::string(255, 'd')).id);
  BOOST_TEST(entries.size() == 41u);
  BOOST_TEST(entries.back().size_bytes == 4u);
  const base::File target = base::File::open(into, O_RDONLY | O_DIRECTORY);
  remove_tree(target, std::string(255, 'd'));
}

BOOST_AUTO_TEST_CASE(a_damaged_or_missing_blob_leaves_nothing_behind) {
  const auto bytes = random_bytes(300'000, 2);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Entry sub = directory("sub", {file("first", "fine"), file("second", text)});
  const ArtifactId id = artifact(directory("tree", {file("a", "fine, too"), sub}), 300'013, 5);
  for (const BlobKind kind : {BlobKind::chunk, BlobKind::chunk_list, BlobKind::directory, BlobKind::artifact}) {
    const BlobMap whole = map;
    map.damage(map.any(kind));
    check_refused(id);
    map = whole;
    map.blobs.erase(map.any(kind));
    check_refused(id, ErrorCode::not_found);
    map = whole;
  }
  restore(id);
  BOOST_TEST(read_whole(into / "tree/sub/second") == text);
}

BOOST_AUTO_TEST_CASE(a_failure_removes_directories_that_may_not_be_read) {
  Entry closed = directory("closed", {file("inside")});
  closed.mode = 0;
  Entry bad = file("zz", "soon gone");
  map.blobs.erase(std::get<ContentRef>(bad.what).digest);
  check_refused(artifact(directory("tree", {closed, bad}), 13, 4), ErrorCode::not_found);
}

BOOST_AUTO_TEST_CASE(a_directory_that_does_not_exist_is_not_made) {
  const ArtifactId id = artifact(file("a"), 4, 1);
  BOOST_CHECK_EXCEPTION(restore_artifact(view, id, into / "absent"), Error, with_code(ErrorCode::io));
  BOOST_CHECK_EXCEPTION(restore_artifact(view, id, victim / "secret"), Error, with_code(ErrorCode::io));
  BOOST_TEST(entry_count(into) == 0u);
}

BOOST_AUTO_TEST_CASE(file_systems_without_noreplace_are_served_too) {
  const base::File target = base::File::open(into, O_RDONLY | O_DIRECTORY);
  const std::function<void()> makers[] = {
      [&] { write_file(into / "from", "x"); },
      [&] { fs::create_directory(into / "from"), write_file(into / "from/inside", "x"); },
      [&] { fs::create_symlink("/nowhere", into / "from"); },
  };
  for (const auto& make : makers) {
    make();
    const std::string content = snapshot(into / "from").at("from");
    rename_to_new_portably(target, "from", "to");
    BOOST_TEST(snapshot(into / "to").at("to") == content);
    BOOST_TEST(entry_count(into) == 1u);
    make();
    BOOST_CHECK_EXCEPTION(rename_to_new_portably(target, "from", "to"), Error, with_code(ErrorCode::exists));
    BOOST_TEST(entry_count(into) == 2u);
    fs::remove_all(into / "from");
    fs::remove_all(into / "to");
  }
}

BOOST_AUTO_TEST_CASE(opening_beneath_refuses_what_leads_out) {
  const base::File target = base::File::open(into, O_RDONLY | O_DIRECTORY);
  fs::create_symlink(victim / "secret", into / "evil");
  fs::create_directory_symlink(victim, into / "evil_directory");
  BOOST_CHECK_THROW(open_beneath(target, "evil", O_RDONLY), Error);
  BOOST_CHECK_THROW(open_beneath(target, "evil_directory", O_RDONLY | O_DIRECTORY), Error);
  BOOST_CHECK_EXCEPTION(open_beneath(target, "..", O_RDONLY), Error, with_code(ErrorCode::damaged));
  BOOST_CHECK_EXCEPTION(open_beneath(target, "../victim/secret", O_RDONLY), Error, with_code(ErrorCode::damaged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
