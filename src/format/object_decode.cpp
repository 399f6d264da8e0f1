#include <fmt/format.h>

#include "format/decode_context.h"
#include "format/content_wire.h"
#include "format/object.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "object";

// Only the canonical form is an object. It has no two pointers to one place, so walking all of it costs no more than
// its size, whoever made it.
template <class Read>
void read_canonical(std::span<const std::byte> bytes, Read&& read) {
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0) throw_damaged(kWhat, "its size is not whole words");
  if (bytes.size() > kObjectBytesMax + sizeof(capnp::word)) throw_damaged(kWhat, "it is larger than any object");
  std::vector<std::uint64_t> aligned;
  const void* data = bytes.data();
  if (reinterpret_cast<std::uintptr_t>(data) % alignof(std::uint64_t) != 0) {
    aligned.resize(bytes.size() / sizeof(capnp::word));
    std::memcpy(aligned.data(), data, bytes.size());
    data = aligned.data();
  }
  capnp::ReaderOptions options;
  options.traversalLimitInWords = UINT64_MAX;  // see above: canonical form is the limit
  options.nestingLimit = kObjectNestingMax;
  try {
    const kj::ArrayPtr<const capnp::word> segment(static_cast<const capnp::word*>(data),
                                                  bytes.size() / sizeof(capnp::word));
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
    if (!message.isCanonical()) throw_damaged(kWhat, "it is not in canonical form");
    const auto root = message.getRoot<wire::StoredObject>();
    if (root.getSchemas().size() > kSchemasMax) throw_damaged(kWhat, "too many schemas");
    read(root);
  } catch (const kj::Exception& exception) {
    throw_wire_error(ErrorCode::damaged, kWhat, exception);
  }
}

/// Collects the references of one value after the other.
class ReferenceWalk {
 public:
  explicit ReferenceWalk(ObjectReferences& found) : found_(found) {}

  void value(wire::Value::Reader in, unsigned depth) {
    switch (in.which()) {
      case wire::Value::LIST: return list(in.getList(), deeper(depth));
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
      case wire::Value::NODE_REF: return found_.nodes.push_back(get_uuid(in.getNodeRef()));
      default: return;
    }
  }

 private:
  static unsigned deeper(unsigned depth) {
    if (depth >= kDepthMax) throw_damaged(kWhat, fmt::format("values nest deeper than {}", kDepthMax));
    return depth + 1;
  }

  void blob(BlobKind kind, wire::Digest::Reader digest) { found_.blobs.push_back({kind, get_digest(digest)}); }

  void list(ValueListReader elements, unsigned depth) {
    if (has_empty_elements(elements)) return;  // nulls, however many
    for (const auto element : elements) value(element, depth);
  }

  void map(EntryListReader entries, unsigned depth) {
    for (const auto entry : entries) {
      value(entry.getKey(), depth);
      value(entry.getValue(), depth);
    }
  }

  void array(wire::Array::Reader in) {
    if (in.which() != wire::Array::CONTENT) return;
    for (const BlobReference& reference : content_references(get_content(in.getContent(), kWhat)))
      found_.blobs.push_back(reference);
  }

  ObjectReferences& found_;
};

}  // namespace

void decode_object(std::span<const std::byte> bytes, ObjectSource& source,
                   const std::function<void(const Decoder&)>& read) {
  read_canonical(bytes, [&](wire::StoredObject::Reader root) {
    DecodeContext context(source, root.getSchemas(), bytes.size() / sizeof(capnp::word));
    read(DecoderAccess::decoder(root.getValue(), {&context, 0}));
  });
}

ObjectReferences object_references(std::span<const std::byte> bytes) {
  ObjectReferences found;
  read_canonical(bytes, [&](wire::StoredObject::Reader root) {
    for (const auto schema : root.getSchemas()) found.blobs.push_back({BlobKind::schema, get_digest(schema)});
    ReferenceWalk(found).value(root.getValue(), 0);
  });
  return found;
}

}  // namespace cairn::format
