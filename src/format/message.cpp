// Message, and MessageDecoder: a message in its object or in chunks outside it.
#include <cairn/decoder.h>
#include <cairn/error.h>
#include <cairn/message.h>


#include "format/content_wire.h"
#include "format/decode_context.h"
#include "format/message_schema.h"
#include "format/object_message.h"

namespace cairn {

namespace {

constexpr std::string_view kWhat = "message";

}  // namespace

Message::Message(std::uint64_t type_id, std::shared_ptr<const Bytes> schema, Bytes data)
    : type_id_(type_id), schema_(std::move(schema)), data_(std::move(data)) {
  if (!schema_) schema_ = std::make_shared<const Bytes>();
}

std::strong_ordering operator<=>(const Message& a, const Message& b) {
  if (const auto by_type = a.type_id_ <=> b.type_id_; by_type != 0) return by_type;
  if (const auto by_data = a.data_ <=> b.data_; by_data != 0) return by_data;
  return a.schema_ == b.schema_ ? std::strong_ordering::equal : *a.schema_ <=> *b.schema_;
}

MessageDecoder format::DecoderAccess::message(wire::Message::Reader place, const detail::DecodeScope& scope) {
  MessageDecoder decoder;
  decoder.type_id_ = place.getTypeId();
  switch (place.which()) {
    case wire::Message::INLINE: decoder.size_bytes_ = place.getInline().size(); break;
    case wire::Message::CONTENT: decoder.size_bytes_ = get_content(place.getContent(), kWhat).size; break;
    default: throw_damaged(kWhat, "of an unknown form");
  }
  set_handle(decoder.place_, place);
  decoder.scope_ = scope;
  return decoder;
}

Message MessageDecoder::read() const {
  const auto message = format::get_handle<wire::Message::Reader>(place_);
  const Limits& limits = scope_.context->options().limits;
  if (size_bytes_ > limits.object_bytes) format::throw_object_size(size_bytes_, limits);  // before there is room for it
  try {
    Message::Bytes data(static_cast<std::size_t>(size_bytes_));
    if (message.which() == wire::Message::CONTENT)
      scope_.context->read_array(format::get_content(message.getContent(), kWhat), 0, data);
    else if (size_bytes_ != 0)
      std::memcpy(data.data(), message.getInline().begin(), data.size());
    format::check_message(data, limits);
    auto schema = scope_.context->message_schema(format::get_digest(message.getSchema()), type_id_);
    return Message(type_id_, std::move(schema), std::move(data));
  } catch (const kj::Exception& exception) {
    format::throw_object_error(exception);
  }
}

}  // namespace cairn
