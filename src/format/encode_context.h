// What the encoders of one object share, and the way from them to the builders they stand for.
// For src/format/*.cpp only.
#pragma once

#include <cairn/encoder.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "format/handle.h"
#include "format/object.h"
#include "format/shared_values.h"
#include "format/wire.h"

namespace cairn::format {

class SegmentedListWriter;

/// The schemas of the object that is being encoded, in order of first use, counts of its list elements and of its map
/// entries that are still to be written, and its long lists that are not ended.
class EncodeContext {
 public:
  /// Without a sink, arrays and lists stay inside and schemas get no digests.
  EncodeContext(wire::StoredObject::Builder root, ObjectSink* sink, const ObjectOptions& options);
  /// Of a segment, a message with schemas and counts of its own. All else is that of the whole object.
  explicit EncodeContext(EncodeContext& whole);
  ~EncodeContext();

  EncodeContext& whole() { return whole_; }
  const ObjectOptions& options() const { return options_; }

  std::uint32_t schema_index(const Schema& schema);
  /// As schema_index, for a schema that is not moved or changed: compared by address first.
  std::uint32_t static_schema_index(const Schema& schema);
  const Schema& schema(std::uint32_t index) const { return *entries_[index].schema; }
  std::size_t schema_count() const { return entries_.size(); }
  const Digest& schema_digest(std::uint32_t index) const { return entries_[index].digest; }

  bool keeps_all_inside() const { return sink_ == nullptr; }
  ContentRef put_array(std::span<const std::byte> bytes) { return sink_->put_array(bytes); }

  /// Without a sink nothing is stored yet, and what is named may come later.
  void keep(const BlobReference& named) {
    if (sink_ != nullptr) sink_->keep(named);
  }

  ArtifactId put_files(const std::function<void(FileWriter&)>& write) { return sink_->put_files(write); }

  Digest put_segment(std::span<const std::byte> bytes) { return sink_->put_segment(bytes); }

  /// The digest of its schema. Throws invalid_argument as Encoder::message.
  Digest put_message_schema(const Message& message);
  /// A schema that was put.
  const Message::Bytes& message_schema(const Digest& digest) const;
  const auto& message_schemas() const { return whole_.message_schemas_; }

  /// Begins a list at `place` whose elements are in `scope`.
  ListEncoder open_segmented(wire::Value::Builder place, std::uint64_t size, const detail::EncodeScope& scope);
  /// The place of its element. Ends the long lists that were begun after this one.
  Encoder segmented_place(std::uint64_t number, std::uint64_t index);
  /// Ends all and, if values are shared, makes the value of `root` the root of their graph.
  void finish(wire::StoredObject::Builder root);

  /// Of the whole object.
  SharedValues& shared_values() { return whole_.shared_; }

  /// Throw limit if there are more than an object may have.
  void count_elements(std::uint64_t count);
  std::uint64_t elements() const { return elements_; }
  void expect_entries(std::uint64_t count);
  void count_entry() { --entries_missing_; }
  /// Throws invalid_argument if a map got fewer entries than it was said to have. To be called at the end.
  void require_whole_maps() const;

 private:
  struct Entry {
    const Schema* schema;
    std::shared_ptr<const Schema> owned;  // empty if it is static
    Digest digest;
  };

  struct MessageSchema {
    std::shared_ptr<const Message::Bytes> bytes;
    std::vector<std::uint64_t> struct_ids;
    Digest digest;
  };

  std::uint32_t add(Entry entry);
  void finish_segmented();
  void count(std::uint64_t count);

  EncodeContext& whole_;
  ObjectSink* sink_;
  const ObjectOptions& options_;
  std::vector<Entry> entries_;
  std::uint64_t elements_ = 0;
  std::uint64_t entries_missing_ = 0;

  // Of the whole object.
  std::uint64_t total_ = 0;  // elements and entries
  std::uint64_t lists_ = 0;  // long ones begun
  std::vector<std::unique_ptr<SegmentedListWriter>> open_lists_;
  SharedValues shared_;
  std::vector<MessageSchema> message_schemas_;  // distinct
};

/// The canonical bytes of a StoredObject whose value is written, after it got its schemas; throws limit.
std::vector<std::byte> finish_object(capnp::MessageBuilder& message, EncodeContext& context);
/// For messages that were encoded a moment ago.
capnp::ReaderOptions trusted_reader_options();

using ValueListBuilder = capnp::List<wire::Value>::Builder;
using EntryListBuilder = capnp::List<wire::MapEntry>::Builder;

/// Between the opaque handles of encoder.h and the builders in them.
struct EncoderAccess {
  static const detail::EncodeScope& scope(const Encoder& encoder) { return encoder.scope_; }
  static Encoder encoder(wire::Value::Builder place, const detail::EncodeScope& scope) {
    Encoder encoder;
    set_handle(encoder.place_, place);
    encoder.scope_ = scope;
    return encoder;
  }
  /// Of a list of values.
  static Encoder element(const detail::Handle<40>& list, unsigned index, const detail::EncodeScope& scope) {
    auto builder = get_handle<capnp::_::ListBuilder>(list);
    Encoder encoder;
    set_handle(encoder.place_, builder.getStructElement(index * capnp::ELEMENTS));
    encoder.scope_ = scope;
    return encoder;
  }
  static ListEncoder list(ValueListBuilder elements, const detail::EncodeScope& scope) {
    ListEncoder encoder;
    set_handle(encoder.elements_, elements);
    encoder.scope_ = scope;
    return encoder;
  }
  static ListEncoder segmented_list(std::uint64_t number, const detail::EncodeScope& scope) {
    ListEncoder encoder = list({}, scope);
    encoder.segmented_ = number;
    return encoder;
  }
  static MapEncoder map(EntryListBuilder entries, const detail::EncodeScope& scope) {
    MapEncoder encoder;
    set_handle(encoder.entries_, entries);
    encoder.scope_ = scope;
    encoder.next_ = 0;
    return encoder;
  }
};

}  // namespace cairn::format
