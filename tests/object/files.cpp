// Files that codecs write: one artifact with several names, beside inline members.
#include <boost/test/unit_test.hpp>

#include <cairn/codec.h>
#include <cairn/files.h>

#include <boost/describe.hpp>

#include <filesystem>
#include <fstream>

#include "blob_map.h"
#include "memory_objects.h"
#include "object/artifacts.h"
#include "object/objects.h"
#include "object/references.h"
#include "random_bytes.h"
#include "support/temporary_directory.h"

using namespace cairn;
using test::error_of;

namespace {

namespace fs = std::filesystem;

struct Picture {
  std::string title;
  Bytes pixels, thumbnail;

  friend bool operator==(const Picture&, const Picture&) = default;
};

struct Album {
  std::string owner;
  std::vector<Picture> pictures;

  friend bool operator==(const Album&, const Album&) = default;
};
BOOST_DESCRIBE_STRUCT(Album, (), (owner, pictures))

}  // namespace

template <>
struct cairn::Codec<Picture> {
  static constexpr bool kNeverNull = true;
  static void encode(const Encoder& out, const Picture& value) {
    const ListEncoder parts = out.tuple(2);
    cairn::encode(parts[0], value.title);
    parts[1].files([&](FileWriter& files) {
      files.add("pixels", value.pixels);
      files.add("small/thumbnail", value.thumbnail);
    });
  }
  static Picture decode(const Decoder& in) {
    const ListDecoder parts = in.tuple();
    const auto files = parts[1].files();
    return {cairn::decode<std::string>(parts[0]), files->read("pixels"), files->read("small/thumbnail")};
  }
  static std::string type_name() { return "picture"; }
};

namespace {

/// Writes whatever files a test wants.
struct Files {
  std::function<void(FileWriter&)> write;
};

}  // namespace

template <>
struct cairn::Codec<Files> {
  static void encode(const Encoder& out, const Files& value) { out.files(value.write); }
};

namespace {

struct Fixture {
  object::BlobMap map;
  object::MapStaging staging{map};
  object::MapView view{map};
  test::TemporaryDirectory directory;

  ObjectId write(const Encodable& value) { return object::write_object(staging, value); }
  ObjectId write_files(std::function<void(FileWriter&)> files) { return write(encodable(Files{std::move(files)})); }
  std::string refusal(std::function<void(FileWriter&)> files, ErrorCode code = ErrorCode::invalid_argument) {
    return error_of(code, [&] { (void)write_files(files); });
  }
  void read(const ObjectId& id, const std::function<void(const Decoder&)>& use) { object::read_object(view, id, use); }
  fs::path file(const std::string& name, const Bytes& bytes) {
    const fs::path path = directory.path() / name;
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
};

Bytes read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Picture a_picture() { return {"cairn", object::random_bytes(300'000, 1), object::random_bytes(50, 2)}; }

const Bytes kFew{std::byte{1}, std::byte{2}};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(files, Fixture)

BOOST_AUTO_TEST_CASE(a_codec_keeps_members_and_files) {
  const Album album{"me", {a_picture(), {"empty", {}, {}}}};
  const ObjectId id = write(encodable(album));
  std::optional<Album> loaded;
  read(id, [&](const Decoder& in) { loaded = decode<Album>(in); });
  BOOST_TEST((loaded == album));
  const Value plain = object::read_value(view, id, true);
  const Value picture = (*plain.get_if<Object>()->find("pictures")->get_if<List>())[0];
  BOOST_TEST(picture.get_if<Tuple>()->elements[1].is<ArtifactId>());
}

BOOST_AUTO_TEST_CASE(files_are_an_artifact_that_the_object_brings_along) {
  const ObjectId id = write(encodable(a_picture()));
  const auto references = format::object_references(map.blobs.at(id.digest).bytes);
  BOOST_REQUIRE(references.blobs.size() == 1u);
  BOOST_TEST((references.blobs[0].kind == engine::BlobKind::artifact));
  const auto entries = object::list_entries(view, ArtifactId{references.blobs[0].digest});
  std::vector<std::string> paths;
  for (const ArtifactEntry& entry : entries) {
    paths.push_back(entry.path);
    BOOST_TEST(entry.mode == (entry.kind == EntryKind::file ? 0644u : 0755u));
    BOOST_TEST(entry.modified.time_since_epoch().count() == 0);
  }
  const std::vector<std::string> expected{"files", "pixels", "small", "small/thumbnail"};
  BOOST_TEST(paths == expected, boost::test_tools::per_element());
  object::MapStaging other(map);
  other.to_pack = true;
  object::hold(other, {engine::BlobKind::object, id.digest});
  object::hold_needed(other);
  BOOST_TEST(other.held_digests.size() == map.blobs.size());
}

BOOST_AUTO_TEST_CASE(equal_files_make_equal_objects_wherever_they_come_from) {
  const Bytes bytes = object::random_bytes(200'000, 3), zeros(1 << 20);
  const fs::path path = file("some name", bytes), hole = directory.path() / "hole";
  std::ofstream(hole).close();
  fs::resize_file(hole, zeros.size());
  fs::permissions(path, fs::perms::owner_all);
  const ObjectId first = write_files([&](FileWriter& out) {
    out.add("a", bytes);
    out.add("b/c", zeros);
  });
  const std::uint64_t added = staging.bytes_added();
  const ObjectId again = write_files([&](FileWriter& out) {
    out.add("b/c", hole);
    out.add("a", path);
  });
  BOOST_TEST(first.hex() == again.hex());
  BOOST_TEST(staging.bytes_added() == added);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_asked_for_is_not_read) {
  const ObjectId id = write_files([&](FileWriter& out) {
    out.add("large", object::random_bytes(5'000'000, 4));
    out.add("small", kFew);
  });
  read(id, [&](const Decoder& in) {
    const auto files = in.files();
    const std::vector<std::string> expected{"large", "small"};
    BOOST_TEST(files->names() == expected, boost::test_tools::per_element());
    BOOST_TEST(files->size_bytes("large") == 5'000'000u);
    const std::uint64_t before = map.reads;
    BOOST_TEST((files->read("small") == kFew));
    BOOST_TEST(map.reads == before + 1);
    BOOST_TEST((files->read("large") == object::random_bytes(5'000'000, 4)));
    BOOST_TEST(map.reads > before + 10);
  });
}

BOOST_AUTO_TEST_CASE(files_are_copied_and_restored) {
  const ObjectId id = write(encodable(a_picture()));
  const fs::path copied = directory.path() / "copied", restored = directory.path() / "restored";
  read(id, [&](const Decoder& in) {
    const auto files = in.tuple()[1].files();
    files->copy("small/thumbnail", copied);
    files->restore(restored);
    BOOST_TEST(error_of(ErrorCode::exists, [&] { files->copy("pixels", copied); }) != "");
    BOOST_TEST(error_of(ErrorCode::exists, [&] { files->restore(restored); }) != "");
  });
  BOOST_TEST((read_file(copied) == a_picture().thumbnail));
  BOOST_TEST((read_file(restored / "pixels") == a_picture().pixels));
  BOOST_TEST((read_file(restored / "small" / "thumbnail") == a_picture().thumbnail));
}

BOOST_AUTO_TEST_CASE(names_that_lead_elsewhere_or_twice_to_one_place_are_refused) {
  const std::vector<std::string> bad{"", "/", "/etc/passwd", "..", "a/../b", "./a", "a//b", "a/", std::string(256, 'x')};
  for (const std::string& name : bad)
    BOOST_TEST(refusal([&](FileWriter& out) { out.add(name, kFew); }).starts_with("file \"" + name + "\": expected"), name);
  const auto two = [&](const char* first, const char* second) {
    return refusal([&](FileWriter& out) {
      out.add(first, kFew);
      out.add(second, kFew);
    });
  };
  BOOST_TEST(two("a/b", "a/c") == "");
  BOOST_TEST(two("a", "a") == "file \"a\": it is there already");
  BOOST_TEST(two("a", "a/b") == "file \"a/b\": it is below a file");
  BOOST_TEST(two("a/b", "a") == "file \"a\": it is a directory already");
  BOOST_TEST(refusal([&](FileWriter& out) { out.add("a", fs::path("/dev/null")); }, ErrorCode::unstorable) != "");
  BOOST_TEST(refusal([&](FileWriter& out) { out.add("a", directory.path()); }, ErrorCode::unstorable) != "");
  BOOST_TEST(refusal([&](FileWriter& out) { out.add("a", directory.path() / "missing"); }, ErrorCode::io) != "");
}

BOOST_AUTO_TEST_CASE(what_was_refused_leaves_no_trace) {
  const ObjectId plain = write_files([](FileWriter& out) { out.add("a", kFew); });
  const ObjectId tried = write_files([&](FileWriter& out) {
    for (const char* name : {"b/..", "b//c"}) BOOST_CHECK_THROW(out.add(name, kFew), Error);
    BOOST_CHECK_THROW(out.add("d/missing", directory.path() / "missing"), Error);
    out.add("a", kFew);
    BOOST_CHECK_THROW(out.add("a", kFew), Error);
  });
  BOOST_TEST((plain == tried));
}

BOOST_AUTO_TEST_CASE(a_file_too_large_for_memory_is_refused) {
  const fs::path folder = directory.path() / "folder";
  fs::create_directory(folder);
  std::ofstream(folder / "hole").close();
  fs::resize_file(folder / "hole", (std::uintmax_t{1} << 30) + 1);
  read(write(encodable(object::add_path(staging, folder).id)), [](const Decoder& in) {
    const auto files = in.files();
    BOOST_TEST(files->size_bytes("hole") > std::uint64_t{1} << 30);
    BOOST_TEST(error_of(ErrorCode::limit, [&] { (void)files->read("hole"); }).starts_with("file \"hole\" of 1073741825 bytes"));
  });
}

BOOST_AUTO_TEST_CASE(no_files_are_files_too) {
  read(write_files([](FileWriter&) {}), [](const Decoder& in) { BOOST_TEST(in.files()->names().empty()); });
}

BOOST_AUTO_TEST_CASE(a_missing_or_damaged_file_is_named_with_the_path_to_it) {
  const ObjectId other = write(encodable(Album{"me", {}}));
  const ObjectId wrong = write_files([](FileWriter& out) { out.add("pixels", kFew); });
  const ObjectId single = write(encodable(object::add_path(staging, file("one", kFew)).id));
  read(wrong, [](const Decoder& in) {
    BOOST_TEST(error_of(ErrorCode::not_found, [&] { (void)in.files()->read("pixel"); }).starts_with("file \"pixel\": it is not in artifact "));
  });
  read(single, [](const Decoder& in) { BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)in.files(); }) != ""); });
  read(other, [](const Decoder& in) { BOOST_TEST(error_of(ErrorCode::type_mismatch, [&] { (void)in.files(); }) != ""); });
  const ObjectId id = write(encodable(Album{"me", {{"x", {}, {}}, a_picture()}}));
  for (const auto& [digest, blob] : map.blobs)
    if (blob.kind == engine::BlobKind::chunk && blob.bytes.size() > 1'000) {
      map.damage(digest);
      break;
    }
  BOOST_TEST(error_of(ErrorCode::damaged, [&] { read(id, [](const Decoder& in) { (void)decode<Album>(in); }); })
                 .starts_with("pictures[1]: "));
}

BOOST_AUTO_TEST_CASE(files_need_a_store) {
  BOOST_TEST(error_of(ErrorCode::unstorable, [] { (void)to_value(encodable(Album{"me", {a_picture()}})); }) ==
             "pictures[0]: files are kept in a store, and here is none");
}

BOOST_AUTO_TEST_SUITE_END()
