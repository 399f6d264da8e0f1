// How a stored object of another version, or of no class, becomes one of the program's class.
#include <cairn/codec.h>
#include <cairn/registry.h>

#include <fmt/format.h>

#include <algorithm>

#include "format/decode_context.h"
#include "format/scratch_objects.h"

namespace cairn::detail {

namespace {

[[noreturn]] void throw_not_allowed(const Registry& registry, std::string_view class_name) {
  throw Error(ErrorCode::not_allowed,
              fmt::format("object of {}: the allow list ({}) does not name this class; it can be read as a Value",
                          class_name, fmt::join(registry.allowed(), ", ")));
}

void require_allowed(const Decoder& in, std::string_view class_name) {
  if (in.checks_classes() && !in.registry().allows(class_name)) throw_not_allowed(in.registry(), class_name);
}

bool is_former_name(const Registry& registry, const std::type_info& type, std::string_view name) {
  const RegisteredClass* known = registry.find(std::type_index(type));
  return known != nullptr && registry.find(name) == known;
}

bool is_of_class(const Decoder& in, const ObjectDecoder& found, const Schema& expected, const std::type_info& type) {
  return found.class_name() == expected.class_name || is_former_name(in.registry(), type, found.class_name());
}

Object migrate(const Decoder& in, const Schema& expected, const RegisteredClass* known) {
  Object object = decode<Object>(in);
  object.class_name = expected.class_name;
  for (; object.class_version < expected.class_version; ++object.class_version) {
    const std::uint32_t from = object.class_version;
    if (known == nullptr || !known->migrations.contains(from))
      throw Error(ErrorCode::type_mismatch,
                  fmt::format("object of {} has version {}, expected {}: no migration from version {} to {} is registered",
                              expected.class_name, in.object().class_version(), expected.class_version, from, from + 1));
    known->migrations.at(from)(object);
    object.class_name = expected.class_name;  // whatever the migration did to it
    object.class_version = from;
  }
  return object;
}

void read_older(const Decoder& in, const Schema& expected, const std::type_info& type,
                const std::function<void(const StoredFields&)>& read) {
  format::DecodeContext& context = format::DecoderAccess::context(in);
  const Object object = migrate(in, expected, in.registry().find(std::type_index(type)));
  format::ScratchObjects scratch;
  const auto bytes = format::encode_object(encodable(object), scratch, context.options());
  const auto read_fields = [&](const Decoder& again) { read(StoredFields(again.object())); };
  format::decode_object(bytes, scratch, read_fields, context.options());
}

// What is there by name must be something, or any data at all would do.
void read_hinted(const Decoder& in, const Schema& expected, const StoredFields& fields, std::size_t count,
                 const std::function<void(const StoredFields&)>& read) {
  const bool shares = std::ranges::any_of(
      expected.fields, [&](const Schema::Field& field) { return fields.find(SIZE_MAX, field.name) != StoredFields::kNone; });
  if (!shares && !(expected.fields.empty() && count == 0))
    in.mismatch(fmt::format("an object or map with fields of {}", expected.class_name));
  read(fields);
}

}  // namespace

void expect_allowed(const Decoder& in, const std::type_info& type) {
  if (const RegisteredClass* known = in.registry().find(std::type_index(type)))
    require_allowed(in, known->entry.class_name);
}

std::size_t StoredFields::search(std::string_view name) const {
  if (map_ != nullptr) {
    for (std::size_t i = 0; i < map_->size(); ++i)
      if (const Decoder key = map_->key(i); key.kind() == ValueKind::text && key.text() == name) return i;
    return kNone;
  }
  const std::vector<Schema::Field>& fields = object_->schema().fields;
  const auto found = std::ranges::find(fields, name, &Schema::Field::name);
  return found == fields.end() ? kNone : static_cast<std::size_t>(found - fields.begin());
}

StoredField StoredFields::operator[](std::size_t index) const {
  if (map_ != nullptr) return {map_->value(index), {}};
  return {object_->field(index), object_->schema().fields[index].codec};
}

UnknownFields StoredFields::unknown(const Schema& schema) const {
  UnknownFields unknown;
  const auto is_known = [&](std::string_view name) {
    return std::ranges::find(schema.fields, name, &Schema::Field::name) != schema.fields.end();
  };
  const std::size_t count = map_ != nullptr ? map_->size() : object_->size();
  for (std::size_t i = 0; i < count; ++i) {
    if (map_ != nullptr) {
      const Decoder key = map_->key(i);
      if (key.kind() == ValueKind::text && !is_known(key.text()))
        unknown.fields.push_back({std::string(key.text()), decode_value(map_->value(i))});
    } else if (const Schema::Field& field = object_->schema().fields[i]; !is_known(field.name)) {
      unknown.fields.push_back({field.name, decode_value(object_->field(i)), field.type, field.codec});
    }
  }
  return unknown;
}

bool is_current(const Decoder& in, const ObjectDecoder& found, const Schema& expected, const std::type_info& type) {
  if (!is_of_class(in, found, expected, type))
    throw Error(ErrorCode::type_mismatch,
                fmt::format("expected an object of {}, found one of {}", expected.class_name, found.class_name()));
  require_allowed(in, expected.class_name);
  if (found.class_version() > expected.class_version)
    throw Error(ErrorCode::newer_class,
                fmt::format("object of {}: version {} is newer than {}, the newest this program knows; it can be read as a Value",
                            expected.class_name, found.class_version(), expected.class_version));
  return found.class_version() == expected.class_version;
}

void read_evolved(const Decoder& in, const Schema& expected, const std::type_info& type,
                  const std::function<void(const StoredFields&)>& read) {
  if (!in.type_hint()) return read_older(in, expected, type, read);
  require_allowed(in, expected.class_name);
  if (in.kind() == ValueKind::map) {
    const MapDecoder map = in.map();
    return read_hinted(in, expected, StoredFields(map), map.size(), read);
  }
  const ObjectDecoder object = in.object();
  if (!is_of_class(in, object, expected, type))
    return read_hinted(in, expected, StoredFields(object), object.size(), read);
  if (is_current(in, object, expected, type)) return read(StoredFields(object));
  read_older(in, expected, type, read);
}

ObjectEncoder begin_with_unknown(const Encoder& out, const Schema& schema, const UnknownFields& unknown) {
  Schema whole = schema;
  for (const Field& field : unknown.fields) whole.fields.push_back({field.name, field.type, field.codec});
  return out.object(whole);
}

void encode_unknown(const ObjectEncoder& fields, std::size_t first, const UnknownFields& unknown) {
  for (const Field& field : unknown.fields) {
    try {
      encode_value(fields[first++], field.value);
    } catch (const Error&) {
      rethrow_at_field(field.name);
    }
  }
}

void decode_by_name(const StoredField& field, const std::type_info& type, std::string_view known, void* out) {
  const RegisteredClass* registered = field.value.registry().find(std::type_index(type));
  if (registered != nullptr) {
    const auto codec = std::ranges::find(registered->codecs, field.codec, &RegisteredCodec::name);
    if (codec != registered->codecs.end()) return codec->decode(field.value, out);
  }
  std::vector<std::string> names;
  if (!known.empty()) names.emplace_back(known);
  if (registered != nullptr)
    for (const RegisteredCodec& codec : registered->codecs) names.push_back(codec.name);
  throw Error(ErrorCode::type_mismatch,
              fmt::format("stored with the codec {}, expected one that this program knows: {}", field.codec,
                          names.empty() ? "that of its type" : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace cairn::detail
