#include "object/content.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "blob_map.h"
#include "random_bytes.h"

namespace cairn::object {
namespace {

using engine::BlobKind;
using format::ChunkList;
using format::ContentRef;
using Form = ContentRef::Form;
using Bytes = std::vector<std::byte>;

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }
bool is_not_found(const Error& error) { return error.code() == ErrorCode::not_found; }
bool is_invalid(const Error& error) { return error.code() == ErrorCode::invalid_argument; }

struct Fixture {
  BlobMap map;
  MapStaging staging{map};
  MapView view{map};

  ContentRef write(std::span<const std::byte> bytes) { return write_content(staging, bytes); }

  Bytes read(const ContentRef& content, std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    ContentReader(view, content).read(offset, bytes);
    return bytes;
  }

  Digest put_chunk(std::size_t size) { return stage_blob(staging, BlobKind::chunk, random_bytes(size, size)); }
  Digest put_list(const ChunkList& list) {
    return stage_blob(staging, BlobKind::chunk_list, format::encode_chunk_list(list));
  }
};

BOOST_FIXTURE_TEST_SUITE(content, Fixture)

BOOST_AUTO_TEST_CASE(no_bytes_are_empty_content) {
  const ContentRef content = write({});
  BOOST_TEST((content == ContentRef{}));
  BOOST_TEST(map.blobs.empty());
  BOOST_TEST(read(content, 0, 0).empty());
}

BOOST_AUTO_TEST_CASE(few_bytes_are_one_chunk_without_a_list) {
  const Bytes bytes = random_bytes(4096, 1);
  const ContentRef content = write(bytes);
  BOOST_TEST((content.form == Form::chunk));
  BOOST_TEST(content.size == bytes.size());
  BOOST_TEST(map.blobs.size() == 1u);
  BOOST_TEST((read(content, 0, bytes.size()) == bytes));
}

BOOST_AUTO_TEST_CASE(content_of_every_size_comes_back) {
  for (const std::size_t size : {1u, 4095u, 4096u, 4097u, 8192u, 32768u, 32769u, 100'000u, 3'000'000u, 9'000'000u}) {
    const Bytes bytes = random_bytes(size, size);
    const ContentRef content = write(bytes);
    BOOST_TEST(content.size == size);
    BOOST_TEST((read(content, 0, size) == bytes), size << " bytes");
  }
}

BOOST_AUTO_TEST_CASE(random_ranges_come_back_from_one_reader) {
  const Bytes bytes = random_bytes(20'000'000, 2);
  ContentReader reader(view, write(bytes));
  std::mt19937_64 random(3);
  for (int round = 0; round < 300; ++round) {
    const std::uint64_t offset = random() % bytes.size();
    Bytes range(random() % std::min<std::uint64_t>(bytes.size() - offset + 1, 100'000));
    reader.read(offset, range);
    BOOST_REQUIRE(std::equal(range.begin(), range.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset)));
  }
}

BOOST_AUTO_TEST_CASE(reading_in_order_reads_every_blob_once) {
  const Bytes bytes = random_bytes(12'000'000, 4);
  ContentReader reader(view, write(bytes));
  Bytes piece(1000);
  for (std::uint64_t offset = 0; offset + piece.size() <= bytes.size(); offset += piece.size())
    reader.read(offset, piece);
  BOOST_TEST(map.reads == map.blobs.size());
}

BOOST_AUTO_TEST_CASE(pieces_cover_the_content_without_gaps) {
  const Bytes bytes = random_bytes(2'000'000, 5);
  ContentReader reader(view, write(bytes));
  std::uint64_t offset = 0;
  while (offset < bytes.size()) {
    const auto piece = reader.piece_at(offset);
    BOOST_REQUIRE(!piece.empty());
    BOOST_REQUIRE(std::equal(piece.begin(), piece.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset)));
    offset += piece.size();
  }
  BOOST_TEST(offset == bytes.size());
  BOOST_CHECK_EXCEPTION(reader.piece_at(offset), Error, is_invalid);
}

BOOST_AUTO_TEST_CASE(the_same_bytes_in_other_appends_are_the_same_content) {
  const Bytes bytes = random_bytes(6'000'000, 6);
  const ContentRef whole = write(bytes);
  std::mt19937_64 random(7);
  for (const std::size_t most : {5'000u, 100'000u, 3'000'000u}) {
    ContentWriter writer(staging);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t count = std::min<std::size_t>(random() % most, bytes.size() - at);
      writer.append(std::span(bytes).subspan(at, count));
      at += count;
    }
    BOOST_TEST((writer.finish() == whole));
  }
}

BOOST_AUTO_TEST_CASE(storing_the_same_bytes_twice_stores_them_once) {
  const Bytes bytes = random_bytes(3'000'000, 8);
  const ContentRef first = write(bytes);
  const std::uint64_t added = staging.bytes_added();
  BOOST_TEST((write(bytes) == first));
  BOOST_TEST(staging.bytes_added() == added);
}

BOOST_AUTO_TEST_CASE(a_change_in_large_content_stores_few_lists_again) {
  Bytes bytes = random_bytes(48u << 20, 9);
  write(bytes);
  const std::size_t lists = map.count(BlobKind::chunk_list);
  BOOST_TEST(lists > 15u);
  BOOST_TEST(lists < 60u);
  const std::uint64_t added = staging.bytes_added();
  bytes[24u << 20] ^= std::byte{1};
  write(bytes);
  BOOST_TEST(map.count(BlobKind::chunk_list) - lists <= 4u);
  BOOST_TEST(staging.bytes_added() - added <= 128u << 10);
}

BOOST_AUTO_TEST_CASE(lists_hold_16_to_1024_entries) {
  const Bytes bytes(200u << 20, std::byte{0});  // every chunk has one digest, so no list ends by its property
  const ContentRef content = write(bytes);
  std::size_t open = 0;
  for (const auto& [digest, blob] : map.blobs) {
    if (blob.kind != BlobKind::chunk_list) continue;
    const std::size_t count = format::decode_chunk_list(blob.bytes).entries.size();
    BOOST_TEST(count <= 1024u);
    open += count < 16;
  }
  BOOST_TEST(open <= 2u);  // the last of each level
  BOOST_TEST(map.blobs.size() < 20u);
  ContentReader reader(view, content);
  Bytes end(10);
  reader.read(bytes.size() - 10, end);
  BOOST_TEST((end == Bytes(10)));
}

BOOST_AUTO_TEST_CASE(a_hole_reads_as_zeros) {
  const ContentRef hole{.size = 1'000'000, .form = Form::hole, .digest = {}};
  BOOST_TEST((read(hole, 123, 500'000) == Bytes(500'000)));
  BOOST_CHECK_EXCEPTION(read(hole, 999'999, 2), Error, is_invalid);
}

BOOST_AUTO_TEST_CASE(reading_past_the_end_is_refused) {
  const ContentRef content = write(random_bytes(100'000, 10));
  BOOST_CHECK_EXCEPTION(read(content, 100'000, 1), Error, is_invalid);
  BOOST_CHECK_EXCEPTION(read(content, 99'999, 2), Error, is_invalid);
  BOOST_CHECK_EXCEPTION(read(content, ~std::uint64_t{0}, 2), Error, is_invalid);
  BOOST_TEST(read(content, 100'000, 0).empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_chunk_fails_only_its_range) {
  const Bytes bytes = random_bytes(100'000, 11);
  const ContentRef content = write(bytes);
  const Digest first = format::decode_chunk_list(map.blobs.at(content.digest).bytes).entries.front().digest;
  map.damage(first);
  ContentReader reader(view, content);
  Bytes piece(100);
  BOOST_CHECK_EXCEPTION(reader.read(0, piece), Error, is_damaged);
  reader.read(90'000, piece);
  BOOST_TEST(std::equal(piece.begin(), piece.end(), bytes.begin() + 90'000));
  map.blobs.erase(first);
  BOOST_CHECK_EXCEPTION(reader.read(0, piece), Error, is_not_found);
}

BOOST_AUTO_TEST_CASE(a_chunk_of_another_size_than_its_entry_says_is_damage) {
  const Digest chunk = put_chunk(1000);
  for (const std::uint64_t size : {999u, 1001u}) {
    const Digest list = put_list({0, {{chunk, 1000}, {chunk, size}}});
    BOOST_CHECK_EXCEPTION(read({1000 + size, Form::list, list}, 1000, 1), Error, is_damaged);
    BOOST_CHECK_EXCEPTION(read({size, Form::chunk, chunk}, 0, 1), Error, is_damaged);
  }
}

BOOST_AUTO_TEST_CASE(a_list_that_does_not_add_up_is_damage) {
  const Digest chunk = put_chunk(1000);
  const Digest list = put_list({0, {{chunk, 1000}, {chunk, 1000}}});
  BOOST_CHECK_EXCEPTION(read({1999, Form::list, list}, 0, 1), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(read({2001, Form::list, list}, 0, 1), Error, is_damaged);
  const Digest root = put_list({1, {{list, 2000}, {list, 2001}}});
  BOOST_CHECK_EXCEPTION(read({4001, Form::list, root}, 2000, 1), Error, is_damaged);
  BOOST_TEST(read({4001, Form::list, root}, 0, 2000).size() == 2000u);
}

BOOST_AUTO_TEST_CASE(levels_must_fall_by_one) {
  const Digest chunk = put_chunk(1000);
  const Digest leaf = put_list({0, {{chunk, 1000}}});
  for (const int level : {0, 2, 15}) {
    const Digest root = put_list({static_cast<std::uint8_t>(level), {{leaf, 1000}}});
    BOOST_CHECK_EXCEPTION(read({1000, Form::list, root}, 0, 1), Error, is_damaged);
  }
}

BOOST_AUTO_TEST_CASE(a_tree_deeper_than_any_we_write_is_damage) {
  const Digest chunk = put_chunk(1000);
  Digest below = put_list({0, {{chunk, 1000}}});
  for (std::uint8_t level = 1; level <= format::kChunkListLevelMost; ++level) below = put_list({level, {{below, 1000}}});
  BOOST_TEST(read({1000, Form::list, below}, 0, 1000).size() == 1000u);
  below = put_list({format::kChunkListLevelMost + 1, {{below, 1000}}});
  BOOST_CHECK_EXCEPTION(read({1000, Form::list, below}, 0, 1), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(content_that_says_it_is_empty_but_has_a_size_is_damage) {
  BOOST_CHECK_EXCEPTION(read({1, Form::empty, {}}, 0, 1), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
