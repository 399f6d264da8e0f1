#include "format/segmented_list_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "object";

ValueListReader elements_of(wire::StoredObject::Reader segment) {
  const auto value = segment.getValue();
  if (value.which() != wire::Value::LIST) throw_damaged(kWhat, "a segment of a list that is no list");
  return value.getList();
}

}  // namespace

SegmentedListReader::SegmentedListReader(wire::SegmentedList::Reader list, const detail::DecodeScope& scope)
    : list_(list), scope_(scope) {
  std::uint64_t end = 0;
  ends_.reserve(list.getSegments().size());
  for (const auto segment : list.getSegments()) ends_.push_back(end += segment.getCount());
  if (end != list.getCount())
    throw_damaged(kWhat, fmt::format("a list of {} whose segments have {}", list.getCount(), end));
}

SegmentedListReader::Loaded::Loaded(DecodeContext& around, std::vector<std::byte> segment)
    : bytes(std::move(segment)),
      message(bytes, around.options().limits),
      context(around, message.root().getSchemas(), message.words()),
      elements(elements_of(message.root())) {
  context.check_elements(elements);
}

void SegmentedListReader::load(std::size_t segment) {
  if (loaded_ && loaded_number_ == segment) return;
  loaded_.reset();
  const auto stored = list_.getSegments()[static_cast<unsigned>(segment)];
  loaded_.emplace(*scope_.context, scope_.context->get_segment({get_high_low(stored)}));
  loaded_number_ = segment;
  if (loaded_->elements.size() == stored.getCount()) return;
  const unsigned found = loaded_->elements.size();
  loaded_.reset();
  throw_damaged(kWhat, fmt::format("a segment of {} elements, expected {}", found, stored.getCount()));
}

std::vector<ListSegment> SegmentedListReader::segments() const {
  std::vector<ListSegment> segments;
  segments.reserve(ends_.size());
  for (const auto segment : list_.getSegments()) segments.push_back({{get_high_low(segment)}, segment.getCount()});
  return segments;
}

Decoder SegmentedListReader::element(std::uint64_t index) {
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
  const auto segment = static_cast<std::size_t>(end - ends_.begin());
  load(segment);
  const std::uint64_t first = segment == 0 ? 0 : ends_[segment - 1];
  detail::DecodeScope scope = scope_;
  scope.context = &loaded_->context;
  return DecoderAccess::decoder(loaded_->elements[static_cast<unsigned>(index - first)], scope);
}

}  // namespace cairn::format
