#include "lineage/folding.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace cairn::cli {
namespace {

constexpr std::size_t kNone = SIZE_MAX;

struct Neighbour {
  std::size_t node;
  const Link* link;
};

// What siblings have in common.
using Sort = std::tuple<bool, LinkType, NodeKind, NodeState, std::string_view, std::string>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Folder {
 public:
  Folder(const Picture& picture, std::size_t siblings_max)
      : nodes_(picture.graph.nodes),
        siblings_max_(siblings_max),
        neighbours_(nodes_.size()),
        unit_of_(nodes_.size(), kNone) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) places_.emplace(nodes_[i].node.uuid, i);
    for (const Link& link : picture.graph.links) {
      const auto source = places_.find(link.source), target = places_.find(link.target);
      if (source == places_.end() || target == places_.end()) continue;
      neighbours_[source->second].push_back({target->second, &link});
      neighbours_[target->second].push_back({source->second, &link});
    }
  }

  Folding fold(const Picture& picture) {
    for (const Uuid& start : picture.starts)
      if (const auto place = places_.find(start); place != places_.end() && unit_of_[place->second] == kNone) {
        add_unit({place->second});
        folding_.units.back().start = true;
      }
    std::size_t next = 0;
    for (std::size_t node = 0; node <= nodes_.size(); ++node) {
      for (; next < folding_.units.size(); ++next) place_neighbours(next);
      // What no start is linked with.
      if (node < nodes_.size() && unit_of_[node] == kNone) add_unit({node});
    }
    for (const Link& link : picture.graph.links) add_link(link);
    name_edges();
    return std::move(folding_);
  }

 private:
  void add_unit(const std::vector<std::size_t>& members) {
    Folding::Unit unit;
    for (const std::size_t member : members) {
      unit_of_[member] = folding_.units.size();
      unit.nodes.push_back(&nodes_[member].node);
    }
    folding_.units.push_back(std::move(unit));
    members_.push_back(members);
  }

  void place_neighbours(std::size_t unit) {
    std::map<Sort, std::vector<std::size_t>> alike;
    std::vector<Neighbour> all;
    std::set<std::size_t> met;
    for (const std::size_t member : members_[unit])
      for (const Neighbour& neighbour : neighbours_[member])
        if (unit_of_[neighbour.node] == kNone && met.insert(neighbour.node).second) {
          all.push_back(neighbour);
          alike[sort_of(neighbour, label_pattern(neighbour.link->label))].push_back(neighbour.node);
        }
    fold_long(alike);
    alike.clear();
    for (const Neighbour& neighbour : all)
      if (unit_of_[neighbour.node] == kNone) alike[sort_of(neighbour, "")].push_back(neighbour.node);
    fold_long(alike);
    for (const Neighbour& neighbour : all)
      if (unit_of_[neighbour.node] == kNone) add_unit({neighbour.node});
  }

  Sort sort_of(const Neighbour& neighbour, std::string pattern) const {
    const Node& node = nodes_[neighbour.node].node;
    const bool leads_there = neighbour.link->target == node.uuid;
    return {leads_there, neighbour.link->type, node.kind, node.state, node.type, std::move(pattern)};
  }

  void fold_long(const std::map<Sort, std::vector<std::size_t>>& alike) {
    for (const auto& [sort, members] : alike)
      if (members.size() > siblings_max_) add_unit(members);
  }

  // Links between single nodes stay apart; those of folded ones are counted.
  void add_link(const Link& link) {
    const auto from = places_.find(link.source), to = places_.find(link.target);
    if (from == places_.end() || to == places_.end()) return;
    const std::size_t source = unit_of_[from->second], target = unit_of_[to->second];
    if (source == target && members_[source].size() > 1) return;
    const bool single = members_[source].size() == 1 && members_[target].size() == 1;
    const auto [place, added] =
        edges_.emplace(std::tuple(source, target, link.type, single ? link.label : ""), folding_.edges.size());
    if (added) {
      folding_.edges.push_back({source, target, link.type, link.label, 0});
      labels_.emplace_back();
    }
    ++folding_.edges[place->second].count;
    labels_[place->second].insert(link.label);
  }

  void name_edges() {
    for (std::size_t i = 0; i < folding_.edges.size(); ++i) {
      if (labels_[i].size() == 1) continue;
      std::set<std::string> patterns;
      for (const std::string& label : labels_[i]) patterns.insert(label_pattern(label));
      folding_.edges[i].label = patterns.size() == 1 ? *patterns.begin() : fmt::format("{} labels", labels_[i].size());
    }
  }

  const std::vector<Reached>& nodes_;
  std::size_t siblings_max_;
  std::unordered_map<Uuid, std::size_t> places_;
  std::vector<std::vector<Neighbour>> neighbours_;
  std::vector<std::size_t> unit_of_;
  std::vector<std::vector<std::size_t>> members_;  // of each unit
  std::map<std::tuple<std::size_t, std::size_t, LinkType, std::string>, std::size_t> edges_;
  std::vector<std::set<std::string>> labels_;      // of each edge
  Folding folding_;
};

}  // namespace

Folding folded(const Picture& picture, std::size_t siblings_max) { return Folder(picture, siblings_max).fold(picture); }

std::string label_pattern(const std::string& label) {
  const std::size_t space = label.rfind("__");
  if (space != std::string::npos) return label.substr(0, space + 2) + "*";
  std::string pattern;
  for (const char c : label)
    if (!is_digit(c))
      pattern += c;
    else if (!pattern.ends_with('*'))
      pattern += '*';
  return pattern;
}

}  // namespace cairn::cli
