// SCALE-MS documents out: one as it came in, or chosen elements of any that came in.
#include <ostream>

#include "interchange/format.h"
#include "interchange/json_writer.h"
#include "interchange/scalems/keeping.h"
#include "interchange/scalems/selection.h"

namespace cairn::interchange {

ExportReport export_scalems(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  const Node first = store.get_node(nodes.front());
  if (nodes.size() == 1 && scalems::is_document(first)) {
    const scalems::StoredParts parts = scalems::stored_parts(store, first);
    report.nodes = 1;
    report.statements = parts.types.size() + parts.entries.size();
    write_json(scalems::stored_document(store, first), out, Nonfinite::bare);
    return report;
  }
  const scalems::Selection selection(store, nodes, options.ancestors);
  report.nodes = report.statements = selection.count();
  write_json(selection.document(), out, Nonfinite::bare);
  return report;
}

}  // namespace cairn::interchange
