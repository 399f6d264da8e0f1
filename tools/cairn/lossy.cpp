#include "lossy.h"

#include <cairn/value_json.h>

#include <fmt/format.h>

#include <set>

namespace cairn::cli {
namespace {

class Search {
 public:
  void look(const Value& value, const std::string& path) {
    if (const auto* lossy = value.get_if<Lossy>())
      found.push_back({path.starts_with('.') ? path.substr(1) : path, lossy->type()});
    else if (const auto* list = value.get_if<List>())
      look_in(*list, path);
    else if (const auto* tuple = value.get_if<Tuple>())
      look_in(tuple->elements, path);
    else if (const auto* set = value.get_if<Set>())
      look_in(set->elements(), path);
    else if (const auto* map = value.get_if<Map>())
      look_in(*map, path);
    else if (const auto* object = value.get_if<Object>())
      for (const Field& field : object->fields) look(field.value, fmt::format("{}.{}", path, field.name));
    else if (const auto* graph = value.get_if<Graph>()) {
      look(graph->root(), path);
      for (std::size_t i = 0; i < graph->shared().size(); ++i) look(graph->shared()[i], fmt::format("shared {}", i));
    } else if (const auto* quantity = value.get_if<Quantity>())
      look(quantity->magnitude(), path);
    else if (const auto* enumerator = value.get_if<Enumerator>())
      look(enumerator->value(), path);
  }

  std::vector<LossyPlace> found;

 private:
  void look_in(const List& list, const std::string& path) {
    for (std::size_t i = 0; i < list.size(); ++i) look(list[i], fmt::format("{}[{}]", path, i));
  }

  void look_in(const Map& map, const std::string& path) {
    for (const MapEntry& entry : map) {
      const std::string* text = entry.key.get_if<std::string>();
      const std::string name = text != nullptr ? "." + *text : fmt::format("[{}]", to_json(entry.key));
      look(entry.key, path + name);
      look(entry.value, path + name);
    }
  }
};

bool any_lossy(const ListDecoder& list, std::set<std::uint32_t>& seen);

// `seen`: shared values that were looked at.
bool any_lossy(const Decoder& in, std::set<std::uint32_t>& seen) {
  switch (in.kind()) {
    case ValueKind::lossy: return true;
    case ValueKind::list: return any_lossy(in.list(), seen);
    case ValueKind::tuple: return any_lossy(in.tuple(), seen);
    case ValueKind::set: return any_lossy(in.set(), seen);
    case ValueKind::enumerator: return any_lossy(in.enumerator().value, seen);
    case ValueKind::quantity: return any_lossy(in.quantity().magnitude, seen);
    case ValueKind::shared: return seen.insert(in.shared_number()).second && any_lossy(in.shared(), seen);
    case ValueKind::map: {
      const MapDecoder map = in.map();
      for (std::size_t i = 0; i < map.size(); ++i)
        if (any_lossy(map.key(i), seen) || any_lossy(map.value(i), seen)) return true;
      return false;
    }
    case ValueKind::object: {
      const ObjectDecoder object = in.object();
      for (std::size_t i = 0; i < object.size(); ++i)
        if (any_lossy(object.field(i), seen)) return true;
      return false;
    }
    default: return false;
  }
}

bool any_lossy(const ListDecoder& list, std::set<std::uint32_t>& seen) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (any_lossy(list[i], seen)) return true;
  return false;
}

}  // namespace

bool is_lossy(const Decoder& in) {
  std::set<std::uint32_t> seen;
  return any_lossy(in, seen);
}

std::vector<LossyPlace> lossy_places(const Value& value) {
  Search search;
  search.look(value, "");
  return std::move(search.found);
}

}  // namespace cairn::cli
