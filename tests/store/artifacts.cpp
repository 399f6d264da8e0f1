// Artifacts through the public API: what is read again and what is not, and how much memory and room that takes.
#include <cairn/store.h>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "engine/disk_engine.h"
#include "object/artifacts.h"
#include "object/file_source.h"
#include "store/file_memory.h"
#include "support/temporary_directory.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using test::TemporaryDirectory;

std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

void write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

struct Fixture {
  TemporaryDirectory directory;
  const fs::path tree = directory.path() / "tree";
  Store store = Store::open(directory.path() / "store");

  ArtifactReceipt add(const AddOptions& options = {}) { return store.add(tree, options); }
};

BOOST_FIXTURE_TEST_SUITE(artifacts, Fixture)

// The kernel alone sets the time of change, and a file is believed only when that is 2 s old: nothing but waiting helps.
BOOST_AUTO_TEST_CASE(files_that_have_not_changed_are_not_read_again) {
  write(tree / "a", noise(50'000, 1));
  write(tree / "sub/large", noise(3'000'000, 2));
  write(tree / "empty", "");
  BOOST_TEST(add().unread_count == 0u);
  BOOST_TEST(add().unread_count == 0u);  // too young
  struct stat status {};
  const auto is_young = [&] {
    BOOST_REQUIRE(::stat((tree / "empty").c_str(), &status) == 0);
    return std::chrono::system_clock::now().time_since_epoch() - std::chrono::seconds(status.st_ctim.tv_sec) <
           std::chrono::milliseconds(3100);
  };
  // A change through shared memory leaves the times alone while its page is dirty.
  write(tree / "mapped", "before the first reading");
  const int descriptor = ::open((tree / "mapped").c_str(), O_RDWR);
  char* const mapped = static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0));
  BOOST_REQUIRE(mapped != MAP_FAILED);
  mapped[0] = 'B';
  while (is_young()) ::usleep(50'000);
  if (!object::watch_changes(base::File::open(tree / "empty", O_RDONLY))) {
    BOOST_TEST_MESSAGE("a file system whose files are always read");
    return;
  }
  const ArtifactReceipt read = add();
  BOOST_TEST(read.unread_count == 0u);
  mapped[0] = 'C';
  BOOST_TEST(store.read_file(add().id, "mapped") == "Cefore the first reading");
  ::munmap(mapped, 4096);
  ::close(descriptor);
  fs::remove(tree / "mapped");
  write(tree / "empty", "");
  while (is_young()) ::usleep(50'000);
  add();
  const ArtifactReceipt remembered = add();
  BOOST_TEST(remembered.unread_count == 3u);
  BOOST_TEST((remembered.id == add().id));
  BOOST_TEST(remembered.bytes_shared >= 3'050'000u);
  BOOST_TEST(add({.read_all = true}).unread_count == 0u);
  fs::rename(tree / "a", tree / "b");  // changes its time of change
  BOOST_TEST(add().unread_count == 2u);
  // Same size, and the time of modification set back: the time of change tells.
  const timespec times[2] = {status.st_mtim, status.st_mtim};
  write(tree / "sub/large", noise(3'000'000, 3));
  ::utimensat(AT_FDCWD, (tree / "sub/large").c_str(), times, 0);
  BOOST_TEST(add().unread_count == 1u);
  BOOST_TEST(store.read_file(add().id, "sub/large") == noise(3'000'000, 3));
}

BOOST_AUTO_TEST_CASE(what_is_remembered_of_a_file_is_believed_only_if_the_store_has_it) {
  const TemporaryDirectory other;
  const auto engine = engine::open_disk_engine(other.path() / "store", {});
  store::StoredFileMemory memory(*engine);
  write(tree / "a", "content");
  struct stat status {};
  BOOST_REQUIRE(::stat((tree / "a").c_str(), &status) == 0);
  Digest lost;
  lost.bytes.fill(7);
  memory.remember(object::FileStamp(status), {7, format::ContentRef::Form::chunk, lost});
  memory.keep();
  store::StoredFileMemory again(*engine);
  BOOST_TEST(again.find(object::FileStamp(status)).has_value());
  const auto staging = engine->stage();
  const object::AddedArtifact added = object::add_path(*staging, tree, {}, &again);
  BOOST_TEST(added.unread_count == 0u);
}

BOOST_AUTO_TEST_CASE(more_blobs_than_are_held_in_memory_make_one_artifact) {
  // 70,000 files of their own: more than 65,536 blobs. The first are spilled before the last are read.
  constexpr int kFiles = 70'000;
  for (int i = 0; i < kFiles; ++i) {
    if (i % 1000 == 0) fs::create_directories(tree / std::to_string(i / 1000));
    std::ofstream(tree / std::to_string(i / 1000) / std::to_string(i)) << "file number " << i;
  }
  const ArtifactReceipt receipt = add();
  BOOST_TEST(receipt.entry_count == kFiles + 71u);
  BOOST_TEST(store.verify().damage.empty());
  BOOST_TEST(store.read_file(receipt.id, "0/17") == "file number 17");
  BOOST_TEST(store.read_file(receipt.id, "69/69999") == "file number 69999");
  BOOST_TEST(add().bytes_new == 0u);
  BOOST_TEST((add().node == receipt.node));
}

BOOST_AUTO_TEST_CASE(compressed_one_way_it_is_shared_with_what_was_compressed_another) {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += "line " + std::to_string(i * 7919 % 1000) + "\n";
  write(tree / "text", text);
  write(tree / "noise", noise(300'000, 5));
  std::map<Compression, std::uint64_t> stored;
  ArtifactId id;
  for (const Compression compression : {Compression::none, Compression::lz4, Compression::zstd}) {
    const TemporaryDirectory place;
    {
      Store fresh = Store::open(place.path() / "store", {.compression = compression});
      id = fresh.add(tree).id;
      stored[compression] = fresh.stats().blobs.at("chunk").stored_bytes;
    }
    for (const Compression other : {Compression::none, Compression::lz4, Compression::zstd}) {
      Store again = Store::open(place.path() / "store", {.compression = other});
      const ArtifactReceipt receipt = again.add(tree, {.read_all = true});
      BOOST_TEST((receipt.id == id));
      BOOST_TEST(receipt.bytes_new == 0u);
      BOOST_TEST(again.read_file(id, "text") == text);
      BOOST_TEST(again.verify().damage.empty());
    }
  }
  BOOST_TEST(stored[Compression::none] > stored[Compression::lz4]);
  BOOST_TEST(stored[Compression::lz4] > stored[Compression::zstd]);
  BOOST_TEST(stored[Compression::zstd] > 300'000u);
}

BOOST_AUTO_TEST_CASE(any_part_of_a_stored_file_can_be_read) {
  const std::string bytes = noise(2'000'000, 7);
  write(tree / "sub/file", bytes);
  const ArtifactId id = add().id;
  ArtifactFile file = store.open_file(id, "sub/file");
  BOOST_TEST(file.size() == bytes.size());
  std::mt19937_64 random(8);
  for (int i = 0; i < 200; ++i) {
    const std::size_t begin = random() % (bytes.size() + 10);
    std::string found(random() % 100'000, '\0');
    found.resize(file.read_at(begin, std::as_writable_bytes(std::span(found))));
    BOOST_TEST(found == (begin < bytes.size() ? bytes.substr(begin, found.size()) : ""));
    BOOST_TEST((begin + found.size() >= bytes.size() || !found.empty()));
  }
  const fs::path copy = directory.path() / "copy";
  const int descriptor = ::open(copy.c_str(), O_WRONLY | O_CREAT, 0600);
  store.copy_file(id, "sub/file", descriptor, 100, 1'000'100);
  ::close(descriptor);
  std::ifstream copied(copy, std::ios::binary);
  BOOST_TEST(std::string(std::istreambuf_iterator<char>(copied), {}) == bytes.substr(100, 1'000'000));
  BOOST_CHECK_THROW(store.open_file(id, "sub"), Error);
}

BOOST_AUTO_TEST_CASE(a_listing_can_be_of_a_part) {
  for (const char* name : {"a.c", "src/b.c", "src/deep/c.c", "src/deep/d.h", "z"}) write(tree / name, "x");
  const ArtifactId id = add().id;
  const auto paths = [&](const ListOptions& options) {
    std::string found;
    for (const ArtifactEntry& entry : store.list(id, options)) found += entry.path + " ";
    return found;
  };
  BOOST_TEST(paths({.path = "src"}) == "src src/b.c src/deep src/deep/c.c src/deep/d.h ");
  BOOST_TEST(paths({.match = "*.c"}) == "a.c src/b.c src/deep/c.c ");
  BOOST_TEST(paths({.match = "src/*.c"}) == "src/b.c ");
  BOOST_TEST(paths({.path = "src/deep", .match = "*.h"}) == "src/deep/d.h ");
  BOOST_TEST(paths({.path = "z"}) == "z ");
}

BOOST_AUTO_TEST_CASE(a_difference_says_what_changed_and_by_how_much) {
  const std::string bytes = noise(1'000'000, 9);
  write(tree / "changed", bytes);
  write(tree / "same/file", "same");
  write(tree / "gone/file", "gone");
  write(tree / "turned", "into a directory");
  write(tree / "mode", "x");
  const ArtifactId before = add().id;
  std::string edited = bytes;
  edited[500'000] = static_cast<char>(edited[500'000] ^ 1);
  write(tree / "changed", edited);
  fs::remove_all(tree / "gone");
  fs::remove(tree / "turned");
  write(tree / "turned/new", "new file");
  fs::permissions(tree / "mode", fs::perms::owner_read);
  const ArtifactId after = add().id;
  std::map<std::string, const ArtifactChange*> found;
  const std::vector<ArtifactChange> changes = store.diff(before, after);
  std::string listed;
  for (const ArtifactChange& change : changes) {
    listed += std::string(1, "+-~"[static_cast<int>(change.kind)]) + change.path + " ";
    found[change.path] = &change;
  }
  BOOST_TEST(listed == "~ ~changed -gone -gone/file ~mode -turned +turned +turned/new ");
  BOOST_TEST(found["changed"]->bytes_added > 0u);
  BOOST_TEST(found["changed"]->bytes_added <= 65'536u);
  BOOST_TEST(found["changed"]->bytes_removed <= 65'536u);
  BOOST_TEST(found["gone/file"]->bytes_removed == 4u);
  BOOST_TEST(found["turned/new"]->bytes_added == 8u);
  BOOST_TEST(found["mode"]->bytes_added == 0u);
  BOOST_TEST(found["mode"]->after->mode == 0400u);
  BOOST_TEST(store.diff(before, before).empty());
}

BOOST_AUTO_TEST_CASE(adding_need_not_block) {
  write(tree / "file", noise(3'000'000, 11));
  std::future<ArtifactReceipt> adding = store.add_async(tree);
  std::future<ArtifactReceipt> failing = store.add_async(directory.path() / "absent");
  BOOST_TEST((adding.get().id == add().id));
  BOOST_CHECK_THROW(failing.get(), Error);
}

BOOST_AUTO_TEST_CASE(checkpoints_and_runs_take_sources_too) {
  write(tree / "skipped.o", "x");
  write(tree / "kept.c", "y");
  const std::string text = "in memory";
  const NamedSource sources[] = {{"notes/today", std::as_bytes(std::span(text))}, {"tree", tree}};
  Run run = store.run("r");
  run.checkpoint(1)
      .attach("tree", tree, {.ignore = {"*.o"}})
      .attach_source("note", std::as_bytes(std::span(text)), {.name = "note.txt"})
      .attach_files("all", sources, {.name = "all"})
      .commit();
  const Checkpoint checkpoint = run.latest().value();
  BOOST_TEST(store.list(checkpoint.artifacts.at("tree")).size() == 2u);
  BOOST_TEST(store.read_file(checkpoint.artifacts.at("note")) == text);
  BOOST_TEST(store.read_file(checkpoint.artifacts.at("all"), "notes/today") == text);
  BOOST_TEST(store.read_file(checkpoint.artifacts.at("all"), "tree/kept.c") == "y");
  run.add("input", tree, {.ignore = {"kept*"}});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn
