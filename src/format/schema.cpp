#include "format/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "format/wire.h"

namespace cairn::format {

namespace {

constexpr std::string_view kWhat = "schema";
constexpr std::size_t kFieldsMax = 65'535;

void check_fields(const Schema& schema) {
  if (schema.class_name.empty()) throw Error(ErrorCode::invalid_argument, "schema: a class without a name");
  if (!base::is_utf8(schema.class_name))
    throw Error(ErrorCode::invalid_argument, "schema: a class whose name is not UTF-8");
  if (schema.fields.size() > kFieldsMax)
    throw Error(ErrorCode::limit, fmt::format("schema of {}: {} fields, expected at most {}", schema.class_name,
                                              schema.fields.size(), kFieldsMax));
  std::vector<std::string_view> names;
  names.reserve(schema.fields.size());
  for (const Schema::Field& field : schema.fields) {
    if (!base::is_utf8(field.name) || !base::is_utf8(field.type) || !base::is_utf8(field.codec))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("schema of {}: a field whose name, type or codec is not UTF-8", schema.class_name));
    names.push_back(field.name);
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end())
    throw Error(ErrorCode::invalid_argument,
                fmt::format("schema of {}: two fields are called {}", schema.class_name, *twice));
}

// Cap'n Proto has an empty text and an unset one; we only ever write the latter.
template <class Set>
void set_text(const std::string& text, Set&& set) {
  if (!text.empty()) set(as_wire_text(text));
}

Schema read_schema(wire::Schema::Reader wire) {
  Schema schema;
  schema.class_name = text_view(wire.getClassName());
  schema.class_version = wire.getClassVersion();
  const auto fields = wire.getFields();
  if (fields.size() > kFieldsMax) throw_damaged(kWhat, "too many fields");
  schema.fields.reserve(fields.size());
  for (const auto field : fields)
    schema.fields.push_back({std::string(text_view(field.getName())), std::string(text_view(field.getType())),
                             std::string(text_view(field.getCodec()))});
  return schema;
}

}  // namespace

std::vector<std::byte> encode_schema(const Schema& schema) {
  check_fields(schema);
  capnp::MallocMessageBuilder message;
  auto wire = message.initRoot<wire::Schema>();
  set_text(schema.class_name, [&](auto text) { wire.setClassName(text); });
  wire.setClassVersion(schema.class_version);
  if (!schema.fields.empty()) {
    auto fields = wire.initFields(static_cast<unsigned>(schema.fields.size()));
    for (unsigned i = 0; i < fields.size(); ++i) {
      set_text(schema.fields[i].name, [&](auto text) { fields[i].setName(text); });
      set_text(schema.fields[i].type, [&](auto text) { fields[i].setType(text); });
      set_text(schema.fields[i].codec, [&](auto text) { fields[i].setCodec(text); });
    }
  }
  return canonical_bytes(wire, kWhat);
}

Schema decode_schema(std::span<const std::byte> bytes) {
  Schema schema = read_wire<wire::Schema>(bytes, kWhat, read_schema, {.nesting = 8, .extra_words = 65'536});
  try {
    check_fields(schema);
  } catch (const Error& error) {
    throw Error(ErrorCode::damaged, error.what());
  }
  return schema;
}

}  // namespace cairn::format
