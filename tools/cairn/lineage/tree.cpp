#include "lineage/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "text.h"

namespace cairn::cli {
namespace {

// 3 columns each; the rest of the page is for the node, less of it if ids are long.
constexpr std::size_t kLevelsMax = 8, kLevelsMaxOfLongIds = 4, kLongId = 23;

// A process that did not end well must be seen, so this is never cut.
std::string state_note(const Node& node) {
  if (node.kind == NodeKind::data || node.state == NodeState::finished) return "";
  const std::string exit = node.exit_status == 0 ? "" : fmt::format(", exit {}", node.exit_status);
  return fmt::format(" [{}{}]", state_name(node.state), exit);
}

std::string describe(const Node& node, std::size_t columns) {
  const std::string note = state_note(node);
  std::string text(kind_name(node.kind));
  if (!node.type.empty() && node.type != text) text += " " + visible(node.type);
  if (!node.label.empty()) text += fmt::format(" \"{}\"", visible(node.label));
  return fitted(text, columns - std::min(columns, note.size())) + note;
}

}  // namespace

LineageTree::LineageTree(const Picture& picture, const TreeOptions& options)
    : picture_(picture),
      options_(options),
      id_digits_(distinguishing_digits(picture.graph.nodes)),
      levels_max_(id_digits_ > kLongId ? kLevelsMaxOfLongIds : kLevelsMax) {
  for (const Reached& reached : picture.graph.nodes) nodes_.emplace(reached.node.uuid, &reached);
  for (const Link& link : picture.graph.links) {
    const auto source = nodes_.find(link.source), target = nodes_.find(link.target);
    if (source == nodes_.end() || target == nodes_.end()) continue;
    const bool mutual = link.type == LinkType::mutual;
    if (std::ranges::binary_search(picture.origins, link)) {  // whatever the direction, below what took the result over
      branches_[link.source].push_back({&link, &target->second->node});
      continue;
    }
    if (mutual || picture.direction != Direction::down) add_branch(link, *target->second, *source->second);
    if (mutual || picture.direction != Direction::up) add_branch(link, *source->second, *target->second);
  }
}

// Of a link that is walked both ways, a tree has the end that is nearer to the start.
void LineageTree::add_branch(const Link& link, const Reached& from, const Reached& to) {
  const bool one_way = picture_.direction == Direction::up || picture_.direction == Direction::down;
  if ((one_way && link.type != LinkType::mutual) || from.depth <= to.depth)
    branches_[from.node.uuid].push_back({&link, &to.node});
}

void LineageTree::print(Output& out) {
  bool first = true;
  for (const Uuid& start : picture_.starts) {
    const auto found = nodes_.find(start);
    if (found == nodes_.end()) continue;
    if (!std::exchange(first, false)) out.line("");
    const Node& node = found->second->node;
    if (!printed_.insert(start).second) {
      print_root(node, "  see above", out);
      continue;
    }
    print_root(node, "", out);
    print_below(node, nullptr, "", 1, out);
    for (std::size_t next = 0; next < continued_.size(); ++next) {
      const Branch branch = continued_[next];
      out.line("");
      print_root(*branch.node, "  continued", out);
      print_below(*branch.node, branch.link, "", 1, out);
    }
    continued_.clear();
  }
}

void LineageTree::print_root(const Node& node, std::string_view note, Output& out) {
  // Ids are never cut: they are what the reader goes on with.
  out.line(fmt::format("{} {}{}", describe(node, options_.columns - 1 - id_digits_ - note.size()), id(node), note));
}

// What the link says of the node at its far end; with its direction, where both are walked.
std::string LineageTree::relation(const Branch& branch) const {
  const bool leads_there = branch.link->target == branch.node->uuid;
  std::string text = picture_.direction != Direction::both        ? ""
                     : branch.link->type == LinkType::mutual ? "<-> "
                     : leads_there                           ? "-> "
                                                             : "<- ";
  text += link_name(branch.link->type);
  if (!branch.link->label.empty()) text += " " + visible(branch.link->label);
  return text;
}

// A mutual link leads back to where it was followed from; that is no news.
LineageTree::Branches LineageTree::below(const Node& node, const Link* via) const {
  const auto found = branches_.find(node.uuid);
  if (found == branches_.end()) return {};
  Branches branches = found->second;
  std::erase_if(branches, [&](const Branch& branch) { return branch.link == via; });
  return branches;
}

bool LineageTree::is_leaf(const Node& node, const Link* via) const {
  const auto found = branches_.find(node.uuid);
  return found == branches_.end() ||
         std::ranges::all_of(found->second, [&](const Branch& branch) { return branch.link == via; });
}

void LineageTree::print_below(const Node& node, const Link* via, const std::string& indent, std::size_t level, Output& out) {
  Branches shown = below(node, via), hidden;
  // One more than the limit is shown rather than counted: the line would be as long.
  if (shown.size() > options_.siblings_max + 1) {
    // The first of each sort come first, so that a list of a thousand inputs does not hide its one that failed.
    std::map<std::tuple<LinkType, NodeKind, NodeState, std::string_view>, std::size_t> sorts;
    std::vector<std::pair<std::size_t, std::size_t>> places;  // how many of its sort come before it, where it stands
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const auto& [link, end] = shown[i];
      places.emplace_back(sorts[{link->type, end->kind, end->state, end->type}]++ == 0 ? 0 : 1, i);
    }
    std::ranges::sort(places);
    std::ranges::sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(options_.siblings_max), {},
                      &std::pair<std::size_t, std::size_t>::second);
    Branches all = std::exchange(shown, {});
    for (std::size_t i = 0; i < places.size(); ++i)
      (i < options_.siblings_max ? shown : hidden).push_back(all[places[i].second]);
  }
  for (std::size_t i = 0; i < shown.size(); ++i)
    print_branch(shown[i], indent, hidden.empty() && i + 1 == shown.size(), level, out);
  if (!hidden.empty()) print_folded(hidden, indent, out);
}

void LineageTree::print_branch(const Branch& branch, const std::string& indent, bool last, std::size_t level, Output& out) {
  const Node& node = *branch.node;
  const bool leaf = is_leaf(node, branch.link);
  const bool again = !printed_.insert(node.uuid).second;
  const bool deep = !again && !leaf && level == levels_max_;
  if (deep) continued_.push_back(branch);
  const std::string_view note = again && !leaf ? "  see there" : deep ? "  see below" : "";
  const std::string head = indent + (last ? "`- " : "|- ");
  // What does not fit is shared out: half of the room for the link at most, unless the node needs less.
  constexpr std::string_view kColon = ": ";
  const std::size_t fixed = head.size() + kColon.size() + 1 + id_digits_ + note.size();
  const std::size_t room = options_.columns - std::min(options_.columns, fixed);
  const std::size_t needed = std::min(room, width(describe(node, room)));
  const std::string reached_by = fitted(relation(branch), std::max(room / 2, room - needed));
  const std::string text = describe(node, room - std::min(room, width(reached_by)));
  out.line(fmt::format("{}{}{}{} {}{}", head, reached_by, kColon, text, id(node), note));
  if (!again && !deep) print_below(node, branch.link, indent + (last ? "   " : "|  "), level + 1, out);
}

void LineageTree::print_folded(const Branches& branches, const std::string& indent, Output& out) const {
  std::map<NodeKind, std::uint64_t> counts;
  for (const Branch& branch : branches) ++counts[branch.node->kind];
  std::string list;
  for (const auto& [kind, count] : counts)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", count_of(count, fmt::format("more {} node", kind_name(kind))));
  const auto line = [&](const std::string& what) { return fmt::format("{}`- ... and {} (use --all)", indent, what); };
  const std::string in_full = line(list);
  out.line(in_full.size() <= options_.columns ? in_full : line(count_of(branches.size(), "more node")));
}

std::string LineageTree::id(const Node& node) const { return node.uuid.text().substr(0, id_digits_); }

}  // namespace cairn::cli
