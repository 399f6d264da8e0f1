// Decoder and its kin over Cap'n Proto readers. The bytes may be anything: all that is found is checked where it is
// used, and what kj throws becomes Error(damaged) before it leaves.
#include <cairn/decoder.h>
#include <cairn/error.h>
#include <cairn/files.h>

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "base/bytes.h"
#include "format/array_size.h"
#include "format/content_wire.h"
#include "format/decode_context.h"
#include "format/segmented_list_reader.h"

namespace cairn {

namespace {

using format::DecoderAccess;
using format::throw_damaged;

static_assert(std::is_trivially_copyable_v<wire::Value::Reader>);
static_assert(sizeof(wire::Value::Reader) == 48 && sizeof(format::ValueListReader) == 48);

constexpr std::string_view kWhat = "object";

const wire::Value::Reader& reader_of(const detail::Handle<48>& place) {
  return format::get_handle<wire::Value::Reader>(place);
}

// Whatever `read` finds wrong with a pointer is damage.
template <class Read>
auto checked(Read&& read) {
  try {
    return read();
  } catch (const kj::Exception& exception) {
    format::throw_object_error(exception);
  }
}

detail::DecodeScope inside(const detail::DecodeScope& scope) {
  const unsigned depth_max = scope.context->options().limits.depth;
  if (scope.depth >= depth_max)
    throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", depth_max));
  detail::DecodeScope deeper = scope;
  ++deeper.depth;
  return deeper;
}

ListDecoder checked_list(format::ValueListReader list, const detail::DecodeScope& scope) {
  scope.context->check_elements(list);
  scope.context->count_elements(list.size());
  return DecoderAccess::list(list, inside(scope));
}

std::string_view utf8(capnp::Text::Reader stored) {
  const std::string_view text = format::text_view(stored);
  if (!base::is_utf8(text)) throw_damaged(kWhat, "a text that is not UTF-8");
  return text;
}

template <class Time>
Time valid_time(Time time) {
  if (!time.is_valid()) throw_damaged(kWhat, "a date, time or duration that is out of range");
  return time;
}

Zone get_zone(wire::Zone::Reader stored) {
  Zone zone;
  if (stored.isOffset()) zone.offset = std::chrono::nanoseconds(stored.getOffset());
  else if (!stored.isUnknown()) throw_damaged(kWhat, "a zone of unknown kind");
  zone.name = utf8(stored.getName());
  return zone;
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
      "artifact reference", "node reference", "integer", "tuple", "set", "decimal", "complex number", "date", "time",
      "date and time", "duration", "UUID", "path", "enumerator", "quantity", "reference by name", "lossy value",
      "list", "graph", "shared value", "message"};
  return kNames[static_cast<std::size_t>(kind)];
}

ValueKind Decoder::kind() const {
  const auto which = static_cast<unsigned>(reader_of(place_).which());
  if (which == wire::Value::SEGMENTED_LIST) return ValueKind::list;
  static_assert(static_cast<unsigned>(wire::Value::LOSSY) == static_cast<unsigned>(ValueKind::lossy));
  static_assert(static_cast<unsigned>(wire::Value::MESSAGE) == static_cast<unsigned>(ValueKind::message));
  if (which == wire::Value::GRAPH) throw_damaged(kWhat, "a graph inside a value");
  if (which > static_cast<unsigned>(ValueKind::message))
    throw_damaged(kWhat, fmt::format("a value of unknown kind {}", which));
  return static_cast<ValueKind>(which);
}

const Registry& Decoder::registry() const { return format::registry_of(scope_.context->options()); }

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
  return checked([&] { return utf8(reader_of(place_).getText()); });
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

BigInteger Decoder::big_integer() const {
  if (kind() == ValueKind::integer) return BigInteger(int64());
  if (kind() == ValueKind::natural) return BigInteger(natural());
  expect_kind(*this, ValueKind::big_integer);
  const auto bytes = base::as_bytes(checked([&] { return format::data_view(reader_of(place_).getBigInteger()); }));
  BigInteger number = BigInteger::from_bytes(bytes);
  if (number.bytes().size() != bytes.size() || !Value(number).is<BigInteger>())
    throw_damaged(kWhat, "an integer in a longer form than it needs");
  return number;
}

Decimal Decoder::decimal() const {
  expect_kind(*this, ValueKind::decimal);
  const std::string_view text = checked([&] { return format::text_view(reader_of(place_).getDecimal()); });
  const auto decimal = Decimal::parse(text);
  if (!decimal || decimal->text() != text) throw_damaged(kWhat, "a decimal that is no scientific string");
  return *decimal;
}

std::complex<double> Decoder::complex() const {
  expect_kind(*this, ValueKind::complex);
  return checked([&] {
    const auto parts = reader_of(place_).getComplex();
    return std::complex<double>(parts.getReal(), parts.getImaginary());
  });
}

Date Decoder::date() const {
  expect_kind(*this, ValueKind::date);
  return valid_time(Date{std::chrono::sys_days(std::chrono::days(reader_of(place_).getDate()))});
}

TimeOfDay Decoder::time_of_day() const {
  expect_kind(*this, ValueKind::time_of_day);
  return checked([&] {
    const auto time = reader_of(place_).getTime();
    return valid_time(TimeOfDay{std::chrono::nanoseconds(time.getNanoseconds()), get_zone(time.getZone())});
  });
}

DateTime Decoder::date_time() const {
  expect_kind(*this, ValueKind::date_time);
  return checked([&] {
    const auto time = reader_of(place_).getDateTime();
    return valid_time(DateTime{std::chrono::local_seconds(std::chrono::seconds(time.getSeconds())),
                               std::chrono::nanoseconds(time.getNanoseconds()), get_zone(time.getZone())});
  });
}

Duration Decoder::duration() const {
  expect_kind(*this, ValueKind::duration);
  return checked([&] {
    const auto duration = reader_of(place_).getDuration();
    return valid_time(Duration{std::chrono::seconds(duration.getSeconds()),
                               std::chrono::nanoseconds(duration.getNanoseconds())});
  });
}

Uuid Decoder::uuid() const {
  expect_kind(*this, ValueKind::uuid);
  return checked([&] { return format::get_uuid(reader_of(place_).getUuid()); });
}

std::string_view Decoder::path() const {
  expect_kind(*this, ValueKind::path);
  return checked([&] { return format::data_view(reader_of(place_).getPath()); });
}

Identity Decoder::identity() const {
  expect_kind(*this, ValueKind::identity);
  return checked([&] {
    const auto identity = reader_of(place_).getIdentity();
    return Identity{std::string(utf8(identity.getScope())), std::string(utf8(identity.getId()))};
  });
}

EnumeratorDecoder Decoder::enumerator() const {
  expect_kind(*this, ValueKind::enumerator);
  return checked([&] {
    const auto enumerator = reader_of(place_).getEnumerator();
    return EnumeratorDecoder{utf8(enumerator.getType()), utf8(enumerator.getName()),
                             DecoderAccess::decoder(enumerator.getValue(), inside(scope_))};
  });
}

QuantityDecoder Decoder::quantity() const {
  expect_kind(*this, ValueKind::quantity);
  return checked([&] {
    const auto quantity = reader_of(place_).getQuantity();
    return QuantityDecoder{DecoderAccess::decoder(quantity.getMagnitude(), inside(scope_)), utf8(quantity.getUnit())};
  });
}

LossyDecoder Decoder::lossy() const {
  expect_kind(*this, ValueKind::lossy);
  return checked([&] {
    const auto lossy = reader_of(place_).getLossy();
    return LossyDecoder{utf8(lossy.getType()), DecoderAccess::decoder(lossy.getRest(), inside(scope_))};
  });
}

std::uint32_t Decoder::shared_number() const {
  expect_kind(*this, ValueKind::shared);
  return reader_of(place_).getShared();
}

Decoder Decoder::shared() const {
  const std::uint32_t number = shared_number();
  return checked([&] { return scope_.context->shared_value(number, inside(scope_)); });
}

Decoder Decoder::without_sharing() const {
  Decoder behind = *this;
  try {
    while (behind.kind() == ValueKind::shared) behind = behind.shared();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::limit) throw_damaged(kWhat, "a shared value that is nothing but a reference");
    throw;
  }
  return behind;
}

ListDecoder Decoder::list() const {
  expect_kind(*this, ValueKind::list);
  return checked([&] {
    const auto value = reader_of(place_);
    if (value.isSegmentedList()) return DecoderAccess::segmented_list(value.getSegmentedList(), inside(scope_));
    return checked_list(value.getList(), scope_);
  });
}

ListDecoder Decoder::tuple() const {
  expect_kind(*this, ValueKind::tuple);
  return checked([&] { return checked_list(reader_of(place_).getTuple(), scope_); });
}

ListDecoder Decoder::set() const {
  expect_kind(*this, ValueKind::set);
  return checked([&] { return checked_list(reader_of(place_).getSet(), scope_); });
}

MapDecoder Decoder::map() const {
  expect_kind(*this, ValueKind::map);
  return checked([&] {
    const auto map = reader_of(place_).getMap();
    scope_.context->count_elements(map.size());
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

MessageDecoder Decoder::message() const {
  expect_kind(*this, ValueKind::message);
  return checked([&] { return DecoderAccess::message(reader_of(place_).getMessage(), scope_); });
}

std::unique_ptr<const FileReader> Decoder::files() const {
  if (kind() != ValueKind::artifact_ref) mismatch("files");
  return scope_.context->open_files(artifact_ref());
}

ListDecoder format::DecoderAccess::segmented_list(wire::SegmentedList::Reader list, const detail::DecodeScope& scope) {
  ListDecoder decoder;
  decoder.scope_ = scope;
  decoder.segments_ = std::make_shared<SegmentedListReader>(list, scope);
  decoder.size_ = static_cast<std::size_t>(decoder.segments_->size());
  scope.context->count_elements(decoder.size_);
  return decoder;
}

Decoder ListDecoder::operator[](std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  if (segments_) return checked([&] { return segments_->element(index); });
  return DecoderAccess::element(elements_, static_cast<unsigned>(index), scope_);
}

Decoder MapDecoder::key(std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  return checked([&] {
    const auto& entries = format::get_handle<format::EntryListReader>(entries_);
    return DecoderAccess::decoder(entries[static_cast<unsigned>(index)].getKey(), scope_);
  });
}

Decoder MapDecoder::value(std::size_t index) const {
  if (index >= size_) throw_read_past_end(size_);
  return checked([&] {
    const auto& entries = format::get_handle<format::EntryListReader>(entries_);
    return DecoderAccess::decoder(entries[static_cast<unsigned>(index)].getValue(), scope_);
  });
}

std::optional<Decoder> ObjectDecoder::find(std::string_view field_name) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (name(i) == field_name) return field(i);
  return std::nullopt;
}

}  // namespace cairn
