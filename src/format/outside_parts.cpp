#include "format/outside_parts.h"

#include "format/content_wire.h"
#include "format/decode_context.h"
#include "format/object_message.h"
#include "format/segmented_list_reader.h"

namespace cairn::format {

namespace {

template <class Wire, class Part>
std::optional<ContentRef> outside(const Part& part, std::string_view what) {
  const auto place = get_handle<typename Wire::Reader>(DecoderAccess::place(part));
  if (place.which() != Wire::CONTENT) return std::nullopt;
  try {
    return get_content(place.getContent(), what);
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
}

}  // namespace

std::optional<ContentRef> content_of(const ArrayDecoder& array) { return outside<wire::Array>(array, "array"); }
std::optional<ContentRef> content_of(const MessageDecoder& message) { return outside<wire::Message>(message, "message"); }

Digest schema_of(const MessageDecoder& message) {
  try {
    return get_digest(get_handle<wire::Message::Reader>(DecoderAccess::place(message)).getSchema());
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
}

std::vector<ListSegment> segments_of(const ListDecoder& list) {
  const SegmentedListReader* segments = DecoderAccess::segments(list);
  if (segments == nullptr) return {};
  try {
    return segments->segments();
  } catch (const kj::Exception& exception) {
    throw_object_error(exception);
  }
}

}  // namespace cairn::format
