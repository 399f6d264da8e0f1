#include "interchange/ro_crate/entities.h"

#include <utility>

namespace cairn::interchange {

Map reference(std::string_view id) { return Map{{"@id", Value(id)}}; }

std::string name_of(const Node& node) {
  return !node.label.empty() ? node.label : !node.type.empty() ? node.type : std::string(kind_name(node.kind));
}

void put_text(Map& map, const char* key, std::string_view text) {
  if (!text.empty()) map.put(key, Value(text));
}

void put_all(Map& map, const char* key, List list) {
  if (list.size() == 1)
    map.put(key, std::move(list.front()));
  else if (!list.empty())
    map.put(key, std::move(list));
}

void CrateEntities::add(std::string id, Map entity) {
  entity.put("@id", id);
  entities_.emplace(std::move(id), std::move(entity));
}

void CrateEntities::add_part(std::string id, Map entity) {
  parts_.push_back(Value(reference(id)));
  add(std::move(id), std::move(entity));
}

List CrateEntities::take() {
  List list;
  for (auto& [id, entity] : entities_) list.emplace_back(std::move(entity));
  return list;
}

}  // namespace cairn::interchange
