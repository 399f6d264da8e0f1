#include <fmt/format.h>

#include "format/content_wire.h"
#include "format/decode_context.h"
#include "format/object.h"
#include "format/object_message.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "object";

/// Collects the references of one value after the other.
class ReferenceWalk {
 public:
  explicit ReferenceWalk(ObjectReferences& found) : found_(found) {}

  void value(wire::Value::Reader in, unsigned depth) {
    switch (in.which()) {
      case wire::Value::LIST: return list(in.getList(), deeper(depth));
      case wire::Value::SEGMENTED_LIST: return segments(in.getSegmentedList());
      case wire::Value::OBJECT: return list(in.getObject().getFields(), deeper(depth));
      case wire::Value::MAP: return map(in.getMap(), deeper(depth));
      case wire::Value::ARRAY: return array(in.getArray());
      case wire::Value::OBJECT_REF: return blob(BlobKind::object, in.getObjectRef());
      case wire::Value::ARTIFACT_REF: return blob(BlobKind::artifact, in.getArtifactRef());
      case wire::Value::TUPLE: return list(in.getTuple(), deeper(depth));
      case wire::Value::SET: return list(in.getSet(), deeper(depth));
      case wire::Value::ENUMERATOR: return value(in.getEnumerator().getValue(), deeper(depth));
      case wire::Value::QUANTITY: return value(in.getQuantity().getMagnitude(), deeper(depth));
      case wire::Value::LOSSY: return value(in.getLossy().getRest(), deeper(depth));
      case wire::Value::GRAPH: return graph(in.getGraph(), depth);
      case wire::Value::MESSAGE: return message(in.getMessage());
      case wire::Value::NODE_REF: return found_.nodes.push_back(get_uuid(in.getNodeRef()));
      default: return;
    }
  }

 private:
  static unsigned deeper(unsigned depth) {
    if (depth >= kDepthMost) throw_damaged(kWhat, fmt::format("values nest deeper than {}", kDepthMost));
    return depth + 1;
  }

  void blob(BlobKind kind, wire::Digest::Reader digest) { found_.blobs.push_back({kind, get_digest(digest)}); }

  void list(ValueListReader elements, unsigned depth) {
    if (has_empty_elements(elements)) return;  // nulls, however many
    for (const auto element : elements) value(element, depth);
  }

  void graph(wire::Graph::Reader in, unsigned depth) {
    if (depth != 0) throw_damaged(kWhat, "a graph inside a value");
    list(in.getShared(), deeper(depth));
    if (in.getRoot().isGraph()) throw_damaged(kWhat, "a graph inside a value");
    value(in.getRoot(), depth);
  }

  void segments(wire::SegmentedList::Reader list) {
    for (const auto segment : list.getSegments()) found_.blobs.push_back({BlobKind::list_segment, {get_high_low(segment)}});
  }

  void map(EntryListReader entries, unsigned depth) {
    for (const auto entry : entries) {
      value(entry.getKey(), depth);
      value(entry.getValue(), depth);
    }
  }

  void array(wire::Array::Reader in) {
    if (in.which() == wire::Array::CONTENT) content(in.getContent());
  }

  void message(wire::Message::Reader in) {
    blob(BlobKind::message_schema, in.getSchema());
    if (in.which() == wire::Message::CONTENT) content(in.getContent());
  }

  void content(wire::Content::Reader in) {
    for (const BlobReference& reference : content_references(get_content(in, kWhat))) found_.blobs.push_back(reference);
  }

  ObjectReferences& found_;
};

}  // namespace

void decode_object(std::span<const std::byte> bytes, ObjectSource& source,
                   const std::function<void(const Decoder&)>& read, const ObjectOptions& options) {
  ObjectMessage message(bytes, options.limits);
  try {
    DecodeContext context(source, options, message.root().getSchemas(), message.words());
    read(context.root(message.root().getValue()));
    context.resolve_links();
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
}

ObjectReferences object_references(std::span<const std::byte> bytes) {
  constexpr Limits kWidest{.depth = kDepthMost};
  ObjectReferences found;
  ObjectMessage message(bytes, kWidest);
  try {
    for (const auto schema : message.root().getSchemas())
      found.blobs.push_back({BlobKind::schema, get_digest(schema)});
    ReferenceWalk(found).value(message.root().getValue(), 0);
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
  return found;
}

}  // namespace cairn::format
