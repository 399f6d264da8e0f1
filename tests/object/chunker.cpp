#include "object/chunker.h"

#include <cairn/error.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/hash.h"
#include "random_bytes.h"

namespace cairn::object {
namespace {

using Bytes = std::vector<std::byte>;

// Sizes of the chunks of `bytes` when the stream arrives in pieces of `piece` bytes.
std::vector<std::size_t> chunk_sizes(std::span<const std::byte> bytes, std::size_t piece,
                                     const ChunkingParameters& parameters = {}) {
  Chunker chunker(parameters);
  std::vector<std::size_t> sizes;
  std::size_t open = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::span<const std::byte> rest = bytes.subspan(at, std::min(piece, bytes.size() - at));
    while (const auto cut = chunker.next_cut(rest)) {
      sizes.push_back(open + *cut);
      open = 0;
      rest = rest.subspan(*cut);
    }
    open += rest.size();
  }
  if (open > 0) sizes.push_back(open);
  return sizes;
}

std::vector<std::size_t> chunk_sizes(std::span<const std::byte> bytes) { return chunk_sizes(bytes, bytes.size()); }

// Bytes of the chunks of `changed` that are no chunks of `original`.
std::size_t bytes_new(std::span<const std::byte> original, std::span<const std::byte> changed) {
  std::set<Digest> known;
  for (const std::size_t size : chunk_sizes(original)) {
    known.insert(base::hash128(original.first(size), 0));
    original = original.subspan(size);
  }
  std::size_t found = 0;
  for (const std::size_t size : chunk_sizes(changed)) {
    if (known.insert(base::hash128(changed.first(size), 0)).second) found += size;
    changed = changed.subspan(size);
  }
  return found;
}

// The definition, written for clarity: every window is hashed anew.
std::vector<std::size_t> slow_chunk_sizes(std::span<const std::byte> bytes) {
  std::uint64_t gear[256], state = 0x636169726e2e6364;
  for (std::uint64_t& number : gear) {
    state += 0x9e3779b97f4a7c15;
    number = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    number ^= number >> 31;
  }
  std::vector<std::size_t> sizes;
  for (std::size_t begin = 0; begin < bytes.size(); begin += sizes.back()) {
    const std::size_t target = begin < (4u << 20) ? 8192 : begin < (512u << 20) ? 16384 : 65536;
    std::size_t size = target / 2;
    for (; size < std::min(target * 4, bytes.size() - begin); ++size) {
      std::uint64_t hash = 0;
      for (std::size_t i = 0; i < 64; ++i)
        hash += gear[static_cast<std::size_t>(bytes[begin + size - 1 - i])] << i;
      const std::uint64_t once_a_target = (std::uint64_t{1} << 63) / (target / 2);
      if (hash < (size <= target ? once_a_target / 4 : once_a_target * 4)) break;
    }
    sizes.push_back(std::min(size, bytes.size() - begin));
  }
  return sizes;
}

BOOST_AUTO_TEST_SUITE(chunker)

BOOST_AUTO_TEST_CASE(cuts_do_not_depend_on_how_the_stream_arrives) {
  const Bytes bytes = random_bytes(5u << 20, 1);
  const auto whole = chunk_sizes(bytes);
  for (const std::size_t piece : {1u, 63u, 64u, 4095u, 4096u, 8191u, 70'000u, 1u << 20})
    BOOST_TEST((chunk_sizes(bytes, piece) == whole), "pieces of " << piece);
}

BOOST_AUTO_TEST_CASE(cuts_are_where_the_definition_puts_them) {
  const Bytes bytes = random_bytes((4u << 20) + (2u << 20), 2);
  BOOST_TEST((chunk_sizes(bytes) == slow_chunk_sizes(bytes)));
}

BOOST_AUTO_TEST_CASE(the_first_cuts_never_change) {
  // Pinned: other numbers mean that saving again to an existing store would store everything again.
  const auto sizes = chunk_sizes(random_bytes(1u << 20, 3));
  const std::vector<std::size_t> expected = {8688, 8594, 9471, 9955, 10409, 8901};
  BOOST_REQUIRE_GE(sizes.size(), 6u);
  BOOST_TEST(std::vector(sizes.begin(), sizes.begin() + 6) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(chunks_stay_between_half_and_four_times_the_target) {
  Bytes bytes = random_bytes(12u << 20, 4);
  std::fill(bytes.begin() + (2 << 20), bytes.begin() + (3 << 20), std::byte{0});
  std::fill(bytes.begin() + (8 << 20), bytes.begin() + (9 << 20), std::byte{0xff});
  const auto sizes = chunk_sizes(bytes);
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < sizes.size(); begin += sizes[i++]) {
    const std::size_t target = begin < (4u << 20) ? 8192 : 16384;
    BOOST_TEST(sizes[i] >= target / 2);
    BOOST_TEST(sizes[i] <= target * 4);
  }
}

BOOST_AUTO_TEST_CASE(runs_of_one_byte_make_chunks_of_the_greatest_size) {
  for (int value = 0; value < 256; ++value) {
    const auto sizes = chunk_sizes(Bytes(1u << 20, static_cast<std::byte>(value)));
    BOOST_TEST(sizes.size() == (1u << 20) / 32768u, "byte " << value);
  }
}

BOOST_AUTO_TEST_CASE(sizes_crowd_around_the_target_of_their_zone) {
  const auto mean = [](const std::vector<std::size_t>& sizes, std::size_t bytes) { return bytes / sizes.size(); };
  const Bytes bytes = random_bytes(4u << 20, 5);
  const std::size_t small = mean(chunk_sizes(bytes), bytes.size());
  BOOST_TEST(small >= 8u << 10);
  BOOST_TEST(small <= 11u << 10);
  // The zones for larger files, seen without reading 512 MiB first.
  ChunkingParameters parameters;
  parameters.zones = {{{0, 64u << 10}, {1ull << 40, 64u << 10}, {1ull << 41, 64u << 10}}};
  const Bytes large = random_bytes(32u << 20, 6);
  const std::size_t chunks = chunk_sizes(large, large.size(), parameters).size();
  BOOST_TEST(chunks * (std::size_t{10} << 30) / large.size() <= 200'000u);
}

BOOST_AUTO_TEST_CASE(one_changed_integer_costs_a_chunk_or_two) {
  const Bytes original = random_bytes(1u << 20, 7);
  std::mt19937_64 random(8);
  std::size_t costly = 0, total = 0;
  constexpr std::size_t kRounds = 100;
  for (std::size_t round = 0; round < kRounds; ++round) {
    Bytes changed = original;
    const std::uint64_t number = random();
    std::memcpy(changed.data() + random() % (changed.size() / 8) * 8, &number, sizeof number);
    const std::size_t cost = bytes_new(original, changed);
    costly += cost > (24u << 10);
    total += cost;
  }
  BOOST_TEST(total / kRounds <= 12u << 10);
  BOOST_TEST(costly <= kRounds / 50);  // where the change moves a cut, it takes some chunks to meet the old ones again
}

BOOST_AUTO_TEST_CASE(one_page_in_a_hundred_rewritten_costs_a_ninth_at_most) {
  const Bytes original = random_bytes(64u << 20, 9);
  Bytes changed = original;
  std::mt19937_64 random(10);
  const std::size_t pages = changed.size() / 4096;
  for (std::size_t i = 0; i < pages / 100; ++i) {
    const Bytes page = random_bytes(4096, random());
    std::copy(page.begin(), page.end(), changed.begin() + static_cast<std::ptrdiff_t>(random() % pages * 4096));
  }
  BOOST_TEST(bytes_new(original, changed) <= 7'500'000u);
}

BOOST_AUTO_TEST_CASE(an_append_moves_no_cut) {
  const Bytes longer = random_bytes(9u << 20, 11);
  auto sizes = chunk_sizes(std::span(longer).first((9u << 20) - 5000));
  const auto after = chunk_sizes(longer);
  sizes.pop_back();  // the last chunk ended where the bytes did
  BOOST_TEST(std::equal(sizes.begin(), sizes.end(), after.begin()));
}

BOOST_AUTO_TEST_CASE(an_insertion_realigns_across_zones) {
  const Bytes original = random_bytes(16u << 20, 12);
  for (const std::size_t count : {1u, 13u, 4096u, 50'001u}) {
    Bytes changed = original;
    const Bytes inserted = random_bytes(count, 13);
    changed.insert(changed.begin() + 1'000'000, inserted.begin(), inserted.end());
    BOOST_TEST(bytes_new(original, changed) <= count + (256u << 10), count << " bytes inserted");
  }
}

BOOST_AUTO_TEST_CASE(parameters_that_make_no_sense_are_refused) {
  const auto refused = [](auto change) {
    ChunkingParameters parameters;
    change(parameters);
    BOOST_CHECK_EXCEPTION(Chunker{parameters}, Error,
                          [](const Error& error) { return error.code() == ErrorCode::invalid_argument; });
  };
  refused([](ChunkingParameters& parameters) { parameters.zones[0].target_bytes = 10'000; });
  refused([](ChunkingParameters& parameters) { parameters.zones[0].target_bytes = 512; });
  refused([](ChunkingParameters& parameters) { parameters.zones[0].offset = 1; });
  refused([](ChunkingParameters& parameters) { parameters.zones[1].offset = 1ull << 40; });
  refused([](ChunkingParameters& parameters) { parameters.least_divisor = 0; });
  refused([](ChunkingParameters& parameters) { parameters.normalization = 3; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
