#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
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

BOOST_AUTO_TEST_CASE(hard_links_become_files_of_their_own) {
  fs::create_directories(scratch / "t");
  write_file(scratch / "t/a", "shared");
  fs::create_hard_link(scratch / "t/a", scratch / "t/b");
  const AddedArtifact added = add(scratch / "t");
  BOOST_TEST(added.size_bytes == 12u);
  BOOST_TEST(map.count(BlobKind::chunk) == 1u);
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
  const auto bytes = random_bytes(3'000'000, 2);
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
  fs::create_directories(scratch / "t");
  write_file(scratch / "t/a", "first");
  write_file(scratch / "t/b", "second");
  MeddlingStaging meddling(map, [&] { fs::remove(scratch / "t/b"); });
  BOOST_CHECK_EXCEPTION(add_path(meddling, scratch / "t"), Error, with_code(ErrorCode::conflict, "t/b"));
}

BOOST_AUTO_TEST_CASE(a_directory_moved_away_while_it_is_read_is_a_conflict) {
  fs::create_directories(scratch / "t/sub");
  fs::create_directories(scratch / "elsewhere");
  write_file(scratch / "t/sub/a", "first");
  MeddlingStaging meddling(map, [&] { fs::rename(scratch / "t/sub", scratch / "elsewhere/sub"); });
  BOOST_CHECK_EXCEPTION(add_path(meddling, scratch / "t"), Error, with_code(ErrorCode::conflict, "t/sub"));
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
  BOOST_CHECK_EXCEPTION(read_single_file(view, file, 4), Error, with_code(ErrorCode::limit));
  BOOST_TEST(read_single_file(view, file, 5) == "12345");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
