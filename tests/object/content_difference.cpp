// Where two contents may differ: ranges against their bytes, and what is not read for it.
#include "object/content_difference.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>

#include "object/blob_map.h"
#include "object/content.h"
#include "object/random_bytes.h"

namespace cairn::object {
namespace {

struct Range {
  std::uint64_t begin, end;
};

std::vector<Range> ranges_of(const BlobMap& map, const format::ContentRef& before, const format::ContentRef& after) {
  std::vector<Range> ranges;
  for_each_unshared_range(MapView(map), before, after, [&](std::uint64_t begin, std::uint64_t end) {
    BOOST_TEST_REQUIRE(begin < end);
    BOOST_TEST_REQUIRE((ranges.empty() || ranges.back().end <= begin));
    ranges.push_back({begin, end});
    return true;
  });
  return ranges;
}

bool covers(const std::vector<Range>& ranges, std::uint64_t place) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return range.begin <= place && place < range.end; });
}

BOOST_AUTO_TEST_SUITE(content_difference)

BOOST_AUTO_TEST_CASE(every_byte_that_differs_is_in_a_range_and_little_else_is) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 40; ++round) {
    BlobMap map;
    MapStaging staging(map);
    engine::Bytes bytes = random_bytes(1 + random() % 3'000'000, random());
    const format::ContentRef before = write_content(staging, bytes);
    std::vector<std::uint64_t> changed(random() % 4);
    for (std::uint64_t& place : changed) bytes[place = random() % bytes.size()] ^= std::byte{1};
    const format::ContentRef after = write_content(staging, bytes);
    const std::vector<Range> ranges = ranges_of(map, before, after);
    std::uint64_t covered = 0;
    for (const Range& range : ranges) covered += range.end - range.begin;
    std::erase_if(changed, [&](std::uint64_t place) { return std::ranges::count(changed, place) % 2 == 0; });
    for (const std::uint64_t place : changed) BOOST_TEST(covers(ranges, place));
    BOOST_TEST(covered <= changed.size() * (4u * 65536));
  }
}

BOOST_AUTO_TEST_CASE(what_both_have_at_one_place_is_not_read) {
  BlobMap map;
  MapStaging staging(map);
  engine::Bytes bytes = random_bytes(40'000'000, 7);
  const format::ContentRef before = write_content(staging, bytes);
  bytes[20'000'000] ^= std::byte{1};
  const format::ContentRef after = write_content(staging, bytes);
  const std::size_t lists = map.count(engine::BlobKind::chunk_list);
  BOOST_TEST(lists > 10u);
  BOOST_TEST(!ranges_of(map, before, after).empty());
  BOOST_TEST(map.reads <= 8u);  // the lists on the way to the change, of both
  map.reads = 0;
  BOOST_TEST(ranges_of(map, before, before).empty());
  BOOST_TEST(map.reads == 0u);
}

BOOST_AUTO_TEST_CASE(the_visitor_may_stop) {
  BlobMap map;
  MapStaging staging(map);
  const format::ContentRef before = write_content(staging, random_bytes(1'000'000, 1)),
                           after = write_content(staging, random_bytes(1'000'000, 2));
  int visits = 0;
  for_each_unshared_range(MapView(map), before, after, [&](std::uint64_t, std::uint64_t) { return ++visits < 3; });
  BOOST_TEST(visits == 3);
}

BOOST_AUTO_TEST_CASE(lists_that_do_not_add_up_are_damage) {
  BlobMap map;
  MapStaging staging(map);
  const auto list = [&](std::uint8_t level, std::uint64_t size) {
    const engine::Bytes bytes = format::encode_chunk_list({level, {{Digest{{1}}, size}, {Digest{{2}}, size}}});
    return stage_blob(staging, engine::BlobKind::chunk_list, bytes);
  };
  using Form = format::ContentRef::Form;
  const format::ContentRef whole{200, Form::chunk, Digest{{9}}};
  const auto is_damaged = [](const Error& error) { return error.code() == ErrorCode::damaged; };
  BOOST_CHECK_EXCEPTION(ranges_of(map, whole, {200, Form::list, list(0, 99)}), Error, is_damaged);
  const engine::Bytes high = format::encode_chunk_list({2, {{list(0, 100), 200}}});
  const Digest skips_a_level = stage_blob(staging, engine::BlobKind::chunk_list, high);
  BOOST_CHECK_EXCEPTION(ranges_of(map, whole, {200, Form::list, skips_a_level}), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(ranges_of(map, whole, {200, Form::empty, {}}), Error, is_damaged);
  BOOST_CHECK_EXCEPTION(ranges_of(map, whole, {201, Form::chunk, {}}), Error,
                        [](const Error& error) { return error.code() == ErrorCode::invalid_argument; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
