#include "lineage_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kLevelsMax = 8;  // 3 columns each; the rest of the page is for the node

// What the link says of the node at its far end.
std::string relation(const Link& link) {
  std::string text(link_name(link.type));
  if (!link.label.empty()) text += " " + printable(link.label);
  return text;
}

// The shortest beginning of a UUID, cut between its groups, that tells the nodes apart.
std::size_t distinguishing_digits(const std::vector<Reached>& nodes) {
  for (const std::size_t digits : {13, 18, 23}) {
    std::unordered_set<std::string> beginnings;
    const bool distinct = std::ranges::all_of(nodes, [&](const Reached& reached) {
      return beginnings.insert(reached.node.uuid.text().substr(0, digits)).second;
    });
    if (distinct) return digits;
  }
  return 36;
}

std::string state_note(const Node& node) {
  if (node.kind == NodeKind::data || node.state == NodeState::finished) return "";
  return fmt::format(" [{}]", state_name(node.state));
}

std::string describe(const Node& node) {
  std::string text(kind_name(node.kind));
  if (!node.type.empty() && node.type != text) text += " " + printable(node.type);
  if (!node.label.empty()) text += fmt::format(" \"{}\"", printable(node.label));
  return text + state_note(node);
}

}  // namespace

LineageTree::LineageTree(const Lineage& lineage, const TreeOptions& options)
    : options_(options), id_digits_(distinguishing_digits(lineage.nodes)) {
  std::unordered_map<Uuid, const Reached*> nodes;
  for (const Reached& reached : lineage.nodes) nodes.emplace(reached.node.uuid, &reached);
  for (const Link& link : lineage.links) {
    auto from = nodes.find(link.source), to = nodes.find(link.target);
    if (from == nodes.end() || to == nodes.end()) continue;
    // Of links that are walked both ways, a tree has each at the end that is nearer to the start.
    const bool nearer = from->second->depth > to->second->depth;
    if (options.direction == Direction::up || (options.direction == Direction::both && nearer)) std::swap(from, to);
    branches_[from->first].push_back({&link, &to->second->node});
  }
  if (!lineage.nodes.empty()) roots_.push_back(&lineage.nodes.front().node);
}

void LineageTree::print(Output& out) {
  for (std::size_t next = 0; next < roots_.size(); ++next) {
    const Node& root = *roots_[next];
    if (next != 0) out.line("");
    const std::string_view note = next == 0 ? "" : "  continued";
    // Ids are never cut: they are what the reader goes on with.
    out.line(
        fmt::format("{} {}{}", shortened(describe(root), options_.columns - 1 - id_digits_ - note.size()), id(root), note));
    printed_.insert(root.uuid);
    print_below(root, "", 1, out);
  }
}

void LineageTree::print_below(const Node& node, const std::string& indent, std::size_t level, Output& out) {
  const auto found = branches_.find(node.uuid);
  if (found == branches_.end()) return;
  const std::vector<Branch>& branches = found->second;
  // One more than the limit is shown rather than counted: the line would be as long.
  const bool folded = branches.size() > options_.siblings_max + 1;
  const std::size_t shown = folded ? options_.siblings_max : branches.size();
  for (std::size_t i = 0; i < shown; ++i) print_branch(branches[i], indent, !folded && i + 1 == shown, level, out);
  if (folded) print_folded({branches.begin() + static_cast<std::ptrdiff_t>(shown), branches.end()}, indent, out);
}

void LineageTree::print_branch(const Branch& branch, const std::string& indent, bool last, std::size_t level,
                               Output& out) {
  const Node& node = *branch.node;
  const bool leaf = !branches_.contains(node.uuid);
  const bool again = !printed_.insert(node.uuid).second;
  const bool deep = !again && !leaf && level == kLevelsMax;
  if (deep) roots_.push_back(&node);
  const std::string_view note = again && !leaf ? "  see there" : deep ? "  see below" : "";
  const std::string head = indent + (last ? "`- " : "|- ");
  std::string reached_by = relation(*branch.link), text = describe(node);
  // What does not fit is shared out: half of the room for the link at most, unless the node needs less.
  constexpr std::string_view kColon = ": ";
  const std::size_t fixed = width(head) + kColon.size() + 1 + id_digits_ + note.size();
  const std::size_t room = options_.columns > fixed ? options_.columns - fixed : 0;
  reached_by = shortened(reached_by, std::max(room / 2, room - std::min(room, width(text))));
  text = shortened(text, room - std::min(room, width(reached_by)));
  out.line(fmt::format("{}{}{}{} {}{}", head, reached_by, kColon, text, id(node), note));
  if (!again && !deep) print_below(node, indent + (last ? "   " : "|  "), level + 1, out);
}

void LineageTree::print_folded(const std::vector<Branch>& branches, const std::string& indent, Output& out) const {
  std::map<NodeKind, std::uint64_t> counts;
  for (const Branch& branch : branches) ++counts[branch.node->kind];
  std::string list;
  for (const auto& [kind, count] : counts)
    list +=
        fmt::format("{}{}", list.empty() ? "" : ", ", count_of(count, fmt::format("more {} node", kind_name(kind))));
  out.line(fmt::format("{}`- ... and {} (use --all)", indent, list));
}

std::string LineageTree::id(const Node& node) const { return node.uuid.text().substr(0, id_digits_); }

}  // namespace cairn::cli
