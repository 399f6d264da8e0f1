#include "node_table.h"

#include <fmt/format.h>

namespace cairn::cli {

Table node_table(const std::vector<std::string>& more) {
  std::vector<std::string> headings = {"NODE", "KIND", "STATE", "TYPE", "LABEL", "RUN"};
  headings.insert(headings.end(), more.begin(), more.end());
  return Table(std::move(headings));
}

std::vector<std::string> node_row(const Node& node, const std::vector<std::string>& more) {
  std::vector<std::string> row = {node.uuid.text(),     std::string(kind_name(node.kind)), std::string(state_name(node.state)),
                                  printable(node.type), printable(node.label),             printable(node.run)};
  row.insert(row.end(), more.begin(), more.end());
  return row;
}

std::string node_title(const Node& node) {
  std::string title(kind_name(node.kind));
  if (!node.type.empty() && node.type != title) title += " " + printable(node.type);
  if (!node.label.empty()) title += fmt::format(" \"{}\"", printable(node.label));
  return title;
}

}  // namespace cairn::cli
