// Documents of W&B Weave out: one as it came in, or nodes that came in with any, and what they need, as one export.
#include <cairn/error.h>

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <set>
#include <vector>

#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/subgraph.h"
#include "interchange/weave/document.h"
#include "interchange/weave/keeping.h"

namespace cairn::interchange {
namespace weave {
namespace {

class NodesExport {
 public:
  NodesExport(const Store& store, ExportReport& report) : store_(store), report_(report) {}

  Document run(std::span<const Uuid> nodes, bool ancestors) {
    for (const Uuid& uuid : nodes)
      if (const Node node = store_.get_node(uuid); !kind_of(node) && !is_document(node))
        throw Error(ErrorCode::unstorable, fmt::format("export {}: it did not come in by the format weave", uuid.text()));
    const Subgraph graph(store_, nodes, ancestors);
    for (const Node& node : graph.nodes()) add(node);
    while (!waiting_.empty()) {
      const Uuid next = waiting_.back();
      waiting_.pop_back();
      add_references(next);
    }
    Document document;
    document.form = Form::sections;
    for (auto& [section, rows] : rows_) {
      document.sections.push_back(section);
      for (Row& row : rows) document.rows.push_back(std::move(row));
    }
    return document;
  }

 private:
  void add(const Node& node) {
    if (!known_.insert(node.uuid).second) return;
    if (node.type == kReferenceType) return;  // the rows that name it say all there is
    const auto kind = kind_of(node);
    if (!kind && !is_document(node)) {
      report_.items.push_back(
          {Outcome::refused, node.uuid.text(), fmt::format("Weave has no word for a node of type {}", node.type)});
      return;
    }
    waiting_.push_back(node.uuid);
    if (!kind) return;
    ++report_.nodes;
    Row row = stored_row(store_, node, *kind);
    row.section = term_of(*kind).section;
    rows_[row.section].push_back(std::move(row));
  }

  // What it mentions: files, tables and their rows, and other objects.
  void add_references(const Uuid& uuid) {
    for (const Link& link : store_.links(uuid))
      if (link.source == uuid && link.type == LinkType::reference)
        if (const Node target = store_.get_node(link.target); kind_of(target)) add(target);
  }

  const Store& store_;
  ExportReport& report_;
  std::set<Uuid> known_;
  std::vector<Uuid> waiting_;
  std::map<std::string, std::vector<Row>> rows_;  // by section
};

}  // namespace
}  // namespace weave

ExportReport export_weave(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  const Node first = store.get_node(nodes.front());
  weave::Document document;
  if (nodes.size() == 1 && weave::is_document(first)) {
    document = weave::stored_document(store, first);
    report.nodes = document.rows.size();
  } else if (nodes.size() == 1 && weave::kind_of(first) == weave::RowKind::value) {
    document.rows.push_back(weave::stored_row(store, first, weave::RowKind::value));
    report.nodes = 1;
  } else {
    document = weave::NodesExport(store, report).run(nodes, options.ancestors);
  }
  report.statements = document.rows.size();
  write_json(weave::written(document), out, Nonfinite::bare);
  return report;
}

}  // namespace cairn::interchange
