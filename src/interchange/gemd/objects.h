// Which objects of a document are one, which of them the store has already, and what links mean.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interchange/gemd/document.h"

namespace cairn::interchange::gemd {

/// Of nodes: "gemd:material_run" and the like.
inline constexpr std::string_view kTypePrefix = "gemd:";

/// The name of the type of GEMD that a node was made for; empty if it is none of these.
std::string_view type_of(const Node& node);
/// The unique id that a node can have: in the scope "gemd:SCOPE"; empty if it can have none of that kind.
std::optional<Identity> identity_of(const Uid& uid);

/// What a link means: an object of the document, or a node of the store; neither if it means nothing that is
/// there.
struct Target {
  std::size_t entity = kNone;
  const Node* node = nullptr;

  explicit operator bool() const { return entity != kNone || node != nullptr; }
  friend bool operator==(const Target&, const Target&) = default;
};

class Objects {
 public:
  /// Finds out which objects are one, and notes in the parts of the document what they write in another way
  /// than the one that is stored. What has the unique ids of something that says otherwise throws
  /// bad_document, or conflict if that is in the store; with ImportOptions::partial, it is left out and
  /// reported. All of them are kept references to.
  Objects(Document& document, const Store& store, const ImportOptions& options, ImportReport& report);

  /// The first one that is the same.
  std::size_t same(std::size_t entity) const { return same_[entity]; }
  /// The node of the store that is the entity; null if there is none.
  const Node* known(std::size_t entity) const { return known_[same_[entity]]; }
  /// False for entities that are another one, and for those that were left out.
  bool is_stored(std::size_t entity) const { return same_[entity] == entity && is_there_[entity]; }
  Target target(const LinkUse& link);

 private:
  void find_same(std::size_t entity);
  void find_known(std::size_t entity);
  void compare(std::size_t entity);
  void refuse(std::size_t entity, ErrorCode code, const std::string& problem);
  void leave_out_inner();

  struct Other;  // what an entity is compared with
  bool compare(const Value& value, const Value& other, const Path& path, std::size_t entity,
               std::string& fault);
  bool compare_fields(const Map& fields, const Other& other, std::size_t entity, std::string& fault);
  bool compare_uids(const Entity& entity, const Other& other) const;
  bool is_same_target(const Uid& uid, const Uid& other);
  void spell(std::size_t entity, Steps steps, std::optional<Value> value);

  Target target(const Uid& uid);
  const Node* find_node(const Uid& uid);
  std::optional<Node> find_nameless(const Uid& uid) const;
  const Node* resolve(const Uid& uid);

  Document& document_;
  const Store& store_;
  const ImportOptions& options_;
  ImportReport& report_;
  std::unordered_map<std::string, std::size_t> by_uid_;
  std::unordered_map<std::string, std::optional<Node>> nodes_;  // by unique id
  std::vector<std::size_t> same_;
  std::vector<const Node*> known_;
  std::vector<bool> is_there_;
};

}  // namespace cairn::interchange::gemd
