#include "store/region_fill.h"

#include <cairn/decoder.h>
#include <cairn/error.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "store/store_state.h"

namespace cairn::store {
namespace {

bool is_opaque(const Region& region) { return region.element != dtype_name(region.dtype); }

std::string shape_text(DType dtype, const std::vector<std::uint64_t>& shape) {
  return fmt::format("an array of {} with shape [{}]", dtype_name(dtype), fmt::join(shape, ", "));
}

std::string expected_text(const RegionFill& fill) {
  const Region& region = fill.region;
  std::string text = shape_text(region.dtype, region.shape);
  if (is_opaque(region)) text += fmt::format(" (elements of {})", region.element);
  if (fill.source.first) text += fmt::format(", to be filled from element {} on", *fill.source.first);
  return text;
}

// How many stored elements one of the region's takes.
std::uint64_t stored_per_element(const Region& region) { return is_opaque(region) ? region.shape.back() : 1; }

// Where the region's first element is in the stored array; empty if it does not fit.
std::optional<std::uint64_t> first_stored(const RegionFill& fill, const ArrayDecoder& array) {
  const Region& region = fill.region;
  if (array.dtype() != region.dtype) return std::nullopt;
  if (!fill.source.first) return array.shape() == region.shape ? std::optional<std::uint64_t>(0) : std::nullopt;
  const std::uint64_t unit = stored_per_element(region);
  if (is_opaque(region) && (array.shape().empty() || array.shape().back() != unit)) return std::nullopt;
  const std::uint64_t wanted = region.memory.size() / dtype_size(region.dtype);
  std::uint64_t first = 0;
  if (__builtin_mul_overflow(*fill.source.first, unit, &first)) return std::nullopt;
  if (first > array.element_count() || wanted > array.element_count() - first) return std::nullopt;
  return first;
}

using UseArray = std::function<void(const ArrayDecoder&, std::uint64_t first)>;

void with_array(const RunState& run, const engine::View& view, const Checkpoint& checkpoint, const RegionFill& fill,
                const UseArray& use) {
  const auto mismatch = [&](const std::string& found) {
    throw Error(ErrorCode::type_mismatch,
                fmt::format("restart {}: region {} is {}, and state {} of checkpoint {} (step {}) is {}", run.title(), fill.region.name,
                            expected_text(fill), fill.source.state, checkpoint.id.hex(), checkpoint.step, found));
  };
  run.store().read_object(view, checkpoint.state.at(fill.source.state), [&](const Decoder& in) {
    if (in.kind() != ValueKind::array) mismatch(fmt::format("of kind {}", value_kind_name(in.kind())));
    const ArrayDecoder array = in.array();
    const auto first = first_stored(fill, array);
    if (!first) mismatch(shape_text(array.dtype(), array.shape()));
    use(array, *first);
  });
}

}  // namespace

std::vector<RegionFill> region_fills(const Regions& regions, std::span<const RegionSource> sources) {
  std::vector<RegionFill> fills;
  const std::vector<Region> all = regions.all();
  if (sources.empty())
    for (const Region& region : all) fills.push_back({region, {region.name, region.name, {}}});
  for (const RegionSource& source : sources) {
    const auto region = std::ranges::find(all, source.region, &Region::name);
    if (region == all.end())
      throw Error(ErrorCode::invalid_argument, fmt::format("restart: no region called {} is protected", source.region));
    if (std::ranges::find(fills, source.region, [](const RegionFill& fill) { return fill.region.name; }) != fills.end())
      throw Error(ErrorCode::invalid_argument, fmt::format("restart: region {} is to be filled twice", source.region));
    fills.push_back({*region, source});
    if (source.state.empty()) fills.back().source.state = source.region;
  }
  return fills;
}

std::vector<std::string> states_of(std::span<const RegionFill> fills) {
  std::vector<std::string> states;
  for (const RegionFill& fill : fills) states.push_back(fill.source.state);
  return states;
}

void fill_regions(const RunState& run, const engine::View& view, const Checkpoint& checkpoint, std::span<const RegionFill> fills) {
  for (const RegionFill& fill : fills) with_array(run, view, checkpoint, fill, [](const ArrayDecoder&, std::uint64_t) {});
  for (const RegionFill& fill : fills)
    with_array(run, view, checkpoint, fill,
               [&](const ArrayDecoder& array, std::uint64_t first) { array.read(first, fill.region.memory); });
}

}  // namespace cairn::store
