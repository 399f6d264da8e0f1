// CrateEntities: what the metadata document of a crate describes, each under its @id.
#pragma once

#include <cairn/node.h>
#include <cairn/value.h>

#include <map>
#include <string>
#include <string_view>

namespace cairn::interchange {

/// {"@id": id}
Map reference(std::string_view id);
/// The label of a node; without one its type or kind.
std::string name_of(const Node& node);
/// Nothing is put for no text.
void put_text(Map& map, const char* key, std::string_view text);
/// One is itself, several are a list, none is nothing.
void put_all(Map& map, const char* key, List list);

class CrateEntities {
 public:
  /// Nothing happens if there is one of this id already.
  void add(std::string id, Map entity);
  /// The same for one that is a part of the crate.
  void add_part(std::string id, Map entity);
  Map& at(const std::string& id) { return entities_.at(id); }

  /// References to the parts, in the order in which they were added.
  const List& parts() const { return parts_; }
  /// All of them in order of id. To be called last.
  List take();

 private:
  std::map<std::string, Map> entities_;
  List parts_;
};

}  // namespace cairn::interchange
