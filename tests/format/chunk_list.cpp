#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <limits>
#include <random>

#include "format/content.h"

namespace cairn::format {
namespace {

bool is_damaged(const Error& error) { return error.code() == ErrorCode::damaged; }

ChunkList list_of(std::size_t count, std::uint8_t level = 0) {
  ChunkList list;
  list.level = level;
  for (std::size_t i = 0; i < count; ++i) {
    Digest digest;
    digest.bytes.fill(static_cast<std::uint8_t>(i * 7));
    digest.bytes.front() = 1;  // all zero: a hole
    list.entries.push_back({digest, 1000 + i});
  }
  return list;
}

BOOST_AUTO_TEST_SUITE(chunk_list)

BOOST_AUTO_TEST_CASE(a_list_comes_back_as_it_was) {
  for (const std::size_t count : {1u, 2u, 16u, 128u, 1024u}) {
    const ChunkList list = list_of(count, static_cast<std::uint8_t>(count % 3));
    const ChunkList decoded = decode_chunk_list(encode_chunk_list(list));
    BOOST_TEST(decoded.level == list.level);
    BOOST_TEST((decoded.entries == list.entries));
  }
}

BOOST_AUTO_TEST_CASE(an_entry_takes_24_bytes) {
  BOOST_TEST(encode_chunk_list(list_of(100, 1)).size() == encode_chunk_list(list_of(99, 1)).size() + 24);
}

BOOST_AUTO_TEST_CASE(bytes_at_an_odd_address_are_read) {
  const std::vector<std::byte> bytes = encode_chunk_list(list_of(20));
  std::vector<std::byte> shifted(bytes.size() + 1);
  std::memcpy(shifted.data() + 1, bytes.data(), bytes.size());
  BOOST_TEST((decode_chunk_list(std::span(shifted).subspan(1)).entries == list_of(20).entries));
}

BOOST_AUTO_TEST_CASE(sizes_that_add_up_beyond_63_bits_are_damage) {
  ChunkList list = list_of(2);
  list.entries[0].size = std::numeric_limits<std::int64_t>::max();
  list.entries[1].size = 1;
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(list)), Error, is_damaged);
  list.entries[0].size = ~std::uint64_t{0};
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(list)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(a_list_without_entries_or_with_an_empty_one_is_damage) {
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(ChunkList{})), Error, is_damaged);
  ChunkList list = list_of(3);
  list.entries[1].size = 0;
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(list)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(holes_are_at_the_lowest_level_only) {
  ChunkList list = list_of(3);
  list.entries[1] = ChunkList::Entry::hole(1ull << 40);
  BOOST_TEST(decode_chunk_list(encode_chunk_list(list)).entries[1].is_hole());
  list.level = 1;
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(list)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(a_level_above_the_highest_is_damage) {
  BOOST_TEST(decode_chunk_list(encode_chunk_list(list_of(2, kChunkListLevelMost))).level == kChunkListLevelMost);
  BOOST_CHECK_EXCEPTION(decode_chunk_list(encode_chunk_list(list_of(2, kChunkListLevelMost + 1))), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(truncated_bytes_are_damage) {
  const std::vector<std::byte> bytes = encode_chunk_list(list_of(20));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_CHECK_EXCEPTION(decode_chunk_list(std::span(bytes).first(size)), Error, is_damaged);
}

BOOST_AUTO_TEST_CASE(random_damage_throws_nothing_but_damaged) {
  const std::vector<std::byte> bytes = encode_chunk_list(list_of(5, 2));
  std::mt19937_64 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::byte> changed = bytes;
    for (std::uint64_t i = 0, n = 1 + random() % 4; i < n; ++i)
      changed[random() % (i == 0 ? 40 : changed.size())] = static_cast<std::byte>(random());
    try {
      decode_chunk_list(changed);
    } catch (const Error& error) {
      BOOST_REQUIRE(is_damaged(error));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_list_that_claims_a_billion_empty_entries_is_refused_at_once) {
  // A struct list of elements without any room: one word stands for 2^29 of them.
  std::uint64_t words[] = {0x0001000100000000, 0, 0x0000000700000001, (std::uint64_t{1} << 31) - 4};
  BOOST_CHECK_EXCEPTION(decode_chunk_list(std::as_bytes(std::span(words))), Error, is_damaged);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::format
