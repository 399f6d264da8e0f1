// Decoder and its kin over Cap'n Proto readers. The bytes may be anything: all that is found is checked where it is
// used, and what kj throws becomes Error(damaged) before it leaves.
#include <cairn/decoder.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "base/bytes.h"
#include "format/array_size.h"
#include "format/decode_context.h"
#include "format/content_wire.h"

namespace cairn {

namespace {

using format::DecoderAccess;
using format::throw_damaged;

static_assert(std::is_trivially_copyable_v<wire::Value::Reader>);
static_assert(sizeof(wire::Value::Reader) == 48 && sizeof(format::ValueListReader) == 48);

constexpr std::string_view kWhat = "object";

wire::Value::Reader reader_of(const detail::Handle<48>& place) { return std::bit_cast<wire::Value::Reader>(place); }

// Whatever `read` finds wrong with a pointer is damage.
template <class Read>
auto checked(Read&& read) {
  try {
    return read();
  } catch (const kj::Exception& exception) {
    format::throw_wire_error(ErrorCode::damaged, kWhat, exception);
  }
}

detail::DecodeScope inside(const detail::DecodeScope& scope) {
  if (scope.depth >= kDepthMax)
    throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", kDepthMax));
  return {scope.context, static_cast<std::uint16_t>(scope.depth + 1)};
}

std::string describe(const Decoder& in) {
  switch (in.kind()) {
    case ValueKind::object: {
      const ObjectDecoder object = in.object();
      return fmt::format("object of {}", object.class_name());
    }
    case ValueKind::array: {
      const ArrayDecoder array = in.array();
      return fmt::format("array of {} with shape [{}]", dtype_name(array.dtype()), fmt::join(array.shape(), ", "));
    }
    default: return std::string(value_kind_name(in.kind()));
  }
}

void expect_kind(const Decoder& in, ValueKind expected) {
  if (in.kind() != expected) in.mismatch(value_kind_name(expected));
}

template <class Found>
[[noreturn]] void throw_range(Found found, std::int64_t least, std::uint64_t most) {
  throw Error(ErrorCode::type_mismatch, fmt::format("expected an integer from {} to {}, found {}", least, most, found));
}

[[noreturn]] void throw_read_past_end(std::size_t size) {
  throw Error(ErrorCode::invalid_argument, fmt::format("read past the end of a list or map of {}", size));
}

}  // namespace

namespace detail {

void throw_out_of_range(std::int64_t found, std::int64_t least, std::uint64_t most) { throw_range(found, least, most); }
void throw_out_of_range(std::uint64_t found, std::int64_t least, std::uint64_t most) { throw_range(found, least, most); }

}  // namespace detail

std::string_view value_kind_name(ValueKind kind) {
  static constexpr std::string_view kNames[] = {
      "null", "boolean", "integer", "integer", "real",  "text",
      "bytes", "list",   "map",     "object",  "array", "object reference",
      "artifact reference", "node reference"};
  return kNames[static_cast<std::size_t>(kind)];
}

ValueKind Decoder::kind() const {
  const auto which = static_cast<unsigned>(reader_of(place_).which());
  static_assert(static_cast<unsigned>(wire::Value::NODE_REF) == static_cast<unsigned>(ValueKind::node_ref));
  if (which > static_cast<unsigned>(ValueKind::node_ref))
    throw_damaged(kWhat, fmt::format("a value of unknown kind {}", which));
  return static_cast<ValueKind>(which);
}

void Decoder::mismatch(std::string_view expected) const {
  throw Error(ErrorCode::type_mismatch, fmt::format("expected {}, found {}", expected, describe(*this)));
}

bool Decoder::boolean() const {
  expect_kind(*this, ValueKind::boolean);
  return reader_of(place_).getBoolean();
}

std::int64_t Decoder::int64() const {
  expect_kind(*this, ValueKind::integer);
  return reader_of(place_).getInteger();
}

std::uint64_t Decoder::natural() const {
  expect_kind(*this, ValueKind::natural);
  const std::uint64_t value = reader_of(place_).getNatural();
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    throw_damaged(kWhat, "a natural below 2^63");  // which is an integer: each number has one form
  return value;
}

double Decoder::real() const {
  expect_kind(*this, ValueKind::real);
  return reader_of(place_).getReal();
}

std::string_view Decoder::text() const {
  expect_kind(*this, ValueKind::text);
  const std::string_view text = checked([&] { return format::text_view(reader_of(place_).getText()); });
  if (!base::is_utf8(text)) throw_damaged(kWhat, "a text that is not UTF-8");
  return text;
}

std::span<const std::byte> Decoder::bytes() const {
  expect_kind(*this, ValueKind::bytes);
  return base::as_bytes(checked([&] { return format::data_view(reader_of(place_).getBytes()); }));
}

ObjectId Decoder::object_ref() const {
  expect_kind(*this, ValueKind::object_ref);
  return checked([&] { return ObjectId{format::get_digest(reader_of(place_).getObjectRef())}; });
}

ArtifactId Decoder::artifact_ref() const {
  expect_kind(*this, ValueKind::artifact_ref);
  return checked([&] { return ArtifactId{format::get_digest(reader_of(place_).getArtifactRef())}; });
}

Uuid Decoder::node_ref() const {
  expect_kind(*this, ValueKind::node_ref);
  return checked([&] { return format::get_uuid(reader_of(place_).getNodeRef()); });
}

ListDecoder Decoder::list() const {
  expect_kind(*this, ValueKind::list);
  return checked([&] {
    const auto list = reader_of(place_).getList();
    scope_.context->check_elements(list);
    return DecoderAccess::list(list, inside(scope_));
  });
}

MapDecoder Decoder::map() const {
  expect_kind(*this, ValueKind::map);
  return checked([&] {
    const auto map = reader_of(place_).getMap();
    return DecoderAccess::map(map, inside(scope_));
  });
}

ObjectDecoder Decoder::object() const {
  expect_kind(*this, ValueKind::object);
  return checked([&] {
    const auto object = reader_of(place_).getObject();
    const Schema& schema = scope_.context->schema(object.getSchema());
    const auto fields = object.getFields();
    if (fields.size() != schema.fields.size())
      throw_damaged(kWhat, fmt::format("an object of {} with {} fields, its schema has {}", schema.class_name,
                                       fields.size(), schema.fields.size()));
    scope_.context->check_elements(fields);
    return ObjectDecoder(schema, DecoderAccess::list(fields, inside(scope_)));
  });
}

ArrayDecoder Decoder::array() const {
  expect_kind(*this, ValueKind::array);
  return checked([&] { return DecoderAccess::array(reader_of(place_).getArray(), scope_); });
}

Decoder ListDecoder::operator[](std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  return DecoderAccess::decoder(std::bit_cast<format::ValueListReader>(elements_)[static_cast<unsigned>(index)],
                                scope_);
}

Decoder MapDecoder::key(std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  return checked([&] {
    const auto entries = std::bit_cast<format::EntryListReader>(entries_);
    return DecoderAccess::decoder(entries[static_cast<unsigned>(index)].getKey(), scope_);
  });
}

Decoder MapDecoder::value(std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  return checked([&] {
    const auto entries = std::bit_cast<format::EntryListReader>(entries_);
    return DecoderAccess::decoder(entries[static_cast<unsigned>(index)].getValue(), scope_);
  });
}

std::optional<Decoder> ObjectDecoder::find(std::string_view field_name) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (name(i) == field_name) return field(i);
  return std::nullopt;
}

}  // namespace cairn
