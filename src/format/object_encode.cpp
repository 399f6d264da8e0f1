#include <cairn/codec/value.h>

#include <fmt/format.h>

#include "format/blob.h"
#include "format/canonical.h"
#include "format/decode_context.h"
#include "format/encode_context.h"
#include "format/object.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "object";
constexpr std::size_t kScratchWords = 256;  // small objects are built on the stack

// What decode_object would refuse is refused here.
void check_limits(std::size_t bytes, const EncodeContext& context) {
  if (bytes > context.options().limits.object_bytes) throw_object_size(bytes, context.options().limits);
  if (context.schema_count() > kSchemasMax)
    throw Error(ErrorCode::limit, fmt::format("object with {} schemas, expected at most {}", context.schema_count(), kSchemasMax));
  // An element that is not null takes a word at least.
  const std::uint64_t elements_max = bytes / sizeof(capnp::word) + kEmptyElementsMax;
  if (context.elements() > elements_max)
    throw Error(ErrorCode::limit, fmt::format("object with {} list elements, nearly all null: expected at most {}",
                                              context.elements(), elements_max));
}

void set_schemas(wire::StoredObject::Builder root, const EncodeContext& context) {
  if (context.schema_count() == 0) return;
  auto schemas = root.initSchemas(static_cast<unsigned>(context.schema_count()));
  for (unsigned i = 0; i < schemas.size(); ++i) set_digest(schemas[i], context.schema_digest(i));
}

}  // namespace

void throw_object_size(std::uint64_t bytes, const Limits& limits) {
  throw Error(ErrorCode::limit, fmt::format("object of {} bytes, expected at most {}", bytes, limits.object_bytes));
}

capnp::ReaderOptions trusted_reader_options() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = UINT64_MAX;
  options.nestingLimit = 3 * static_cast<int>(kDepthMost) + 16;
  return options;
}

std::vector<std::byte> finish_object(capnp::MessageBuilder& message, EncodeContext& context) {
  context.require_whole_maps();
  set_schemas(message.getRoot<wire::StoredObject>(), context);
  std::vector<std::byte> bytes = canonical_form(message.getSegmentsForOutput(), kWhat);
  check_limits(bytes.size(), context);
  return bytes;
}

namespace {

/// Where what is only looked at goes.
class NoSink : public ObjectSink {
 public:
  Digest put_segment(std::span<const std::byte>) override { return {}; }
  ContentRef put_array(std::span<const std::byte>) override { return {}; }
  Digest put_schema(const Schema&) override { return {}; }
  Digest put_message_schema(std::span<const std::byte> bytes) override {
    return blob_digest(BlobKind::message_schema, 0, bytes);
  }
  ArtifactId put_files(const std::function<void(FileWriter&)>&) override { return {}; }
  void keep(const BlobReference&) override {}
};

std::vector<std::byte> encode_into(const Encodable& value, ObjectSink& sink, const ObjectOptions& options) {
  capnp::word scratch[kScratchWords];
  std::memset(scratch, 0, sizeof scratch);
  try {
    capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, kScratchWords));
    auto root = message.initRoot<wire::StoredObject>();
    EncodeContext context(root, &sink, options);
    value.encode(EncoderAccess::encoder(root.initValue(), {&context, 0, false}));
    context.finish(root);
    return finish_object(message, context);
  } catch (const kj::Exception& exception) {
    throw_wire_error(ErrorCode::limit, kWhat, exception);
  }
}

}  // namespace

std::vector<std::byte> encode_object(const Encodable& value, ObjectSink& sink, const ObjectOptions& options) {
  if (value.may_be_refused()) {  // large arrays go to disk as they come: nothing may, of what is refused later
    NoSink nowhere;
    (void)encode_into(value, nowhere, options);
  }
  return encode_into(value, sink, options);
}

}  // namespace cairn::format

namespace cairn {

Value to_value(const Encodable& value) {
  try {
    capnp::MallocMessageBuilder message;
    auto root = message.initRoot<wire::StoredObject>();
    const format::ObjectOptions options;
    format::EncodeContext context(root, nullptr, options);
    value.encode(format::EncoderAccess::encoder(root.initValue(), {&context, 0, false}));
    context.finish(root);
    context.require_whole_maps();
    format::DecodeContext decoding(context);
    return decode_value(decoding.root(root.asReader().getValue()));
  } catch (const kj::Exception& exception) {
    format::throw_wire_error(ErrorCode::limit, "value", exception);
  }
}

}  // namespace cairn
