#include "format/encode_context.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/blob.h"
#include "format/message_schema.h"
#include "format/segmented_list_writer.h"

namespace cairn::format {

EncodeContext::EncodeContext(wire::StoredObject::Builder root, ObjectSink* sink, const ObjectOptions& options)
    : whole_(*this), sink_(sink), options_(options), shared_(*this, capnp::Orphanage::getForMessageContaining(root)) {}
EncodeContext::EncodeContext(EncodeContext& whole)
    : whole_(whole), sink_(whole.sink_), options_(whole.options_), shared_(whole, {}) {}
EncodeContext::~EncodeContext() = default;

std::uint32_t EncodeContext::schema_index(const Schema& schema) {
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (*entries_[i].schema == schema) return i;
  auto owned = std::make_shared<const Schema>(schema);
  return add({owned.get(), owned, {}});
}

std::uint32_t EncodeContext::static_schema_index(const Schema& schema) {
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].schema == &schema) return i;
  for (std::uint32_t i = 0; i < entries_.size(); ++i)
    if (*entries_[i].schema == schema) return i;
  return add({&schema, nullptr, {}});
}

std::uint32_t EncodeContext::add(Entry entry) {
  if (sink_ != nullptr)
    entry.digest = entry.owned ? sink_->put_schema(*entry.schema) : sink_->put_static_schema(*entry.schema);
  entries_.push_back(std::move(entry));
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

Digest EncodeContext::put_message_schema(const Message& message) {
  auto& known = whole_.message_schemas_;
  const std::shared_ptr<const Message::Bytes>& bytes = message.schema();
  auto found = std::ranges::find(known, bytes, &MessageSchema::bytes);
  if (found == known.end()) found = std::ranges::find_if(known, [&](const auto& one) { return *one.bytes == *bytes; });
  if (found == known.end()) {
    std::vector<std::uint64_t> ids = struct_ids(*bytes);
    // Without a sink it is stored nowhere, and only told from others.
    const Digest digest = sink_ == nullptr ? blob_digest(BlobKind::message_schema, 0, *bytes) : sink_->put_message_schema(*bytes);
    found = known.insert(known.end(), {bytes, std::move(ids), digest});
  }
  if (!std::ranges::binary_search(found->struct_ids, message.type_id()))
    throw Error(ErrorCode::invalid_argument, fmt::format("message of type {:016x}: its schema does not have that", message.type_id()));
  return found->digest;
}

const Message::Bytes& EncodeContext::message_schema(const Digest& digest) const {
  return *std::ranges::find(whole_.message_schemas_, digest, &MessageSchema::digest)->bytes;
}

ListEncoder EncodeContext::open_segmented(wire::Value::Builder place, std::uint64_t size,
                                          const detail::EncodeScope& scope) {
  whole_.count(size);
  const std::uint64_t number = ++whole_.lists_;
  whole_.open_lists_.push_back(std::make_unique<SegmentedListWriter>(*this, place, size, scope, number));
  return EncoderAccess::segmented_list(number, scope);
}

Encoder EncodeContext::segmented_place(std::uint64_t number, std::uint64_t index) {
  auto& open = whole_.open_lists_;
  const auto list = std::ranges::find(open, number, [](const auto& one) { return one->number(); });
  if (list == open.end())
    throw Error(ErrorCode::invalid_argument, "a place in a long list after a later place around it");
  const auto depth = static_cast<std::size_t>(list - open.begin());
  while (open.size() > depth + 1) {
    open.back()->finish();
    open.pop_back();
  }
  return open.back()->place(index);
}

void EncodeContext::finish_segmented() {
  for (auto& open = whole_.open_lists_; !open.empty(); open.pop_back()) open.back()->finish();
}

void EncodeContext::finish(wire::StoredObject::Builder root) {
  finish_segmented();
  shared_.finish(root);
}

void EncodeContext::count(std::uint64_t count) {
  const std::uint64_t most = options_.limits.elements;
  if (count > most || whole_.total_ > most - count)
    throw Error(ErrorCode::limit, fmt::format("object of more than {} elements of lists and maps", most));
  whole_.total_ += count;
}

void EncodeContext::count_elements(std::uint64_t count) {
  whole_.count(count);
  elements_ += count;
}

void EncodeContext::expect_entries(std::uint64_t count) {
  whole_.count(count);
  entries_missing_ += count;
}

void EncodeContext::require_whole_maps() const {
  if (entries_missing_ != 0)
    throw Error(ErrorCode::invalid_argument,
                fmt::format("map: {} entries fewer than it was said to have", entries_missing_));
}

}  // namespace cairn::format
