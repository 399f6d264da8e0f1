#include "interchange/gemd/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "interchange/components.h"
#include "interchange/json_reader.h"
#include "interchange/labels.h"

namespace cairn::interchange::gemd {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// "brown sugar, melted" as "brown_sugar_melted".
std::string label_of_name(std::string_view name, std::string_view otherwise) {
  std::string label;
  for (const char c : name)
    if (is_word(c) && c != '_')
      label += c;
    else if (!label.empty() && label.back() != '_')
      label += '_';
  while (!label.empty() && label.back() == '_') label.pop_back();
  return label_or(label, otherwise);
}

std::string_view text_in(const Map& fields, std::string_view name) {
  const Value* value = fields.find(name);
  const auto* text = value == nullptr ? nullptr : value->get_if<std::string>();
  return text == nullptr ? std::string_view() : *text;
}

}  // namespace

NodeKind kind_of(const Entity& entity) {
  return entity.is(Type::process_run) || entity.is(Type::measurement_run) ? NodeKind::calculation
                                                                          : NodeKind::data;
}

Graph::Graph(const Document& document, Objects& objects, const Store& store, const ImportOptions& options,
             ImportReport& report)
    : document_(document), objects_(objects), options_(options), report_(report) {
  vertices_.reserve(document.entities.size());
  for (std::size_t i = 0; i < document.entities.size(); ++i) {
    const Node* known = objects.known(i);
    vertices_.push_back({known, known != nullptr ? known->kind : kind_of(document.entities[i])});
  }
  for (std::size_t i = 0; i < document.entities.size(); ++i)
    if (objects.is_stored(i)) add_edges(i);
  for (std::size_t part = 0; part < document.parts.size(); ++part) {
    if (document.parts[part].is_refused) continue;
    for (const LinkUse& link : document.parts[part].links)
      if (const std::size_t vertex = vertex_of(link, part); vertex != kNone)
        named_.emplace(vertex, link.label);
  }
  settle_kinds();
  settle_holders(store);
  break_cycles();
  settle_labels();
}

std::size_t Graph::vertex_of(const LinkUse& link, std::size_t part) {
  const Target target = objects_.target(link);
  if (!target) {
    if (link.nested == kNone)
      report_.items.push_back({Outcome::unresolved, document_.place_of(part) + link.pointer,
                               fmt::format("nothing has the unique id {}:{}: the link is kept as it is",
                                           link.uid.scope, link.uid.id)});
    return kNone;
  }
  if (!is_of_type(target, link, part)) return kNone;
  if (target.entity != kNone) return target.entity;
  const auto [found, is_new] = others_.try_emplace(target.node->uuid, vertices_.size());
  if (is_new) vertices_.push_back({target.node, target.node->kind});
  return found->second;
}

std::string_view Graph::type_name_of(const Target& target) const {
  if (target.entity != kNone) return document_.entities[target.entity].type;
  const std::string_view type = type_of(*target.node);
  return type.empty() ? std::string_view(target.node->type) : type;
}

// Nodes that are none of GEMD may stand for anything: the user says so.
bool Graph::is_of_type(const Target& target, const LinkUse& link, std::size_t part) {
  if (link.wanted == 0 || (target.entity == kNone && type_of(*target.node).empty())) return true;
  const std::string_view name = type_name_of(target);
  const TypeTerm* term = find_type_term(name);
  if (term != nullptr && (bit(term->type) & link.wanted) != 0) return true;
  std::string expected;
  for (const TypeTerm& wanted : type_terms())
    if ((bit(wanted.type) & link.wanted) != 0)
      expected += fmt::format("{}{}", expected.empty() ? "" : " or ", wanted.name);
  const std::string problem = fmt::format("expected a link to a {}, found one to a {}", expected, name);
  const std::string place = document_.place_of(part) + link.pointer;
  if (!options_.partial) throw_bad(place, problem);
  report_.items.push_back({Outcome::refused, place, problem});
  return false;
}

void Graph::add_edges(std::size_t entity) {
  const Entity& own = document_.entities[entity];
  std::size_t material = kNone, process = kNone;  // that an ingredient connects
  for (const LinkUse& link : own.links) {
    const std::size_t other = vertex_of(link, own.part);
    if (other == kNone) continue;
    Edge edge{
        .source = entity, .target = other, .label = link.label, .part = own.part, .pointer = link.pointer};
    if (own.is(Type::ingredient_run) && link.pointer == "/material") material = other;
    if (own.is(Type::ingredient_run) && link.pointer == "/process") process = other;
    const bool is_made = own.is(Type::material_run) && link.pointer == "/process";
    if (is_made || (own.is(Type::measurement_run) && link.pointer == "/material")) {
      std::swap(edge.source, edge.target);
      edge.type = is_made ? LinkType::create : LinkType::input;
      edge.label = is_made ? "output_material" : "material";
    }
    edges_.push_back(std::move(edge));
  }
  if (material != kNone && process != kNone) add_use(entity, material, process);
}

// An ingredient says that its process uses its material.
void Graph::add_use(std::size_t entity, std::size_t material, std::size_t process) {
  const Entity& own = document_.entities[entity];
  std::string_view name = text_in(own.fields, "name");
  for (const LinkUse& link : own.links)
    if (name.empty() && link.pointer == "/spec")
      if (const Target spec = objects_.target(link); spec.entity != kNone)
        name = text_in(document_.entities[spec.entity].fields, "name");
  edges_.push_back({.source = material,
                    .target = process,
                    .type = LinkType::input,
                    .label = label_of_name(name, "ingredient"),
                    .part = own.part});
}

void Graph::note(const Edge& edge, std::string_view why, std::string_view outcome) {
  report_.items.push_back({Outcome::altered, place_of(edge), fmt::format("{}: {}", why, outcome)});
}

void Graph::settle_kinds() {
  for (Edge& edge : edges_) {
    const NodeKind source = vertices_[edge.source].kind, target = vertices_[edge.target].kind;
    if (edge.source == edge.target) {
      edge.is_left_out = true;
      note(edge, "an object that links to itself", "it is kept with the object, and no link says it");
    } else if ((edge.type == LinkType::create &&
                (source != NodeKind::calculation || target != NodeKind::data)) ||
               (edge.type == LinkType::input && (source != NodeKind::data || target == NodeKind::data))) {
      note(edge, fmt::format("from a {} to a {}", kind_name(source), kind_name(target)),
           fmt::format("a reference says it, instead of a link of type {}", link_name(edge.type)));
      if (edge.type == LinkType::create) edge.label = "process";
      std::swap(edge.source, edge.target);
      edge.type = LinkType::reference;
    }
  }
}

// A node of the store has the links that it came in with.
void Graph::settle_holders(const Store& store) {
  std::unordered_map<std::size_t, std::set<std::tuple<Uuid, Uuid, LinkType>>> links_of;
  const auto has_link = [&](const Edge& edge) {
    const Node *source = vertices_[edge.source].known, *target = vertices_[edge.target].known;
    if (source == nullptr || target == nullptr) return false;
    const auto [links, is_new] = links_of.try_emplace(edge.holder());
    if (is_new)
      for (const Link& link : store.links(vertices_[edge.holder()].known->uuid))
        links->second.emplace(link.source, link.target, link.type);
    // One that could not be what it says was made a reference, in one direction or the other.
    return links->second.contains({source->uuid, target->uuid, edge.type}) ||
           links->second.contains({source->uuid, target->uuid, LinkType::reference}) ||
           links->second.contains({target->uuid, source->uuid, LinkType::reference});
  };
  for (Edge& edge : edges_)
    if (!edge.is_left_out) settle_holder(edge, vertices_[edge.holder()].known != nullptr && has_link(edge));
}

void Graph::settle_holder(Edge& edge, bool is_there) {
  constexpr std::string_view kKnown = "it would be written with a node that is in the store already";
  const Node *source = vertices_[edge.source].known, *target = vertices_[edge.target].known;
  if (vertices_[edge.holder()].known == nullptr) {
    if (edge.type != LinkType::create || source == nullptr || !is_terminal(source->state)) return;
    note(edge, "its process is in the store already", "a reference says it, instead of a create link");
    std::swap(edge.source, edge.target);
    edge.type = LinkType::reference;
    edge.label = "process";
    return;
  }
  edge.is_left_out = true;
  if (is_there) return;
  if (edge.type == LinkType::create && source == nullptr && target != nullptr) {
    edge.is_left_out = false;
    edge.type = LinkType::reference;
    return note(edge, kKnown, "a reference says it, instead of a create link");
  }
  note(edge, kKnown, "it is kept with the object, and no link says it");
}

// Only what is used can close a cycle in a way that a reference can say, too.
void Graph::break_cycles() {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (const Edge& edge : edges_)
    if (!edge.is_left_out && edge.type != LinkType::reference) arrows.emplace_back(edge.source, edge.target);
  const std::vector<std::size_t> component = strong_components(vertices_.size(), arrows);
  for (Edge& edge : edges_) {
    if (edge.is_left_out || edge.type != LinkType::input || component[edge.source] != component[edge.target])
      continue;
    note(edge, "it is part of a cycle", "a reference says it, instead of an input link");
    std::swap(edge.source, edge.target);
    edge.type = LinkType::reference;
  }
}

void Graph::settle_labels() {
  std::map<std::pair<std::size_t, LinkType>, DistinctLabels> labels;
  std::set<std::tuple<std::size_t, std::size_t, std::string>> references;
  for (Edge& edge : edges_) {
    if (edge.is_left_out) continue;
    if (edge.type == LinkType::reference)
      edge.is_left_out = !references.emplace(edge.source, edge.target, edge.label).second;  // said already
    else
      edge.label =
          labels[{edge.type == LinkType::input ? edge.target : edge.source, edge.type}].distinct(edge.label);
  }
}

}  // namespace cairn::interchange::gemd
