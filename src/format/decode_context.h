// What the decoders of one object share, and the way from them to the readers they stand for.
// For src/format/*.cpp only.
#pragma once

#include <cairn/decoder.h>

#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "format/encode_context.h"
#include "format/handle.h"
#include "format/object.h"
#include "format/wire.h"

namespace cairn::format {

using ValueListReader = capnp::List<wire::Value>::Reader;
using EntryListReader = capnp::List<wire::MapEntry>::Reader;

class LoadedObjects;

/// The schemas and arrays of the object that is being decoded.
class DecodeContext {
 public:
  /// `words` is the size of the object.
  DecodeContext(ObjectSource& source, const ObjectOptions& options, capnp::List<wire::Digest>::Reader schemas,
                std::uint64_t words);
  /// Of a segment, a message with schemas of its own. All else is that of the whole object.
  DecodeContext(DecodeContext& around, capnp::List<wire::Digest>::Reader schemas, std::uint64_t words);
  /// For an object that has just been encoded without a sink.
  explicit DecodeContext(const EncodeContext& encoded);
  ~DecodeContext();

  /// Throws damaged if the object has no schema of that number. Loaded when it is first asked for.
  const Schema& schema(std::uint32_t index);
  void read_array(const ContentRef& content, std::uint64_t offset, std::span<std::byte> out);
  /// Lists of nulls take no room, so a few bytes can claim any number; throws damaged when they add up to too many.
  void check_elements(const ValueListReader& list);
  /// Throws limit when more are handed out than one call may read.
  void count_elements(std::uint64_t count);

  std::vector<std::byte> get_segment(const Digest& digest);
  std::unique_ptr<const FileReader> open_files(const ArtifactId& id);

  /// Of the whole object.
  LoadedObjects& loaded_objects();
  /// To be called when the object has been read.
  void resolve_links();

  /// What is handed to the reader of an object: `value`, or the root of the graph that it is.
  Decoder root(wire::Value::Reader value);
  /// Throws damaged if the object has no shared value of that number.
  Decoder shared_value(std::uint32_t number, const detail::DecodeScope& scope);
  /// Throws damaged if it is none, or does not have a struct of that type.
  std::shared_ptr<const Message::Bytes> message_schema(const Digest& digest, std::uint64_t type_id);
  const ObjectOptions& options() const { return options_; }
  /// Of the root of the object.
  detail::DecodeScope root_scope();

 private:
  struct Entry {
    Digest digest;
    const Schema* schema = nullptr;
    std::shared_ptr<const Schema> owned;
  };

  struct MessageSchema {
    std::shared_ptr<const Message::Bytes> bytes;
    std::vector<std::uint64_t> struct_ids;
  };

  void add_schemas(capnp::List<wire::Digest>::Reader schemas);

  DecodeContext& whole_;
  ObjectSource* source_ = nullptr;
  const ObjectOptions& options_;
  // Of the whole object.
  std::uint64_t elements_ = 0;
  ValueListReader shared_;
  std::unique_ptr<LoadedObjects> loaded_;  // when there are some
  std::unordered_map<Digest, MessageSchema> message_schemas_;

  std::vector<Entry> schemas_;
  std::uint64_t empty_elements_ = 0;
  std::unordered_set<const void*> empty_lists_;  // by their place, for they may be looked at more than once
  std::uint64_t empty_elements_max_ = UINT64_MAX;
};

/// Between the opaque handles of decoder.h and the readers in them.
struct DecoderAccess {
  static const detail::DecodeScope& scope(const Decoder& decoder) { return decoder.scope_; }
  static Decoder decoder(wire::Value::Reader place, const detail::DecodeScope& scope) {
    Decoder decoder;
    set_handle(decoder.place_, place);
    decoder.scope_ = scope;
    return decoder;
  }
  /// Of a list of values.
  static Decoder element(const detail::Handle<48>& list, unsigned index, const detail::DecodeScope& scope) {
    Decoder decoder;
    set_handle(decoder.place_, get_handle<capnp::_::ListReader>(list).getStructElement(index * capnp::ELEMENTS));
    decoder.scope_ = scope;
    return decoder;
  }
  static DecodeContext& context(const Decoder& decoder) { return *decoder.scope_.context; }
  static ListDecoder list(ValueListReader elements, const detail::DecodeScope& scope) {
    ListDecoder decoder;
    set_handle(decoder.elements_, elements);
    decoder.scope_ = scope;
    decoder.size_ = elements.size();
    return decoder;
  }
  static ListDecoder segmented_list(wire::SegmentedList::Reader list, const detail::DecodeScope& scope);
  static MapDecoder map(EntryListReader entries, const detail::DecodeScope& scope) {
    MapDecoder decoder;
    set_handle(decoder.entries_, entries);
    decoder.scope_ = scope;
    decoder.size_ = entries.size();
    return decoder;
  }
  static ArrayDecoder array(wire::Array::Reader place, const detail::DecodeScope& scope);
  static MessageDecoder message(wire::Message::Reader place, const detail::DecodeScope& scope);
  template <class Part>
  static const detail::Handle<48>& place(const Part& part) {
    return part.place_;
  }
  /// Null if the elements are in the object.
  static const SegmentedListReader* segments(const ListDecoder& list) { return list.segments_.get(); }
};

/// True if the elements of the list are of no size, so that the list's length says nothing about its room.
bool has_empty_elements(const ValueListReader& list);

}  // namespace cairn::format
