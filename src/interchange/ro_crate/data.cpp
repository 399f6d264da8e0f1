#include "interchange/ro_crate/data.h"

#include <cairn/text.h>
#include <cairn/value_json.h>

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "interchange/ro_crate/names.h"

namespace cairn::interchange {
namespace {

// A number, text or boolean that is a value of its own, as it stands in a PropertyValue.
std::optional<Value> plain_value(const Value& value) {
  constexpr std::size_t kTextMax = 1024;
  const auto* text = value.get_if<std::string>();
  const auto* real = value.get_if<double>();
  const bool is_plain = value.is<bool>() || value.is<std::int64_t>() || value.is<std::uint64_t>() ||
                        (real != nullptr && *real - *real == 0) || (text != nullptr && text->size() <= kTextMax);
  return is_plain ? std::optional(value) : std::nullopt;
}

}  // namespace

void CrateData::add(const Node& node) {
  Map entity{{"name", name_of(node)}};
  put_text(entity, "description", node.description);
  put_text(entity, "additionalType", node.type);
  List names;
  for (const Identity& name : node.unique_ids) names.emplace_back(fmt::format("{}:{}", name.scope, name.id));
  put_all(entity, "identifier", std::move(names));
  if (const auto* artifact = std::get_if<ArtifactId>(&node.content))
    add_artifact(node, *artifact, std::move(entity));
  else if (const auto* object = std::get_if<ObjectId>(&node.content))
    add_object(node, *object, std::move(entity));
  else
    add_value(node, node.attributes.is<std::monostate>() ? Value() : Value(to_json(node.attributes)), std::move(entity));
}

void CrateData::add_artifact(const Node& node, const ArtifactId& artifact, Map entity) {
  const ArtifactEntry root = store_.list(artifact).front();
  const std::string name = safe_component(root.path), directory = fmt::format("data/{}", node.uuid.text());
  if (directory_ != nullptr) {
    store_.restore(artifact, directory_->path() / directory, {.name = name});
    ++report_.files;
  }
  const bool is_directory = root.kind == EntryKind::directory;
  entity.put("@type", is_directory ? "Dataset" : "File");
  entity.put("alternateName", Value(printable(root.path)));
  entity.put("dateModified", format_time(root.modified));
  if (!is_directory) entity.put("contentSize", std::to_string(node.size_bytes));
  add_part(node, path_uri(fmt::format("{}/{}", directory, name)) + (is_directory ? "/" : ""), std::move(entity));
}

void CrateData::add_object(const Node& node, const ObjectId& object, Map entity) {
  const Value value = store_.get_value(object);
  if (auto plain = plain_value(value)) return add_value(node, std::move(*plain), std::move(entity));
  const Bytes* bytes = value.get_if<Bytes>();
  const std::string* text = value.get_if<std::string>();
  const char* suffix = bytes != nullptr ? "bin" : text != nullptr ? "txt" : "json";
  const char* format = bytes != nullptr ? "application/octet-stream" : text != nullptr ? "text/plain" : "application/json";
  const std::string path = fmt::format("data/{}.{}", node.uuid.text(), suffix);
  if (directory_ != nullptr) {
    if (bytes != nullptr)
      directory_->write(path, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
    else
      directory_->write(path, text != nullptr ? *text : to_json(value) + "\n");
    ++report_.files;
  }
  entity.put("@type", "File");
  entity.put("encodingFormat", format);
  add_part(node, path, std::move(entity));
}

void CrateData::add_part(const Node& node, std::string id, Map entity) {
  ids_.emplace(node.uuid, id);
  entities_.add_part(std::move(id), std::move(entity));
}

void CrateData::add_value(const Node& node, Value value, Map entity) {
  entity.put("@type", value.is<std::monostate>() ? "CreativeWork" : "PropertyValue");
  if (!value.is<std::monostate>()) entity.put("value", std::move(value));
  std::string id = fmt::format("#{}", node.uuid.text());
  ids_.emplace(node.uuid, id);
  entities_.add(std::move(id), std::move(entity));
}

}  // namespace cairn::interchange
