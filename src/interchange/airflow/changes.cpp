#include "interchange/airflow/changes.h"

#include <cairn/plain_json.h>

#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "interchange/airflow/wire.h"

namespace cairn::interchange::airflow {
namespace {

class Comparison {
 public:
  Map run(const Value& written, const Value& wanted) {
    compare("", written, wanted);
    Map all;
    if (!changes_.empty()) all.put("changes", as_map());
    if (!removed_.empty()) all.put("removed", std::move(removed_));
    return all;
  }

 private:
  void compare(const std::string& place, const Value& written, const Value& wanted) {
    const Map *old_map = written.get_if<Map>(), *new_map = wanted.get_if<Map>();
    if (old_map != nullptr && new_map != nullptr) return compare(place, *old_map, *new_map, is_set(written) || is_set(wanted));
    const List *old_list = written.get_if<List>(), *new_list = wanted.get_if<List>();
    if (old_list != nullptr && new_list != nullptr && old_list->size() == new_list->size()) {
      for (std::size_t i = 0; i < old_list->size(); ++i) compare(pointer_to(place, i), (*old_list)[i], (*new_list)[i]);
      return;
    }
    if (written != wanted) changes_.emplace(place, wanted);
  }

  // Both are in the order of their keys.
  void compare(const std::string& place, const Map& written, const Map& wanted, bool are_sets) {
    const MapEntry *old_entry = written.begin(), *new_entry = wanted.begin();
    while (old_entry != written.end() || new_entry != wanted.end()) {
      const bool only_new = old_entry == written.end() || (new_entry != wanted.end() && new_entry->key < old_entry->key);
      const bool only_old = !only_new && (new_entry == wanted.end() || old_entry->key < new_entry->key);
      const std::string at = pointer_to(place, *name_of(only_new ? new_entry->key : old_entry->key));
      if (only_new)
        changes_.emplace(at, new_entry->value);
      else if (only_old)
        removed_.emplace_back(at);
      else if (!are_sets)
        compare(at, old_entry->value, new_entry->value);
      else if (old_entry->value != new_entry->value)  // elements of sets have no places of their own
        changes_.emplace(at, new_entry->value);
      if (!only_new) ++old_entry;
      if (!only_old) ++new_entry;
    }
  }

  Map as_map() {
    Map map;
    for (auto& [place, value] : changes_) map.put(Value(place), std::move(value));
    return map;
  }

  std::map<std::string, Value> changes_;
  List removed_;
};

// Pointers that are not UTF-8 are bytes in the store.
std::string pointer_text(const Value& place) {
  if (const auto* text = place.get_if<std::string>()) return *text;
  const Bytes& bytes = *place.get_if<Bytes>();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string last_key(const std::string& pointer) {
  std::string key;
  for (std::size_t at = pointer.rfind('/') + 1; at < pointer.size(); ++at) {
    if (pointer[at] == '~')
      key += pointer[++at] == '0' ? '~' : '/';
    else
      key += pointer[at];
  }
  return key;
}

class Application {
 public:
  explicit Application(const Map& changes) {
    if (const Value* all = changes.find("changes"))
      for (const MapEntry& entry : *all->get_if<Map>()) {
        const std::string place = pointer_text(entry.key);
        changes_.emplace(place, &entry.value);
        if (!place.empty()) by_parent_[place.substr(0, place.rfind('/'))].push_back(place);
      }
    if (const Value* all = changes.find("removed"))
      for (const Value& place : *all->get_if<List>()) removed_.insert(pointer_text(place));
  }

  Value apply(const std::string& place, const Value& written) const {
    if (const auto found = changes_.find(place); found != changes_.end()) return ordered(*found->second);
    if (const List* elements = written.get_if<List>()) {
      List list;
      for (std::size_t i = 0; i < elements->size(); ++i) list.push_back(apply(pointer_to(place, i), (*elements)[i]));
      return list;
    }
    const Object* members = members_of(written);
    return members == nullptr ? written : apply_to_members(place, *members);
  }

 private:
  Value apply_to_members(const std::string& place, const Object& members) const {
    std::vector<Field> fields;
    std::unordered_set<std::string> known;
    for (const Field& member : members.fields) {
      const std::string at = pointer_to(place, member.name);
      known.insert(at);
      if (!removed_.contains(at)) fields.push_back({member.name, apply(at, member.value)});
    }
    if (const auto added = by_parent_.find(place); added != by_parent_.end())
      for (const std::string& at : added->second)
        if (!known.contains(at)) fields.push_back({last_key(at), ordered(*changes_.at(at))});
    return dict_wire(std::move(fields));
  }

  std::unordered_map<std::string, const Value*> changes_;
  std::unordered_map<std::string, std::vector<std::string>> by_parent_;
  std::unordered_set<std::string> removed_;
};

}  // namespace

Map changes_between(const Value& written, const Value& wanted) {
  return Comparison().run(written, wanted);
}

Value changed(const Value& written, const Map& changes) {
  if (changes.find("changes") == nullptr && changes.find("removed") == nullptr) return written;
  return Application(changes).apply("", written);
}

}  // namespace cairn::interchange::airflow
