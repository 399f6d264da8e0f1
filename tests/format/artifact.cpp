#include "format/artifact.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <limits>
#include <random>

#include "format/references.h"

namespace cairn::format {
namespace {

using Form = ContentRef::Form;
using namespace std::string_literals;

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

Digest digest_of(std::uint8_t value) {
  Digest digest;
  digest.bytes.fill(value);
  return digest;
}

Directory every_kind() {
  return {{
      {"chunk", 0644, 1'700'000'000, 999'999'999, ContentRef{10, Form::chunk, digest_of(1)}},
      {"directory", 0755, -1, 0, DirectoryRef{digest_of(2)}},
      {"empty", 0, std::numeric_limits<std::int64_t>::min(), 0, ContentRef{}},
      {"hole", 07777, 0, 1, ContentRef{1ull << 40, Form::hole, {}}},
      {"link", 0777, 5, 6, SymlinkTarget{"../../etc/passwd"}},
      {"list", 0600, 1, 2, ContentRef{1ull << 30, Form::list, digest_of(3)}},
      {"\xff\x01 \n\\", 0600, 1, 2, ContentRef{}},
  }};
}

// Decodes a directory that is right but for what `change` does to its first entry, a file.
void decode_changed(const std::function<void(Entry&)>& change) {
  Directory directory = every_kind();
  change(directory.entries.front());
  decode_directory(encode_directory(directory));
}

BOOST_AUTO_TEST_SUITE(artifact)

BOOST_AUTO_TEST_CASE(a_directory_comes_back_as_it_was) {
  BOOST_TEST((decode_directory(encode_directory(every_kind())) == every_kind()));
  BOOST_TEST((decode_directory(encode_directory({})) == Directory{}));
}

BOOST_AUTO_TEST_CASE(an_artifact_comes_back_as_it_was) {
  for (const Entry& root : every_kind().entries) {
    const Artifact artifact{root, 123, 45};
    BOOST_TEST((decode_artifact(encode_artifact(artifact)) == artifact));
  }
}

BOOST_AUTO_TEST_CASE(owners_attributes_and_hard_links_come_back) {
  Directory directory = every_kind();
  directory.entries[0].owner = Owner{0, 0};
  directory.entries[1].owner = Owner{1000, ~0u};
  directory.entries[1].attributes = {{"security.capability", std::string("\0\1", 2)}, {"user.empty", ""}};
  directory.entries[2].attributes = {{"user.large", std::string(65536, 'x')}};
  BOOST_TEST((decode_directory(encode_directory(directory)) == directory));
  const Artifact artifact{directory.entries[1], 123, 45, {{"a", "b/c"}, {"b/a", "b/b", "z"}}};
  BOOST_TEST((decode_artifact(encode_artifact(artifact)) == artifact));
}

// Blobs that older versions wrote keep their bytes, and so their digests.
BOOST_AUTO_TEST_CASE(what_is_not_kept_takes_no_room) {
  const std::size_t plain = encode_directory(every_kind()).size();
  Directory owned = every_kind();
  owned.entries[3].owner = Owner{0, 1};
  BOOST_TEST(encode_directory(owned).size() > plain);
  BOOST_TEST(plain == 496u);
}

BOOST_AUTO_TEST_CASE(attributes_that_cannot_be_are_damage) {
  const auto damaged = [](std::vector<Attribute> attributes) {
    BOOST_CHECK_EXCEPTION(decode_changed([&](Entry& entry) { entry.attributes = attributes; }), Error, is_damaged);
  };
  damaged({{"", "x"}});
  damaged({{std::string(256, 'n'), "x"}});
  damaged({{"a\0b"s, "x"}});
  damaged({{"user.a", std::string(65537, 'x')}});
  damaged({{"user.b", "x"}, {"user.a", "x"}});
  damaged({{"user.a", "x"}, {"user.a", "x"}});
}

BOOST_AUTO_TEST_CASE(hard_links_that_cannot_be_are_damage) {
  const auto damaged = [](std::vector<std::vector<std::string>> groups) {
    const Artifact artifact{every_kind().entries.front(), 1, 1, std::move(groups)};
    BOOST_CHECK_EXCEPTION(decode_artifact(encode_artifact(artifact)), Error, is_damaged);
  };
  for (const char* path : {"", "/a", "a/", "a//b", "..", "a/../b", "./a"}) damaged({{path, "z"}});
  damaged({{"a"}});
  damaged({{"b", "a"}});
  damaged({{"a", "a"}});
  damaged({{"b", "c"}, {"a", "d"}});
}

BOOST_AUTO_TEST_CASE(names_are_single_path_components) {
  for (const std::string& name : {"a"s, "..."s, ".hidden"s, "a b\n"s, "\\"s, "\xff\xfe"s, std::string(255, 'x')})
    BOOST_TEST(is_entry_name(name), name);
  for (const std::string& name :
       {""s, "."s, ".."s, "/"s, "/etc"s, "a/b"s, "../x"s, "a/"s, "a\0b"s, "\0"s, std::string(256, 'x')})
    BOOST_TEST(!is_entry_name(name), name);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_component_is_damage) {
  for (const std::string& name : {""s, "."s, ".."s, "a/b"s, "/c"s, "a\0b"s, std::string(256, 'a')}) {
    BOOST_CHECK_EXCEPTION(decode_changed([&](Entry& entry) { entry.name = name; }), Error, is_damaged);
    const Artifact artifact{{name, 0644, 0, 0, ContentRef{}}, 0, 1};
    BOOST_CHECK_EXCEPTION(decode_artifact(encode_artifact(artifact)), Error, is_damaged);
  }
}

BOOST_AUTO_TEST_CASE(names_out_of_order_or_twice_are_damage) {
  BOOST_CHECK_EXCEPTION(decode_changed([](Entry& entry) { entry.name = "zzz"; }), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(decode_changed([](Entry& entry) { entry.name = "directory"; }), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_damage) {
  const auto refused = [](const std::function<void(Entry&)>& change) {
    BOOST_CHECK_EXCEPTION(decode_changed(change), Error, is_damaged);
  };
  refused([](Entry& entry) { entry.mode = 010000; });
  refused([](Entry& entry) { entry.mode = ~0u; });
  refused([](Entry& entry) { entry.mtime_nanoseconds = 1'000'000'000; });
  refused([](Entry& entry) { entry.what = ContentRef{1ull << 63, Form::list, {}}; });
  refused([](Entry& entry) { entry.what = ContentRef{~0ull, Form::hole, {}}; });
  refused([](Entry& entry) { entry.what = ContentRef{0, Form::chunk, {}}; });
  refused([](Entry& entry) { entry.what = ContentRef{1, Form::empty, {}}; });
}

BOOST_AUTO_TEST_CASE(a_link_target_that_cannot_be_one_is_damage) {
  for (const std::string& target : {""s, "a\0b"s, std::string(4096, 'a')})
    BOOST_CHECK_EXCEPTION(decode_changed([&](Entry& entry) { entry.what = SymlinkTarget{target}; }), Error, is_damaged);
  BOOST_CHECK_NO_THROW(decode_changed([](Entry& entry) { entry.what = SymlinkTarget{std::string(4095, '/')}; }));
}

BOOST_AUTO_TEST_CASE(totals_out_of_range_are_damage) {
  const Entry root = every_kind().entries.front();
  BOOST_CHECK_EXCEPTION(decode_artifact(encode_artifact({root, 1ull << 63, 1})), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(decode_artifact(encode_artifact({root, 10, 0})), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(truncated_bytes_are_damage) {
  const auto bytes = encode_directory(every_kind());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_CHECK_EXCEPTION(decode_directory(std::span(bytes).first(size)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(random_damage_throws_nothing_but_damaged) {
  const auto bytes = encode_directory(every_kind());
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    auto changed = bytes;
    for (std::uint64_t i = 0, n = 1 + random() % 4; i < n; ++i)
      changed[random() % changed.size()] = static_cast<std::byte>(random());
    try {
      decode_directory(changed);
      decode_artifact(changed);
    } catch (const Error& error) {
      BOOST_REQUIRE(is_damaged(error));
    }
  }
}

BOOST_AUTO_TEST_CASE(references_name_every_blob_below) {
  const std::vector<BlobReference> expected = {
      {BlobKind::chunk, digest_of(1)}, {BlobKind::directory, digest_of(2)}, {BlobKind::chunk_list, digest_of(3)}};
  BOOST_TEST((directory_references(encode_directory(every_kind())) == expected));
  const Artifact artifact{every_kind().entries[1], 0, 1};
  BOOST_TEST((artifact_references(encode_artifact(artifact)) == std::vector{expected[1]}));
  const ChunkList leaf{0, {{digest_of(4), 1}, {digest_of(4), 1}}};
  BOOST_TEST((chunk_list_references(encode_chunk_list(leaf)) ==
              std::vector<BlobReference>(2, {BlobKind::chunk, digest_of(4)})));
  const ChunkList inner{1, {{digest_of(5), 1}}};
  BOOST_TEST((chunk_list_references(encode_chunk_list(inner)) ==
              std::vector<BlobReference>{{BlobKind::chunk_list, digest_of(5)}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::format
