#include "interchange/gemd/document.h"

#include <cairn/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "interchange/gemd/fields.h"
#include "interchange/json_reader.h"
#include "interchange/json_writer.h"

namespace cairn::interchange::gemd {
namespace {

constexpr std::size_t kPlaceBytesMax = 4096;

// An id may be a number, as gemd takes anything.
std::optional<std::string> id_text(const Value& id) {
  if (const auto* text = id.get_if<std::string>()) return *text;
  return is_number(id) ? std::optional(json_line(id, Nonfinite::bare)) : std::nullopt;
}

class Reader {
 public:
  Reader(const ImportOptions& options, ImportReport& report) : options_(options), report_(report) {}

  Document read(const Value& json) {
    document_.parts.push_back({.value = &json});
    for (std::size_t number = 0; number < document_.parts.size(); ++number) read_part(number);
    check_whole(json);
    for (Entity& entity : document_.entities) name(entity);
    write_fields();
    return std::move(document_);
  }

 private:
  void read_part(std::size_t number) {
    const std::size_t parts = document_.parts.size(), entities = document_.entities.size(),
                      items = report_.items.size();
    PartReader reader(options_, report_, document_, number);
    try {
      return reader.read();
    } catch (const Fault& fault) {
      if (!options_.partial || number == 0) throw_bad(fault.place.empty() ? "/" : fault.place, fault.problem);
      document_.parts.erase(document_.parts.begin() + static_cast<std::ptrdiff_t>(parts),
                            document_.parts.end());
      document_.entities.erase(document_.entities.begin() + static_cast<std::ptrdiff_t>(entities),
                               document_.entities.end());
      report_.items.erase(report_.items.begin() + static_cast<std::ptrdiff_t>(items), report_.items.end());
      report_.items.push_back({Outcome::refused, fault.place, fault.problem});
    }
    Part& part = document_.parts[number];
    part.entity = kNone;
    part.links.clear();
    part.is_refused = true;
  }

  // A document of another format has nothing in it that GEMD knows.
  void check_whole(const Value& json) const {
    const Map* map = json.get_if<Map>();
    if (map != nullptr && map->find("type") == nullptr) {
      if (map->find("object") != nullptr) return;
      if (map->find("context") != nullptr) throw_bad("/", "a document with a context has an \"object\", too");
    }
    if (json.is<List>() && json.get_if<List>()->empty()) return;
    const bool has_object = std::ranges::any_of(document_.parts, [](const Part& part) {
      return part.entity != kNone || !part.links.empty() || is_typed(*part.value);
    });
    if (!has_object)
      throw_bad("/", "expected a document with an \"object\", or an object of GEMD: it has neither");
  }

  void name(Entity& entity) {
    entity.has_uids = !entity.uids.empty();
    if (!entity.has_uids) entity.uids.push_back({"auto", Uuid::generate().text()});
  }

  // With links instead of the objects in it, which are parts of their own.
  void write_fields() {
    std::vector<std::vector<Patch>> patches(document_.parts.size());
    for (const Part& part : document_.parts) {
      if (part.outer == kNone || document_.parts[part.outer].entity == kNone) continue;
      Value link;
      if (part.entity != kNone) link = link_to(document_.entities[part.entity].uids.front());
      patches[part.outer].push_back({part.steps, std::move(link)});
    }
    for (Entity& entity : document_.entities) {
      Part& part = document_.parts[entity.part];
      std::vector<Patch>& own = patches[entity.part];
      own.push_back({{"type"}, std::nullopt});
      std::ranges::move(part.spellings, std::back_inserter(own));
      part.spellings.clear();
      entity.fields = patched(*part.value->get_if<Map>(), own);
    }
  }

  const ImportOptions& options_;
  ImportReport& report_;
  Document document_;
};

}  // namespace

// As far as the ids of nodes do it, too: letters of ASCII.
std::string Uid::key() const {
  std::string key = scope;
  for (char& c : key)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  key += '\0';
  return key += id;
}

std::string Document::place_of(std::size_t part) const {
  std::vector<std::size_t> way;
  for (; part != kNone; part = parts[part].outer) way.push_back(part);
  std::string place;
  while (!way.empty() && place.size() <= kPlaceBytesMax) {
    place += pointer_of(parts[way.back()].steps);
    way.pop_back();
  }
  return shortened(place, kPlaceBytesMax);
}

std::string Document::name_of(const Entity& entity) const {
  const Value* name = entity.fields.find("name");
  const std::string* text = name == nullptr ? nullptr : name->get_if<std::string>();
  return text == nullptr ? entity.type : fmt::format("{} {}", entity.type, *text);
}

Document take_apart(const Value& json, const ImportOptions& options, ImportReport& report) {
  return Reader(options, report).read(json);
}

Map link_to(const Uid& uid) {
  return Map{{"id", uid.id}, {"scope", uid.scope}, {"type", type_name(Type::link_by_uid)}};
}

std::optional<Uid> uid_of(const Value* scope, const Value* id) {
  const auto* text = scope == nullptr ? nullptr : scope->get_if<std::string>();
  auto name = text == nullptr || id == nullptr ? std::nullopt : id_text(*id);
  return name ? std::optional(Uid{*text, std::move(*name)}) : std::nullopt;
}

std::optional<Uid> uid_in(const Map& link) {
  const Value* type = link.find("type");
  const auto* name = type == nullptr ? nullptr : type->get_if<std::string>();
  if (name == nullptr || *name != type_name(Type::link_by_uid)) return {};
  return uid_of(link.find("scope"), link.find("id"));
}

std::vector<Uid> uids_in(const Map& fields) {
  std::vector<Uid> uids;
  const Value* value = fields.find("uids");
  const auto add = [&](const Value& scope, const Value& id) {
    if (auto uid = uid_of(&scope, &id)) uids.push_back(std::move(*uid));
  };
  if (const Map* map = value == nullptr ? nullptr : value->get_if<Map>())
    for (const MapEntry& entry : *map) add(entry.key, entry.value);
  if (const List* pair = value == nullptr ? nullptr : value->get_if<List>();
      pair != nullptr && pair->size() == 2)
    add(pair->front(), pair->back());
  return uids;
}

}  // namespace cairn::interchange::gemd
