#include "object/list_alignment.h"

#include <algorithm>
#include <unordered_map>

namespace cairn::object {

namespace {

using Segments = std::span<const format::ListSegment>;

struct Match {
  std::size_t before, after;
};

// Segments that are once in each list, by their place in `before`.
std::vector<Match> unique_matches(Segments before, Segments after) {
  struct Places {
    std::size_t before = 0, after = 0;
    unsigned before_count = 0, after_count = 0;
  };
  std::unordered_map<Digest, Places> places;
  for (std::size_t i = 0; i < before.size(); ++i) {
    Places& place = places[before[i].digest];
    place.before = i;
    ++place.before_count;
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    Places& place = places[after[i].digest];
    place.after = i;
    ++place.after_count;
  }
  std::vector<Match> matches;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Places& place = places[before[i].digest];
    if (place.before_count == 1 && place.after_count == 1 && before[i] == after[place.after])
      matches.push_back({i, place.after});
  }
  return matches;
}

// The longest row of matches in which `after` ascends as well.
std::vector<Match> longest_ascending(const std::vector<Match>& matches) {
  constexpr std::size_t kNone = SIZE_MAX;
  std::vector<std::size_t> tails;  // for each length, the match that ends such a row with the least `after`
  std::vector<std::size_t> previous(matches.size(), kNone);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const auto place =
        std::ranges::lower_bound(tails, matches[i].after, {}, [&](std::size_t tail) { return matches[tail].after; });
    if (place != tails.begin()) previous[i] = *std::prev(place);
    if (place == tails.end()) tails.push_back(i);
    else *place = i;
  }
  std::vector<Match> row;
  for (std::size_t i = tails.empty() ? kNone : tails.back(); i != kNone; i = previous[i]) row.push_back(matches[i]);
  std::ranges::reverse(row);
  return row;
}

// Where each segment begins, and where the last one ends.
std::vector<std::uint64_t> bounds_of(Segments segments) {
  std::vector<std::uint64_t> bounds{0};
  bounds.reserve(segments.size() + 1);
  for (const format::ListSegment& segment : segments) bounds.push_back(bounds.back() + segment.count);
  return bounds;
}

}  // namespace

std::vector<ListGap> unshared_gaps(Segments before, Segments after) {
  std::vector<Match> anchors = longest_ascending(unique_matches(before, after));
  anchors.push_back({before.size(), after.size()});
  const std::vector<std::uint64_t> before_bounds = bounds_of(before), after_bounds = bounds_of(after);
  std::vector<ListGap> gaps;
  std::size_t one = 0, other = 0;
  for (const Match& anchor : anchors) {
    std::size_t one_end = anchor.before, other_end = anchor.after;
    while (one_end > one && other_end > other && before[one_end - 1] == after[other_end - 1]) --one_end, --other_end;
    while (one < one_end && other < other_end && before[one] == after[other]) ++one, ++other;
    if (one != one_end || other != other_end)
      gaps.push_back({before_bounds[one], before_bounds[one_end], after_bounds[other], after_bounds[other_end]});
    one = anchor.before + 1;
    other = anchor.after + 1;
  }
  return gaps;
}

}  // namespace cairn::object
