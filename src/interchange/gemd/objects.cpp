#include "interchange/gemd/objects.h"

#include <cairn/error.h>
#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "interchange/json_reader.h"

namespace cairn::interchange::gemd {
namespace {

// Of what comes behind the prefix, in scopes of nodes.
constexpr std::size_t kScopeBytesMax = 250, kIdBytesMax = 1024;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 32 || c == 127;
}

// What gemd takes for a field that is not there.
bool is_nothing(const Value& value) {
  const List* list = value.get_if<List>();
  return value.is<std::monostate>() || (list != nullptr && list->empty());
}

std::set<std::string> keys_of(const std::vector<Uid>& uids) {
  std::set<std::string> keys;
  for (const Uid& uid : uids) keys.insert(uid.key());
  return keys;
}

}  // namespace

std::string_view type_of(const Node& node) {
  std::string_view type = node.type;
  if (!type.starts_with(kTypePrefix) || !node.attributes.is<Map>()) return {};
  return type.substr(kTypePrefix.size());
}

std::optional<Identity> identity_of(const Uid& uid) {
  const bool fits = !uid.scope.empty() && uid.scope.size() <= kScopeBytesMax &&
                    std::ranges::none_of(uid.scope, is_control) && !uid.id.empty() &&
                    uid.id.size() <= kIdBytesMax && uid.id.find('\0') == std::string::npos;
  return fits ? std::optional(Identity{std::string(kTypePrefix) + uid.scope, uid.id}) : std::nullopt;
}

/// Another object of the document, or a node.
struct Objects::Other {
  std::string_view type;
  const Map* fields = nullptr;
  std::vector<Uid> uids;
  bool has_uids = false;  // of its own
};

Objects::Objects(Document& document, const Store& store, const ImportOptions& options, ImportReport& report)
    : document_(document),
      store_(store),
      options_(options),
      report_(report),
      same_(document.entities.size()),
      known_(document.entities.size()),
      is_there_(document.entities.size(), true) {
  by_uid_.reserve(document.entities.size());
  for (std::size_t entity = 0; entity < document.entities.size(); ++entity) find_same(entity);
  for (std::size_t entity = 0; entity < document.entities.size(); ++entity) find_known(entity);
  // Of objects without unique ids it is known what they are when those that they stand in have been compared:
  // these come first.
  for (std::size_t entity = 0; entity < document.entities.size(); ++entity) compare(entity);
  leave_out_inner();
}

void Objects::find_same(std::size_t entity) {
  same_[entity] = entity;
  for (const Uid& uid : document_.entities[entity].uids) {
    const auto [found, is_new] = by_uid_.try_emplace(uid.key(), entity);
    if (is_new) continue;
    const std::size_t first = same_[found->second];
    if (same_[entity] != entity && same_[entity] != first)
      return refuse(entity, ErrorCode::bad_document,
                    fmt::format("its unique ids are those of two objects, at {} and {}",
                                document_.place_of(document_.entities[same_[entity]]),
                                document_.place_of(document_.entities[first])));
    same_[entity] = first;
  }
}

void Objects::find_known(std::size_t entity) {
  if (same_[entity] != entity || !document_.entities[entity].has_uids) return;
  for (const Uid& uid : document_.entities[entity].uids) {
    const Node* node = find_node(uid);
    if (node == nullptr) continue;
    if (known_[entity] != nullptr && known_[entity]->uuid != node->uuid)
      return refuse(entity, ErrorCode::conflict,
                    fmt::format("its unique ids are those of two nodes, {} and {}",
                                known_[entity]->uuid.text(), node->uuid.text()));
    known_[entity] = node;
  }
}

void Objects::compare(std::size_t entity) {
  const Entity& own = document_.entities[entity];
  const Node* node = known(entity);
  const bool is_first = same_[entity] == entity;
  if (!is_there_[entity] || (is_first && node == nullptr)) return;
  Other other;
  if (node == nullptr) {
    const Entity& first = document_.entities[same_[entity]];
    other = {first.type, &first.fields, first.uids, first.has_uids};
  } else {
    other.type = type_of(*node);
    other.fields = node->attributes.get_if<Map>();
    if (other.fields != nullptr) other.uids = uids_in(*other.fields);
    other.has_uids = !other.uids.empty();
    if (!other.has_uids) other.uids.push_back({"auto", node->uuid.text()});
  }
  std::string fault;
  if (own.type != other.type)
    fault = "it is of another type";
  else if (!compare_uids(own, other))
    fault = "it has other unique ids";
  else if (compare_fields(own.fields, other, entity, fault))
    return;
  const std::string where = node != nullptr ? fmt::format("node {}", node->uuid.text())
                                            : document_.place_of(document_.entities[same_[entity]]);
  refuse(entity, node != nullptr ? ErrorCode::conflict : ErrorCode::bad_document,
         fmt::format("{} is described already, by {}, in another way: {}", document_.name_of(own), where,
                     fault));
}

bool Objects::compare_uids(const Entity& entity, const Other& other) const {
  if (!entity.has_uids && !other.has_uids) return true;
  return keys_of(entity.uids) == keys_of(other.uids);
}

bool Objects::compare_fields(const Map& fields, const Other& other, std::size_t entity, std::string& fault) {
  static const std::string kUids = "uids";
  const Path path;
  for (const MapEntry& entry : fields) {
    const auto& key = *entry.key.get_if<std::string>();
    const Value* value = other.fields->find(std::string_view(key));
    if (value != nullptr && (key == kUids || compare(entry.value, *value, {&path, &key}, entity, fault))) {
      if (key == kUids && entry.value != *value) spell(entity, {key}, entry.value);
    } else if ((value == nullptr || is_nothing(*value)) && (key == kUids || is_nothing(entry.value))) {
      spell(entity, {key}, entry.value);
    } else {
      if (fault.empty()) fault = fmt::format("it has no field \"{}\"", key);
      return false;
    }
  }
  for (const MapEntry& entry : *other.fields) {
    const auto& key = *entry.key.get_if<std::string>();
    if (fields.find(std::string_view(key)) != nullptr) continue;
    if (key != kUids && !is_nothing(entry.value)) {
      fault = fmt::format("it has a field \"{}\"", key);
      return false;
    }
    spell(entity, {key}, std::nullopt);
  }
  fault.clear();
  return true;
}

bool Objects::compare(const Value& value, const Value& other, const Path& path, std::size_t entity,
                      std::string& fault) {
  if (const Map* map = value.get_if<Map>(), *other_map = other.get_if<Map>();
      map != nullptr && other_map != nullptr) {
    const auto uid = uid_in(*map), other_uid = uid_in(*other_map);
    if (uid && other_uid && map->size() == 3 && other_map->size() == 3 && is_same_target(*uid, *other_uid)) {
      if (value != other) spell(entity, path.steps(), value);
      return true;
    }
    if (map->size() == other_map->size() && !(uid && other_uid) &&
        std::ranges::equal(*map, *other_map, [&](const MapEntry& a, const MapEntry& b) {
          return a.key == b.key &&
                 compare(a.value, b.value, {&path, a.key.get_if<std::string>()}, entity, fault);
        }))
      return true;
  } else if (const List* list = value.get_if<List>(), *other_list = other.get_if<List>();
             list != nullptr && other_list != nullptr && list->size() == other_list->size()) {
    std::size_t i = 0;
    while (i < list->size() && compare((*list)[i], (*other_list)[i], {&path, nullptr, i}, entity, fault)) ++i;
    if (i == list->size()) return true;
  }
  if (value == other) return true;
  if (fault.empty()) fault = fmt::format("they differ at {}", path.pointer());
  return false;
}

// Objects without unique ids are the same if they are in the same place of the same one, and say the same.
bool Objects::is_same_target(const Uid& uid, const Uid& other) {
  const std::string key = uid.key(), other_key = other.key();
  if (key == other_key) return true;
  const Target a = target(uid), b = target(other);
  if (!a || !b) return false;
  if (a == b) return true;
  const Node* a_node = a.entity != kNone ? known(a.entity) : a.node;
  const Node* b_node = b.entity != kNone ? known(b.entity) : b.node;
  if (a_node != nullptr && b_node != nullptr) return a_node->uuid == b_node->uuid;
  if (a.entity == kNone || document_.entities[a.entity].has_uids || a_node != nullptr) return false;
  if (b.entity != kNone) {
    if (document_.entities[b.entity].has_uids || b.entity > a.entity) return false;
    same_[a.entity] = b.entity;
    return true;
  }
  const Map* fields = b_node->attributes.get_if<Map>();
  if (fields == nullptr || !uids_in(*fields).empty()) return false;
  known_[a.entity] = b_node;
  return true;
}

void Objects::spell(std::size_t entity, Steps steps, std::optional<Value> value) {
  Part& part = document_.parts[document_.entities[entity].part];
  part.spellings.push_back({std::move(steps), std::move(value)});
}

void Objects::refuse(std::size_t entity, ErrorCode code, const std::string& problem) {
  const std::string place = document_.place_of(document_.entities[entity]);
  const std::string shown = place.empty() ? "/" : place;
  if (!options_.partial || place.empty()) throw Error(code, fmt::format("{}: {}", printable(shown), problem));
  report_.items.push_back({Outcome::refused, place, problem});
  is_there_[entity] = false;
  document_.parts[document_.entities[entity].part].is_refused = true;
}

// What stands in something that is left out has no place any more.
void Objects::leave_out_inner() {
  std::vector<bool> is_needed(same_.size());
  for (Part& part : document_.parts) {
    if (part.outer != kNone && document_.parts[part.outer].is_refused) part.is_refused = true;
    if (!part.is_refused && part.entity != kNone) is_needed[same_[part.entity]] = true;
  }
  for (const Part& part : document_.parts)
    if (part.is_refused && part.entity != kNone && !is_needed[same_[part.entity]])
      is_there_[same_[part.entity]] = false;
}

Target Objects::target(const LinkUse& link) {
  if (link.nested == kNone) return target(link.uid);
  const std::size_t entity = document_.parts[link.nested].entity;
  return entity == kNone ? Target{} : target(document_.entities[entity].uids.front());
}

Target Objects::target(const Uid& uid) {
  const auto found = by_uid_.find(uid.key());
  if (found == by_uid_.end()) return {kNone, resolve(uid)};
  const std::size_t entity = same_[found->second];
  if (is_there_[entity]) return {entity, nullptr};
  return {kNone, known_[entity]};  // the one that the refused object contradicts
}

const Node* Objects::find_node(const Uid& uid) {
  const auto [found, is_new] = nodes_.try_emplace(uid.key());
  if (const auto id = is_new ? identity_of(uid) : std::nullopt) found->second = store_.find_node(*id);
  if (is_new && !found->second) found->second = find_nameless(uid);
  return found->second ? &*found->second : nullptr;
}

// Objects without unique ids are exported with those of their nodes.
std::optional<Node> Objects::find_nameless(const Uid& uid) const {
  const auto uuid = uid.scope == "auto" ? Uuid::parse(uid.id) : std::nullopt;
  auto node = uuid ? store_.find_node(*uuid) : std::nullopt;
  return node && !type_of(*node).empty() && node->unique_ids.empty() ? node : std::nullopt;
}

const Node* Objects::resolve(const Uid& uid) {
  if (const Node* node = find_node(uid); node != nullptr || !options_.resolve) return node;
  const std::string reference = fmt::format("{}:{}", uid.scope, uid.id);
  std::optional<Node>& node = nodes_[uid.key()];
  if (const auto uuid = options_.resolve(reference)) node = store_.find_node(*uuid);
  return node ? &*node : nullptr;
}

}  // namespace cairn::interchange::gemd
