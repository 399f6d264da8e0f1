#include "format/segmented_list_writer.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include "base/hash.h"
#include "format/canonical.h"
#include "format/object_message.h"

namespace cairn::format {

namespace {

// A segment is what is read for one element of it, and what is stored again when one changes.
constexpr std::size_t kSegmentBytesLeast = 16 * 1024;
constexpr std::size_t kSegmentBytesMore = 48 * 1024;  // beyond the least, on average
constexpr std::size_t kSegmentBytesMost = 256 * 1024;
constexpr std::size_t kSegmentElementsMost = 16 * 1024;

// True with a probability that grows with the element's size, so that the size of segments does not depend on it.
bool ends_segment(std::span<const std::byte> element) {
  const Digest digest = base::hash128(element, 0);
  const auto chance = base::load_big_endian<std::uint64_t>(digest.bytes.data()) / (~std::uint64_t{0} / kSegmentBytesMore);
  return chance < element.size();
}

wire::Value::Reader value_of(capnp::SegmentArrayMessageReader& message) { return message.getRoot<wire::Value>(); }

}  // namespace

SegmentedListWriter::SegmentedListWriter(EncodeContext& around, wire::Value::Builder place, std::uint64_t size,
                                         const detail::EncodeScope& scope, std::uint64_t number)
    : around_(around), list_(place), size_(size), scope_(scope), number_(number) {
  std::memset(scratch_, 0, sizeof scratch_);
}

Encoder SegmentedListWriter::place(std::uint64_t index) {
  if (index >= size_)
    throw Error(ErrorCode::invalid_argument, fmt::format("write past the end of a list of {}", size_));
  if (index != next_ && (index + 1 != next_ || !element_))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("element {} of a list of {} after element {}, expected them in order", index, size_, next_));
  if (index == next_) begin_element();
  return EncoderAccess::encoder(element_->getRoot<wire::Value>(), {&*context_, scope_.depth, false});
}

void SegmentedListWriter::begin_element() {
  end_element();
  if (!context_) context_.emplace(around_.whole());
  element_.emplace(kj::arrayPtr(scratch_, kScratchWords));  // zeroes what it used when it goes
  element_->initRoot<wire::Value>();
  ++next_;
}

void SegmentedListWriter::end_element() {
  if (!element_) return;
  elements_.push_back(canonical_form(element_->getSegmentsForOutput(), "list element"));
  element_.reset();
  const std::vector<std::byte>& element = elements_.back();
  bytes_ += element.size();
  if (bytes_ >= kSegmentBytesMost || elements_.size() >= kSegmentElementsMost ||
      (bytes_ >= kSegmentBytesLeast && ends_segment(element)))
    end_segment();
}

void SegmentedListWriter::end_segment() {
  if (elements_.empty()) return;
  capnp::MallocMessageBuilder message(static_cast<unsigned>(bytes_ / sizeof(capnp::word) + 64));
  auto root = message.initRoot<wire::StoredObject>();
  auto list = root.initValue().initList(static_cast<unsigned>(elements_.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(elements_[i].data()),
                                                elements_[i].size() / sizeof(capnp::word));
    capnp::SegmentArrayMessageReader element(kj::arrayPtr(&words, 1), trusted_reader_options());
    list.setWithCaveats(i, value_of(element));
  }
  const std::vector<std::byte> bytes = finish_object(message, *context_);
  segments_.push_back({around_.put_segment(bytes), list.size()});
  elements_.clear();
  bytes_ = 0;
  context_.reset();
}

void SegmentedListWriter::finish() {
  end_element();
  while (next_ < size_) {
    begin_element();
    end_element();
  }
  end_segment();
  auto list = list_.initSegmentedList();
  list.setCount(size_);
  auto segments = list.initSegments(static_cast<unsigned>(segments_.size()));
  for (unsigned i = 0; i < segments.size(); ++i) {
    set_high_low(segments[i], segments_[i].digest.bytes);
    segments[i].setCount(segments_[i].count);
  }
}

}  // namespace cairn::format
