// The graph that a GEMD document describes: which links say what the links of its objects do.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interchange/gemd/document.h"
#include "interchange/gemd/objects.h"

namespace cairn::interchange::gemd {

/// What can have links: an object of the document, or something else that the store has.
struct Vertex {
  const Node* known = nullptr;  ///< null for what is new
  NodeKind kind = NodeKind::data;
};

struct Edge {
  std::size_t source = kNone, target = kNone;  ///< numbers of vertices
  LinkType type = LinkType::reference;
  std::string label = {};
  std::size_t part = 0;      ///< of the object that says it
  std::string pointer = {};  ///< in it
  bool is_left_out = false;

  /// The end that the link is written with.
  std::size_t holder() const { return type == LinkType::reference ? source : target; }
};

NodeKind kind_of(const Entity& entity);

/// Keeps references to the document and its objects.
class Graph {
 public:
  /// Makes links of what objects say of one another, as the rules of the graph allow: references where they
  /// do not allow what it is. Reports what is unresolved, changed and left out. A link to something of a
  /// wrong type throws bad_document, or with ImportOptions::partial is reported and is none.
  Graph(const Document& document, Objects& objects, const Store& store, const ImportOptions& options,
        ImportReport& report);

  /// The entities of the document, by their numbers, and then other nodes that they link to.
  const std::vector<Vertex>& vertices() const { return vertices_; }
  const std::vector<Edge>& edges() const { return edges_; }
  /// What the document links to without being an object: numbers of vertices, with labels.
  const std::set<std::pair<std::size_t, std::string>>& named() const { return named_; }

 private:
  std::size_t vertex_of(const LinkUse& link, std::size_t part);
  bool is_of_type(const Target& target, const LinkUse& link, std::size_t part);
  std::string_view type_name_of(const Target& target) const;
  void add_edges(std::size_t entity);
  void add_use(std::size_t entity, std::size_t material, std::size_t process);
  std::string place_of(const Edge& edge) const { return document_.place_of(edge.part) + edge.pointer; }
  void note(const Edge& edge, std::string_view why, std::string_view outcome);
  void settle_kinds();
  void settle_holders(const Store& store);
  void settle_holder(Edge& edge, bool is_there);
  void break_cycles();
  void settle_labels();

  const Document& document_;
  Objects& objects_;
  const ImportOptions& options_;
  ImportReport& report_;
  std::vector<Vertex> vertices_;
  std::vector<Edge> edges_;
  std::set<std::pair<std::size_t, std::string>> named_;
  std::unordered_map<Uuid, std::size_t> others_;  // vertices of nodes that the document has not
};

}  // namespace cairn::interchange::gemd
