#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <sstream>
#include <thread>

#include "base/bytes.h"
#include "base/file.h"
#include "blob_map.h"
#include "engine/memory_engine.h"
#include "object/artifacts.h"
#include "object/content.h"
#include "random_bytes.h"
#include "scratch_directory.h"

namespace cairn::object {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using engine::BlobKind;
using Lists = std::vector<ArtifactEntry>;

auto with_code(ErrorCode code, std::string_view mentioned = "") {
  return [=](const Error& error) {
    return error.code() == code && std::string_view(error.what()).find(mentioned) != std::string_view::npos;
  };
}

struct Fixture {
  ScratchDirectory scratch;
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};

  AddedArtifact add(const fs::path& path) { return add_path(staging, path); }
};

// Runs an action once, in the middle of staging, as another process might.
class MeddlingStaging : public MapStaging {
 public:
  MeddlingStaging(BlobMap& map, std::function<void()> action) : MapStaging(map), action_(std::move(action)) {}

  engine::StageResult stage(BlobKind kind, std::uint8_t probe, const Digest& digest,
                            std::span<const std::byte> bytes) override {
    if (action_) std::exchange(action_, nullptr)();
    return MapStaging::stage(kind, probe, digest, bytes);
  }

 private:
  std::function<void()> action_;
};

// More than are looked at before the first of them is stored.
void write_many_files(const fs::path& directory) {
  fs::create_directories(directory);
  for (int i = 0; i < 3000; ++i) std::ofstream(directory / std::to_string(i));
}

BOOST_FIXTURE_TEST_SUITE(artifact_add, Fixture)

BOOST_AUTO_TEST_CASE(a_file_keeps_its_name_mode_time_and_bytes) {
  write_file(scratch / "a.txt", "hello", 0640);
  set_time(scratch / "a.txt", 1'700'000'000, 123'456'789);
  const AddedArtifact added = add(scratch / "a.txt");
  BOOST_TEST(added.size_bytes == 5u);
  BOOST_TEST(added.entry_count == 1u);
  const Lists entries = list_entries(view, added.id);
  BOOST_REQUIRE(entries.size() == 1u);
  BOOST_TEST(entries[0].path == "a.txt");
  BOOST_TEST(entries[0].mode == 0640u);
  BOOST_TEST(entries[0].size_bytes == 5u);
  BOOST_TEST(entries[0].modified.time_since_epoch().count() == 1'700'000'000'123'456'789);
  BOOST_TEST(read_single_file(view, added.id) == "hello");
}

BOOST_AUTO_TEST_CASE(a_tree_is_listed_in_order_with_every_kind) {
  fs::create_directories(scratch / "t/b/empty");
  write_file(scratch / "t/b/z", "zz");
  write_file(scratch / "t/a", "");
  fs::create_symlink("/nowhere", scratch / "t/c");
  const AddedArtifact added = add(scratch / "t");
  BOOST_TEST(added.entry_count == 6u);
  BOOST_TEST(added.size_bytes == 2u);
  std::string paths;
  for (const ArtifactEntry& entry : list_entries(view, added.id)) paths += entry.path + " ";
  BOOST_TEST(paths == "t a b b/empty b/z c ");
  const ArtifactEntry link = list_entries(view, added.id).back();
  BOOST_TEST((link.kind == EntryKind::symlink));
  BOOST_TEST(link.link_target == "/nowhere");
}

BOOST_AUTO_TEST_CASE(equal_trees_have_equal_ids_wherever_they_are) {
  for (const char* place : {"one/t", "two/t"}) {
    fs::create_directories(scratch / place);
    write_file(scratch / place / "x", "same");
    set_time(scratch / place / "x", 1, 2);
    set_time(scratch / place, 3, 4);
  }
  const ArtifactId first = add(scratch / "one/t").id;
  const std::uint64_t added = staging.bytes_added();
  BOOST_TEST((add(scratch / "two/t").id == first));
  BOOST_TEST(staging.bytes_added() == added);
  ::chmod((scratch / "two/t/x").c_str(), 0600);
  BOOST_TEST((add(scratch / "two/t").id != first));
}

BOOST_AUTO_TEST_CASE(a_link_is_followed_at_the_root_only) {
  fs::create_directories(scratch / "real");
  write_file(scratch / "real/file", "f");
  fs::create_directory_symlink("real", scratch / "tree");
  fs::create_symlink("real/file", scratch / "alias");
  BOOST_TEST(list_entries(view, add(scratch / "tree").id).size() == 2u);
  BOOST_TEST(list_entries(view, add(scratch / "tree").id)[0].path == "tree");
  BOOST_TEST(read_single_file(view, add(scratch / "alias").id) == "f");
}

BOOST_AUTO_TEST_CASE(the_root_is_named_after_the_last_component) {
  fs::create_directories(scratch / "t/sub");
  const auto name = [&](const fs::path& path) { return list_entries(view, add(path).id)[0].path; };
  BOOST_TEST(name(scratch / "t/") == "t");
  BOOST_TEST(name(scratch / "t/.") == "t");
  BOOST_TEST(name(scratch / "t/sub/..") == "t");
  BOOST_CHECK_EXCEPTION(add(""), Error, with_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(add("/"), Error, with_code(ErrorCode::invalid_argument));
}

BOOST_AUTO_TEST_CASE(names_are_kept_as_bytes) {
  const std::string name = "\xff\xfe not utf-8 \n\\";
  fs::create_directories(scratch / "t");
  write_file(scratch.path() / "t" / name, "x");
  BOOST_TEST(list_entries(view, add(scratch / "t").id)[1].path == name);
}

BOOST_AUTO_TEST_CASE(hard_links_are_names_of_one_file) {
  fs::create_directories(scratch / "t/sub");
  write_file(scratch / "t/b", "shared");
  fs::create_hard_link(scratch / "t/b", scratch / "t/sub/a");
  fs::create_hard_link(scratch / "t/b", scratch / "outside");
  write_file(scratch / "t/c", "one name here");
  fs::create_hard_link(scratch / "t/c", scratch / "elsewhere");
  const AddedArtifact added = add(scratch / "t");
  BOOST_TEST(added.size_bytes == 25u);
  BOOST_TEST(map.count(BlobKind::chunk) == 2u);
  std::string first_names;
  for (const ArtifactEntry& entry : list_entries(view, added.id)) first_names += entry.path + ":" + entry.first_name + " ";
  BOOST_TEST(first_names == "t: b:b c: sub: sub/a:b ");
  BOOST_TEST((add_path(staging, scratch / "t", {.hard_links = false}).id != added.id));
}

BOOST_AUTO_TEST_CASE(holes_of_a_file_store_no_chunk) {
  constexpr std::uint64_t kGiB = 1u << 30;
  write_file(scratch / "sparse", std::string(100'000, 'x'));
  fs::resize_file(scratch / "sparse", 4 * kGiB);
  std::fstream file(scratch / "sparse");
  file.seekp(2 * kGiB) << "in the middle";
  file.close();
  const AddedArtifact added = add(scratch / "sparse");
  BOOST_TEST(added.size_bytes == 4 * kGiB);
  BOOST_TEST(staging.bytes_added() < 200'000u);
  ContentReader reader(view, find_file(view, added.id, ""));
  std::string found(13, '\0');
  reader.read(2 * kGiB, std::as_writable_bytes(std::span(found)));
  BOOST_TEST(found == "in the middle");
  reader.read(3 * kGiB, std::as_writable_bytes(std::span(found)));
  BOOST_TEST(found == std::string(13, '\0'));
  BOOST_TEST(reader.extent_at(kGiB).entry.is_hole());
}

BOOST_AUTO_TEST_CASE(small_holes_are_read_as_zeros) {
  write_file(scratch / "file", "x");
  fs::resize_file(scratch / "file", 30'000);
  BOOST_TEST((find_file(view, add(scratch / "file").id, "") ==
              write_content(staging, base::as_bytes("x" + std::string(29'999, '\0')))));
}

BOOST_AUTO_TEST_CASE(special_files_are_skipped_if_asked_for) {
  fs::create_directories(scratch / "t/sub");
  BOOST_REQUIRE(::mkfifo((scratch / "t/sub/pipe").c_str(), 0600) == 0);
  write_file(scratch / "t/sub/z", "z");
  const AddedArtifact added = add_path(staging, scratch / "t", {.special_files = SpecialFiles::skip});
  BOOST_TEST(added.skipped == std::vector<std::string>{"sub/pipe"}, boost::test_tools::per_element());
  BOOST_TEST(added.entry_count == 3u);
}

BOOST_AUTO_TEST_CASE(patterns_leave_entries_out) {
  fs::create_directories(scratch / "t/build/deep");
  fs::create_directories(scratch / "t/src/build");
  for (const char* name : {"build/deep/x", "src/a.o", "src/a.c", "src/keep.o", "src/build/y", "top.o"})
    write_file(scratch / "t" / name, "x");
  write_file(scratch / "t/src/.ignore", "!keep.o\n/build\n");
  const auto paths = [&](const AddOptions& options) {
    std::string found;
    for (const ArtifactEntry& entry : list_entries(view, add_path(staging, scratch / "t", options).id)) found += entry.path + " ";
    return found;
  };
  BOOST_TEST(paths({.ignore = {"*.o", "/build/"}}) == "t src src/.ignore src/a.c src/build src/build/y ");
  BOOST_TEST(paths({.ignore = {"*.o", "/build/"}, .ignore_files = {".ignore"}}) == "t src src/.ignore src/a.c src/keep.o ");
}

BOOST_AUTO_TEST_CASE(a_link_that_is_called_like_a_file_of_patterns_is_passed_over) {
  fs::create_directories(scratch / "t/sub");
  write_file(scratch / "t/a", "x");
  write_file(scratch / "patterns", "a\n");
  fs::create_symlink(scratch / "patterns", scratch / "t/.ignore");
  BOOST_REQUIRE(::mkfifo((scratch / "t/sub/.ignore").c_str(), 0600) == 0);
  const AddOptions options{.special_files = SpecialFiles::skip, .ignore_files = {".ignore"}};
  BOOST_TEST(add_path(staging, scratch / "t", options).entry_count == 4u);
}

// The number of an inode is given to another file when its last name is gone.
BOOST_AUTO_TEST_CASE(names_that_came_to_be_of_another_file_are_a_conflict) {
  write_file(scratch / "one", "first");
  fs::create_directories(scratch / "t/a");
  fs::create_hard_link(scratch / "one", scratch / "t/a/first");
  write_many_files(scratch / "t/m");
  fs::create_directories(scratch / "t/z");
  fs::create_hard_link(scratch / "one", scratch / "t/z/second");
  bool changed = false;
  const AddOptions options{.progress = [&](const AddProgress&) {
    if (!std::exchange(changed, true)) write_file(scratch / "one", "longer than the first one");
  }};
  BOOST_CHECK_EXCEPTION(add_path(staging, scratch / "t", options), Error, with_code(ErrorCode::conflict, "second"));
}

BOOST_AUTO_TEST_CASE(more_sources_than_a_process_may_open_files_are_added) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit few{200, before.rlim_max};
  std::vector<NamedSource> sources;
  fs::create_directories(scratch / "t");
  for (int i = 0; i < 1000; ++i) {
    write_file(scratch / "t" / std::to_string(i), "x");
    sources.push_back({std::to_string(i), scratch / "t" / std::to_string(i)});
  }
  ::setrlimit(RLIMIT_NOFILE, &few);
  BOOST_CHECK_NO_THROW(add_sources(staging, sources, {.name = "all"}));
  ::setrlimit(RLIMIT_NOFILE, &before);
}

BOOST_AUTO_TEST_CASE(owner_and_attributes_are_kept_if_asked_for) {
  fs::create_directories(scratch / "t");
  write_file(scratch / "t/a", "x");
  const bool has_attributes = ::setxattr((scratch / "t/a").c_str(), "user.unit", "eV\0", 3, 0) == 0 &&
                              ::setxattr((scratch / "t").c_str(), "user.of", "directory", 9, 0) == 0;
  if (!has_attributes) BOOST_TEST_MESSAGE("no extended attributes on this file system");
  const auto entries = list_entries(view, add_path(staging, scratch / "t", {.attributes = KeptAttributes::user, .owner = true}).id);
  BOOST_TEST((entries[1].owner == std::pair(std::uint32_t{::geteuid()}, std::uint32_t{::getegid()})));
  if (has_attributes) {
    BOOST_TEST((entries[1].attributes == std::vector{std::pair("user.unit"s, "eV\0"s)}));
    BOOST_TEST((entries[0].attributes == std::vector{std::pair("user.of"s, "directory"s)}));
  }
  BOOST_TEST(!list_entries(view, add(scratch / "t").id)[1].owner);
  BOOST_TEST(list_entries(view, add(scratch / "t").id)[1].attributes.empty());
}

BOOST_AUTO_TEST_CASE(sources_of_every_kind_make_one_artifact) {
  fs::create_directories(scratch / "tree/below");
  write_file(scratch / "tree/below/file", "on disk");
  const std::string text = "in memory";
  std::istringstream stream(std::string(3'000'000, 's'));
  const NamedSource sources[] = {
      {"z/bytes", std::as_bytes(std::span(text))},
      {"a-tree", scratch / "tree"},
      {"z/a/stream", ReadBytes([&](std::span<std::byte> out) {
         stream.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
         return static_cast<std::size_t>(stream.gcount());
       })},
      {"file", scratch / "tree/below/file"},
  };
  const ArtifactId id = add_sources(staging, sources, {.name = "all"}).id;
  std::string paths;
  for (const ArtifactEntry& entry : list_entries(view, id)) paths += entry.path + " ";
  BOOST_TEST(paths == "all a-tree a-tree/below a-tree/below/file file z z/a z/a/stream z/bytes ");
  BOOST_TEST(read_single_file(view, id, "z/bytes") == text);
  BOOST_TEST(read_single_file(view, id, "z/a/stream") == std::string(3'000'000, 's'));
  BOOST_TEST(read_single_file(view, id, "a-tree/below/file") == "on disk");
  const ArtifactId single = add_source(staging, std::as_bytes(std::span(text)), {.name = "note"}).id;
  BOOST_TEST(read_single_file(view, single) == text);
}

BOOST_AUTO_TEST_CASE(names_of_sources_are_checked) {
  const ArtifactSource source = std::as_bytes(std::span("x"));
  const auto refused = [&](std::vector<std::string> names) {
    std::vector<NamedSource> sources;
    for (const std::string& name : names) sources.push_back({name, source});
    BOOST_CHECK_EXCEPTION(add_sources(staging, sources, {.name = "all"}), Error, with_code(ErrorCode::invalid_argument, names.back()));
  };
  for (const char* name : {"", "/", "a/", "/a", "a//b", "..", "a/../b", "."}) refused({name});
  refused({"a", "a"});
  refused({"a", "a/b"});
  refused({"a/b", "a"});
  BOOST_CHECK_EXCEPTION(add_source(staging, source, {}), Error, with_code(ErrorCode::invalid_argument));
  BOOST_CHECK_EXCEPTION(add_source(staging, source, {.name = "a/b"}), Error, with_code(ErrorCode::invalid_argument, "a/b"));
}

BOOST_AUTO_TEST_CASE(an_exception_of_the_caller_ends_the_adding) {
  write_many_files(scratch / "t");
  struct Enough {};
  const AddOptions options{.progress = [](const AddProgress& progress) {
    if (progress.entry_count == 100) throw Enough();
  }};
  BOOST_CHECK_THROW(add_path(staging, scratch / "t", options), Enough);
  BOOST_TEST(map.count(BlobKind::artifact) == 0u);
}

BOOST_AUTO_TEST_CASE(any_number_of_threads_gives_the_same_artifact) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 300; ++i) {
    const fs::path directory = scratch / "t" / std::to_string(random() % 12);
    fs::create_directories(directory);
    const auto bytes = random_bytes(random() % (i % 20 == 0 ? 3'000'000 : 20'000), random());
    write_file(directory / std::to_string(i), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  const ArtifactId one = add_path(staging, scratch / "t", {.threads = 1}).id;
  for (const unsigned threads : {2u, 3u, 8u}) BOOST_TEST((add_path(staging, scratch / "t", {.threads = threads}).id == one));
}

BOOST_AUTO_TEST_CASE(a_large_file_is_cut_as_its_bytes_in_memory_are) {
  const auto bytes = random_bytes(9'000'001, 1);
  write_file(scratch / "large", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  add(scratch / "large");
  const std::uint64_t added = staging.bytes_added();
  write_content(staging, bytes);
  BOOST_TEST(staging.bytes_added() == added);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_one_hole_stores_no_chunk) {
  write_file(scratch / "sparse", "");
  fs::resize_file(scratch / "sparse", 1ull << 40);
  const AddedArtifact added = add(scratch / "sparse");
  BOOST_TEST(added.size_bytes == 1ull << 40);
  BOOST_TEST(map.count(BlobKind::chunk) == 0u);
}

BOOST_AUTO_TEST_CASE(pipes_sockets_and_devices_are_refused_by_name) {
  fs::create_directories(scratch / "t");
  BOOST_REQUIRE(::mkfifo((scratch / "t/pipe").c_str(), 0600) == 0);
  BOOST_CHECK_EXCEPTION(add(scratch / "t"), Error, with_code(ErrorCode::unstorable, "t/pipe"));
  BOOST_CHECK_EXCEPTION(add(scratch / "t/pipe"), Error, with_code(ErrorCode::unstorable, "t/pipe"));
  fs::remove(scratch / "t/pipe");
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (scratch / "t/sock").c_str(), sizeof address.sun_path - 1);
  BOOST_REQUIRE(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::close(descriptor);
  BOOST_CHECK_EXCEPTION(add(scratch / "t"), Error, with_code(ErrorCode::unstorable, "t/sock"));
  BOOST_CHECK_EXCEPTION(add("/dev/null"), Error, with_code(ErrorCode::unstorable, "/dev/null"));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_named) {
  BOOST_CHECK_EXCEPTION(add(scratch / "absent"), Error, with_code(ErrorCode::io, "absent"));
  fs::create_symlink("nowhere", scratch / "dangling");
  BOOST_CHECK_EXCEPTION(add(scratch / "dangling"), Error, with_code(ErrorCode::io, "dangling"));
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_while_it_is_read_is_a_conflict) {
  const auto bytes = random_bytes(48u << 20, 2);  // more than is read ahead of what is stored
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const fs::path path = scratch / "t/log";
  fs::create_directories(scratch / "t");
  const auto add_while = [&](const std::function<void()>& action) {
    write_file(path, text);
    BlobMap fresh;
    MeddlingStaging meddling(fresh, action);
    BOOST_CHECK_EXCEPTION(add_path(meddling, scratch / "t"), Error, with_code(ErrorCode::conflict, "t/log"));
  };
  add_while([&] { fs::resize_file(path, 1'500'000); });
  add_while([&] { std::ofstream(path, std::ios::app) << "more"; });
  add_while([&] { set_time(path, 5, 6); });
  add_while([&] { std::fstream(path).write("same size", 9); });
  add_while([&] {
    struct stat before {};
    BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &before), 0);
    std::fstream(path).write("same size", 9);
    set_time(path, before.st_mtim.tv_sec, before.st_mtim.tv_nsec);
  });
}

BOOST_AUTO_TEST_CASE(a_file_that_is_rewritten_again_and_again_is_never_stored_torn) {
  constexpr int kRounds = 40;
  // Where there is one, a file system whose times are those of the last tick of the kernel's clock.
  const ScratchDirectory memory(fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path());
  const std::string contents[] = {std::string(256 << 10, 'a'), std::string(256 << 10, 'b')};
  write_file(memory / "file", contents[0]);
  std::atomic<int> asked = 0, begun = 0;
  std::thread writer([&] {
    const base::File file = base::File::open(memory / "file", O_WRONLY);
    while (begun < kRounds) {
      while (asked == begun) std::this_thread::yield();
      ++begun;
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
      for (std::size_t i = 0; std::chrono::steady_clock::now() < end; ++i)
        file.write_at(0, base::as_bytes(contents[i % 2]));
    }
  });
  int stored = 0, torn = 0;
  while (asked < kRounds) {
    ++asked;
    while (begun < asked) std::this_thread::yield();
    try {
      const std::string found = read_single_file(view, add(memory / "file").id);
      ++stored;
      if (found != contents[0] && found != contents[1]) ++torn;
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::conflict), error.what());
    }
  }
  writer.join();
  BOOST_TEST(torn == 0);
  BOOST_TEST(stored > 0);
}

BOOST_AUTO_TEST_CASE(a_file_that_never_rests_is_a_conflict) {
  write_file(scratch / "file", "x");
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (const base::File file = base::File::open(scratch / "file", O_WRONLY); !stop; std::this_thread::yield())
      file.write_at(0, base::as_bytes("y"));
  });
  bool conflict = false;
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!conflict && std::chrono::steady_clock::now() < end) {  // on a busy machine it rests while the writer waits
    try {
      add(scratch / "file");
    } catch (const Error& error) {
      BOOST_TEST((error.code() == ErrorCode::conflict), error.what());
      conflict = true;
    }
  }
  stop = true;
  writer.join();
  BOOST_TEST(conflict);
}

BOOST_AUTO_TEST_CASE(a_name_that_vanishes_while_the_tree_is_read_is_a_conflict) {
  write_many_files(scratch / "t");
  write_file(scratch / "t/z", "last");
  const AddOptions options{.progress = [&](const AddProgress&) { fs::remove(scratch / "t/z"); }};
  BOOST_CHECK_EXCEPTION(add_path(staging, scratch / "t", options), Error, with_code(ErrorCode::conflict, "t/z"));
}

BOOST_AUTO_TEST_CASE(a_directory_moved_away_while_it_is_read_is_a_conflict) {
  write_many_files(scratch / "t/sub");
  fs::create_directories(scratch / "elsewhere");
  bool moved = false;
  const AddOptions options{.progress = [&](const AddProgress&) {
    if (!std::exchange(moved, true)) fs::rename(scratch / "t/sub", scratch / "elsewhere/sub");
  }};
  BOOST_CHECK_EXCEPTION(add_path(staging, scratch / "t", options), Error, with_code(ErrorCode::conflict, "t/sub"));
}

BOOST_AUTO_TEST_CASE(a_published_tree_is_read_from_an_engine) {
  fs::create_directories(scratch / "t");
  write_file(scratch / "t/a", "first");
  const auto engine = engine::make_memory_engine();
  const auto stage = engine->stage();
  const AddedArtifact added = add_path(*stage, scratch / "t");
  engine::Commit commit;
  commit.cell = format::kLooseCell;
  commit.edit.rows.push_back({"t", "x"});
  BOOST_TEST((engine->publish(stage.get(), commit).outcome == engine::Outcome::ok));
  BOOST_TEST(list_entries(*engine->view(), added.id).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_tree_is_not_read_as_a_single_file) {
  fs::create_directories(scratch / "t");
  BOOST_CHECK_EXCEPTION(read_single_file(view, add(scratch / "t").id), Error, with_code(ErrorCode::type_mismatch));
  write_file(scratch / "t/a", "12345");
  const ArtifactId file = add(scratch / "t/a").id;
  BOOST_CHECK_EXCEPTION(read_single_file(view, file, {}, 4), Error, with_code(ErrorCode::limit));
  BOOST_TEST(read_single_file(view, file, {}, 5) == "12345");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
