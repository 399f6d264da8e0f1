// AiiDA's archives out: one that came in, or nodes that did.
#include "interchange/aiida/archive_export.h"
#include "interchange/format.h"

namespace cairn::interchange {

ExportReport export_aiida(const Store& store, std::span<const Uuid> nodes, std::ostream& out, const ExportOptions& options) {
  ExportReport report;
  aiida::ArchiveExport archive(store, report);
  if (const Node first = store.get_node(nodes.front()); nodes.size() == 1 && first.type == aiida::kArchiveType)
    archive.choose_archive(first);
  else
    archive.choose(nodes, options.ancestors);
  archive.write(out);
  return report;
}

}  // namespace cairn::interchange
