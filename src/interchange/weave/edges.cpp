#include "interchange/weave/edges.h"

#include <cairn/plain_json.h>

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "interchange/components.h"
#include "interchange/labels.h"
#include "interchange/timestamps.h"

namespace cairn::interchange::weave {
namespace {

std::string link_label(const std::string& path, std::string_view otherwise) {
  const std::size_t last = path.rfind("__");
  return label_or(path, label_or(last == std::string::npos ? path : path.substr(last + 2), otherwise));
}

std::string_view fallback(Role role) {
  switch (role) {
    case Role::mention:
      return "reference";
    case Role::op:
      return "op";
    case Role::input:
      return "input";
    case Role::output:
      return "output";
  }
  return "reference";
}

bool is_of_data_flow(LinkType type) {
  return type == LinkType::input || type == LinkType::create || type == LinkType::call;
}

}  // namespace

void Edges::connect() {
  const std::size_t described = items_.all().size();
  find_parents();
  for (std::size_t i = 0; i < described; ++i) {
    const Item& item = items_.all()[i];
    if (item.row == nullptr) continue;
    if (item.known) {
      connect_known_child(i);
      continue;
    }
    connect_mentions(i);
    if (item.kind == RowKind::table) connect_table(i);
    if (item.kind == RowKind::call) connect_parent(i);
    for (const std::size_t placeholder : items_.placeholders(i))
      edges_.push_back({.source = i, .target = placeholder, .type = LinkType::mutual, .label = "same", .place = item.place});
  }
  settle_creators();
  break_cycles(LinkType::create);
  break_cycles(LinkType::call);
  settle_labels();
}

void Edges::find_parents() {
  for (std::size_t i = 0; i < items_.all().size(); ++i) {
    const Row* row = items_.all()[i].row;
    if (row == nullptr || row->kind != RowKind::call || row->text("parent_id").empty()) continue;
    const std::string place = pointer_to(row->place, "parent_id");
    const auto parent = items_.find_call(*row, row->text("parent_id"));
    if (!parent) {
      if (!items_.all()[i].known)
        report_.items.push_back({Outcome::unresolved, place,
                                 fmt::format("call {} is neither in the document nor in the store", row->text("parent_id"))});
    } else if (*parent == i) {
      report_.items.push_back({Outcome::altered, place, "a call that is its own parent: no link says it"});
    } else {
      parents_.emplace(i, *parent);
      Item& item = items_.all()[*parent];
      if (!item.known) item.node_kind = NodeKind::workflow;
    }
  }
}

void Edges::connect_mentions(std::size_t number) {
  for (const auto& [role, mentions] : items_.all()[number].mentions) {
    for (const Mention& mention : mentions.refs) connect_mention(number, role, mention);
    for (const FileMention& file : mentions.files)
      add(number, items_.find(file), role, link_label(file.label, "file"), file.place);
  }
}

// What leads to the row of a table is of the row as well.
void Edges::connect_mention(std::size_t number, Role role, const Mention& mention) {
  const std::string label = link_label(mention.label, fallback(role));
  add(number, items_.find(mention), role, label, mention.place);
  const auto digest = mention.ref.row();
  const auto row = digest ? items_.find_row(*digest) : std::nullopt;
  if (row) add(number, *row, role == Role::output ? Role::mention : role, label_or(label + "__row", "row"), mention.place);
}

void Edges::connect_table(std::size_t number) {
  const Row& table = *items_.all()[number].row;
  std::set<std::string> digests;
  for (const Row& row : table.rows) digests.insert(row.text("digest"));
  if (const Value* list = table.find("row_digests"))
    for (const Value& digest : *list->get_if<List>()) digests.insert(*digest.get_if<std::string>());
  std::size_t missing = 0;
  for (const std::string& digest : digests) {
    if (const auto row = items_.find_row(digest))
      add(number, *row, Role::mention, "row", table.place);
    else
      ++missing;
  }
  if (missing > 0)
    report_.items.push_back(
        {Outcome::unresolved, pointer_to(table.place, "row_digests"),
         fmt::format("{} of {} rows are neither in the document nor in the store", missing, digests.size())});
}

void Edges::connect_parent(std::size_t number) {
  const auto found = parents_.find(number);
  if (found == parents_.end()) return;
  const Item& parent = items_.all()[found->second];
  Edge edge{.source = found->second,
            .target = number,
            .type = LinkType::call,
            .label = "call",
            .place = pointer_to(items_.all()[number].row->place, "parent_id")};
  if (parent.node_kind != NodeKind::workflow)
    demote(edge, "its parent is in the store as a call that called nothing");
  else if (parent.known && is_terminal(parent.known->state))
    demote(edge, "its parent is in the store, and has ended");
  edges_.push_back(std::move(edge));
}

// The store had the child before the parent: its links are as they were.
void Edges::connect_known_child(std::size_t number) {
  const auto found = parents_.find(number);
  if (found == parents_.end() || items_.all()[found->second].known) return;
  const std::string place = pointer_to(items_.all()[number].row->place, "parent_id");
  edges_.push_back({.source = found->second, .target = number, .type = LinkType::reference, .label = "call", .place = place});
  report_.items.push_back({Outcome::altered, place, "it is in the store without its parent: a reference from that says it"});
}

void Edges::add(std::size_t subject, std::size_t object, Role role, const std::string& label, const std::string& place) {
  if (subject == object) {
    report_.items.push_back({Outcome::altered, place, "a thing in relation to itself: no link says it"});
    return;
  }
  const Item& call = items_.all()[subject];
  const Item& other = items_.all()[object];
  Edge edge{.source = subject, .target = object, .type = LinkType::reference, .label = label, .place = place};
  const bool is_data = !other.is_process();
  if ((role == Role::input || role == Role::op) && is_data) {
    // The list of references says once more what the inputs say.
    if (!inputs_.emplace(subject, object).second && place.find("/input_refs/") != std::string::npos) return;
    edge = {.source = object, .target = subject, .type = LinkType::input, .label = label, .place = place};
  } else if (role == Role::output && is_data) {
    if (!outputs_.emplace(subject, object).second) return;
    edge.type = call.node_kind == NodeKind::workflow ? LinkType::return_ : LinkType::create;
    if (edge.type == LinkType::create && other.known)
      demote(edge, "it was in the store before");
    else if (edge.type == LinkType::create && is_older(object, subject))
      demote(edge, "it is older than the call");
  }
  edges_.push_back(std::move(edge));
}

bool Edges::is_older(std::size_t data, std::size_t call) const {
  const Row* made = items_.all()[data].row;
  if (made == nullptr) return false;
  const auto created = parse_time(made->text("created_at")), started = parse_time(items_.all()[call].row->text("started_at"));
  return created && started && *created < *started;
}

// From the end that is new: a link of a call with what it used or made from the call, one of a call with its parent from the
// child.
void Edges::demote(Edge& edge, std::string_view why) {
  report_.items.push_back({Outcome::altered, edge.place,
                           fmt::format("{}: a reference says it, instead of a link of type {}", why, link_name(edge.type))});
  if (edge.type == LinkType::call || edge.type == LinkType::input) std::swap(edge.source, edge.target);
  if (edge.type == LinkType::call) edge.label = "parent";
  edge.type = LinkType::reference;
}

void Edges::settle_creators() {
  std::set<std::size_t> made;
  for (Edge& edge : edges_)
    if (edge.type == LinkType::create && !made.insert(edge.target).second) demote(edge, "another call made it");
}

void Edges::break_cycles(LinkType type) {
  std::vector<std::pair<std::size_t, std::size_t>> arrows;
  for (const Edge& edge : edges_)
    if (is_of_data_flow(edge.type)) arrows.emplace_back(edge.source, edge.target);
  const std::vector<std::size_t> component = strong_components(items_.all().size(), arrows);
  for (Edge& edge : edges_)
    if (edge.type == type && component[edge.source] == component[edge.target]) demote(edge, "it is part of a cycle");
}

void Edges::settle_labels() {
  std::map<std::pair<std::size_t, LinkType>, DistinctLabels> labels;
  std::set<std::tuple<std::size_t, std::size_t, LinkType, std::string>> said;
  for (Edge& edge : edges_) {
    if (edge.type == LinkType::input)
      edge.label = labels[{edge.target, edge.type}].distinct(edge.label);
    else if (edge.type == LinkType::create || edge.type == LinkType::return_)
      edge.label = labels[{edge.source, edge.type}].distinct(edge.label);
    else
      edge.is_left_out = !said.emplace(edge.source, edge.target, edge.type, edge.label).second;
  }
}

}  // namespace cairn::interchange::weave
