#include "object/abbreviation.h"

#include <cairn/codec/value.h>
#include <cairn/text.h>

#include <algorithm>

namespace cairn::object {

namespace {

constexpr std::size_t kElementsShown = 8;
constexpr unsigned kDepthShown = 3;
constexpr std::size_t kTextShown = 120;
constexpr TextOptions kShown{
    .form = TextForm::line, .elements_max = kElementsShown, .text_max = kTextShown, .depth_max = kDepthShown, .bytes_max = 300};

// What is cut off is one element or byte too many, and printed as dots.
constexpr std::size_t kElementsRead = kElementsShown + 1;
constexpr std::size_t kBytesRead = 4 * kTextShown + 4;  // a character has at most four

Value beginning(const Decoder& in, unsigned depth);

List elements(const ListDecoder& list, unsigned depth) {
  List values;
  const std::size_t count = std::min(list.size(), depth == kDepthShown ? 1 : kElementsRead);
  for (std::size_t i = 0; i < count; ++i) values.push_back(depth == kDepthShown ? Value() : beginning(list[i], depth + 1));
  return values;
}

Set set_elements(const ListDecoder& list, unsigned depth) {
  Set set;
  for (Value& value : elements(list, depth)) set.insert(std::move(value));
  return set;
}

Map entries(const MapDecoder& map, unsigned depth) {
  Map values;
  const std::size_t count = std::min(map.size(), depth == kDepthShown ? 1 : kElementsRead);
  for (std::size_t i = 0; i < count; ++i)
    values.put(beginning(map.key(i), kDepthShown), depth == kDepthShown ? Value() : beginning(map.value(i), depth + 1));
  return values;
}

Object fields(const ObjectDecoder& object, unsigned depth) {
  Object values(object.class_name(), object.class_version(), {});
  const std::size_t count = std::min(object.size(), depth == kDepthShown ? 1 : kElementsRead);
  for (std::size_t i = 0; i < count; ++i)
    values.fields.push_back({object.name(i), depth == kDepthShown ? Value() : beginning(object.field(i), depth + 1)});
  return values;
}

// Not cut within a character: that would be no text.
std::string_view beginning_of(std::string_view text) {
  if (text.size() <= kBytesRead) return text;
  std::size_t size = kBytesRead;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

// Of fewer elements than its shape says; it is only printed.
Array first_elements(const ArrayDecoder& array) {
  const std::uint64_t count = std::min<std::uint64_t>(array.element_count(), kElementsRead);
  Array first{array.dtype(), array.shape(), Bytes(static_cast<std::size_t>(count * dtype_size(array.dtype())))};
  array.read(0, first.data);
  return first;
}

Value message(const Decoder& in) {
  const MessageDecoder message = in.message();
  return message.size_bytes() <= kBytesRead ? Value(message.read()) : Value(Lossy("message", message.size_bytes()));
}

Value beginning(const Decoder& in, unsigned depth) {
  switch (in.kind()) {
    case ValueKind::text: return Value(beginning_of(in.text()));
    case ValueKind::bytes: {
      const auto bytes = in.bytes().first(std::min(in.bytes().size(), kBytesRead));
      return Bytes(bytes.begin(), bytes.end());
    }
    case ValueKind::path: return Path{std::string(in.path().substr(0, kBytesRead))};
    case ValueKind::list: return elements(in.list(), depth);
    case ValueKind::tuple: return Tuple{elements(in.tuple(), depth)};
    case ValueKind::set: return set_elements(in.set(), depth);
    case ValueKind::map: return entries(in.map(), depth);
    case ValueKind::object: return fields(in.object(), depth);
    case ValueKind::array: return first_elements(in.array());
    case ValueKind::message: return message(in);
    case ValueKind::shared: return beginning(in.without_sharing(), depth);
    case ValueKind::enumerator: {
      const EnumeratorDecoder one = in.enumerator();
      return Enumerator(std::string(one.type), std::string(one.name),
                        depth == kDepthShown ? Value() : beginning(one.value, depth + 1));
    }
    case ValueKind::quantity: {
      const QuantityDecoder quantity = in.quantity();
      return Quantity(depth == kDepthShown ? Value() : beginning(quantity.magnitude, depth + 1), std::string(quantity.unit));
    }
    case ValueKind::lossy: {
      const LossyDecoder lossy = in.lossy();
      return Lossy(std::string(lossy.type), depth == kDepthShown ? Value() : beginning(lossy.rest, depth + 1));
    }
    default: return decode_value(in);
  }
}

}  // namespace

std::string abbreviated_text(const Decoder& in) { return to_text(beginning(in, 0), kShown); }

}  // namespace cairn::object
