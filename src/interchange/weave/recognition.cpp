#include "interchange/weave/recognition.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "interchange/weave/file_content.h"
#include "interchange/weave/value.h"

namespace cairn::interchange::weave {
namespace {

constexpr std::array<std::string_view, 6> kCallDumps = {"attributes", "inputs",      "input_refs",
                                                        "output",     "output_refs", "summary"};
constexpr std::array kKinds = {RowKind::object, RowKind::call, RowKind::table, RowKind::row, RowKind::file, RowKind::value};

bool is_text(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  return value != nullptr && value->is<std::string>();
}
bool has(const Map& map, std::string_view key) {
  return map.find(key) != nullptr;
}

bool has_only(const Map& map, std::initializer_list<std::string_view> keys) {
  return std::all_of(map.begin(), map.end(), [&](const MapEntry& entry) {
    return std::ranges::find(keys, *entry.key.get_if<std::string>()) != keys.end();
  });
}

// True for what names itself as a row of the kind does, though something else of it may be missing.
bool names_itself(const Value& value, RowKind kind) {
  const Map* map = value.get_if<Map>();
  if (map == nullptr) return false;
  if (kind == RowKind::object) return has(*map, "object_id");
  return kind == RowKind::call ? has(*map, "op_name") : has(*map, "digest");
}

}  // namespace

std::optional<RowKind> recognised(const Value& value) {
  const Map* map = value.get_if<Map>();
  if (map == nullptr || has(*map, kTypeKey)) return std::nullopt;
  const bool has_value = has(*map, "val") || has(*map, "val_dump");
  if (is_text(*map, "object_id") && has_value) return RowKind::object;
  if (is_text(*map, "id") && is_text(*map, "op_name") && has(*map, "trace_id")) return RowKind::call;
  if (!is_text(*map, "digest")) return std::nullopt;
  if (has(*map, "row_digests") || (has(*map, "rows") && has_only(*map, {"project_id", "digest", "rows"})))
    return RowKind::table;
  if (has_value && has_only(*map, {"project_id", "digest", "val", "val_dump", "original_index"})) return RowKind::row;
  if (has(*map, "content") && has_only(*map, {"project_id", "digest", "content", "name"}) && is_content(*map->find("content")))
    return RowKind::file;
  return std::nullopt;
}

std::optional<RowKind> section_kind(std::string_view name) {
  if (name == "objs") return RowKind::object;
  if (name == "rows") return RowKind::row;
  for (const RowKind kind : kKinds)
    if (term_of(kind).section == name) return kind;
  return std::nullopt;
}

bool is_export(const Map& map) {
  if (map.size() == 0 || has(map, kTypeKey)) return false;
  bool all_are_sections = true, has_rows = false;
  for (const MapEntry& entry : map) {
    const auto kind = section_kind(*entry.key.get_if<std::string>());
    const List* list = entry.value.get_if<List>();
    if (!kind || list == nullptr) {
      all_are_sections = all_are_sections && *entry.key.get_if<std::string>() == "project_id";
      continue;
    }
    if (*kind == RowKind::value) continue;
    if (std::ranges::any_of(*list, [&](const Value& one) { return recognised(one) == kind; })) return true;
    all_are_sections =
        all_are_sections && std::ranges::all_of(*list, [&](const Value& one) { return names_itself(one, *kind); });
    has_rows = has_rows || !list->empty();
  }
  return all_are_sections && has_rows;
}

std::string dumped_field(const std::string& key, RowKind kind, bool is_of_database) {
  if (key == "val_dump" || (kind == RowKind::call && key.ends_with("_dump"))) return key.substr(0, key.size() - 5);
  const bool is_call_column = is_of_database && std::ranges::find(kCallDumps, key) != kCallDumps.end();
  return is_call_column || (kind == RowKind::table && key == "row_digests") ? key : std::string();
}

}  // namespace cairn::interchange::weave
