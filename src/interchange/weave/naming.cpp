#include "interchange/weave/naming.h"

#include <fmt/format.h>

#include "interchange/weave/value.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::size_t kIdBytesMax = 1024;

std::string located(const Row& row, std::string_view path) {
  return row.project.empty() ? std::string(path) : fmt::format("weave:///{}/{}", row.project, path);
}

}  // namespace

bool is_op(const Row& row) {
  if (const std::string& kind = row.text("kind"); !kind.empty()) return kind == "op";
  const Value* value = row.find("val");
  const Map* custom = value == nullptr ? nullptr : value->get_if<Map>();
  const Value* type = custom == nullptr ? nullptr : custom->find("weave_type");
  const Map* about = type == nullptr ? nullptr : type->get_if<Map>();
  const Value* name = about == nullptr ? nullptr : about->find("type");
  return name != nullptr && *name == Value("Op") && custom->find(kTypeKey) != nullptr &&
         *custom->find(kTypeKey) == Value(kCustomType);
}

std::string versioned(const Row& row, const std::string& version) {
  return located(row, fmt::format("{}/{}:{}", is_op(row) ? "op" : "object", quoted_part(row.text("object_id")), version));
}

Identity name_of(const Row& row, const std::string& digest, const ImportOptions& options) {
  const std::string& recorded = row.text("digest");
  const std::string& named = recorded.empty() ? digest : recorded;
  const std::string scope(term_of(row.kind).scope);
  switch (row.kind) {
    case RowKind::object:
      return {scope, versioned(row, named)};
    case RowKind::call:
      return {scope, located(row, "call/" + row.text("id"))};
    case RowKind::table:
      return {scope, located(row, "table/" + named)};
    case RowKind::value:
      return {options.references_as_text ? scope + "-text" : scope, digest};
    default:
      return {scope, named};
  }
}

std::optional<Identity> number_name_of(const Row& row) {
  const Value* index = row.find("version_index");
  const auto* number = index == nullptr ? nullptr : index->get_if<std::int64_t>();
  if (row.kind != RowKind::object || number == nullptr || *number < 0 || row.project.empty()) return std::nullopt;
  return Identity{kScope, versioned(row, fmt::format("v{}", *number))};
}

Identity placeholder_name(const Identity& name) {
  return {name.scope + "-ref", name.id};
}

bool can_be_unique_id(const Identity& name) {
  return !name.id.empty() && name.id.size() <= kIdBytesMax && name.id.find('\0') == std::string::npos;
}

}  // namespace cairn::interchange::weave
