#include "interchange/prov/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "interchange/components.h"
#include "interchange/labels.h"
#include "interchange/prov/record.h"

namespace cairn::interchange::prov {
namespace {

LinkType type_of(std::string_view section) {
  if (section == "wasGeneratedBy") return LinkType::create;
  if (section == "used") return LinkType::input;
  if (section == "alternateOf") return LinkType::mutual;
  return LinkType::reference;
}

bool is_kept_by_target(LinkType type) {
  return type == LinkType::input || type == LinkType::create || type == LinkType::call;
}

}  // namespace

DocumentGraph::DocumentGraph(const Document& document) : document_(document) {
  for (const Statement& statement : document.statements)
    if (statement.element != nullptr) add_element(statement.name, statement.element->party, statement.container);
  for (const Statement& statement : document.statements)
    if (statement.relation != nullptr) add_relation(statement);
}

std::optional<std::size_t> DocumentGraph::find_element(const std::string& key, bool is_process) const {
  const auto& known = is_process ? processes_ : things_;
  const auto found = known.find(key);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

std::size_t DocumentGraph::add_element(const std::string& name, Party party, std::size_t container) {
  const bool is_process = party == Party::activity;
  const auto uri = document_.containers[container].prefixes.expand(name);
  const std::string& key = uri ? *uri : name;
  if (const auto known = find_element(key, is_process)) return *known;
  (is_process ? processes_ : things_).emplace(key, elements_.size());
  elements_.push_back({.uri = key, .is_process = is_process, .has_uri = uri.has_value(), .name = name, .container = container,
                       .party = party == Party::any ? Party::entity : party,
                       .kind = is_process ? NodeKind::calculation : NodeKind::data});
  return elements_.size() - 1;
}

std::size_t DocumentGraph::element_of(const Statement& statement) const {
  return *find_element(expanded(statement.name, document_.prefixes_of(statement)), statement.element->party == Party::activity);
}

void DocumentGraph::add_relation(const Statement& statement) {
  const PartyTerm& first = statement.relation->parties.front();
  const Value* subject = statement.record.find(first.attribute);
  if (const List* list = subject == nullptr ? nullptr : subject->get_if<List>()) subject = list->empty() ? nullptr : &list->front();
  const auto* name = subject == nullptr ? nullptr : subject->get_if<std::string>();
  for (const PartyTerm& party : statement.relation->parties.subspan(1)) {
    const Value* names = statement.record.find(party.attribute);
    if (names == nullptr || party.party == Party::statement) continue;
    if (name == nullptr) continue;
    const std::string key = expanded(*name, document_.prefixes_of(statement));
    const bool is_process = first.party == Party::activity;
    auto element = find_element(key, is_process);
    if (!element) element = find_element(key, !is_process);
    add_edges(statement, element ? *element : add_element(*name, first.party, statement.container), party, *names);
  }
}

void DocumentGraph::add_edges(const Statement& statement, std::size_t subject, const PartyTerm& party, const Value& names) {
  if (const List* list = names.get_if<List>()) {
    for (const Value& name : *list) add_edges(statement, subject, party, name);
    return;
  }
  const std::string& name = *names.get_if<std::string>();
  const Prefixes& prefixes = document_.prefixes_of(statement);
  const bool is_process = party.party == Party::activity;
  auto object = find_element(expanded(name, prefixes), is_process);
  if (!object) object = find_element(expanded(name, prefixes), !is_process);
  if (!object) object = add_element(name, party.party, statement.container);

  const bool is_main = &party == &statement.relation->parties[1];
  Edge edge{.subject = subject, .object = *object, .statement = &statement};
  edge.fallback = is_main ? std::string(statement.section) : fmt::format("{}__{}", statement.section, party.attribute.substr(5));
  edge.type = is_main ? type_of(statement.section) : LinkType::reference;
  edge.label = edge.fallback;
  if (edge.type == LinkType::input || edge.type == LinkType::create) {
    const std::string_view otherwise = edge.type == LinkType::input ? "used" : "generated";
    edge.label = label_or(first_text(statement.record, "prov:role").value_or(""), otherwise);
  }
  if (const auto native = native_link(expanded_record(statement.record, prefixes))) {
    edge.type = native->first;
    edge.label = label_or(native->second, edge.label);
  }
  edges_.push_back(std::move(edge));
}

void DocumentGraph::leave_out(Edge& edge, std::string_view why, ImportReport& report) {
  edge.is_left_out = true;
  report.items.push_back({Outcome::altered, edge.statement->place,
                          fmt::format("{}: it is kept with the document, and no link says it", why)});
}

void DocumentGraph::demote(Edge& edge, std::string_view why, ImportReport& report) {
  const LinkType wanted = edge.type;
  edge.type = LinkType::reference;
  edge.label = edge.fallback;
  if (edge.subject == edge.object || elements_[edge.subject].known) return leave_out(edge, why, report);
  report.items.push_back({Outcome::altered, edge.statement->place,
                          fmt::format("{}: a reference says it, instead of a link of type {}", why, link_name(wanted))});
}

bool DocumentGraph::fits_kinds(const Edge& edge) const {
  const NodeKind source = elements_[edge.source()].kind, target = elements_[edge.target()].kind;
  switch (edge.type) {
    case LinkType::input: return source == NodeKind::data && target != NodeKind::data;
    case LinkType::create: return source == NodeKind::calculation && target == NodeKind::data;
    case LinkType::return_: return source == NodeKind::workflow && target == NodeKind::data;
    case LinkType::call: return source == NodeKind::workflow && target != NodeKind::data;
    default: return true;
  }
}

void DocumentGraph::settle_kinds(ImportReport& report) {
  for (Edge& edge : edges_) {
    if (edge.subject == edge.object)
      leave_out(edge, "a thing in relation to itself", report);
    else if (!fits_kinds(edge))
      demote(edge, fmt::format("from a {} to a {}", kind_name(elements_[edge.source()].kind), kind_name(elements_[edge.target()].kind)),
             report);
  }
}

// Links that a node of the store holds are there or not: a node gets no others later, but for references of its own.
void DocumentGraph::settle_holders(const Store& store, ImportReport& report) {
  std::map<std::size_t, std::set<std::tuple<Uuid, Uuid, LinkType>>> links_of;
  const auto has_link = [&](const Edge& edge) {
    if (!elements_[edge.source()].known || !elements_[edge.target()].known) return false;
    const auto [links, is_new] = links_of.try_emplace(edge.holder());
    if (is_new)
      for (const Link& link : store.links(elements_[edge.holder()].known->uuid))
        links->second.emplace(link.source, link.target, link.type);
    return links->second.contains({elements_[edge.source()].known->uuid, elements_[edge.target()].known->uuid, edge.type});
  };
  std::set<std::pair<std::size_t, LinkType>> taken;  // targets that have their one creator or caller
  for (Edge& edge : edges_) {
    if (edge.is_left_out) continue;
    const std::optional<Node>& source = elements_[edge.source()].known;
    if (elements_[edge.holder()].known) {
      if (has_link(edge))
        edge.is_left_out = true;
      else if (edge.type == LinkType::reference || edge.type == LinkType::mutual)
        leave_out(edge, "it would be written with a node that is in the store already", report);
      else
        demote(edge, "it would be written with a node that is in the store already", report);
    } else if ((edge.type == LinkType::create || edge.type == LinkType::call) && source && is_terminal(source->state)) {
      demote(edge, "its process has ended", report);
    } else if ((edge.type == LinkType::create || edge.type == LinkType::call) &&
               !taken.emplace(edge.target(), edge.type).second) {
      demote(edge, edge.type == LinkType::create ? "a second creator of an entity" : "a second caller of an activity", report);
    }
  }
}

// A cycle has an input or a call in it: what is created has no other way on.
void DocumentGraph::break_cycles(ImportReport& report) {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (const Edge& edge : edges_)
    if (!edge.is_left_out && is_kept_by_target(edge.type)) arrows.emplace_back(edge.source(), edge.target());
  const std::vector<std::size_t> component = strong_components(elements_.size(), arrows);
  for (Edge& edge : edges_)
    if (!edge.is_left_out && (edge.type == LinkType::input || edge.type == LinkType::call) &&
        component[edge.source()] == component[edge.target()])
      demote(edge, "it is part of a cycle", report);
}

void DocumentGraph::settle(const Store& store, ImportReport& report) {
  settle_kinds(report);
  settle_holders(store, report);
  break_cycles(report);
  std::map<std::pair<std::size_t, LinkType>, DistinctLabels> labels;
  std::set<std::tuple<std::size_t, std::size_t, LinkType, std::string>> pairs;
  for (Edge& edge : edges_) {
    if (edge.is_left_out) continue;
    if (edge.type == LinkType::input)
      edge.label = labels[{edge.target(), edge.type}].distinct(edge.label);
    else if (edge.type == LinkType::create || edge.type == LinkType::return_)
      edge.label = labels[{edge.source(), edge.type}].distinct(edge.label);
    else if (!pairs.emplace(edge.source(), edge.target(), edge.type, edge.label).second)
      edge.is_left_out = true;  // said already
  }
}

}  // namespace cairn::interchange::prov
