// The graph that a SCALE-MS document describes: which nodes stand for its elements and results, and which links for its
// references.
#pragma once

#include <cairn/interchange.h>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "interchange/labels.h"
#include "interchange/scalems/document.h"

namespace cairn::interchange::scalems {

/// A node that is written, or that the store has.
struct Vertex {
  Uuid uuid;
  std::optional<Node> known = {};
  NodeKind kind = NodeKind::data;
  /// Its uid is its unique id in the store.
  bool has_uid = false;
  /// Of a result: the process that makes it.
  std::optional<std::size_t> maker = {};
};

struct Edge {
  std::size_t source = 0, target = 0;  ///< numbers of vertices
  LinkType type = LinkType::reference;
  std::string label = {};
  std::string place = {};
};

/// Vertices by number: one for each element, in order, then results and nodes that only the store has.
/// Keeps references to what it is made of.
class DocumentGraph {
 public:
  DocumentGraph(const Store& store, const Document& document, const ImportOptions& options, ImportReport& report);

  const std::vector<Vertex>& vertices() const { return vertices_; }
  const std::vector<Edge>& edges() const { return edges_; }
  /// How the document refers to the node of an element: see entry_of.
  const Value& entry(std::size_t element) const { return entries_[element]; }
  /// True for a process that has its result.
  bool is_finished(std::size_t element) const;

 private:
  void place_element(std::size_t number);
  bool says_the_same(std::size_t number, const Node& node, const Map& stored);
  std::optional<std::size_t> local_input(std::size_t number) const;

  void find_vertices(std::size_t number);
  std::optional<std::size_t> vertex_of(const Use& use);
  std::size_t result_vertex(std::size_t element);
  std::optional<std::size_t> outside_vertex(const Use& use);
  std::size_t known_vertex(const Node& node);
  std::size_t output_of(const Node& process);

  void connect(std::size_t number);
  void connect(std::size_t number, const Use& use, std::size_t target);
  void connect_result(std::size_t number, const Use& use, std::size_t target);
  void connect_known(std::size_t number);
  void add_input(std::size_t process, std::size_t data, const std::string& label, const std::string& place);
  void add_reference(std::size_t source, std::size_t target, const std::string& label, const std::string& place);
  void break_cycles();
  bool is_fresh(std::size_t vertex) const { return !vertices_[vertex].known; }
  void note(Outcome outcome, const std::string& place, std::string what);

  const Store& store_;
  const Document& document_;
  const ImportOptions& options_;
  ImportReport& report_;
  std::vector<Vertex> vertices_;
  std::vector<Value> entries_;                                 // by element
  std::vector<std::vector<std::optional<std::size_t>>> uses_;  // vertices, by element and use
  std::vector<Edge> edges_;
  std::unordered_map<std::size_t, std::size_t> results_;                 // vertex of the result, by element
  std::unordered_map<std::string, std::optional<std::size_t>> outside_;  // by text of the reference
  std::unordered_map<Uuid, std::size_t> known_;
  std::unordered_map<std::size_t, bool> has_creator_;                                                // by vertex
  std::unordered_map<std::size_t, DistinctLabels> input_labels_, reference_labels_, create_labels_;  // by vertex
};

}  // namespace cairn::interchange::scalems
