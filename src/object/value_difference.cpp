#include "object/value_difference.h"

#include <algorithm>
#include <functional>
#include <string>

#include "object/value_comparer.h"

namespace cairn::object {

namespace {

// Values that differ in nothing else: they share, or keep the types of their fields, in another way.
constexpr const char* kStoredOtherwise = "the same value, stored in another form";

void complete(ValueDifference& found, std::string_view path, const DifferenceOptions& options) {
  if (!found.empty()) return;
  found.change_count = 1;
  if (options.changes_max != 0)
    found.changes.push_back({ChangeKind::changed, std::string(path), "a value", kStoredOtherwise, {}});
}

}  // namespace

ValueDifference compare_objects(const engine::BlobSource& blobs, const ObjectId& before, const ObjectId& after,
                                const DifferenceOptions& options, const ObjectReading& reading) {
  if (before == after) return {};
  ValueComparer comparer(blobs, options);
  read_object(blobs, before, [&](const Decoder& one) {
    read_object(blobs, after, [&](const Decoder& other) { comparer.compare(one, other); }, reading);
  }, reading);
  ValueDifference found = comparer.take();
  complete(found, "", options);
  return found;
}

ValueDifference compare_maps(const engine::BlobSource& blobs, std::span<const std::byte> before,
                             std::span<const std::byte> after, std::string_view path, const DifferenceOptions& options,
                             const ObjectReading& reading) {
  if (std::ranges::equal(before, after)) return {};
  ValueComparer comparer(blobs, options, std::string(path));
  // Calls `use` with the map that `bytes` are, or with null.
  const auto with_map = [&](std::span<const std::byte> bytes, const std::function<void(const MapDecoder*)>& use) {
    if (bytes.empty()) return use(nullptr);
    read_object_bytes(blobs, bytes, [&](const Decoder& in) {
      const MapDecoder map = in.without_sharing().map();
      use(&map);
    }, reading);
  };
  with_map(before, [&](const MapDecoder* one) {
    with_map(after, [&](const MapDecoder* other) { comparer.compare_maps(one, other); });
  });
  ValueDifference found = comparer.take();
  complete(found, path, options);
  return found;
}

}  // namespace cairn::object
