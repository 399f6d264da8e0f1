// Encoder and its kin over Cap'n Proto builders. Empty texts, lists and the like are never allocated: an unset
// pointer is their one spelling.
#include <cairn/encoder.h>
#include <cairn/error.h>

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "base/bytes.h"
#include "format/array_size.h"
#include "format/content_wire.h"
#include "format/encode_context.h"
#include "format/message_schema.h"
#include "format/wire_order.h"

namespace cairn {

namespace {

using format::EncoderAccess;

static_assert(std::is_trivially_copyable_v<wire::Value::Builder>);
static_assert(sizeof(wire::Value::Builder) == 40 && sizeof(format::ValueListBuilder) == 40);

// Cap'n Proto has 29 bits for the length of a list, text included.
constexpr std::size_t kLengthMax = (std::size_t{1} << 29) - 16;

// Encoders are places, and stay what they are when something is written to them; builders have no const members.
wire::Value::Builder& builder_of(const detail::Handle<40>& place) {
  return const_cast<wire::Value::Builder&>(format::get_handle<wire::Value::Builder>(place));
}

unsigned checked_length(std::size_t length, std::string_view what) {
  if (length > kLengthMax)
    throw Error(ErrorCode::limit, fmt::format("{} of length {}, expected at most {}", what, length, kLengthMax));
  return static_cast<unsigned>(length);
}

detail::EncodeScope inside(const detail::EncodeScope& scope) {
  const unsigned depth_max = scope.context->options().limits.depth;
  if (scope.depth >= depth_max)
    throw Error(ErrorCode::limit, fmt::format("values nest deeper than {}", depth_max));
  scope.context->shared_values().reach(scope.depth + 1u);
  return {scope.context, static_cast<std::uint16_t>(scope.depth + 1), scope.in_key};
}

void fill_data(capnp::Data::Builder to, std::span<const std::byte> from) {
  std::memcpy(to.begin(), from.data(), from.size());
}

// Into the text that `init` makes room for; an empty one is not set.
template <class Init>
void put_text(std::string_view text, std::string_view what, Init&& init) {
  if (!base::is_utf8(text)) throw Error(ErrorCode::invalid_argument, fmt::format("{}: a name that is not UTF-8", what));
  if (!text.empty()) std::memcpy(init(checked_length(text.size(), what)).begin(), text.data(), text.size());
}

template <class Time>
const Time& checked_time(const Time& value, std::string_view what) {
  if (!value.is_valid()) throw Error(ErrorCode::invalid_argument, fmt::format("{}: out of range", what));
  return value;
}

void set_zone(wire::Zone::Builder builder, const Zone& zone) {
  if (zone.offset) builder.setOffset(zone.offset->count());
  put_text(zone.name, "zone", [&](unsigned size) { return builder.initName(size); });
}

[[noreturn]] void throw_past_end(std::size_t size) {
  throw Error(ErrorCode::invalid_argument, fmt::format("write past the end of a list or map of {}", size));
}

}  // namespace

void Encoder::null() const { builder_of(place_).setNull(); }
void Encoder::boolean(bool value) const { builder_of(place_).setBoolean(value); }
void Encoder::put_signed(std::int64_t value) const { builder_of(place_).setInteger(value); }

void Encoder::put_unsigned(std::uint64_t value) const {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    put_signed(static_cast<std::int64_t>(value));
  else
    builder_of(place_).setNatural(value);
}

void Encoder::real(double value) const { builder_of(place_).setReal(value); }

void Encoder::text(std::string_view value) const {
  if (!base::is_utf8(value)) return bytes(base::as_bytes(value));
  auto& builder = builder_of(place_);
  if (value.empty()) return builder.adoptText({});
  std::memcpy(builder.initText(checked_length(value.size(), "text")).begin(), value.data(), value.size());
}

void Encoder::bytes(std::span<const std::byte> value) const {
  auto& builder = builder_of(place_);
  if (value.empty()) return builder.adoptBytes({});
  fill_data(builder.initBytes(checked_length(value.size(), "bytes")), value);
}

void Encoder::array(DType dtype, std::span<const std::uint64_t> shape, std::span<const std::byte> data) const {
  if (shape.size() > format::kRankMax)
    throw Error(ErrorCode::limit, fmt::format("array with {} dimensions, expected at most {}", shape.size(), format::kRankMax));
  if (const auto size = format::array_size(dtype, shape); size != data.size())
    throw Error(ErrorCode::invalid_argument, fmt::format("array of {}: {} bytes do not fill its shape",
                                                         dtype_name(dtype), data.size()));
  if (dtype == DType::boolean && !format::are_booleans(data))
    throw Error(ErrorCode::invalid_argument, "array of boolean: an element that is neither 0 nor 1");
  auto array = builder_of(place_).initArray();
  array.setDtype(static_cast<std::uint8_t>(dtype));
  if (!shape.empty()) {
    auto extents = array.initShape(checked_length(shape.size(), "shape"));
    for (unsigned i = 0; i < extents.size(); ++i) extents.set(i, shape[i]);
  }
  const bool inside_object =
      data.size() < kArrayInlineMax || scope_.in_key || scope_.context->keeps_all_inside();
  if (!inside_object)
    format::set_content(array.initContent(), scope_.context->put_array(data));
  else if (!data.empty())
    fill_data(array.initInline(checked_length(data.size(), "array")), data);
}

void Encoder::object_ref(const ObjectId& id) const {
  scope_.context->keep({format::BlobKind::object, id.digest});
  format::set_digest(builder_of(place_).initObjectRef(), id.digest);
}

void Encoder::artifact_ref(const ArtifactId& id) const {
  scope_.context->keep({format::BlobKind::artifact, id.digest});
  format::set_digest(builder_of(place_).initArtifactRef(), id.digest);
}

void Encoder::node_ref(const Uuid& node) const { format::set_uuid(builder_of(place_).initNodeRef(), node); }

void Encoder::big_integer(const BigInteger& value) const {
  const Value integer(value);
  if (const auto* fits = integer.get_if<std::int64_t>()) return put_signed(*fits);
  if (const auto* fits = integer.get_if<std::uint64_t>()) return put_unsigned(*fits);
  const std::vector<std::byte>& bytes = value.bytes();
  fill_data(builder_of(place_).initBigInteger(checked_length(bytes.size(), "integer")), bytes);
}

void Encoder::decimal(const Decimal& value) const {
  builder_of(place_).setDecimal(format::as_wire_text(value.text()));
}

void Encoder::complex(const std::complex<double>& value) const {
  auto parts = builder_of(place_).initComplex();
  parts.setReal(value.real());
  parts.setImaginary(value.imag());
}

void Encoder::date(const Date& value) const {
  builder_of(place_).setDate(checked_time(value, "date").day.time_since_epoch().count());
}

void Encoder::time_of_day(const TimeOfDay& value) const {
  auto time = builder_of(place_).initTime();
  time.setNanoseconds(checked_time(value, "time").since_midnight.count());
  set_zone(time.initZone(), value.zone);
}

void Encoder::date_time(const DateTime& value) const {
  auto time = builder_of(place_).initDateTime();
  time.setSeconds(checked_time(value, "date and time").local.time_since_epoch().count());
  time.setNanoseconds(value.subsecond.count());
  set_zone(time.initZone(), value.zone);
}

void Encoder::duration(const Duration& value) const {
  auto duration = builder_of(place_).initDuration();
  duration.setSeconds(checked_time(value, "duration").seconds.count());
  duration.setNanoseconds(value.subsecond.count());
}

void Encoder::uuid(const Uuid& value) const { format::set_uuid(builder_of(place_).initUuid(), value); }

void Encoder::path(std::string_view name) const {
  auto& builder = builder_of(place_);
  if (name.empty())
    builder.adoptPath({});
  else
    fill_data(builder.initPath(checked_length(name.size(), "path")), base::as_bytes(name));
}

void Encoder::identity(const Identity& value) const {
  auto identity = builder_of(place_).initIdentity();
  put_text(value.scope, "reference by name", [&](unsigned size) { return identity.initScope(size); });
  put_text(value.id, "reference by name", [&](unsigned size) { return identity.initId(size); });
}

void Encoder::message(const Message& value) const {
  Digest schema;
  try {
    format::check_message(value.data(), scope_.context->options().limits);
    schema = scope_.context->put_message_schema(value);
  } catch (const Error& error) {  // the bytes are not stored yet, so they are not damaged
    throw Error(error.code() == ErrorCode::damaged ? ErrorCode::invalid_argument : error.code(), error.what());
  }
  auto message = builder_of(place_).initMessage();
  message.setTypeId(value.type_id());
  format::set_digest(message.initSchema(), schema);
  if (value.data().size() < kArrayInlineMax || scope_.in_key || scope_.context->keeps_all_inside())
    fill_data(message.initInline(checked_length(value.data().size(), "message")), value.data());
  else
    format::set_content(message.initContent(), scope_.context->put_array(value.data()));
}

void Encoder::files(const std::function<void(FileWriter&)>& write) const {
  if (scope_.context->keeps_all_inside())
    throw Error(ErrorCode::unstorable, "files are kept in a store, and here is none");
  format::set_digest(builder_of(place_).initArtifactRef(), scope_.context->put_files(write).digest);
}

const Registry& Encoder::registry() const { return format::registry_of(scope_.context->options()); }
Fallback Encoder::fallback() const { return scope_.context->options().fallback; }

ListEncoder Encoder::list(std::size_t size) const {
  const detail::EncodeScope scope = inside(scope_);
  auto& builder = builder_of(place_);
  if (size == 0) {
    builder.adoptList({});
    return EncoderAccess::list({}, scope);
  }
  if (size >= kListInlineMax && !scope.in_key && !scope.context->keeps_all_inside())
    return scope.context->open_segmented(builder, size, scope);
  const unsigned length = checked_length(size, "list");
  scope.context->count_elements(size);
  return EncoderAccess::list(builder.initList(length), scope);
}

ListEncoder Encoder::tuple(std::size_t size) const {
  const detail::EncodeScope scope = inside(scope_);
  auto& builder = builder_of(place_);
  if (size == 0) {
    builder.adoptTuple({});
    return EncoderAccess::list({}, scope);
  }
  const unsigned length = checked_length(size, "tuple");
  scope.context->count_elements(size);
  return EncoderAccess::list(builder.initTuple(length), scope);
}

void Encoder::set(std::size_t size, const std::function<void(std::size_t, const Encoder&)>& write) const {
  detail::EncodeScope scope = inside(scope_);
  scope.in_key = true;  // arrays stay inside, so that elements can be compared
  auto& builder = builder_of(place_);
  if (size == 0) return builder.adoptSet({});
  auto elements = builder.initSet(checked_length(size, "set"));
  scope.context->count_elements(size);
  for (unsigned i = 0; i < elements.size(); ++i) {
    write(i, EncoderAccess::encoder(elements[i], scope));
    if (i != 0 && format::wire_order(elements[i - 1].asReader(), elements[i].asReader(), *scope.context) >= 0)
      throw Error(ErrorCode::invalid_argument, "set: an element that is there twice or out of order");
  }
}

Encoder Encoder::enumerator(std::string_view type, std::string_view name) const {
  const detail::EncodeScope scope = inside(scope_);
  auto enumerator = builder_of(place_).initEnumerator();
  put_text(type, "enumerator", [&](unsigned size) { return enumerator.initType(size); });
  put_text(name, "enumerator", [&](unsigned size) { return enumerator.initName(size); });
  return EncoderAccess::encoder(enumerator.initValue(), scope);
}

Encoder Encoder::quantity(std::string_view unit) const {
  const detail::EncodeScope scope = inside(scope_);
  auto quantity = builder_of(place_).initQuantity();
  put_text(unit, "quantity", [&](unsigned size) { return quantity.initUnit(size); });
  return EncoderAccess::encoder(quantity.initMagnitude(), scope);
}

Encoder Encoder::lossy(std::string_view type) const {
  const detail::EncodeScope scope = inside(scope_);
  auto lossy = builder_of(place_).initLossy();
  put_text(type, "lossy value", [&](unsigned size) { return lossy.initType(size); });
  return EncoderAccess::encoder(lossy.initRest(), scope);
}

void Encoder::shared(std::shared_ptr<const void> object, const std::type_info& type,
                     const std::function<void(const Encoder&)>& write) const {
  scope_.context->shared_values().put(builder_of(place_), inside(scope_), std::move(object), type, write);
}

MapEncoder Encoder::map(std::size_t size) const {
  const detail::EncodeScope scope = inside(scope_);
  auto& builder = builder_of(place_);
  if (size == 0) {
    builder.adoptMap({});
    return EncoderAccess::map({}, scope);
  }
  const unsigned length = checked_length(size, "map");
  scope.context->expect_entries(size);
  return EncoderAccess::map(builder.initMap(length), scope);
}

ObjectEncoder Encoder::object(const Schema& schema) const {
  return object_of(schema, scope_.context->schema_index(schema));
}

ObjectEncoder Encoder::static_object(const Schema& schema) const {
  return object_of(schema, scope_.context->static_schema_index(schema));
}

ObjectEncoder Encoder::object_of(const Schema& schema, std::uint32_t index) const {
  const detail::EncodeScope scope = inside(scope_);
  auto object = builder_of(place_).initObject();
  object.setSchema(index);
  if (schema.fields.empty()) return ObjectEncoder(EncoderAccess::list({}, scope));
  scope.context->count_elements(schema.fields.size());
  return ObjectEncoder(EncoderAccess::list(object.initFields(checked_length(schema.fields.size(), "object")), scope));
}

Encoder ListEncoder::operator[](std::size_t index) const {
  if (segmented_ != 0) return scope_.context->segmented_place(segmented_, index);
  const std::size_t size = format::get_handle<format::ValueListBuilder>(elements_).size();
  if (index >= size) throw_past_end(size);
  return EncoderAccess::element(elements_, static_cast<unsigned>(index), scope_);
}

Encoder MapEncoder::key() {
  auto entries = format::get_handle<format::EntryListBuilder>(entries_);
  if (next_ >= entries.size()) throw_past_end(entries.size());
  detail::EncodeScope scope = scope_;
  scope.in_key = true;
  return EncoderAccess::encoder(entries[next_++].initKey(), scope);
}

Encoder MapEncoder::value() {
  auto entries = format::get_handle<format::EntryListBuilder>(entries_);
  if (next_ == 0) throw Error(ErrorCode::invalid_argument, "map: a value before its key");
  if (next_ >= 2 && format::wire_order(entries[next_ - 2].getKey(), entries[next_ - 1].getKey(), *scope_.context) >= 0)
    throw Error(ErrorCode::invalid_argument, "map: a key that is there twice or out of order");
  if (!entries[next_ - 1].hasValue()) scope_.context->count_entry();
  return EncoderAccess::encoder(entries[next_ - 1].initValue(), scope_);
}

}  // namespace cairn
