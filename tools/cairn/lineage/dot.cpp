// A lineage in the language of Graphviz: kinds by shape, states by colour and in words, types of links by style.
#include "lineage/dot.h"

#include <fmt/format.h>

#include <algorithm>

#include "lineage/folding.h"
#include "lineage/formats.h"
#include "text.h"

namespace cairn::cli {
namespace {

constexpr std::size_t kColumnsMax = 44;

// Told apart by people who are blind to red or green, too; and each state stands in the node in words.
struct Colours {
  NodeState state;
  const char *fill, *line;
};
constexpr Colours kStates[] = {
    {NodeState::created, "#ffffff", "#6b7280"},  {NodeState::waiting, "#fff3c4", "#8a6a00"},
    {NodeState::running, "#d6eafa", "#0b62a4"},  {NodeState::paused, "#ece5f5", "#5f4392"},
    {NodeState::finished, "#d9efe6", "#00694e"}, {NodeState::failed, "#fddccf", "#b03a00"},
    {NodeState::killed, "#e2e2e2", "#3d3d3d"},
};
constexpr Colours kData{NodeState::finished, "#f8f5ed", "#6f6751"};

const Colours& colours_of(const Node& node) {
  if (node.kind == NodeKind::data) return kData;
  const auto* found = std::ranges::find(kStates, node.state, &Colours::state);
  return found == std::end(kStates) ? kStates[0] : *found;
}

std::string_view shape(NodeKind kind, bool folded) {
  switch (kind) {
    case NodeKind::data: return folded ? R"(shape=ellipse style="filled,dashed")" : "shape=ellipse style=filled";
    case NodeKind::calculation: return folded ? R"(shape=box style="filled,dashed")" : "shape=box style=filled";
    case NodeKind::workflow:
      return folded ? R"(shape=box style="filled,rounded,dashed" peripheries=2)"
                    : R"(shape=box style="filled,rounded" peripheries=2)";
  }
  return "shape=box style=filled";
}

std::string_view style(LinkType type) {
  switch (type) {
    case LinkType::input: return "style=solid";
    case LinkType::create: return "style=bold";
    case LinkType::return_: return "style=dashed";
    case LinkType::call: return "style=dashed arrowhead=empty";
    case LinkType::reference: return "style=dotted arrowhead=vee";
    case LinkType::mutual: return "style=dotted arrowhead=vee dir=both arrowtail=vee";
  }
  return "style=solid";
}

// A line of a label: what Graphviz would take for an escape, an entity or the end of the text stands for itself.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text)
    if (c == '&')
      safe += "&amp;";
    else if (c == '"' || c == '\\')
      safe.append({'\\', c});
    else
      safe += c;
  return safe;
}

std::string line(std::string_view text) { return escaped(fitted(visible(text), kColumnsMax)); }

std::string state_words(const Node& node) {
  if (node.kind == NodeKind::data) return "";
  const std::string exit = node.exit_status == 0 ? "" : fmt::format(", exit {}", node.exit_status);
  return fmt::format("{}{}", state_name(node.state), exit);
}

std::string label_of(const Folding::Unit& unit, std::size_t id_digits) {
  const Node& node = *unit.nodes.front();
  const std::string type = node.type == kind_name(node.kind) ? "" : node.type;
  if (unit.nodes.size() > 1) {
    const std::string count = count_of(unit.nodes.size(), fmt::format("{} node", kind_name(node.kind)));
    const std::string state = node.kind == NodeKind::data ? "" : fmt::format("\\n{}", state_name(node.state));
    return count + (type.empty() ? "" : "\\n" + line(type)) + state;
  }
  std::string text;
  if (!node.label.empty()) text = line(node.label) + "\\n";
  text += line(fmt::format("{}{}{}", kind_name(node.kind), type.empty() ? "" : " ", type)) + "\\n";
  const std::string state = state_words(node);
  return text + state + (state.empty() ? "" : "  ") + node.uuid.text().substr(0, id_digits);
}

// What the kinds of both ends imply goes without saying.
std::string label_of(const Folding::Edge& edge) {
  const bool implied = edge.type == LinkType::input || edge.type == LinkType::create;
  std::string text = implied ? "" : std::string(link_name(edge.type));
  if (!edge.label.empty()) text += (text.empty() ? "" : " ") + line(edge.label);
  if (edge.count > 1) text += fmt::format(" ({})", edge.count);
  return text;
}

}  // namespace

std::string dot_text(const Folding& folding, std::size_t id_digits) {
  const auto name = [&](std::size_t unit) {
    const auto& nodes = folding.units[unit].nodes;
    return nodes.size() == 1 ? fmt::format("\"{}\"", nodes.front()->uuid.text()) : fmt::format("\"folded {}\"", unit);
  };
  std::string text =
      "digraph lineage {\n"
      "  rankdir=LR nodesep=0.2 ranksep=0.6 charset=\"UTF-8\"\n"
      "  node [fontname=\"Helvetica,Arial,sans-serif\" fontsize=11 fontcolor=\"#1c2127\" margin=\"0.14,0.06\"]\n"
      "  edge [fontname=\"Helvetica,Arial,sans-serif\" fontsize=9 fontcolor=\"#4b5563\" color=\"#5b6470\" arrowsize=0.7]\n";
  for (std::size_t i = 0; i < folding.units.size(); ++i) {
    const Folding::Unit& unit = folding.units[i];
    const Node& node = *unit.nodes.front();
    const Colours& colours = colours_of(node);
    text += fmt::format("  {} [label=\"{}\" {} fillcolor=\"{}\" color=\"{}\"{}]\n", name(i), label_of(unit, id_digits),
                        shape(node.kind, unit.nodes.size() > 1), colours.fill, colours.line, unit.start ? " penwidth=3" : "");
  }
  for (const Folding::Edge& edge : folding.edges)
    text += fmt::format("  {} -> {} [label=\"{}\" {}]\n", name(edge.source), name(edge.target), label_of(edge),
                        style(edge.type));
  return text + "}\n";
}

void print_dot(const Picture& picture, const PictureOptions& options, Output& out) {
  out.raw(dot_text(folded(picture, options.all ? SIZE_MAX : kSiblingsMax), distinguishing_digits(picture.graph.nodes)));
}

}  // namespace cairn::cli
