// Which segments of two lists stand against each other.
#include "object/list_alignment.h"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

namespace cairn::object {
namespace {

using format::ListSegment;

// A segment for each letter, of as many elements as its place in the alphabet.
std::vector<ListSegment> segments(std::string_view letters) {
  std::vector<ListSegment> list;
  for (const char letter : letters) {
    ListSegment segment;
    segment.digest.bytes.fill(static_cast<std::uint8_t>(letter));
    segment.count = static_cast<std::uint64_t>(letter - 'a' + 1);
    list.push_back(segment);
  }
  return list;
}

std::vector<ListGap> gaps(std::string_view before, std::string_view after) {
  return unshared_gaps(segments(before), segments(after));
}

BOOST_AUTO_TEST_SUITE(list_alignment)

BOOST_AUTO_TEST_CASE(equal_lists_have_no_gap) {
  BOOST_TEST(gaps("", "").empty());
  BOOST_TEST(gaps("abcabc", "abcabc").empty());
}

BOOST_AUTO_TEST_CASE(gaps_are_what_was_inserted_removed_or_changed) {
  BOOST_TEST((gaps("abd", "abcd") == std::vector<ListGap>{{3, 3, 3, 6}}));
  BOOST_TEST((gaps("abcd", "abd") == std::vector<ListGap>{{3, 6, 3, 3}}));
  BOOST_TEST((gaps("abd", "acd") == std::vector<ListGap>{{1, 3, 1, 4}}));
  BOOST_TEST((gaps("", "ab") == std::vector<ListGap>{{0, 0, 0, 3}}));
  BOOST_TEST((gaps("aaab", "aab") == std::vector<ListGap>{{0, 1, 0, 0}}));
}

BOOST_AUTO_TEST_CASE(what_moved_does_not_keep_the_rest_from_being_found) {
  // One of the two orders is left out, and it is the shorter.
  BOOST_TEST((gaps("bcdea", "abcde") == std::vector<ListGap>{{0, 0, 0, 1}, {14, 15, 15, 15}}));
}

BOOST_AUTO_TEST_CASE(outside_of_the_gaps_both_have_the_same_segments) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string one, other;
    for (auto count = random() % 12; count > 0; --count) one += static_cast<char>('a' + random() % 8);
    other = one;
    for (auto edits = random() % 4; edits > 0; --edits) {
      const auto place = random() % (other.size() + 1);
      if (random() % 2 == 0) other.insert(place, 1, static_cast<char>('a' + random() % 8));
      else if (place < other.size()) other.erase(place, 1);
    }
    // The letters as elements, one for each of their counts.
    const auto spread = [](const std::string& letters) {
      std::string elements;
      for (const char letter : letters) elements.append(static_cast<std::size_t>(letter - 'a' + 1), letter);
      return elements;
    };
    const std::string before = spread(one), after = spread(other);
    std::uint64_t at = 0, there = 0;
    const auto check_same = [&](std::uint64_t end, std::uint64_t there_end) {
      BOOST_TEST_REQUIRE((at <= end && there <= there_end && end - at == there_end - there), one << " " << other);
      BOOST_TEST_REQUIRE(before.substr(at, end - at) == after.substr(there, there_end - there));
    };
    for (const ListGap& gap : gaps(one, other)) {
      check_same(gap.before_begin, gap.after_begin);
      at = gap.before_end;
      there = gap.after_end;
    }
    check_same(before.size(), after.size());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace cairn::object
