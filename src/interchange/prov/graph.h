// The graph that a PROV-JSON document describes: which nodes stand for what it names, and which links for its relations.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "interchange/prov/document.h"

namespace cairn::interchange::prov {

/// Something that the document names. Entities and agents of one name are one element, activities others.
struct Element {
  std::string uri;     ///< or the name itself if that stands for nothing
  bool is_process = false;
  bool has_uri = false;
  std::string name;    ///< as written where it is first met
  std::size_t container = 0;
  const Statement* description = nullptr;  ///< that its node will have
  Party party = Party::entity;             ///< as it is first met
  std::optional<Node> known = {};          ///< the node of the store that stands for it
  NodeKind kind = NodeKind::data;
};

/// A link that a relation asks for, between a subject and an object, and what it becomes.
struct Edge {
  std::size_t subject = 0, object = 0;
  LinkType type = LinkType::reference;
  std::string label = {};
  std::string fallback = {};     ///< the label of the reference that it becomes if it cannot be of another type
  const Statement* statement = nullptr;
  bool is_left_out = false;      ///< the graph does not say it

  /// References go from the subject to the object, all others the other way.
  bool from_subject() const { return type == LinkType::reference || type == LinkType::mutual; }
  std::size_t source() const { return from_subject() ? subject : object; }
  std::size_t target() const { return from_subject() ? object : subject; }
  /// The end that the link is written with.
  std::size_t holder() const {
    return type == LinkType::reference || type == LinkType::mutual || type == LinkType::return_ ? source() : target();
  }
};

/// Keeps references to the document.
class DocumentGraph {
 public:
  explicit DocumentGraph(const Document& document);

  std::vector<Element>& elements() { return elements_; }
  std::vector<Edge>& edges() { return edges_; }
  /// The element of a description.
  std::size_t element_of(const Statement& statement) const;

  /// When elements know their nodes and kinds: makes of each edge a link that the rules of the graph allow, a reference
  /// where they do not allow what it is, and leaves out what cannot even be that. Reports what is changed and left out.
  void settle(const Store& store, ImportReport& report);

 private:
  std::size_t add_element(const std::string& name, Party party, std::size_t container);
  std::optional<std::size_t> find_element(const std::string& key, bool is_process) const;
  void add_relation(const Statement& statement);
  void add_edges(const Statement& statement, std::size_t subject, const PartyTerm& party, const Value& names);
  void demote(Edge& edge, std::string_view why, ImportReport& report);
  void leave_out(Edge& edge, std::string_view why, ImportReport& report);
  bool fits_kinds(const Edge& edge) const;
  void settle_kinds(ImportReport& report);
  void settle_holders(const Store& store, ImportReport& report);
  void break_cycles(ImportReport& report);

  const Document& document_;
  std::vector<Element> elements_;
  std::vector<Edge> edges_;
  std::unordered_map<std::string, std::size_t> things_, processes_;  // by URI
};

}  // namespace cairn::interchange::prov
