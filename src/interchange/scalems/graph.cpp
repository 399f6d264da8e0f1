#include "interchange/scalems/graph.h"

#include <cairn/error.h>

#include <fmt/format.h>

#include <deque>
#include <unordered_set>

#include "interchange/components.h"
#include "interchange/json_reader.h"
#include "interchange/scalems/keeping.h"

namespace cairn::interchange::scalems {
namespace {

// Of inputs that a process has through its inputs. They make lineages whole; the references say all.
constexpr std::size_t kInnerInputsMax = 100;

}  // namespace

DocumentGraph::DocumentGraph(const Store& store, const Document& document, const ImportOptions& options, ImportReport& report)
    : store_(store), document_(document), options_(options), report_(report), uses_(document.elements.size()) {
  for (std::size_t i = 0; i < document_.elements.size(); ++i) place_element(i);
  for (std::size_t i = 0; i < document_.elements.size(); ++i) find_vertices(i);
  for (const auto& [element, vertex] : results_)
    edges_.push_back(
        {element, vertex, LinkType::create, create_labels_[element].distinct("result"), document_.elements[element].place});
  for (std::size_t i = 0; i < document_.elements.size(); ++i) connect(i);
  break_cycles();
}

void DocumentGraph::note(Outcome outcome, const std::string& place, std::string what) {
  report_.items.push_back({outcome, place, std::move(what)});
}

// An element is the node of its uid if that says the same. What says something else keeps its node, and this one gets its own.
void DocumentGraph::place_element(std::size_t number) {
  const Element& element = document_.elements[number];
  Vertex vertex{.uuid = Uuid::generate(), .kind = element.is_process ? NodeKind::calculation : NodeKind::data};
  Value entry = NodeRef{vertex.uuid};
  const bool is_global = element.uid && element.uid->is_global;
  auto known = is_global ? store_.find_node(Identity{kScope, element.uid->name}) : std::nullopt;
  vertex.has_uid = is_global && !known;
  if (known) {
    const Map stored = is_element(*known) ? record_of(store_, *known) : Map();
    if (says_the_same(number, *known, stored)) {
      entry = entry_of(known->uuid, element.record, stored);
      vertex = {.uuid = known->uuid, .known = *known, .kind = known->kind, .has_uid = true};
      known_.emplace(known->uuid, number);
      ++report_.nodes_known;
    }
  }
  vertices_.push_back(std::move(vertex));
  entries_.push_back(std::move(entry));
}

bool DocumentGraph::says_the_same(std::size_t number, const Node& node, const Map& stored) {
  const Element& element = document_.elements[number];
  const std::string conflict = fmt::format("{} is node {} of the store, which", element.shown(), node.uuid.text());
  const std::string outcome = "this element has a node of its own, without the uid";
  Element other{.record = stored, .place = {}};
  other.type = type_of(node, stored);
  other.is_process = node.kind != NodeKind::data;
  if (!is_element(node) || other.is_process != element.is_process || meaning_of(other) != meaning_of(element)) {
    note(Outcome::altered, element.place, fmt::format("conflict: {} says something else: {}", conflict, outcome));
    return false;
  }
  if (const auto input = local_input(number)) {
    note(Outcome::altered, element.place,
         fmt::format("conflict: {} says the same of another {}: {}", conflict, document_.elements[*input].shown(), outcome));
    return false;
  }
  return true;
}

// An element that this one refers to and that is not the one of the store which has its uid.
std::optional<std::size_t> DocumentGraph::local_input(std::size_t number) const {
  for (const Use& use : document_.elements[number].uses) {
    const bool is_inside = use.target.kind == Target::Kind::element || use.target.kind == Target::Kind::result;
    if (is_inside && !use.is_result && !vertices_[use.target.element].has_uid) return use.target.element;
  }
  return std::nullopt;
}

void DocumentGraph::find_vertices(std::size_t number) {
  const Element& element = document_.elements[number];
  if (own_result(element) != nullptr && is_fresh(number)) result_vertex(number);
  for (const Use& use : element.uses) {
    uses_[number].push_back(vertex_of(use));
    if (!use.target.remark.empty()) note(Outcome::unresolved, use.place, use.target.remark);
  }
}

std::optional<std::size_t> DocumentGraph::vertex_of(const Use& use) {
  switch (use.target.kind) {
    case Target::Kind::nothing:
      return std::nullopt;
    case Target::Kind::element:
      return use.target.element;
    case Target::Kind::result:
      return result_vertex(use.target.element);
    case Target::Kind::outside:
      break;
  }
  const auto known = outside_.find(use.text);
  const auto vertex = known != outside_.end() ? known->second : outside_.emplace(use.text, outside_vertex(use)).first->second;
  const bool is_reference = use.certainty == Certainty::certain ||
                            (use.certainty == Certainty::possible && use.reference.uid && use.reference.uid->is_global);
  if (!vertex && is_reference)
    note(Outcome::unresolved, use.place,
         fmt::format("\"{}\" is nothing of the document, nor of the store: kept as it is", use.text));
  if (!vertex || use.is_result || vertices_[*vertex].kind == NodeKind::data) return vertex;
  return output_of(*vertices_[*vertex].known);
}

// What a process makes, whether it is done or not.
std::size_t DocumentGraph::result_vertex(std::size_t number) {
  const Element& element = document_.elements[number];
  if (const auto found = results_.find(number); found != results_.end()) return found->second;
  for (std::size_t i = 0; i < uses_[number].size(); ++i) {  // its result may be outside of the document
    const auto& vertex = uses_[number][i];
    if (element.uses[i].is_result && element.uses[i].label == "result" && vertex && vertices_[*vertex].kind == NodeKind::data)
      return *vertex;
  }
  if (!is_fresh(number)) {
    const std::size_t output = output_of(*vertices_[number].known);
    if (output != number || is_terminal(vertices_[number].known->state)) return output;
  }
  results_.emplace(number, vertices_.size());
  vertices_.push_back({.uuid = Uuid::generate(), .maker = number});
  return vertices_.size() - 1;
}

std::optional<std::size_t> DocumentGraph::outside_vertex(const Use& use) {
  const bool is_global = use.reference.uid && use.reference.uid->is_global;
  if (is_global)
    if (const auto node = store_.find_node(Identity{kScope, use.reference.uid->name})) return known_vertex(*node);
  const bool may_ask = use.certainty == Certainty::certain || (use.certainty == Certainty::possible && is_global);
  const auto uuid = options_.resolve && may_ask ? options_.resolve(use.text) : std::nullopt;
  if (!uuid) return std::nullopt;
  const auto node = store_.find_node(*uuid);
  if (!node)
    throw Error(ErrorCode::not_found,
                fmt::format("{}: \"{}\" is said to be node {}, which is not there", use.place, use.text, uuid->text()));
  return known_vertex(*node);
}

std::size_t DocumentGraph::known_vertex(const Node& node) {
  const auto [found, is_new] = known_.emplace(node.uuid, vertices_.size());
  if (!is_new) return found->second;
  vertices_.push_back({.uuid = node.uuid, .known = node, .kind = node.kind, .has_uid = true});
  ++report_.nodes_known;
  return found->second;
}

// The result of a process of the store, or what it made alone; else the process itself.
std::size_t DocumentGraph::output_of(const Node& process) {
  std::vector<Link> made;
  for (const Link& link : store_.links(process.uuid))
    if (link.source == process.uuid && (link.type == LinkType::create || link.type == LinkType::return_)) made.push_back(link);
  for (const Link& link : made)
    if (link.label == "result") return known_vertex(store_.get_node(link.target));
  return known_vertex(made.size() == 1 ? store_.get_node(made.front().target) : process);
}

void DocumentGraph::connect(std::size_t number) {
  if (!is_fresh(number)) return connect_known(number);
  const Element& element = document_.elements[number];
  for (std::size_t i = 0; i < element.uses.size(); ++i)
    if (const auto& target = uses_[number][i]; target && *target != number) connect(number, element.uses[i], *target);
}

void DocumentGraph::connect(std::size_t number, const Use& use, std::size_t target) {
  const bool is_data = vertices_[target].kind == NodeKind::data;
  if (vertices_[number].kind == NodeKind::data) return add_reference(number, target, use.label, use.place);
  if (use.is_result) return connect_result(number, use, target);
  if (is_data) return add_input(number, target, use.label, use.place);
  note(Outcome::altered, use.place, "a process, of which no result is in the store, is no input: a reference says it");
  add_reference(number, target, use.label, use.place);
}

void DocumentGraph::connect_result(std::size_t number, const Use& use, std::size_t target) {
  const Vertex& vertex = vertices_[target];
  if (vertex.kind == NodeKind::data && is_fresh(target) && !vertex.maker && has_creator_.emplace(target, true).second) {
    edges_.push_back({number, target, LinkType::create, create_labels_[number].distinct(use.label), use.place});
    return;
  }
  if (vertex.kind == NodeKind::data)
    note(Outcome::altered, use.place,
         "the result has a creator, or is in the store, already: a reference says that it is this one's");
  add_reference(number, target, use.label, use.place);
}

// Links that a node of the store would hold cannot be made; new data can be made by a process that is not done.
void DocumentGraph::connect_known(std::size_t number) {
  const Element& element = document_.elements[number];
  const Node& node = *vertices_[number].known;
  for (std::size_t i = 0; i < element.uses.size(); ++i) {
    const Use& use = element.uses[i];
    const auto& target = uses_[number][i];
    if (!target || *target == number || !is_fresh(*target)) continue;
    const Vertex& vertex = vertices_[*target];
    const bool can_make =
        use.is_result && element.is_process && !is_terminal(node.state) && vertex.kind == NodeKind::data && !vertex.maker;
    if (can_make) {
      DistinctLabels& labels = create_labels_[number];
      for (const Link& link : store_.links(node.uuid))
        if (link.type == LinkType::create && link.source == node.uuid) labels.distinct(link.label);
      if (has_creator_.emplace(*target, true).second) {
        edges_.push_back({number, *target, LinkType::create, labels.distinct(use.label), use.place});
        continue;
      }
    }
    note(Outcome::altered, use.place,
         fmt::format("node {} is in the store, and gets no link to what it refers to", node.uuid.text()));
  }
}

// Also what the data refer to, and so on, so that the lineage of a process leads through the elements that only gather others.
void DocumentGraph::add_input(std::size_t process, std::size_t data, const std::string& label, const std::string& place) {
  DistinctLabels& labels = input_labels_[process];
  edges_.push_back({data, process, LinkType::input, labels.distinct(label_or(label, "input")), place});
  std::deque<std::pair<std::size_t, std::string>> next{{data, label}};
  std::unordered_set<std::size_t> seen{data, process};
  for (; !next.empty(); next.pop_front()) {
    const auto [from, prefix] = next.front();
    for (std::size_t i = 0; from < uses_.size() && i < uses_[from].size(); ++i) {
      const auto& inner = uses_[from][i];
      if (!inner || vertices_[*inner].kind != NodeKind::data || !seen.insert(*inner).second) continue;
      if (seen.size() > kInnerInputsMax)
        return note(Outcome::altered, place,
                    fmt::format("of the data that its inputs refer to, the first {} are inputs", kInnerInputsMax - 2));
      std::string inner_label = label_or(fmt::format("{}__{}", prefix, document_.elements[from].uses[i].label), "input");
      edges_.push_back({*inner, process, LinkType::input, labels.distinct(inner_label), place});
      next.emplace_back(*inner, std::move(inner_label));
    }
  }
}

void DocumentGraph::add_reference(std::size_t source, std::size_t target, const std::string& label, const std::string& place) {
  edges_.push_back({source, target, LinkType::reference, reference_labels_[source].distinct(label), place});
}

// Only where a result is said to be an element before its process can a cycle close: all else refers to what came before.
void DocumentGraph::break_cycles() {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (const Edge& edge : edges_)
    if (edge.type != LinkType::reference) arrows.emplace_back(edge.source, edge.target);
  const std::vector<std::size_t> components = strong_components(vertices_.size(), arrows);
  for (Edge& edge : edges_) {
    if (edge.type != LinkType::create || vertices_[edge.target].maker || components[edge.source] != components[edge.target])
      continue;
    const std::string problem = fmt::format("cycle: {} is made of its own result, {}", document_.elements[edge.source].shown(),
                                            document_.elements[edge.target].shown());
    if (!options_.partial) throw_bad(edge.place, problem);
    note(Outcome::altered, edge.place, problem + ": a reference says that it is its result");
    edge.type = LinkType::reference;
    edge.label = reference_labels_[edge.source].distinct(edge.label);
  }
}

bool DocumentGraph::is_finished(std::size_t number) const {
  const Element& element = document_.elements[number];
  const Value* result = element.find_member("result");
  if (result == nullptr || result->is<std::monostate>()) return false;
  for (std::size_t i = 0; i < element.uses.size(); ++i) {
    if (!element.uses[i].is_result) continue;
    const auto& vertex = uses_[number][i];
    const bool is_pending =
        vertex && (vertices_[*vertex].kind != NodeKind::data || (vertices_[*vertex].maker && is_fresh(*vertex)));
    if (element.uses[i].target.kind == Target::Kind::nothing || is_pending) return false;
  }
  return true;
}

}  // namespace cairn::interchange::scalems
