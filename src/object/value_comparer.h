// ValueComparer: walks two decoded values side by side.
#pragma once

#include <cairn/decoder.h>
#include <cairn/difference.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "engine/engine.h"
#include "object/list_alignment.h"

namespace cairn::object {

/// Not thread-safe. Recursion is as deep as values may nest.
class ValueComparer {
 public:
  /// `blobs` must outlive it. `path` comes before all others.
  ValueComparer(const engine::BlobSource& blobs, const DifferenceOptions& options, std::string path = {})
      : blobs_(blobs), changes_max_(options.changes_max), path_(std::move(path)) {}

  /// Adds what differs. Throws damaged, and limit if too many pairs of shared values are met.
  void compare(const Decoder& before, const Decoder& after);
  /// As compare, for maps of which one may be null, for an empty one.
  void compare_maps(const MapDecoder* before, const MapDecoder* after);

  ValueDifference take() { return std::move(found_); }

 private:
  using SharedPair = std::pair<std::uint32_t, std::uint32_t>;
  class At;  // one step further in the path, until it goes

  void add(ChangeKind kind, const Decoder* before, const Decoder* after);
  void add_change(ValueChange change);
  void compare_same_kind(const Decoder& before, const Decoder& after);
  void compare_lists(const ListDecoder& before, const ListDecoder& after);
  void compare_gap(const ListDecoder& before, const ListDecoder& after, ListGap gap);
  void compare_sets(const ListDecoder& before, const ListDecoder& after);
  void compare_objects(const Decoder& before, const Decoder& after);
  void compare_arrays(const Decoder& before, const Decoder& after);
  /// Of values with one value inside: enumerators, quantities, and what a fallback left.
  void compare_wrapped(const Decoder& before, const Decoder& after);
  void compare_whole(const Decoder& before, const Decoder& after);

  /// Stops at the first difference; what it looks at is not added.
  bool equal(const Decoder& before, const Decoder& after);

  const engine::BlobSource& blobs_;
  const std::size_t changes_max_;
  std::string path_;
  ValueDifference found_;
  bool asks_equal_ = false;            // whether a difference is all that is wanted
  bool differs_ = false;               // what was found then
  std::set<SharedPair> compared_;      // pairs of shared values whose differences were added
  std::map<SharedPair, bool> equals_;  // and those that were asked about
};

}  // namespace cairn::object
